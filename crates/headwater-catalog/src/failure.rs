//! What a provider's refusal of a tool call means.

use serde_json::Value;

/// A refusal, put so that a model knows what went wrong and what to do next.
#[derive(Clone, Debug, PartialEq)]
pub struct ToolFailure {
    /// The provider's HTTP status.
    pub status: u16,
    /// What it means.
    pub kind: FailureKind,
    /// The provider's own code, or else its HTTP status as text.
    pub code: String,
    /// What went wrong and what to do next.
    pub message: String,
    /// Whether the token was refused because it lacks a scope.
    pub scope_missing: bool,
    /// How many seconds to wait before another try, when the provider said so.
    pub retry_after: Option<u64>,
    /// The provider's answer, when it was JSON.
    pub vendor_body: Option<Value>,
}

/// What a refusal means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FailureKind {
    /// The token was not accepted, or lacks a scope.
    Unauthorized,
    /// The user may not do this.
    Forbidden,
    /// There is no such thing, or the user may not see it.
    NotFound,
    /// Somebody else changed it, or it is there already.
    Conflict,
    /// Too many requests.
    RateLimited,
    /// The request is wrong.
    Invalid,
    /// The provider is at fault.
    Upstream,
}

impl FailureKind {
    /// The kind that an HTTP status stands for by itself.
    pub const fn of_status(status: u16) -> Self {
        match status {
            401 => Self::Unauthorized,
            403 => Self::Forbidden,
            404 | 410 => Self::NotFound,
            409 => Self::Conflict,
            429 => Self::RateLimited,
            400..=499 => Self::Invalid,
            _ => Self::Upstream,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_sort_into_kinds() {
        let table = [
            (400, FailureKind::Invalid),
            (401, FailureKind::Unauthorized),
            (403, FailureKind::Forbidden),
            (404, FailureKind::NotFound),
            (409, FailureKind::Conflict),
            (410, FailureKind::NotFound),
            (413, FailureKind::Invalid),
            (429, FailureKind::RateLimited),
            (302, FailureKind::Upstream),
            (500, FailureKind::Upstream),
            (503, FailureKind::Upstream),
        ];
        for (status, kind) in table {
            assert_eq!(FailureKind::of_status(status), kind, "{status}");
        }
    }
}
