//! Calling a gRPC method in this process.

use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::GeneralPurpose;
use base64::engine::general_purpose::GeneralPurposeConfig;
use bytes::{BufMut as _, Bytes, BytesMut};
use futures_util::stream;
use headwater_domain::error_code::ErrorCode;
use headwater_service::memory::Held;
use http::header::{CONTENT_TYPE, TE};
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use percent_encoding::percent_decode;
use prost::Message as _;
use prost_reflect::{DynamicMessage, MethodDescriptor, SerializeOptions};
use serde_json::{Value, json};
use tonic::Code;
use tower::ServiceExt as _;

use super::{success, to_json};
use crate::error;
use crate::proto::rpc;

/// Length of the prefix of a gRPC message: a flag and the message's length.
const PREFIX: usize = 5;
/// Marks a call that was transcoded from REST: its answer may be of any size.
#[derive(Clone, Copy)]
pub(crate) struct Transcoded;

/// gRPC allows values with and without padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(base64::engine::DecodePaddingMode::Indifferent),
);

/// Calls a method with a message in protobuf's wire format; reply or refusal come back as an HTTP answer.
pub(super) async fn call(grpc: &Router, method: &MethodDescriptor, message: Vec<u8>) -> Response {
    try_call(grpc, method, message).await.unwrap_or_else(broken)
}

/// Fails with what went wrong on our side.
async fn try_call(
    grpc: &Router,
    method: &MethodDescriptor,
    message: Vec<u8>,
) -> Result<Response, &'static str> {
    let path = format!("/{}/{}", method.parent_service().full_name(), method.name());
    let request = Request::builder()
        .method(Method::POST)
        .uri(path)
        .header(CONTENT_TYPE, "application/grpc")
        .header(TE, "trailers")
        .extension(Transcoded)
        .body(framed(message))
        .map_err(|_| "the call could not be put together")?;
    let response = match grpc.clone().oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    };
    let (mut head, body) = response.into_parts();
    let collected = body.collect().await.map_err(|_| "the answer broke off")?;
    let trailers = collected.trailers().cloned().unwrap_or_default();
    let status = [&head.headers, &trailers].into_iter().find(|headers| headers.contains_key("grpc-status"));
    let status = status.ok_or("the answer has no status")?;
    let code = code(status);
    if code != Code::Ok {
        return Ok(refusal(method, code, status));
    }
    let reply = collected.to_bytes();
    let message = reply.get(PREFIX..).ok_or("the answer has no message")?;
    let json = to_json::write(&method.output(), message).map_err(|_| "the answer cannot be read")?;
    let mut response = error::json_text(success(method), json);
    if let Some(held) = head.extensions.remove::<Arc<Held>>() {
        response.extensions_mut().insert(held);
    }
    Ok(response)
}

/// The message behind its prefix, without copying it.
fn framed(message: Vec<u8>) -> Body {
    let mut prefix = BytesMut::with_capacity(PREFIX);
    prefix.put_u8(0);
    prefix.put_u32(u32::try_from(message.len()).unwrap_or(u32::MAX));
    let pieces = [prefix.freeze(), Bytes::from(message)].map(Ok::<_, Infallible>);
    Body::from_stream(stream::iter(pieces))
}

fn code(headers: &HeaderMap) -> Code {
    headers.get("grpc-status").map_or(Code::Unknown, |value| Code::from_bytes(value.as_bytes()))
}

/// A gRPC refusal as JSON. A provider's refusal of a tool call is 500, as the contract documents it.
fn refusal(method: &MethodDescriptor, code: Code, headers: &HeaderMap) -> Response {
    let message = headers
        .get("grpc-message")
        .map(|value| percent_decode(value.as_bytes()).decode_utf8_lossy().into_owned());
    let details =
        headers.get("grpc-status-details-bin").and_then(|value| BASE64.decode(value.as_bytes()).ok());
    let info = details.and_then(|bytes| rpc::Status::decode(&bytes[..]).ok()).and_then(|status| {
        let detail = status.details.into_iter().next()?;
        let descriptor = method.parent_pool().get_message_by_name("scalekit.v1.errdetails.ErrorInfo")?;
        let info = DynamicMessage::decode(descriptor, &detail.value[..]).ok()?;
        let options = SerializeOptions::new().use_proto_field_name(true);
        let mut json = info.serialize_with_options(serde_json::value::Serializer, &options).ok()?;
        json.as_object_mut()?.insert("@type".to_owned(), Value::String(detail.type_url));
        Some(json)
    });
    let tool_error = info.as_ref().is_some_and(|info| info["error_code"] == ErrorCode::ToolError.as_str());
    let status = if tool_error { StatusCode::INTERNAL_SERVER_ERROR } else { error::http_status(code) };
    let details: Vec<Value> = info.into_iter().collect();
    error::json_body(
        status,
        &json!({ "code": code as i32, "message": message.unwrap_or_default(), "details": details }),
    )
}

fn broken(message: &str) -> Response {
    error::json(StatusCode::INTERNAL_SERVER_ERROR, Code::Internal, ErrorCode::Internal, message)
}
