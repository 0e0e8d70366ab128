//! The one place where kinds of failure become gRPC codes and HTTP statuses.

use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use headwater_domain::error::ErrorKind;
use headwater_domain::error_code::ErrorCode;
use headwater_service::error::{ServiceError, ToolError};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode};
use prost::Message as _;
use serde_json::{Value, json};
use tonic::{Code, Status};

use crate::proto::errdetails::{
    DebugInfo, ErrorInfo, HelpInfo, ResourceInfo, ToolErrorInfo, ValidationErrorInfo, help_info::Link,
    validation_error_info::FieldViolation,
};
use crate::proto::rpc;

pub(crate) const ERROR_INFO: &str = "type.googleapis.com/scalekit.v1.errdetails.ErrorInfo";

/// The gRPC code of a kind.
pub(crate) const fn code(kind: ErrorKind) -> Code {
    match kind {
        ErrorKind::InvalidArgument => Code::InvalidArgument,
        ErrorKind::FailedPrecondition => Code::FailedPrecondition,
        ErrorKind::Unauthenticated => Code::Unauthenticated,
        ErrorKind::PermissionDenied => Code::PermissionDenied,
        ErrorKind::NotFound => Code::NotFound,
        ErrorKind::AlreadyExists => Code::AlreadyExists,
        ErrorKind::Conflict => Code::Aborted,
        ErrorKind::ResourceExhausted => Code::ResourceExhausted,
        ErrorKind::DeadlineExceeded => Code::DeadlineExceeded,
        ErrorKind::Unavailable => Code::Unavailable,
        ErrorKind::Unimplemented => Code::Unimplemented,
        ErrorKind::Internal => Code::Internal,
    }
}

/// The HTTP status of a gRPC code, as the contract lists them.
pub(crate) const fn http_status(code: Code) -> StatusCode {
    match code {
        Code::Ok => StatusCode::OK,
        Code::InvalidArgument | Code::FailedPrecondition | Code::OutOfRange => StatusCode::BAD_REQUEST,
        Code::Unauthenticated => StatusCode::UNAUTHORIZED,
        Code::PermissionDenied => StatusCode::FORBIDDEN,
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::AlreadyExists | Code::Aborted => StatusCode::CONFLICT,
        Code::ResourceExhausted => StatusCode::TOO_MANY_REQUESTS,
        Code::Unimplemented => StatusCode::NOT_IMPLEMENTED,
        Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Code::DeadlineExceeded => StatusCode::GATEWAY_TIMEOUT,
        Code::Cancelled | Code::Unknown | Code::Internal | Code::DataLoss => {
            StatusCode::INTERNAL_SERVER_ERROR
        }
    }
}

/// A service error as a gRPC status. The details repeat code and message exactly: clients throw away details that
/// do not agree with the status.
pub(crate) fn status(error: &ServiceError) -> Status {
    let code = code(error.kind());
    let info = ErrorInfo {
        error_code: error.code().to_string(),
        validation_error_info: validation(error),
        tool_error_info: error.tool().map(|tool| ToolErrorInfo {
            execution_id: tool.execution_id.clone(),
            tool_error_message: tool.message.clone(),
            tool_error_code: tool.code.clone(),
        }),
        debug_info: error.tool().and_then(vendor_body),
        resource_info: error.tool().and_then(missing_scopes),
        help_info: error.help().map(|help| HelpInfo {
            links: vec![Link { description: help.description.clone(), url: help.url.clone() }],
        }),
        ..ErrorInfo::default()
    };
    with_info(code, error.message(), &info)
}

/// The provider's own answer, for programs that know its errors.
fn vendor_body(tool: &ToolError) -> Option<DebugInfo> {
    tool.vendor_body.as_ref().map(|body| DebugInfo { detail: body.clone(), ..DebugInfo::default() })
}

/// What the account must be granted before the tool works.
fn missing_scopes(tool: &ToolError) -> Option<ResourceInfo> {
    (!tool.missing_scopes.is_empty()).then(|| ResourceInfo {
        resource_name: tool.tool.clone(),
        description: "the account must be authorized again with these scopes".to_owned(),
        required_permissions: tool.missing_scopes.clone(),
        ..ResourceInfo::default()
    })
}

/// A status with its details.
pub(crate) fn with_info(code: Code, message: &str, info: &ErrorInfo) -> Status {
    let detail = prost_types::Any { type_url: ERROR_INFO.to_owned(), value: info.encode_to_vec() };
    let status = rpc::Status { code: code as i32, message: message.to_owned(), details: vec![detail] };
    Status::with_details(code, message, Bytes::from(status.encode_to_vec()))
}

