//! REST v2: `/wiki/api/v2/...`.

mod admin_key;
mod ancestors;
mod app_properties;
pub(crate) mod attachments;
mod blog_posts;
pub(crate) mod children;
mod classification;
mod comments;
mod conversion;
mod custom_content;
mod data_policies;
mod descendants;
pub(crate) mod documents;
pub(crate) mod entity;
pub(crate) mod fields;
pub(crate) mod labels;
mod likes;
mod operations;
mod pages;
mod paging;
pub(crate) mod parameter;
mod permission_transition;
mod properties;
mod redactions;
pub(crate) mod representation;
mod role_assignments;
mod space_permissions;
mod space_properties;
mod space_roles;
pub(crate) mod spaces;
mod tasks;
mod tree;
mod users;
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
        operations::routes(),
        space_permissions::routes(),
        space_roles::routes(),
        role_assignments::routes(),
        permission_transition::routes(),
        users::routes(),
        data_policies::routes(),
        admin_key::routes(),
        app_properties::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
