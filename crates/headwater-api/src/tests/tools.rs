//! Tools over the wire: numbers, errors of the provider, lists.

use std::pin::pin;
use std::time::Duration;

use headwater_ports::upstream::UpstreamError;
use headwater_service::audit::AuditFilter;
use http::StatusCode;
use serde_json::{Value, json};
use tonic::Code;

use super::harness::{House, SITE, limits};
use crate::proto::tools::{
    ExecuteToolRequest, ExecuteToolResponse, Filter, ListToolsRequest, ListToolsResponse,
};
use crate::wire::struct_value::{from_struct, to_struct};
use crate::{Limits, router};

const EXECUTE: &str = "tools.ToolService/ExecuteTool";

/// A call of a tool with the account of `ann`.
fn call(tool: &str, params: &Value) -> (Value, ExecuteToolRequest) {
    let rest = json!({"tool_name": tool, "connector": "wiki", "identifier": "ann", "params": params});
    let request = ExecuteToolRequest {
        tool_name: tool.to_owned(),
        connector: Some("wiki".to_owned()),
        identifier: Some("ann".to_owned()),
        params: params.as_object().cloned().map(to_struct),
        ..Default::default()
    };
    (rest, request)
}

fn new_page() -> Value {
    json!({"spaceId": "1", "title": "t", "body_representation": "storage", "body_value": "<p/>"})
}

#[tokio::test]
async fn rest_and_grpc_execute_alike() {
    let house = House::new().await;
    house.connected().await;
    let (rest, rpc) = call("confluence_page_get", &json!({"id": "7", "version": 3}));
    let data = json!({"id": "7", "version": {"number": 3}, "ratio": 0.5, "big": 9_007_199_254_740_991_u64,
                      "gone": null, "labels": ["a", 1, false]});
    house.answer(200, &data);
    let answer = house.post("/api/v1/execute_tool", &rest).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.json());
    assert_eq!(answer.json()["data"], data);
    assert!(answer.json()["execution_id"].as_str().is_some_and(|it| !it.is_empty()));
    let first = house.asked();
    assert!(first.uri.path().starts_with(&format!("/ex/confluence/{SITE}/wiki/api/v2/pages/7")));
    house.answer(200, &data);
    let reply: ExecuteToolResponse = house.rpc(EXECUTE, &rpc).await.message();
    // Structs hold doubles only; whole ones are read as whole numbers.
    assert_eq!(from_struct(reply.data.unwrap())["version"], json!({"number": 3}));
    assert_eq!(house.asked().uri, first.uri);
}

