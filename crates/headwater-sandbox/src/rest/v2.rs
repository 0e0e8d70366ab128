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
mod entities;
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

use super::Handlers;

/// The handlers of v2, family by family.
pub(super) const FAMILIES: &[Handlers] = &[
    pages::HANDLERS,
    blog_posts::HANDLERS,
    spaces::HANDLERS,
    comments::HANDLERS,
    attachments::HANDLERS,
    labels::HANDLERS,
    likes::HANDLERS,
    properties::HANDLERS,
    space_properties::HANDLERS,
    tasks::HANDLERS,
    tree::HANDLERS,
    children::HANDLERS,
    descendants::HANDLERS,
    ancestors::HANDLERS,
    custom_content::HANDLERS,
    versions::HANDLERS,
    classification::HANDLERS,
    conversion::HANDLERS,
    redactions::HANDLERS,
    operations::HANDLERS,
    space_permissions::HANDLERS,
    space_roles::HANDLERS,
    role_assignments::HANDLERS,
    permission_transition::HANDLERS,
    users::HANDLERS,
    data_policies::HANDLERS,
    admin_key::HANDLERS,
    app_properties::HANDLERS,
];
