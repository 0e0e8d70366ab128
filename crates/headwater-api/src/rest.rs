//! The REST surface: the same methods as gRPC, transcoded from the protos' HTTP bindings, so that there is one truth.

mod call;
mod message;
mod routes;
mod unique;

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use http::header::ALLOW;
use http::{HeaderValue, Method, StatusCode};
use prost_reflect::MethodDescriptor;
use tonic::Code;

use self::routes::{Match, Routes};
use crate::error;

/// What transcoding needs.
#[derive(Clone)]
struct Transcoder {
    routes: Arc<Routes>,
    grpc: Router,
    body_limit: usize,
}

/// The REST surface in front of `grpc`. Bodies of up to `body_limit` bytes are read. Takes every request that
/// comes to it: what is no method is answered in JSON.
pub(crate) fn router(grpc: Router, body_limit: usize) -> Result<Router, prost_reflect::DescriptorError> {
    let transcoder = Transcoder { routes: Arc::new(Routes::load()?), grpc, body_limit };
    Ok(Router::new().fallback(answer).with_state(transcoder))
}

async fn answer(State(transcoder): State<Transcoder>, request: Request) -> Response {
    match transcoder.routes.find(request.method(), request.uri().path()) {
        Match::Found(found) => transcoder.transcode(&found, request).await,
        Match::OtherMethods(methods) => not_allowed(request.method(), &methods),
        Match::None => {
            let message =
                format!("there is nothing at {}; the API lives below /api/v1", request.uri().path());
            error::json(StatusCode::NOT_FOUND, Code::NotFound, "NOT_FOUND", &message)
        }
    }
}

impl Transcoder {
    async fn transcode(&self, found: &routes::Found<'_>, request: Request) -> Response {
        let query = request.uri().query().unwrap_or_default().to_owned();
        let body = match read(request.into_body(), self.body_limit).await {
            Ok(body) => body,
            Err(message) => {
                return error::json(
                    StatusCode::PAYLOAD_TOO_LARGE,
                    Code::ResourceExhausted,
                    "BODY_TOO_LARGE",
                    &message,
                );
            }
        };
        let message = match message::decode(found, &query, &body) {
            Ok(message) => message,
            Err(message) => {
                return error::json(
                    StatusCode::BAD_REQUEST,
                    Code::InvalidArgument,
                    "INVALID_ARGUMENT",
                    &message,
                );
            }
        };
        let method: &MethodDescriptor = &found.binding.method;
        match call::call(&self.grpc, method, &message).await {
            Ok(reply) => error::json_body(success(method), &message::encode(&reply)),
            Err(refusal) => refusal,
        }
    }
}

/// Creating a connected account answers 201, everything else 200, as the contract has it.
fn success(method: &MethodDescriptor) -> StatusCode {
    if method.name() == "CreateConnectedAccount" { StatusCode::CREATED } else { StatusCode::OK }
}

fn not_allowed(method: &Method, allowed: &[&str]) -> Response {
    let allowed = allowed.join(", ");
    let message = format!("{method} is not possible here; possible: {allowed}");
    let mut response =
        error::json(StatusCode::METHOD_NOT_ALLOWED, Code::Unimplemented, "METHOD_NOT_ALLOWED", &message);
    if let Ok(value) = HeaderValue::try_from(allowed) {
        response.headers_mut().insert(ALLOW, value);
    }
    response
}

async fn read(body: Body, limit: usize) -> Result<Bytes, String> {
    axum::body::to_bytes(body, limit)
        .await
        .map_err(|_| format!("the body must not be larger than {limit} bytes"))
}
