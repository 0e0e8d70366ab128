//! REST v1: `/wiki/rest/api/...`, as far as v2 has nothing in its place.

mod contents;
mod download;
pub(crate) mod error;
mod labels;
mod moves;
mod search;
mod users;

use super::Route;

/// The operations of v1, family by family.
pub(crate) fn routes() -> Vec<Route> {
    [search::routes(), users::routes(), labels::routes(), download::routes(), moves::routes()]
        .into_iter()
        .flatten()
        .collect()
}
