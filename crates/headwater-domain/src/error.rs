//! The kinds of failure that every use case sorts its errors into.

/// What sort of failure it was, for the caller's benefit. One file per adapter turns it into a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The request itself is wrong; repeating it unchanged cannot succeed.
    InvalidArgument,
    /// The request is fine, but the thing is not in a state that allows it.
    FailedPrecondition,
    /// The caller did not prove who it is.
    Unauthenticated,
    /// The caller is known and may not do this.
    PermissionDenied,
    /// There is no such thing.
    NotFound,
    /// There is one already.
    AlreadyExists,
    /// Somebody else changed it at the same time.
    Conflict,
    /// Too much, too fast.
    ResourceExhausted,
    /// It took too long.
    DeadlineExceeded,
    /// It cannot be done now and has not been done; trying again is safe.
    Unavailable,
    /// This server does not do that.
    Unimplemented,
    /// We are at fault.
    Internal,
}
