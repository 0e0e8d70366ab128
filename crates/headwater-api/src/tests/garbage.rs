//! Requests that nobody meant to send: valid ones, damaged at random from fixed seeds. Every one gets an answer that
//! blames the request, and never one that says that we are at fault.

use axum::body::Body;
use headwater_ports::entropy::Entropy as _;
use headwater_ports::fakes::SeededEntropy;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, Request, Uri};
use prost::Message as _;
use serde_json::json;
use tonic::Code;

use super::harness::{House, Reply, request, rpc_request};
use crate::proto::connected_accounts::{ConnectedAccount, UpdateConnectedAccountRequest};
use crate::proto::tools::ExecuteToolRequest;
use crate::wire::struct_value::to_struct;

const ROUNDS: u64 = 600;

/// What likes to break parsers.
const SPICES: [&[u8]; 16] = [
    b"\0",
    b"\xff\xfe",
    b"%",
    b"%00",
    b"%2e%2e%2f",
    b"..",
    b"//",
    b"{",
    b"}",
    b"[[[[",
    b"\"",
    b"\\u0000",
    b"1e999",
    b"-1",
    b"null",
    b"&&==",
];

/// Random choices from a seed.
struct Chance(SeededEntropy);

impl Chance {
    fn below(&self, end: usize) -> usize {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        usize::try_from(u64::from_le_bytes(bytes) >> 16).unwrap() % end.max(1)
    }

    /// Removes, changes, doubles or spices a few places.
    fn damage(&self, original: &[u8]) -> Vec<u8> {
        let mut bytes = original.to_vec();
        for _ in 0..=self.below(3) {
            let place = self.below(bytes.len() + 1);
            match self.below(5) {
                0 => bytes.truncate(place),
                1 if place < bytes.len() => bytes[place] ^= 1 << self.below(8),
                2 if place < bytes.len() => drop(bytes.remove(place)),
                3 => {
                    let tail = bytes[place..].to_vec();
                    bytes.extend(tail);
                }
                _ => {
                    let spice = SPICES[self.below(SPICES.len())].iter().copied();
                    drop(bytes.splice(place..place, spice));
                }
            }
        }
        bytes
    }

    /// A path and query that a client could still send.
    fn uri(&self, original: &str) -> Option<Uri> {
        let damaged = self.damage(original.as_bytes());
        Uri::try_from(damaged).ok().filter(|uri| uri.path().starts_with('/'))
    }
}

fn rest(chance: &Chance) -> Request<Body> {
    let execute = json!({"tool_name": "confluence_page_get", "connector": "wiki", "identifier": "ann",
                         "params": {"id": "7", "version": 3.5, "list": [null, true, {"a": "b"}]}});
    let account = json!({"connector": "wiki", "identifier": "ann", "connected_account": {
        "api_config": {"cloud_id": "x"}, "authorization_details": {"oauth_token": {"access_token": ""}}}});
    let samples = [
        (Method::POST, "/api/v1/execute_tool", execute.to_string()),
        (Method::POST, "/api/v1/connected_accounts", account.to_string()),
        (Method::PUT, "/api/v1/connected_accounts", account.to_string()),
        (Method::POST, "/api/v1/tools:search", json!({"query": "find a page", "top_k": 3}).to_string()),
        (Method::GET, "/api/v1/tools?page_size=3&filter.query=page&filter.summary=true", String::new()),
        (
            Method::GET,
            "/api/v1/connected_accounts?connector=wiki&connection_names=a&page_token=x",
            String::new(),
        ),
        (Method::GET, "/api/v1/connected_accounts/ca_1", String::new()),
        (Method::POST, "/api/v1/connected_accounts/ca_1:disconnect", "{}".to_owned()),
        (
            Method::PATCH,
            "/api/v1/connections/conn_1",
            json!({"oauth_config": {"token_uri": "https://a/b"}}).to_string(),
        ),
        (Method::GET, "/proxy/wiki/rest/api/content/7?expand=body", String::new()),
    ];
    let (method, path, body) = &samples[chance.below(samples.len())];
    let uri = Some(path).filter(|_| chance.below(2) == 0).and_then(|path| chance.uri(path));
    let mut request = request(method.clone(), path, Body::from(chance.damage(body.as_bytes())));
    *request.uri_mut() = uri.unwrap_or_else(|| path.parse().unwrap());
    for name in ["connection_name", "identifier"] {
        if let Ok(value) = HeaderValue::from_bytes(&chance.damage(b"wiki")) {
            request.headers_mut().insert(name, value);
        }
    }
    request
}