/// The status for a caller who did not prove who it is. SDKs fetch a token on this one and try again.
pub(crate) fn unauthenticated(message: &str) -> Status {
    refusal(Code::Unauthenticated, ErrorCode::Unauthenticated, message)
}

/// A status that says no more than its code and message.
pub(crate) fn refusal(code: Code, error_code: ErrorCode, message: &str) -> Status {
    with_info(code, message, &ErrorInfo { error_code: error_code.to_string(), ..ErrorInfo::default() })
}

fn validation(error: &ServiceError) -> Option<ValidationErrorInfo> {
    let field_violations: Vec<FieldViolation> = error
        .violations()
        .iter()
        .map(|it| FieldViolation {
            field: it.field.clone(),
            description: it.description.clone(),
            constraint: it.constraint.clone(),
        })
        .collect();
    (!field_violations.is_empty()).then_some(ValidationErrorInfo { field_violations })
}

/// The status of a raw request that was not carried out. Never 401: clients would take that for a failure of their own
/// token and send the request again.
pub(crate) fn proxy_status(error: &ServiceError) -> StatusCode {
    match (error.code(), error.kind()) {
        (ErrorCode::AccountNotActive | ErrorCode::ConnectionDisabled, _) => StatusCode::FORBIDDEN,
        (_, ErrorKind::Internal) => StatusCode::BAD_GATEWAY,
        (_, kind) => http_status(code(kind)),
    }
}

/// A service error as an HTTP answer with a JSON body.
pub(crate) fn http(error: &ServiceError) -> Response {
    let code = code(error.kind());
    json(http_status(code), code, error.code(), error.message())
}

/// An HTTP error with a JSON body in the shape of the REST surface.
pub(crate) fn json(status: StatusCode, code: Code, error_code: ErrorCode, message: &str) -> Response {
    let details = json!([{ "@type": ERROR_INFO, "error_code": error_code.as_str() }]);
    json_body(status, &json!({ "code": code as i32, "message": message, "details": details }))
}

/// A JSON answer.
pub(crate) fn json_body(status: StatusCode, body: &Value) -> Response {
    json_text(status, body.to_string().into_bytes())
}

/// An answer that is JSON text already.
pub(crate) fn json_text(status: StatusCode, text: Vec<u8>) -> Response {
    let mut response = (status, text).into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

#[cfg(test)]
mod tests {
    use headwater_service::error::Help;

    use super::*;

    #[test]
    fn details_agree_with_the_status_and_name_a_tool_error() {
        let tool = ToolError {
            execution_id: "exec_1".to_owned(),
            message: "m".to_owned(),
            code: "404".to_owned(),
            tool: "confluence_page_get".to_owned(),
            missing_scopes: vec!["read:page:confluence".to_owned()],
            vendor_body: Some("{\"errors\":[]}".to_owned()),
        };
        let error =
            ServiceError::new(ErrorKind::NotFound, ErrorCode::ToolError, "no such page").with_tool(tool);
        let status = status(&error);
        let details = rpc::Status::decode(status.details()).unwrap();
        assert_eq!((details.code, details.message.as_str()), (status.code() as i32, status.message()));
        let info = ErrorInfo::decode(&details.details[0].value[..]).unwrap();
        assert_eq!(info.error_code, "TOOL_ERROR");
        assert_eq!(info.tool_error_info.unwrap().tool_error_code, "404");
        assert_eq!(info.debug_info.unwrap().detail, "{\"errors\":[]}");
        assert_eq!(info.resource_info.unwrap().required_permissions, ["read:page:confluence"]);
    }

    #[test]
    fn the_way_out_stands_in_message_and_details() {
        let help = Help { description: "Authorize again".to_owned(), url: "https://a.example/x".to_owned() };
        let error = ServiceError::new(ErrorKind::FailedPrecondition, ErrorCode::AccountNotActive, "expired")
            .with_help(help);
        let status = status(&error);
        assert_eq!(status.message(), "expired. Authorize again: https://a.example/x");
        let details = rpc::Status::decode(status.details()).unwrap();
        assert_eq!(details.message, status.message());
        let info = ErrorInfo::decode(&details.details[0].value[..]).unwrap();
        let links = info.help_info.unwrap().links;
        assert_eq!((links.len(), links[0].url.as_str()), (1, "https://a.example/x"));
    }

    #[test]
    fn broken_rules_are_listed_by_field() {
        let status = status(&ServiceError::invalid("identifier", "required", "must be given"));
        let details = rpc::Status::decode(status.details()).unwrap();
        let info = ErrorInfo::decode(&details.details[0].value[..]).unwrap();
        let violations = info.validation_error_info.unwrap().field_violations;
        assert_eq!(violations[0].field, "identifier");
        assert_eq!(status.code(), Code::InvalidArgument);
    }
}
