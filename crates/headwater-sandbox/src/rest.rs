//! The REST operations. `operations.tsv` says which there are: their names, requests and scopes. Each family of
//! operations has a file that names the handler of each of its operations.

#[cfg(test)]
mod conformance;
mod handler;
#[cfg(test)]
mod reference;
mod route;
pub(crate) mod v1;
pub(crate) mod v2;

pub(crate) use self::handler::{Handlers, handlers};
pub(crate) use self::route::{Match, Routes};
