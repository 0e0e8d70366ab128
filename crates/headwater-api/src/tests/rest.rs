//! The REST surface as such: paths, verbs, bodies and query parameters that fit or do not.

use std::collections::BTreeSet;

use axum::body::Body;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::harness::{BODY_LIMIT, House, request};

#[tokio::test]
async fn another_verb_is_told_which_ones_there_are() {
    let house = House::new().await;
    let table = [
        (Method::GET, "/api/v1/execute_tool", "POST"),
        (Method::DELETE, "/api/v1/connected_accounts", "GET, POST, PUT"),
        (Method::POST, "/api/v1/connections/conn_1:disable", "DELETE, GET, PATCH"),
        (Method::OPTIONS, "/api/v1/tools", "GET"),
    ];
    for (verb, path, allowed) in table {
        let answer = house.send_authorized(request(verb, path, Body::empty())).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
        let mut verbs: Vec<&str> = answer.header("allow").unwrap().split(", ").collect();
        verbs.sort_unstable();
        assert_eq!(verbs.join(", "), allowed, "{path}");
        assert_eq!(answer.error_code(), "METHOD_NOT_ALLOWED");
    }
}

#[tokio::test]
async fn what_is_not_there_is_told_in_json() {
    let house = House::new().await;
    for path in ["/api/v1/moon", "/api/v2/tools", "/api/v1/tools/a/b", "/api", "/", "/oauth"] {
        let answer = house.get(path).await;
        assert_eq!(
            (answer.status, answer.error_code().as_str()),
            (StatusCode::NOT_FOUND, "NOT_FOUND"),
            "{path}"
        );
        assert_eq!(answer.header("content-type"), Some("application/json"), "{path}");
        assert!(answer.json()["message"].as_str().unwrap().contains(path), "{path}");
    }
}

