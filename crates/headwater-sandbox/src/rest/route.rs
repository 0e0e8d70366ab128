//! Finding the operation that a request asks for, and its handler.

use std::collections::HashMap;

use http::Method;

use super::handler::{Answer, Handler};
use super::{v1, v2};
use crate::access;
use crate::operations::{self, Found, Operation};
use crate::request::Call;

/// The operations that have a handler.
pub(crate) struct Routes(HashMap<&'static str, Handler>);

/// An operation and its handler.
pub(crate) struct Route {
    pub(crate) operation: &'static Operation,
    handler: Handler,
}

/// The result of looking up a request.
pub(crate) enum Match {
    /// An operation, with the parameters of its path.
    Found(Route, Vec<(&'static str, String)>),
    /// A path that exists, but not with this method.
    OtherMethod,
    /// A path that does not exist.
    Nothing,
}

impl Routes {
    /// Collects the handlers of all families.
    pub(crate) fn new() -> Self {
        Self(handlers().collect())
    }

    /// Returns the operation for this method and this path below `/wiki`. HEAD asks for GET.
    pub(crate) fn find(&self, method: &Method, path: &str) -> Match {
        match operations::find(method, path) {
            Found::Operation(operation, parameters) => match self.0.get(operation.name) {
                Some(handler) => Match::Found(Route { operation, handler: *handler }, parameters),
                // A test sees to it that every operation has a handler.
                None => Match::Nothing,
            },
            Found::OtherMethod => Match::OtherMethod,
            Found::Nothing => Match::Nothing,
        }
    }
}

impl Route {
    /// Performs the operation, if the user may.
    pub(crate) fn answer(&self, mut call: Call) -> Answer {
        let (operation, handler) = (self.operation, self.handler);
        Box::pin(async move {
            access::enter(&mut call).await?;
            access::guard(&call, &operation.method, operation.pattern).await?;
            handler(call).await
        })
    }
}

/// All handlers, with the names of their operations.
pub(super) fn handlers() -> impl Iterator<Item = (&'static str, Handler)> {
    v2::FAMILIES.iter().chain(v1::FAMILIES).flat_map(|family| family.iter().copied())
}
