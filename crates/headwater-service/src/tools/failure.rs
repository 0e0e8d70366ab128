//! A provider's refusal as the caller sees it: always marked as a tool error, so that no SDK takes it for a
//! failure of ours, signs in again or repeats the call.

use headwater_catalog::definition::Tool;
use headwater_catalog::failure::{FailureKind, ToolFailure};
use headwater_catalog::plan::NothingToKeep;
use headwater_domain::connection::Connection;
use headwater_domain::error::ErrorKind;
use headwater_domain::error_code::ErrorCode;
use headwater_domain::id::ExecutionId;
use headwater_ports::upstream::{ReadError, UpstreamError};

use super::attempt::{Answered, SendError, TokenStanding};
use super::download::Lost;
use super::execute::Found;
use crate::error::{ServiceError, ToolError};
use crate::governor::Crowded;
use crate::live::LiveAccount;

/// The longest vendor answer in an error: gRPC clients take 8 KiB of trailers in all.
const MAX_VENDOR_BODY: usize = 2000;

/// Reads an answer other than success.
pub(super) fn read(found: &Found, answered: &Answered, execution: &ExecutionId) -> ServiceError {
    let Answered { answer, live, token } = answered;
    let header = |name: &str| match name {
        // It may be a date; connectors have no clock.
        "retry-after" => answer.retry_after.map(|pause| pause.as_secs().to_string()),
        name => answer.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned),
    };
    let mut refusal = found.connector.read_failure(&found.tool, answer.status, &header, &answer.body);
    refusal.message.push_str(about_token(*token));
    refused(refusal, &found.tool, live, execution)
}

/// What a refusal that could have been about the token turned out to be.
const fn about_token(token: TokenStanding) -> &'static str {
    match token {
        TokenStanding::Unquestioned => "",
        TokenStanding::Renewed => ". The access token is not the reason: a new one got the same answer",
        TokenStanding::Accepted => ". The access token is not the reason: the provider accepts it",
    }
}

/// A refusal of which nobody can tell yet whether it is about the token or about what was asked for. The call had no
/// effect, so that callers may repeat it by themselves.
pub(super) fn in_doubt(found: &Found, status: u16, reason: &str, execution: &ExecutionId) -> ServiceError {
    let name = &found.tool.name;
    let message = format!(
        "{name}: {} answered {status}, which it also does when it no longer accepts an account's access token. The \
         grant of this account is in doubt: {reason}. The call had no effect, and nothing is known about what its \
         arguments name. Call again in half a minute; if the grant turns out to be lost, that answer will say so, and \
         the end user has to authorize the account again",
        found.connector.display_name()
    );
    let tool = ToolError {
        execution_id: execution.to_string(),
        message: message.clone(),
        code: ErrorCode::GrantInDoubt.to_string(),
        tool: name.clone(),
        ..ToolError::default()
    };
    ServiceError::new(ErrorKind::Unavailable, ErrorCode::ToolError, message).with_tool(tool)
}

/// A file could not be fetched; nothing was changed.
pub(super) fn lost(problem: &Lost, execution: &ExecutionId) -> ServiceError {
    let (kind, code) = match problem {
        Lost::TooLarge => (ErrorKind::InvalidArgument, ErrorCode::FileTooLarge.as_str()),
        Lost::Upstream(UpstreamError::TimedOut(_)) => {
            (ErrorKind::DeadlineExceeded, ErrorCode::NoAnswer.as_str())
        }
        Lost::Crowded(_) => (ErrorKind::ResourceExhausted, "429"),
        Lost::Upstream(_) | Lost::Read(_) => (ErrorKind::Internal, ErrorCode::NoAnswer.as_str()),
        Lost::NoTarget | Lost::StrangeHost(_) | Lost::TooManyHops | Lost::Refused(_) => {
            (ErrorKind::Internal, ErrorCode::NoFile.as_str())
        }
    };
    tool_error(kind, code, format!("the file could not be fetched: {problem}"), execution)
}

/// The provider answered with an error.
fn refused(failure: ToolFailure, tool: &Tool, live: &LiveAccount, execution: &ExecutionId) -> ServiceError {
    let kind = match failure.kind {
        FailureKind::Unauthorized => ErrorKind::Unauthenticated,
        FailureKind::Forbidden => ErrorKind::PermissionDenied,
        FailureKind::NotFound => ErrorKind::NotFound,
        FailureKind::Conflict => ErrorKind::Conflict,
        FailureKind::RateLimited => ErrorKind::ResourceExhausted,
        FailureKind::Invalid => ErrorKind::InvalidArgument,
        FailureKind::Upstream => ErrorKind::Internal,
    };
    let missing_scopes = missing_scopes(failure.kind, tool, live);
    let hint = match (missing_scopes.as_slice(), failure.scope_missing) {
        ([], false) => String::new(),
        ([], true) => {
            format!(". {}; then the end user authorizes again", operator_adds("it", &live.connection))
        }
        (missing, _) => scope_hint(missing, &live.connection),
    };
    let message = failure.message + &hint;
    let details = ToolError {
        execution_id: execution.to_string(),
        message: message.clone(),
        code: failure.code,
        tool: tool.name.clone(),
        missing_scopes,
        vendor_body: failure.vendor_body.map(|body| cut(body.to_string())),
    };
    ServiceError::new(kind, ErrorCode::ToolError, message).with_tool(details)
}