#[tokio::test]
async fn bodies_that_do_not_fit_are_refused_with_the_reason() {
    let house = House::new().await;
    let table = [
        ("{", "not JSON"),
        ("[]", "must be a JSON object"),
        ("\"x\"", "must be a JSON object"),
        ("null", "must be a JSON object"),
        ("{}{}", "not JSON"),
        (r#"{"colour":"red"}"#, "colour"),
        (r#"{"tool_name":7}"#, "string"),
        (r#"{"tool_name":"t","params":"x"}"#, ""),
        (r#"{"tool_name":"t","params":[1]}"#, ""),
        ("\u{feff}{}", "not JSON"),
        ("", "tool_name"),
        ("  \n", "tool_name"),
    ];
    for (body, reason) in table {
        let answer =
            house.send_authorized(request(Method::POST, "/api/v1/execute_tool", Body::from(body))).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}");
        assert_eq!(answer.error_code(), "INVALID_ARGUMENT", "{body}");
        assert!(answer.json()["message"].as_str().unwrap().contains(reason), "{body}: {}", answer.json());
    }
    let deep =
        format!("{{\"tool_name\":\"t\",\"params\":{{\"a\":{}{}}}}}", "[".repeat(5000), "]".repeat(5000));
    let answer = house.send_authorized(request(Method::POST, "/api/v1/execute_tool", Body::from(deep))).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "nested without end");
    let invalid = house
        .send_authorized(request(
            Method::POST,
            "/api/v1/execute_tool",
            Body::from(&b"{\"tool_name\":\"\xff\"}"[..]),
        ))
        .await;
    assert_eq!(invalid.status, StatusCode::BAD_REQUEST, "not UTF-8");
}

#[tokio::test]
async fn f8_a_body_that_is_too_large_is_not_read() {
    let house = House::new().await;
    let call = |tool_name: String| json!({ "tool_name": tool_name }).to_string();
    // JSON text may be twice as long as its message: it can write a character as an escape.
    let escaped = format!(r#"{{"tool_name":"{}"}}"#, r"é".repeat(BODY_LIMIT / 4));
    for (body, status) in [
        (call("x".repeat(BODY_LIMIT - 100)), StatusCode::NOT_FOUND),
        (escaped, StatusCode::NOT_FOUND),
        (call("x".repeat(BODY_LIMIT + 1)), StatusCode::PAYLOAD_TOO_LARGE),
        ("x".repeat(2 * BODY_LIMIT + 1), StatusCode::PAYLOAD_TOO_LARGE),
    ] {
        let pieces: Vec<_> =
            body.as_bytes().chunks(10_000).map(|it| Ok::<_, std::io::Error>(it.to_vec())).collect();
        // With its length told, and without.
        for body in [Body::from(body.clone()), Body::from_stream(futures_util::stream::iter(pieces))] {
            let answer = house.send_authorized(request(Method::POST, "/api/v1/execute_tool", body)).await;
            assert_eq!(answer.status, status, "{}", answer.json());
            if status == StatusCode::PAYLOAD_TOO_LARGE {
                assert_eq!(answer.error_code(), "BODY_TOO_LARGE");
                let message = answer.json()["message"].as_str().unwrap().to_owned();
                assert!(message.contains("limits.body_bytes") && message.contains("/proxy"), "{message}");
            }
        }
    }
}

/// A reading of the query that descended as deep as its names went ended the process.
#[tokio::test]
async fn g1_a_query_that_names_fields_without_end_is_refused() {
    let house = House::new().await;
    let deep = |name: &str| format!("connection.context.fields.value{}=x", name.repeat(1500));
    for name in [deep(".listValue.values"), deep(".structValue.fields.value"), "filter.".repeat(3000)] {
        let answer = house
            .send_authorized(request(
                Method::PATCH,
                &format!("/api/v1/connections/conn_1?{name}"),
                Body::from("{}"),
            ))
            .await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.json());
        assert!(answer.body.len() < 2000, "{}", answer.json());
        let answer = house.get(&format!("/api/v1/tools?{name}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.json());
    }
    let many = house.get(&format!("/api/v1/tools?{}", "filter.tool_name=x&".repeat(201))).await;
    assert_eq!(many.status, StatusCode::BAD_REQUEST);
    assert!(many.json()["message"].as_str().unwrap().contains("200 parameters"), "{}", many.json());
}

#[tokio::test]
async fn g1_arguments_of_too_many_values_are_refused_by_every_door() {
    let house = House::new().await;
    let values = vec![0; 2_000];
    let text = json!({"tool_name": "confluence_page_get", "params": {"id": values}}).to_string();
    assert!(text.len() < BODY_LIMIT);
    let few = house.send_authorized(request(Method::POST, "/api/v1/execute_tool", Body::from(text))).await;
    assert_eq!(few.error_code(), "INVALID_ARGUMENT");
    // An array of empty arrays takes three bytes a piece as text.
    let deep = format!("{}1{}", "[".repeat(33), "]".repeat(33));
    let text = format!(r#"{{"tool_name":"confluence_page_get","params":{{"id":{deep}}}}}"#);
    let answer = house.send_authorized(request(Method::POST, "/api/v1/execute_tool", Body::from(text))).await;
    assert!(answer.json()["message"].as_str().unwrap().contains("nested too deeply"), "{}", answer.json());
}

#[tokio::test]
async fn field_names_may_come_in_either_spelling() {
    let house = House::new().await;
    for body in [
        json!({"connector": "wiki", "identifier": "ann", "connected_account": {"api_config": {"a": 1}}}),
        json!({"connector": "wiki", "identifier": "bob", "connectedAccount": {"apiConfig": {"a": 1}}}),
    ] {
        let answer = house.post("/api/v1/connected_accounts", &body).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.json());
        assert_eq!(answer.json()["connected_account"]["api_config"], json!({"a": 1}));
    }
}

#[tokio::test]
async fn query_parameters_are_fields() {
    let house = House::new().await;
    let names = async |query: &str| -> Vec<String> {
        let answer = house.get(&format!("/api/v1/tools?{query}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{query}: {}", answer.json());
        serde_json::from_value(answer.json()["tool_names"].clone()).unwrap()
    };
    assert_eq!(names("filter.tool_name=confluence_page_get").await, ["confluence_page_get"]);
    assert_eq!(names("filter.toolName=confluence_page_get").await, ["confluence_page_get"]);
    let two = "filter.tool_name=confluence_page_get&filter.tool_name=confluence_page_create";
    assert_eq!(names(two).await.len(), 2);
    assert_eq!(names("page_size=3").await.len(), 3);
    assert_eq!(names("pageSize=3").await.len(), 3);
    assert!(!names("filter.query=page+get").await.is_empty());
    let path = "/api/v1/tools?page_size=2&filter.summary=";
    for (flag, tools) in [("true", 0), ("1", 0), ("false", 2), ("0", 2)] {
        let answer = house.get(&format!("{path}{flag}")).await.json();
        assert_eq!(answer["tools"].as_array().unwrap().len(), tools, "{flag}");
    }
}

#[tokio::test]
async fn query_parameters_that_do_not_fit_are_named() {
    let house = House::new().await;
    for (query, reason) in [
        ("colour=red", "`colour`"),
        ("filter.colour=red", "`filter.colour`"),
        ("filter=x", "`filter`"),
        ("page_size=many", "`page_size`"),
        ("page_size=-1", "`page_size`"),
        ("page_size=99999999999", "`page_size`"),
        ("page_size.x=1", "`page_size.x`"),
        ("filter.summary=maybe", "`filter.summary`"),
        ("filter.summary=true&filter.summary.value=true", "`filter.summary.value`"),
        ("=x", "``"),
        ("page_token=%FF%FE", "page_token"),
    ] {
        let answer = house.get(&format!("/api/v1/tools?{query}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{query}: {}", answer.json());
        assert!(answer.json()["message"].as_str().unwrap().contains(reason), "{query}: {}", answer.json());
    }
}

#[tokio::test]
async fn replies_name_every_field_in_the_protos_spelling() {
    let house = House::new().await;
    let answer = house.get("/api/v1/connected_accounts").await;
    let expected =
        json!({"connected_accounts": [], "total_size": 0, "next_page_token": "", "prev_page_token": ""});
    assert_eq!(answer.json(), expected);
    assert_eq!(answer.header("content-type"), Some("application/json"));
}

#[tokio::test]
async fn path_variables_are_decoded_and_win_over_the_body() {
    let house = House::new().await;
    let id = house.connected().await;
    let encoded = id.replace('_', "%5F");
    let path = format!("/api/v1/connected_accounts/{encoded}");
    assert_eq!(house.get(&path).await.json()["connected_account"]["id"], id.as_str());
    let other = json!({"id": "ca_999"});
    let answer = house.post(&format!("{path}:disconnect"), &other).await;
    assert_eq!(answer.json()["connected_account"]["id"], id.as_str(), "{}", answer.json());
    for id in ["%FF", "ca_1%2F..%2F..", "x%00y", "ca_%F0%9F%8D%84"] {
        let answer = house.get(&format!("/api/v1/connected_accounts/{id}")).await;
        assert!(answer.status.is_client_error(), "{id}: {}", answer.status);
    }
}

#[tokio::test]
async fn errors_have_one_shape() {
    let house = House::new().await;
    let answers = [
        house.get("/api/v1/moon").await,
        house.get("/api/v1/execute_tool").await,
        house.get("/api/v1/connected_accounts/ca_1").await,
        house.post("/api/v1/execute_tool", &json!({"x": 1})).await,
        house.send(request(Method::GET, "/api/v1/tools", Body::empty())).await,
        house.get("/proxy/wiki").await,
    ];
    for answer in answers {
        let body = answer.json();
        let keys: BTreeSet<&str> = body.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys, BTreeSet::from(["code", "details", "message"]), "{body}");
        assert!(body["code"].as_i64().is_some_and(|it| (1..=16).contains(&it)), "{body}");
        assert!(body["message"].as_str().is_some_and(|it| !it.is_empty()), "{body}");
        let detail = &body["details"][0];
        assert_eq!(detail["@type"], "type.googleapis.com/scalekit.v1.errdetails.ErrorInfo", "{body}");
        assert!(detail["error_code"].as_str().is_some_and(|it| !it.is_empty()), "{body}");
        assert_eq!(answer.header("content-type"), Some("application/json"));
    }
}

#[tokio::test]
async fn broken_rules_of_fields_are_listed() {
    let house = House::new().await;
    let body = json!({"connector": "a/b", "identifier": "x".repeat(101), "connected_account": {}});
    let answer = house.post("/api/v1/connected_accounts", &body).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    let violations = answer.json()["details"][0]["validation_error_info"]["field_violations"].clone();
    let fields: Vec<&Value> = violations.as_array().unwrap().iter().map(|it| &it["field"]).collect();
    assert_eq!(fields, ["connector", "identifier"]);
}
