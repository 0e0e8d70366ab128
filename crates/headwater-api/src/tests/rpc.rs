//! gRPC as such: what is no method, and messages that cannot be read.

use axum::body::Body;
use tonic::Code;

use super::harness::{BODY_LIMIT, House, Reply, rpc_request};
use crate::proto::connected_accounts::{ListConnectedAccountsRequest, OauthToken, StaticAuth};
use crate::proto::connections::OAuthConnectionConfig;
use crate::proto::tools::{ExecuteToolRequest, ListToolsRequest, ListToolsResponse};

#[tokio::test]
async fn what_is_no_method_is_unimplemented() {
    let house = House::new().await;
    for path in [
        "/scalekit.v1.tools.ToolService/FlyToTheMoon",
        "/scalekit.v1.organizations.OrganizationService/ListOrganization",
        "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
        "/x",
    ] {
        let reply = Reply::read(&house.send_authorized(rpc_request(path, &())).await);
        assert_eq!(reply.code, Code::Unimplemented, "{path}");
    }
}

#[tokio::test]
async fn a_service_that_is_not_ours_is_named_in_the_refusal() {
    let house = House::new().await;
    let path = "/scalekit.v1.organizations.OrganizationService/ListOrganization";
    let reply = Reply::read(&house.send(rpc_request(path, &())).await);
    assert_eq!((reply.code, reply.error_code()), (Code::Unimplemented, "UNIMPLEMENTED"));
    assert!(reply.message.contains(path), "{}", reply.message);
}

#[tokio::test]
async fn a_doubled_slash_in_front_does_not_matter() {
    let house = House::new().await;
    let call = rpc_request("//scalekit.v1.tools.ToolService/ListTools", &ListToolsRequest::default());
    let reply = Reply::read(&house.send_authorized(call).await);
    assert!(reply.message::<ListToolsResponse>().total_size > 0);
}

#[tokio::test]
async fn bytes_that_are_no_message_are_refused() {
    let house = House::new().await;
    let path = "/scalekit.v1.tools.ToolService/ExecuteTool";
    let (head, _) = rpc_request(path, &()).into_parts();
    let frames: [&[u8]; 6] = [
        b"",
        b"\0",
        b"\0\0\0\0\x09abc",
        b"\0\0\0\0\x03\xff\xff\xff",
        b"\x01\0\0\0\x03abc",
        b"\0\xff\xff\xff\xff",
    ];
    for frame in frames {
        let call = http::Request::from_parts(head.clone(), Body::from(frame));
        let reply = Reply::read(&house.send_authorized(call).await);
        assert_ne!(reply.code, Code::Ok, "{frame:?}");
        assert_ne!(reply.code, Code::Unknown, "{frame:?}: {}", reply.message);
    }
    assert!(house.provider.seen().is_empty());
}

/// Structs within structs: without a bound on the depth, reading them would use the stack up and end the process.
#[tokio::test]
async fn f8_a_message_that_is_too_deep_is_refused() {
    let house = House::new().await;
    let path = "/scalekit.v1.tools.ToolService/ExecuteTool";
    let (head, _) = rpc_request(path, &()).into_parts();
    // A value that holds a list that holds a value, and so on: fields 6 and 1, each of a length (wire type 2).
    let mut value = Vec::new();
    while value.len() < BODY_LIMIT / 2 {
        for tag in [0x0a_u8, 0x32] {
            let mut outer = vec![tag];
            prost::encoding::encode_varint(value.len() as u64, &mut outer);
            outer.append(&mut value);
            value = outer;
        }
    }
    for field in 1..=8_u8 {
        let mut message = vec![field << 3 | 2];
        prost::encoding::encode_varint(value.len() as u64, &mut message);
        message.extend_from_slice(&value);
        let mut frame = vec![0];
        frame.extend_from_slice(&u32::try_from(message.len()).unwrap().to_be_bytes());
        frame.append(&mut message);
        let call = http::Request::from_parts(head.clone(), Body::from(frame));
        let reply = Reply::read(&house.send_authorized(call).await);
        assert_ne!(reply.code, Code::Ok, "field {field}");
    }
    assert!(house.provider.seen().is_empty());
}

#[tokio::test]
async fn f8_a_message_that_is_too_large_is_not_read() {
    let house = House::new().await;
    let tool_name = "x".repeat(BODY_LIMIT);
    let reply = house
        .rpc("tools.ToolService/ExecuteTool", &ExecuteToolRequest { tool_name, ..Default::default() })
        .await;
    assert!(matches!(reply.code, Code::OutOfRange | Code::ResourceExhausted), "{:?}", reply.code);
}

#[tokio::test]
async fn every_broken_rule_is_named_at_once() {
    let house = House::new().await;
    let list = ListConnectedAccountsRequest {
        connector: Some("a/b".to_owned()),
        identifier: Some("x".repeat(101)),
        page_size: 100,
        ..Default::default()
    };
    let reply = house.rpc("connected_accounts.ConnectedAccountService/ListConnectedAccounts", &list).await;
    assert_eq!((reply.code, reply.error_code()), (Code::InvalidArgument, "INVALID_ARGUMENT"));
    let violations = reply.info.unwrap().validation_error_info.unwrap().field_violations;
    let fields: Vec<&str> = violations.iter().map(|it| it.field.as_str()).collect();
    assert_eq!(fields, ["connector", "identifier", "page_size"]);
    for violation in &violations {
        assert!(reply.message.contains(&violation.description), "{}", reply.message);
    }
}

#[test]
fn f1_messages_with_secrets_do_not_print_them() {
    let secret = "do-not-print";
    let token = OauthToken { access_token: secret.to_owned(), ..Default::default() };
    let config = OAuthConnectionConfig { client_secret: Some(secret.to_owned()), ..Default::default() };
    let fixed = StaticAuth::default();
    let printed = format!("{token:?} {config:?} {fixed:?}");
    assert!(!printed.contains(secret), "{printed}");
}