/// What the grant lacks for the tool, when the refusal could come from that. Nothing is known of grants without a
/// list of scopes.
fn missing_scopes(kind: FailureKind, tool: &Tool, live: &LiveAccount) -> Vec<String> {
    let granted = &live.grant.scopes;
    if granted.is_empty() || !matches!(kind, FailureKind::Unauthorized | FailureKind::Forbidden) {
        return Vec::new();
    }
    tool.scopes.missing_from(granted).into_iter().map(str::to_owned).collect()
}

/// How the grant comes by its missing scopes.
fn scope_hint(missing: &[String], connection: &Connection) -> String {
    let unasked: Vec<&str> =
        missing.iter().filter(|it| !connection.scopes.contains(it)).map(String::as_str).collect();
    let (without, name) = (missing.join(" "), &connection.name);
    if unasked.is_empty() {
        return format!(
            ". The account was authorized without `{without}`, which connection `{name}` asks for by now: the end \
             user has to authorize again"
        );
    }
    let adds = operator_adds(&format!("`{}`", unasked.join(" ")), connection);
    format!(". The account was authorized without `{without}`. {adds}; then the end user authorizes again")
}

fn operator_adds(what: &str, connection: &Connection) -> String {
    format!(
        "The operator adds {what} to the OAuth app in the developer console and to connection `{}`",
        connection.name
    )
}

fn cut(mut text: String) -> String {
    if text.len() > MAX_VENDOR_BODY {
        text.truncate(text.floor_char_boundary(MAX_VENDOR_BODY));
        text.push('…');
    }
    text
}

/// The site is to be left alone for now; nothing was sent.
fn crowded(crowded: &Crowded, execution: &ExecutionId) -> ServiceError {
    let wait = match crowded {
        Crowded::Held(rest) => rest.as_secs().max(1),
        Crowded::Full => 5,
    };
    let message = format!(
        "nothing was sent: {crowded}. Wait {wait} seconds before calling again, and call less often at the same time"
    );
    tool_error(ErrorKind::ResourceExhausted, "429", message, execution)
}

/// No answer came. Never reported as "unavailable": callers repeat that by themselves, and the call may have had
/// its effect.
pub(super) fn unreachable(error: &SendError, execution: &ExecutionId) -> ServiceError {
    if let SendError::Crowded(reason) = error {
        return crowded(reason, execution);
    }
    let (kind, effect) = match error {
        SendError::Upstream(UpstreamError::TimedOut(_)) => {
            (ErrorKind::DeadlineExceeded, "it may have had its effect; look before you repeat it")
        }
        SendError::Upstream(UpstreamError::Broken { .. }) | SendError::Read(ReadError::Broken(_)) => {
            (ErrorKind::Internal, "it may have had its effect; look before you repeat it")
        }
        SendError::Read(ReadError::TooLarge(_)) => (
            ErrorKind::Internal,
            "ask for less at once, with `limit` where the tool has it, or read it with a raw request through /proxy, \
                 which passes on answers of any size",
        ),
        SendError::Read(ReadError::NoRoom) => {
            (ErrorKind::ResourceExhausted, "call again in a few seconds, and with less at once")
        }
        SendError::Upstream(_) | SendError::Unbuildable | SendError::Crowded(_) => {
            (ErrorKind::Internal, "it had no effect")
        }
    };
    tool_error(
        kind,
        ErrorCode::NoAnswer.as_str(),
        format!("the provider's answer did not arrive: {error}; {effect}"),
        execution,
    )
}

/// The provider's success cannot be passed on.
pub(super) fn unreadable(reason: &str, execution: &ExecutionId) -> ServiceError {
    tool_error(
        ErrorKind::Internal,
        ErrorCode::UnreadableAnswer.as_str(),
        format!("the call succeeded, but its answer is of no use: {reason}"),
        execution,
    )
}

/// What a call should have kept is not there; nothing was written.
pub(super) fn not_kept(problem: &NothingToKeep, execution: &ExecutionId) -> ServiceError {
    tool_error(ErrorKind::InvalidArgument, ErrorCode::NothingToKeep.as_str(), problem.to_string(), execution)
}

fn tool_error(kind: ErrorKind, code: &str, message: String, execution: &ExecutionId) -> ServiceError {
    let tool = ToolError {
        execution_id: execution.to_string(),
        message: message.clone(),
        code: code.to_owned(),
        ..ToolError::default()
    };
    ServiceError::new(kind, ErrorCode::ToolError, message).with_tool(tool)
}

#[cfg(test)]
mod tests;
