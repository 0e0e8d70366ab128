//! REST v1: `/wiki/rest/api/...`, as far as v2 has nothing in its place.

mod archive;
mod attachments;
mod body_conversion;
mod classic;
mod contents;
mod copies;
mod download;
pub(crate) mod error;
mod labels;
mod long_tasks;
mod macro_bodies;
mod moves;
mod offset;
mod search;
mod show;
mod space_labels;
mod templates;
mod upload;
mod users;
mod versions;

use super::Route;

/// The operations of v1, family by family.
pub(crate) fn routes() -> Vec<Route> {
    [
        search::routes(),
        users::routes(),
        labels::routes(),
        download::routes(),
        attachments::routes(),
        space_labels::routes(),
        moves::routes(),
        archive::routes(),
        copies::routes(),
        long_tasks::routes(),
        versions::routes(),
        body_conversion::routes(),
        classic::routes(),
        macro_bodies::routes(),
        templates::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
