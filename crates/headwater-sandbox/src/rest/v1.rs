//! REST v1: `/wiki/rest/api/...`, as far as v2 has nothing in its place.

mod analytics;
mod archive;
mod attachments;
mod body_conversion;
mod classic;
mod contents;
mod copies;
mod download;
mod expand;
mod groups;
mod labels;
mod long_tasks;
mod macro_bodies;
mod moves;
mod offset;
mod permission_check;
mod relations;
mod restrictions;
mod search;
mod settings;
mod show;
mod space_labels;
mod space_permissions;
mod spaces;
mod states;
mod templates;
mod upload;
mod users;
mod versions;
mod watches;

use super::Handlers;

/// The handlers of v1, family by family.
pub(super) const FAMILIES: &[Handlers] = &[
    classic::HANDLERS,
    search::HANDLERS,
    users::HANDLERS,
    labels::HANDLERS,
    download::HANDLERS,
    attachments::HANDLERS,
    space_labels::HANDLERS,
    moves::HANDLERS,
    archive::HANDLERS,
    copies::HANDLERS,
    long_tasks::HANDLERS,
    versions::HANDLERS,
    body_conversion::HANDLERS,
    groups::HANDLERS,
    restrictions::HANDLERS,
    permission_check::HANDLERS,
    watches::HANDLERS,
    spaces::HANDLERS,
    space_permissions::HANDLERS,
    settings::HANDLERS,
    states::HANDLERS,
    macro_bodies::HANDLERS,
    templates::HANDLERS,
    relations::HANDLERS,
    analytics::HANDLERS,
];
