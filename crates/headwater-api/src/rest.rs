//! The REST surface: the same methods as gRPC, transcoded from the protos' HTTP bindings, so that there is one truth.

mod call;
mod query;
mod request;
mod routes;
mod to_json;
mod to_wire;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use headwater_domain::bounds::JSON_TEXT_FACTOR;
use headwater_domain::error_code::ErrorCode;
use headwater_service::memory::Memory;
use http::header::ALLOW;
use http::{HeaderValue, Method, StatusCode};
use prost_reflect::MethodDescriptor;
use tonic::Code;

pub(crate) use self::call::Transcoded;
use self::routes::{Match, Routes};
use crate::error;
use crate::intake::{Refused, Taken, hold, read_json};

/// What transcoding needs.
#[derive(Clone)]
struct Transcoder {
    routes: Arc<Routes>,
    grpc: Router,
    memory: Memory,
    /// The largest message, in bytes.
    limit: usize,
}

/// The REST surface in front of `grpc`. Messages of up to `limit` bytes are read. Takes every request that comes to
/// it: what is no method is answered in JSON.
pub(crate) fn router(
    grpc: Router,
    memory: Memory,
    limit: usize,
) -> Result<Router, prost_reflect::DescriptorError> {
    let transcoder = Transcoder { routes: Arc::new(Routes::load()?), grpc, memory, limit };
    Ok(Router::new().fallback(answer).with_state(transcoder))
}

async fn answer(State(transcoder): State<Transcoder>, request: Request) -> Response {
    match transcoder.routes.find(request.method(), request.uri().path()) {
        Match::Found(found) => {
            transcoder.transcode(&found, request).await.unwrap_or_else(|refused| refuse(&refused))
        }
        Match::OtherMethods(methods) => not_allowed(request.method(), &methods),
        Match::None => {
            let message =
                format!("there is nothing at {}; the API lives below /api/v1", request.uri().path());
            error::json(StatusCode::NOT_FOUND, Code::NotFound, ErrorCode::NotFound, &message)
        }
    }
}

impl Transcoder {
    async fn transcode(&self, found: &routes::Found<'_>, request: Request) -> Result<Response, Refused> {
        let (head, body) = request.into_parts();
        let most = self.limit.saturating_mul(JSON_TEXT_FACTOR);
        let Taken { bytes, held } = read_json(&self.memory, &head.headers, body, most).await?;
        let message = match request::encode(found, head.uri.query().unwrap_or_default(), &bytes) {
            Ok(message) => message,
            Err(problem) => return Ok(invalid(&problem)),
        };
        drop(bytes);
        if message.len() > self.limit {
            return Err(Refused::TooLarge(self.limit));
        }
        let answer = call::call(&self.grpc, &found.binding.method, message).await;
        drop(held);
        Ok(hold(answer))
    }
}

fn refuse(refused: &Refused) -> Response {
    let message = refused.to_string();
    match refused {
        Refused::TooLarge(_) => error::json(
            StatusCode::PAYLOAD_TOO_LARGE,
            Code::ResourceExhausted,
            ErrorCode::BodyTooLarge,
            &message,
        ),
        Refused::Exceeded(_) | Refused::Broken(_) => invalid(&message),
        Refused::Busy(error) => error::http(error),
    }
}

fn invalid(message: &str) -> Response {
    error::json(StatusCode::BAD_REQUEST, Code::InvalidArgument, ErrorCode::InvalidArgument, message)
}

/// Creating a connected account answers 201, everything else 200, as the contract has it.
fn success(method: &MethodDescriptor) -> StatusCode {
    if method.name() == "CreateConnectedAccount" { StatusCode::CREATED } else { StatusCode::OK }
}

fn not_allowed(method: &Method, allowed: &[&str]) -> Response {
    let allowed = allowed.join(", ");
    let message = format!("{method} is not possible here; possible: {allowed}");
    let mut response = error::json(
        StatusCode::METHOD_NOT_ALLOWED,
        Code::Unimplemented,
        ErrorCode::MethodNotAllowed,
        &message,
    );
    if let Ok(value) = HeaderValue::try_from(allowed) {
        response.headers_mut().insert(ALLOW, value);
    }
    response
}
