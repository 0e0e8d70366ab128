//! REST v2: `/wiki/api/v2/...`.

mod ancestors;
pub(crate) mod attachments;
mod blog_posts;
pub(crate) mod children;
mod classification;
mod comments;
mod conversion;
mod custom_content;
mod descendants;
pub(crate) mod documents;
pub(crate) mod entity;
pub(crate) mod error;
pub(crate) mod fields;
pub(crate) mod labels;
mod likes;
mod operations;
mod pages;
mod paging;
pub(crate) mod parameter;
mod properties;
mod redactions;
pub(crate) mod representation;
mod space_properties;
mod spaces;
mod tasks;
mod tree;
mod versions;

use super::Route;

/// The operations of v2, family by family.
pub(crate) fn routes() -> Vec<Route> {
    [
        pages::routes(),
        blog_posts::routes(),
        spaces::routes(),
        comments::routes(),
        attachments::routes(),
        labels::routes(),
        likes::routes(),
        properties::routes(),
        space_properties::routes(),
        tasks::routes(),
        tree::routes(),
        children::routes(),
        descendants::routes(),
        ancestors::routes(),
        custom_content::routes(),
        versions::routes(),
        classification::routes(),
        conversion::routes(),
        redactions::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
