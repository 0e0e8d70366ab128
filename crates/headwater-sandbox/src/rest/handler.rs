//! Handlers: the functions that carry operations out, by the names of `operations.tsv`.

use std::future::Future;
use std::pin::Pin;

use axum::response::Response;

use crate::request::{Call, Refusal};

/// The reply of an operation, or why it was not performed.
pub(crate) type Answer = Pin<Box<dyn Future<Output = Result<Response, Refusal>> + Send>>;

/// A function that carries one operation out.
pub(crate) type Handler = fn(Call) -> Answer;

/// The handlers of a family of operations, each with the name of its operation.
pub(crate) type Handlers = &'static [(&'static str, Handler)];

/// Writes the handlers of a family as `"name of the operation" => what answers the call`.
macro_rules! handlers {
    (|$call:ident| $($name:literal => $answer:expr),+ $(,)?) => {
        &[$(($name, |$call| Box::pin($answer))),+]
    };
}

pub(crate) use handlers;