#[tokio::test]
async fn whole_numbers_are_written_without_a_fraction() {
    let house = House::new().await;
    house.connected().await;
    house.provider.answer(200, r#"{"n":5,"d":5.0,"h":0.5,"z":-0.0,"m":-3,"e":1e20,"l":[1,{"n":2}]}"#);
    let (rest, _) = call("confluence_page_get", &json!({"id": "7"}));
    let answer = house.post("/api/v1/execute_tool", &rest).await;
    let text = String::from_utf8(answer.body.to_vec()).unwrap();
    let data = &text[text.find("\"data\":").unwrap() + 7..];
    assert!(data.starts_with(r#"{"d":5,"#), "{text}");
    for part in [r#""n":5,"#, r#""m":-3,"#, r#""h":0.5,"#, r#"[1,{"n":2}]"#, r#""z":0"#, r#""e":1e20"#] {
        assert!(text.contains(part) || text.contains(&part.replace("1e20", "1e+20")), "{part} in {text}");
    }
}

#[tokio::test]
async fn whole_doubles_reach_the_provider_as_integers() {
    let house = House::new().await;
    house.connected().await;
    for version in [json!(3), json!(3.0)] {
        house.answer(200, &json!({}));
        let (rest, rpc) = call("confluence_page_get", &json!({"id": "7", "version": version}));
        assert_eq!(house.post("/api/v1/execute_tool", &rest).await.status, StatusCode::OK);
        assert_eq!(house.asked().uri.query(), Some("version=3"));
        house.answer(200, &json!({}));
        house.rpc(EXECUTE, &rpc).await.message::<ExecuteToolResponse>();
        assert_eq!(house.asked().uri.query(), Some("version=3"));
    }
}

#[tokio::test]
async fn a_refusal_of_the_provider_is_a_tool_error() {
    let house = House::new().await;
    house.connected().await;
    let table = [
        (400, Code::InvalidArgument),
        (403, Code::PermissionDenied),
        (404, Code::NotFound),
        (409, Code::Aborted),
        (500, Code::Internal),
    ];
    for (status, code) in table {
        let (rest, rpc) = call("confluence_page_create", &new_page());
        house.answer(status, &json!({"errors": [{"title": "the reason"}]}));
        let reply = house.rpc(EXECUTE, &rpc).await;
        assert_eq!((reply.code, reply.error_code()), (code, "TOOL_ERROR"), "{status}: {}", reply.message);
        let info = reply.info.unwrap();
        let tool = info.tool_error_info.unwrap();
        assert_eq!(tool.tool_error_message, reply.message);
        assert!(!tool.execution_id.is_empty() && !tool.tool_error_code.is_empty());
        house.answer(status, &json!({"errors": [{"title": "the reason"}]}));
        let answer = house.post("/api/v1/execute_tool", &rest).await;
        assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR, "{status}: as the contract has it");
        assert_eq!(answer.error_code(), "TOOL_ERROR");
        let body = answer.json();
        assert_eq!(body["code"], code as i32);
        assert_eq!(body["details"][0]["@type"], "type.googleapis.com/scalekit.v1.errdetails.ErrorInfo");
        let info = &body["details"][0]["tool_error_info"];
        assert_eq!(info["tool_error_message"], body["message"]);
        assert_eq!(info["tool_error_code"], tool.tool_error_code);
    }
}

#[tokio::test]
async fn a_call_that_may_have_had_its_effect_is_not_made_twice_and_not_called_unavailable() {
    let house = House::new().await;
    house.connected().await;
    let (_, rpc) = call("confluence_page_create", &new_page());
    for error in
        [UpstreamError::TimedOut(Duration::from_secs(50)), UpstreamError::Broken { reason: "reset".into() }]
    {
        house.provider.answer_with(Err(error));
        let before = house.provider.seen().len();
        let reply = house.rpc(EXECUTE, &rpc).await;
        // SDKs repeat what is unavailable or unauthenticated.
        assert!(
            !matches!(reply.code, Code::Ok | Code::Unavailable | Code::Unauthenticated),
            "{:?}",
            reply.code
        );
        assert_eq!(house.provider.seen().len(), before + 1);
    }
}

#[tokio::test(start_paused = true)]
async fn c8_what_takes_too_long_is_cut_off() {
    let house = House::new().await;
    house.connected().await;
    let (rest, rpc) = call("confluence_page_get", &json!({"id": "7"}));
    let broken = || Err(UpstreamError::Broken { reason: "reset".into() });
    // Reads are repeated after a wait, which never ends because nobody moves the clock.
    house.provider.answer_with(broken());
    let answer = house.post("/api/v1/execute_tool", &rest).await;
    assert_eq!(
        (answer.status, answer.error_code().as_str()),
        (StatusCode::GATEWAY_TIMEOUT, "DEADLINE_EXCEEDED")
    );
    house.provider.answer_with(broken());
    assert_eq!(house.rpc(EXECUTE, &rpc).await.code, Code::DeadlineExceeded);
}

#[tokio::test]
async fn mistakes_of_the_caller_send_nothing() {
    let house = House::new().await;
    house.connected().await;
    let sent = house.provider.seen().len();
    let table = [
        (json!({}), 400, "INVALID_ARGUMENT"),
        (
            json!({"tool_name": "confluence_page_get", "params": {"id": "7"}, "connector": "a/b"}),
            400,
            "INVALID_ARGUMENT",
        ),
        (call("confluence_page_get", &json!({})).0, 400, "INVALID_ARGUMENT"),
        (call("confluence_page_get", &json!({"id": "7", "colour": "red"})).0, 400, "INVALID_ARGUMENT"),
        (
            json!({"tool_name": "confluence_page_get", "connector": "wiki", "identifier": "bob", "params": {"id": "7"}}),
            404,
            "RESOURCE_NOT_FOUND",
        ),
        (
            json!({"tool_name": "confluence_page_get", "connector": "none", "identifier": "ann", "params": {"id": "7"}}),
            404,
            "RESOURCE_NOT_FOUND",
        ),
    ];
    for (body, status, code) in table {
        let answer = house.post("/api/v1/execute_tool", &body).await;
        assert_eq!(
            (answer.status.as_u16(), answer.error_code().as_str()),
            (status, code),
            "{body}: {}",
            answer.json()
        );
        assert!(answer.json()["details"][0].get("tool_error_info").is_none_or(Value::is_null), "{body}");
    }
    assert_eq!(house.provider.seen().len(), sent);
}

#[tokio::test]
async fn a_list_of_tools_is_paged_and_narrowed() {
    let house = House::new().await;
    let list = async |request: ListToolsRequest| -> ListToolsResponse {
        house.rpc("tools.ToolService/ListTools", &request).await.message()
    };
    let all = list(ListToolsRequest::default()).await;
    assert_eq!(all.tools.len(), all.tool_names.len());
    let mut seen = Vec::new();
    let mut token = String::new();
    loop {
        let page = list(ListToolsRequest { page_size: 7, page_token: token, ..Default::default() }).await;
        assert_eq!(page.total_size, all.total_size);
        seen.extend(page.tool_names);
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
    }
    assert_eq!(seen, all.tool_names);
    let filter = Filter { query: Some("page create".to_owned()), summary: Some(true), ..Default::default() };
    let found = list(ListToolsRequest { filter: Some(filter), ..Default::default() }).await;
    assert!(found.tool_names.iter().any(|it| it == "confluence_page_create"), "{:?}", found.tool_names);
    assert!(found.tools.is_empty(), "a summary holds names only");
    let definition = from_struct(all.tools[0].definition.clone().unwrap());
    assert!(definition["name"].is_string() && definition["input_schema"]["type"] == "object");
}

/// The server's own time limit is a caller that leaves like any other.
#[tokio::test]
async fn c10_what_the_request_timeout_cuts_is_in_the_log() {
    let mut house = House::new().await;
    house.connected().await;
    let (rest, _) = call("confluence_page_create", &new_page());
    // The provider asks for a pause, and the clock stands still: the next call waits.
    house.answer(429, &json!({}));
    assert!(!house.post("/api/v1/execute_tool", &rest).await.status.is_success());
    let hasty = Limits { request_timeout: Duration::from_millis(1), ..limits() };
    house.router = router(house.service.clone(), hasty, crate::OpenDoor::default()).await.unwrap();
    house.answer(200, &json!({"id": "7"}));
    let answer = house.post("/api/v1/execute_tool", &rest).await;
    assert_eq!(answer.status, StatusCode::GATEWAY_TIMEOUT, "{}", answer.json());
    let mut settled = pin!(house.service.grants.settle());
    loop {
        tokio::select! {
            biased;
            () = &mut settled => break,
            () = tokio::task::yield_now() => house.clock.advance(Duration::from_secs(1)),
        }
    }
    house.service.audit.write().await.unwrap();
    let filter = AuditFilter { action: Some("tool.execute".to_owned()), ..AuditFilter::default() };
    let entry = house.service.audit.read(&filter, 10).await.unwrap().pop().unwrap();
    assert_eq!(entry.subject.as_deref(), Some("confluence_page_create"));
    assert_eq!((entry.outcome.as_str(), entry.provider_status), ("ok", Some(200)));
    assert_eq!(entry.actor.as_str(), house.client.as_str());
}
