//! The REST operations. Each family of operations has a file with its table of routes: method, path, scopes, handler.

#[cfg(test)]
mod conformance;
#[cfg(test)]
mod reference;
mod route;
pub(crate) mod v1;
pub(crate) mod v2;

pub(crate) use self::route::{Match, Route, Routes, Scopes};

/// Every operation there is.
pub(crate) fn routes() -> Routes {
    Routes::new(v2::routes().into_iter().chain(v1::routes()).collect())
}
