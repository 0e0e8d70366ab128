//! Every way in, tried without a token and with a worthless one: all are refused but those listed in
//! `authorization/open.txt`. The ways are taken from the descriptors that are served and from the router itself, so
//! that a new one cannot be forgotten here.

use std::collections::BTreeSet;

use axum::body::Body;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{Method, Request, StatusCode};
use prost_reflect::{DescriptorPool, DynamicMessage, MethodDescriptor, Value};
use tonic::Code;

use super::harness::{House, Reply, request, rpc_request};
use crate::proto::DESCRIPTORS;

/// What may be reached without a token, and with what outcome.
const OPEN: &str = include_str!("authorization/open.txt");

const METHODS: [Method; 7] =
    [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS];

/// A verb and a path.
type Way = (Method, String);

/// Sends a request without a token and with a worthless one; both must end alike.
async fn outcome(house: &House, new: impl Fn() -> Request<Body>) -> (StatusCode, Option<Code>) {
    let mut outcomes = Vec::new();
    for token in [None, Some("Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJza2NfMSJ9."), Some("Basic OjpA")] {
        let mut request = new();
        if let Some(token) = token {
            request.headers_mut().insert(AUTHORIZATION, token.parse().unwrap());
        }
        let speaks_grpc = request.headers().contains_key(CONTENT_TYPE);
        let answer = house.send(request).await;
        outcomes.push((answer.status, speaks_grpc.then(|| Reply::read(&answer).code)));
    }
    assert!(outcomes.iter().all(|it| *it == outcomes[0]), "a worthless token makes a difference");
    outcomes[0]
}

fn methods() -> Vec<MethodDescriptor> {
    let pool = DescriptorPool::decode(DESCRIPTORS).unwrap();
    pool.services().flat_map(|service| service.methods().collect::<Vec<_>>()).collect()
}

/// The ways to a method over HTTP, with something in the place of its variables.
fn bindings(method: &MethodDescriptor) -> Vec<Way> {
    let pool = method.parent_pool();
    let extension = pool.get_extension_by_name("google.api.http").unwrap();
    let options = method.options();
    let rule = options.get_extension(&extension);
    let rule = rule.as_message().unwrap();
    let more = rule.get_field_by_name("additional_bindings").unwrap();
    let more = more.as_list().unwrap().iter().filter_map(Value::as_message);
    [rule].into_iter().chain(more).map(way).collect()
}

fn way(rule: &DynamicMessage) -> Way {
    let verbs = [Method::GET, Method::PUT, Method::POST, Method::DELETE, Method::PATCH];
    let path = |verb: &Method| {
        let value = rule.get_field_by_name(&verb.as_str().to_ascii_lowercase()).unwrap();
        value.as_str().unwrap().to_owned()
    };
    let verb = verbs.into_iter().find(|verb| !path(verb).is_empty()).expect("every rule has a verb");
    (verb.clone(), concrete(&path(&verb)))
}

/// A pattern with something in the place of its variables.
fn concrete(pattern: &str) -> String {
    let mut path = String::new();
    let mut rest = pattern;
    while let Some((before, (_, after))) =
        rest.split_once('{').and_then(|(a, b)| Some((a, b.split_once('}')?)))
    {
        path += before;
        path += "x";
        rest = after;
    }
    path + rest
}

/// The patterns that the router itself knows, but for the two of its fallback. Routers do not list them but for
/// people who debug.
async fn patterns(house: &House) -> BTreeSet<String> {
    let limits = crate::Limits {
        body_bytes: 1024,
        proxy_body_bytes: 1024,
        request_timeout: std::time::Duration::from_secs(60),
        token_lifetime: std::time::Duration::from_secs(60),
    };
    let router = crate::router(house.service.clone(), limits, crate::OpenDoor::default()).await.unwrap();
    let text = format!("{router:?}");
    let fallback = |it: &&str| *it == "/" || it.contains("__private__axum_fallback");
    text.split('"').filter(|it| it.starts_with('/') && !fallback(it)).map(str::to_owned).collect()
}

#[tokio::test]
async fn d2_no_rpc_can_be_called_without_a_token() {
    let house = House::new().await;
    let methods = methods();
    assert!(methods.len() >= 24, "only {} methods were found", methods.len());
    for method in methods {
        let path = format!("/{}/{}", method.parent_service().full_name(), method.name());
        let got = outcome(&house, || rpc_request(&path, &())).await;
        assert_eq!(got, (StatusCode::OK, Some(Code::Unauthenticated)), "{path}");
        let answer = house.send_authorized(rpc_request(&path, &())).await;
        let reply = Reply::read(&answer).code;
        assert!(!matches!(reply, Code::Unauthenticated | Code::Unimplemented), "{path} is served: {reply:?}");
        // What is no gRPC call gets no further.
        assert_eq!(house.send(request(Method::POST, &path, Body::empty())).await.status, 401, "{path}");
    }
}

#[tokio::test]
async fn d2_no_rest_method_can_be_called_without_a_token() {
    let house = House::new().await;
    let ways: Vec<Way> = methods().iter().flat_map(bindings).collect();
    assert!(ways.len() >= 27, "only {} bindings were found", ways.len());
    for (verb, path) in ways {
        for verb in METHODS.into_iter().chain([verb]) {
            let got = outcome(&house, || request(verb.clone(), &path, Body::empty())).await;
            assert_eq!(got, (StatusCode::UNAUTHORIZED, None), "{verb} {path}");
        }
    }
}

#[tokio::test]
async fn d2_what_the_router_serves_without_a_token_is_listed() {
    let house = House::new().await;
    let patterns = patterns(&house).await;
    for known in ["/keys", "/oauth/token", "/proxy/{*path}", "/api/{*rest}"] {
        assert!(patterns.contains(known), "{known} is not among {patterns:?}");
    }
    let mut open = Vec::new();
    for pattern in patterns {
        let path = concrete(&pattern);
        for verb in METHODS {
            let (status, _) = outcome(&house, || request(verb.clone(), &path, Body::empty())).await;
            if !matches!(status, StatusCode::UNAUTHORIZED | StatusCode::METHOD_NOT_ALLOWED) {
                open.push(format!("{verb} {pattern} {}\n", status.as_u16()));
            }
        }
    }
    let open = open.concat();
    assert_eq!(
        open, OPEN,
        "tests/authorization/open.txt lists what is meant to be open; this is open:\n{open}"
    );
}

#[tokio::test]
async fn d2_paths_that_lead_nowhere_do_not_lead_around_the_door() {
    let house = House::new().await;
    for path in [
        "/",
        "/api/v1/tools/",
        "/api//v1/tools",
        "/api/v1/../v1/tools",
        "/api/v1/%74ools",
        "/API/v1/tools",
        "//api/v1/tools",
        "/api/v1/connected_accounts/auth/",
        "/proxy//wiki/rest/api/user/current",
        "/proxy/%2e%2e/keys",
        "/proxy",
        "/proxywiki/rest/api/user/current",
        "/scalekit.v1.tools.ToolService/listtools",
        "/scalekit.v1.tools.ToolService//ListTools",
        "/scalekit.v1.tools.ToolService/",
    ] {
        let (status, _) = outcome(&house, || request(Method::GET, path, Body::empty())).await;
        assert!(status.is_client_error(), "{path}: {status}");
        let got = outcome(&house, || rpc_request(path, &())).await;
        assert!(matches!(got.1, Some(Code::Unauthenticated | Code::Unimplemented)), "{path}: {got:?}");
    }
    assert!(house.provider.seen().is_empty());
}
