//! Permissions in spaces: which there are, and who has them.

use axum::response::Response;
use serde_json::{Value, json};

use super::documents::find_space;
use super::paging::{Paging, Sort, up};
use super::parameter::path_id;
use crate::request::v2_error::not_found;
use crate::request::{Call, Refusal};
use crate::rest::{Handlers, handlers};
use crate::storage::listing::{After, By, Key};
use crate::storage::site_switches;
use crate::storage::space_permissions::{self, Permission, RIGHTS, Right};

pub(super) const BY_ID: Sort = up("id", By::Id);

/// The operations on permissions.
pub(super) const HANDLERS: Handlers = handlers! { |call|
    "getSpacePermissionsAssignments" => list(call),
    "getAvailableSpacePermissions" => available(call),
};

async fn list(call: Call) -> Result<Response, Refusal> {
    let id = path_id(&call, "id")?;
    let paging = Paging::read(&call.query, 25, BY_ID)?;
    let mut tx = call.begin().await?;
    find_space(&call, &mut tx, id).await?;
    let rows = space_permissions::of_space(&mut tx, id).await?;
    let page = paging.cut_all(rows, |row| After { id: row.id, key: Key::Number(row.id) });
    Ok(page.reply(&call, |row| show(&row)))
}

/// Refuses on sites that have no roles.
pub(super) async fn check_roles(call: &Call) -> Result<(), Refusal> {
    let mut tx = call.begin().await?;
    if site_switches::is_on(&mut tx, &call.site.cloud_id, site_switches::NO_ROLES).await? {
        return Err(not_found("Space roles are not available on this site"));
    }
    Ok(())
}

async fn available(call: Call) -> Result<Response, Refusal> {
    let paging = Paging::read(&call.query, 25, BY_ID)?;
    check_roles(&call).await?;
    let rows: Vec<(i64, &Right)> = (1..).zip(RIGHTS).collect();
    let page = paging.cut_all(rows, |(place, _)| After { id: *place, key: Key::Number(*place) });
    Ok(page.reply(&call, |(_, right)| {
        let is_root = right.id() == "read/space";
        json!({
            "id": right.id(),
            "displayName": right.name,
            "description": format!("{}.", right.name),
            "requiredPermissionIds": if is_root { json!([]) } else { json!(["read/space"]) },
        })
    }))
}

/// Shows a permission.
pub(super) fn show(permission: &Permission) -> Value {
    json!({
        "id": permission.id.to_string(),
        "principal": { "type": permission.principal.kind, "id": permission.principal.id },
        "operation": { "key": permission.operation, "targetType": permission.target },
    })
}
