//! The rows of `docs/limits.md`, one by one: what is at a bound passes, what is just above it is refused.

use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::ConnectInfo;
use futures_util::stream;
use headwater_domain::bounds::{
    ANSWER, ANSWER_BYTES, ARGUMENTS, Door, JSON_IN_TEXT, JSON_TEXT_FACTOR, MESSAGE_BYTES, OAUTH_ANSWER_BYTES,
    OPEN_BODIES, OPEN_BODIES_PER_CONNECTION, OPEN_BODY_BYTES, PATH_BYTES, PATH_DECODINGS, QUERY_PARAMETERS,
    REFUSAL, TABLE, TARGET_QUERY_BYTES,
};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, Request, StatusCode};
use prost::Message as _;
use serde_json::json;
use tonic::Code;
use tower::ServiceExt as _;

use super::harness::{House, limits, request};
use crate::Limits;
use crate::proto::tools::ExecuteToolRequest;

const EXECUTE: &str = "tools.ToolService/ExecuteTool";
/// The bound on proxied bodies that these tests set: the default is too large for them.
const PROXY_BODY: usize = 1024;

#[tokio::test]
async fn g1_every_limit_of_the_api_holds() {
    let house = House::with(Limits { body_bytes: MESSAGE_BYTES, ..limits() }).await;
    house.connected().await;
    for row in TABLE.iter().filter(|row| row.door == Door::Api) {
        for above in [false, true] {
            let refused = probe(&house, row.id, above).await;
            assert_eq!(refused, above, "{}: just {}", row.id, if above { "above" } else { "at the bound" });
        }
    }
}

#[tokio::test]
async fn g1_every_limit_of_answers_holds() {
    for row in TABLE.iter().filter(|row| row.door == Door::Provider) {
        for above in [false, true] {
            let house = House::new().await;
            house.connected().await;
            let refused = probe_answer(&house, row.id, above).await;
            assert_eq!(refused, above, "{}: just {}", row.id, if above { "above" } else { "at the bound" });
        }
    }
}

/// Whether a request that is at a bound, or just above it, is refused for that.
async fn probe(house: &House, row: &str, above: bool) -> bool {
    let more = usize::from(above);
    match row {
        "message" => message(house, MESSAGE_BYTES + more).await,
        "json" => {
            let body = padded(r#"{"tool_name":"x"}"#, MESSAGE_BYTES * JSON_TEXT_FACTOR + more);
            post(house, body).await.0 == StatusCode::PAYLOAD_TOO_LARGE
        }
        "arguments" => {
            let call = |x: String| format!(r#"{{"tool_name":"x","params":{{"x":{x}}}}}"#);
            // The call, its two members and the list are values, too.
            let many = call(format!("[{}1]", "1,".repeat(ARGUMENTS.values - 5 + more)));
            let depth = ARGUMENTS.depth - 2 + more;
            let deep = call(format!("{}{}", "[".repeat(depth), "]".repeat(depth)));
            let (many, deep) = (post(house, many).await.1, post(house, deep).await.1);
            assert_eq!(many.contains("too many values"), deep.contains("nested too deeply"), "{many} {deep}");
            many.contains("too many values")
        }
        "text" => {
            let call = |value: String| {
                json!({"tool_name": "confluence_custom_content_property_create", "connector": "wiki",
                    "identifier": "ann", "params": {"id": "7", "key": "k", "value_json": value}})
            };
            let many = call(format!("[{}1]", "1,".repeat(JSON_IN_TEXT.values - 2 + more)));
            let depth = JSON_IN_TEXT.depth + more;
            let deep = call(format!("{}{}", "[".repeat(depth), "]".repeat(depth)));
            let (many, deep) = (post(house, many.to_string()).await.1, post(house, deep.to_string()).await.1);
            assert_eq!(many.contains("too many values"), deep.contains("nested too deeply"), "{many} {deep}");
            many.contains("too many values")
        }
        "query" => {
            let query = "filter.tool_name=x&".repeat(QUERY_PARAMETERS + more);
            house.get(&format!("/api/v1/tools?{query}")).await.status == StatusCode::BAD_REQUEST
        }
        "path" => {
            let long = "x".repeat(PATH_BYTES - 1 + more);
            let often = format!("wiki/%{}41", "25".repeat(PATH_DECODINGS - 1 + more));
            let (long, often) = (proxied(house, &long, "").await, proxied(house, &often, "").await);
            assert_eq!(long, often);
            long
        }
        "target query" => {
            proxied(house, &format!("wiki/x?{}", "x".repeat(TARGET_QUERY_BYTES + more)), "").await
        }
        "proxied body" => proxied(house, "wiki/x", &"x".repeat(PROXY_BODY + more)).await,
        "open body" => {
            let answer = house.ask_token(&"x".repeat(OPEN_BODY_BYTES + more), &[]).await;
            let crowd = crowd(house, OPEN_BODIES + more, |number| number).await;
            assert_eq!(answer.status == StatusCode::PAYLOAD_TOO_LARGE, crowd);
            crowd
        }
        "open bodies" => {
            crowd(house, usize::try_from(OPEN_BODIES_PER_CONNECTION).unwrap() + more, |_| 0).await
        }
        other => panic!("nothing tests the limit `{other}`"),
    }
}

/// JSON with spaces behind it.
fn padded(json: &str, length: usize) -> String {
    format!("{json}{}", " ".repeat(length - json.len()))
}

async fn message(house: &House, length: usize) -> bool {
    let mut call = ExecuteToolRequest { tool_name: "x".repeat(length - 5), ..Default::default() };
    while call.encoded_len() > length {
        call.tool_name.pop();
    }
    assert_eq!(call.encoded_len(), length);
    house.rpc(EXECUTE, &call).await.code == Code::ResourceExhausted
}

async fn post(house: &House, body: String) -> (StatusCode, String) {
    let answer = house.send_authorized(request(Method::POST, "/api/v1/execute_tool", Body::from(body))).await;
    (answer.status, answer.json()["message"].to_string())
}

/// Whether a raw request of `ann` is refused.
async fn proxied(house: &House, path: &str, body: &str) -> bool {
    let mut request = request(Method::POST, &format!("/proxy/{path}"), Body::from(body.to_owned()));
    request.headers_mut().insert("connection_name", HeaderValue::from_static("wiki"));
    request.headers_mut().insert("identifier", HeaderValue::from_static("ann"));
    house.provider.answer(200, "{}");
    house.send_authorized(request).await.status != StatusCode::OK
}

/// Whether the last of so many requests of strangers whose bodies do not end is turned away. `connection` says which
/// connection each is on.
async fn crowd(house: &House, count: usize, connection: fn(usize) -> usize) -> bool {
    let strangers = (0..count).map(|number| {
        let body = Body::from_stream(stream::pending::<Result<Vec<u8>, std::io::Error>>());
        let mut request: Request<Body> = request(Method::POST, "/oauth/token", body);
        request
            .headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        let port = u16::try_from(connection(number)).unwrap() + 1;
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([192, 0, 2, 1], port))));
        let router = house.router.clone();
        Box::pin(async move { router.oneshot(request).await.unwrap().status() })
    });
    let mut strangers: Vec<_> = strangers.collect();
    let mut turned_away = false;
    for stranger in &mut strangers {
        // Each is let in, and waits for its body, or is turned away at once.
        let looked =
            std::future::poll_fn(|context| std::task::Poll::Ready(stranger.as_mut().poll(context))).await;
        turned_away = looked.map(|it| it == StatusCode::TOO_MANY_REQUESTS) == std::task::Poll::Ready(true);
    }
    drop(strangers);
    turned_away
}