fn rpc(chance: &Chance) -> Request<Body> {
    let params = json!({"id": "7", "deep": {"a": [1, {"b": null}]}}).as_object().cloned().unwrap();
    let execute = ExecuteToolRequest {
        tool_name: "confluence_page_get".to_owned(),
        identifier: Some("ann".to_owned()),
        connector: Some("wiki".to_owned()),
        params: Some(to_struct(params)),
        ..Default::default()
    };
    let update = UpdateConnectedAccountRequest { identifier: Some("ann".to_owned()), ..Default::default() };
    let other = ConnectedAccount { id: "ca_1".to_owned(), ..Default::default() };
    let samples = [
        ("/scalekit.v1.tools.ToolService/ExecuteTool", execute.encode_to_vec()),
        (
            "/scalekit.v1.connected_accounts.ConnectedAccountService/UpdateConnectedAccount",
            update.encode_to_vec(),
        ),
        ("/scalekit.v1.tools.ToolService/ListTools", other.encode_to_vec()),
    ];
    let (path, message) = &samples[chance.below(samples.len())];
    let damaged = chance.damage(message);
    let mut frame = vec![0];
    frame.extend(u32::try_from(damaged.len()).unwrap().to_be_bytes());
    frame.extend(damaged);
    let (head, _) = rpc_request(path, &()).into_parts();
    Request::from_parts(head, Body::from(frame))
}

#[tokio::test]
async fn damaged_requests_are_the_callers_fault() {
    let house = House::new().await;
    for seed in 0..ROUNDS {
        let request = rest(&Chance(SeededEntropy::new(seed)));
        let told = format!("seed {seed}: {} {}", request.method(), request.uri());
        let answer = house.send_authorized(request).await;
        assert!(!answer.status.is_server_error(), "{told}: {}", answer.json());
        answer.json();
    }
    assert!(house.provider.seen().is_empty(), "no account is connected here");
}

#[tokio::test]
async fn damaged_messages_are_answered_in_grpc() {
    let house = House::new().await;
    for seed in 0..ROUNDS {
        let reply = Reply::read(&house.send_authorized(rpc(&Chance(SeededEntropy::new(seed)))).await);
        let ours = matches!(reply.code, Code::Unknown | Code::Unavailable | Code::Unauthenticated);
        assert!(!ours, "seed {seed}: {:?} {}", reply.code, reply.message);
        // What cannot be decoded is "internal" in the gRPC library; what we say ourselves never is.
        assert!(reply.code != Code::Internal || reply.info.is_none(), "seed {seed}: {}", reply.message);
    }
}

#[tokio::test]
async fn damaged_token_requests_are_refused() {
    let house = House::new().await;
    for seed in 0..ROUNDS {
        let chance = Chance(SeededEntropy::new(seed));
        let form = chance.damage(b"grant_type=client_credentials&client_id=skc_1&client_secret=x");
        let mut request = request(Method::POST, "/oauth/token", Body::from(form));
        let kind = HeaderValue::from_static("application/x-www-form-urlencoded");
        request.headers_mut().insert(CONTENT_TYPE, kind);
        if let Ok(value) = HeaderValue::from_bytes(&chance.damage(b"Basic c2tjXzE6eA==")) {
            request.headers_mut().insert("authorization", value);
        }
        let answer = house.send(request).await;
        assert!(matches!(answer.status.as_u16(), 400 | 401 | 429), "seed {seed}: {}", answer.json());
        assert!(answer.json()["error"].is_string());
    }
}
