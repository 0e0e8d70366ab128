//! One request to an operation: what it asks, what the operation knows about it, and the words in which it is refused.

mod call;
mod query;
mod refusal;
pub(crate) mod v1_error;
pub(crate) mod v2_error;

pub(crate) use self::call::Call;
pub(crate) use self::query::Query;
pub(crate) use self::refusal::Refusal;
