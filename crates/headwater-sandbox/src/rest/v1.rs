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

use super::Route;

/// The operations that some sites say are gone.
#[cfg(test)]
pub(super) fn classic() -> Vec<Route> {
    let is_gone = |route: &Route| !route.pattern().contains("/blueprint/");
    classic::routes().into_iter().filter(is_gone).collect()
}

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
        groups::routes(),
        restrictions::routes(),
        permission_check::routes(),
        watches::routes(),
        spaces::routes(),
        space_permissions::routes(),
        settings::routes(),
        states::routes(),
        macro_bodies::routes(),
        templates::routes(),
        relations::routes(),
        analytics::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