/// Whether what a provider answers is refused for being above a bound.
async fn probe_answer(house: &House, row: &str, above: bool) -> bool {
    let more = usize::from(above);
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let many = |values: usize| format!("[{}1]", "1,".repeat(values - 2));
    match row {
        "answer" => {
            let long = padded("{}", ANSWER_BYTES + more);
            let answers = [long, many(ANSWER.values + more), nested(ANSWER.depth + more)];
            let mut refused = Vec::new();
            for answer in answers {
                refused.push(read(house, 200, answer).await.0 != StatusCode::OK);
            }
            assert!(refused.iter().all(|it| *it == refused[0]), "{refused:?}");
            refused[0]
        }
        "refusal" => {
            let told = |x: String| format!(r#"{{"errors":[{{"title":"told by the vendor"}}],"x":{x}}}"#);
            let many = read(house, 400, told(many(REFUSAL.values - 4 + more))).await.1;
            let deep = read(house, 400, told(nested(REFUSAL.depth - 1 + more))).await.1;
            let unread = |text: &str| !text.contains("told by the vendor");
            assert_eq!(unread(&many), unread(&deep), "{many} {deep}");
            unread(&many)
        }
        "oauth answer" => {
            let tokens = json!({"oauth_token": {"access_token": "a", "refresh_token": "r"}});
            let account = json!({"connector": "wiki", "identifier": "bob",
                "connected_account": {"authorization_details": tokens}});
            house.post("/api/v1/connected_accounts", &account).await;
            let site = json!([{"id": super::harness::SITE, "url": "https://x", "name": "x", "scopes": []}]);
            let sites = padded(&site.to_string(), OAUTH_ANSWER_BYTES + more);
            house.provider.answer(200, sites);
            house.provider.answer(200, "{}");
            execute(house, "bob").await.0 != StatusCode::OK
        }
        other => panic!("nothing tests the limit `{other}`"),
    }
}

async fn read(house: &House, status: u16, answer: String) -> (StatusCode, String) {
    house.provider.answer(status, answer);
    execute(house, "ann").await
}

async fn execute(house: &House, identifier: &str) -> (StatusCode, String) {
    let call = json!({"tool_name": "confluence_page_get", "connector": "wiki", "identifier": identifier,
                      "params": {"id": "7"}});
    let answer = house.post("/api/v1/execute_tool", &call).await;
    (answer.status, answer.json()["message"].to_string())
}
