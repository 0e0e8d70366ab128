//! Assignments of roles in a space.

use axum::response::Response;
use serde_json::{Value, json};
use sqlx::SqliteConnection;

use super::documents::find_space;
use super::fields::Fields;
use super::paging::{Page, Paging};
use super::parameter::path_id;
use super::space_permissions::{BY_ID, check_roles};
use super::space_roles::no_role;
use crate::request::v2_error::{invalid_body, invalid_parameter, wrong_type};
use crate::request::{Call, Query, Refusal};
use crate::rest::{Handlers, handlers};
use crate::storage::listing::{After, Key};
use crate::storage::space_permissions::Principal;
use crate::storage::space_roles::{self, Assignment};
use crate::storage::{groups, users};

/// The classes of users, by the names that clients use.
const CLASSES: [(&str, &str); 6] = [
    ("all-licensed-users", "ALL_LICENSED_USERS"),
    ("all-product-admins", "ALL_PRODUCT_ADMINS"),
    ("anonymous-users", "anonymous-users"),
    ("authenticated-users", "authenticated-users"),
    ("jsm-project-admins", "jsm-project-admins"),
    ("guest-users", "guest-users"),
];

/// The operations on the roles in a space.
pub(super) const HANDLERS: Handlers = handlers! { |call|
    "getSpaceRoleAssignments" => list(call),
    "setSpaceRoleAssignments" => set(call),
};

async fn list(call: Call) -> Result<Response, Refusal> {
    let id = path_id(&call, "id")?;
    let paging = Paging::read(&call.query, 25, BY_ID)?;
    let principal = read_principal(&call.query)?;
    check_roles(&call).await?;
    let mut tx = call.begin().await?;
    find_space(&call, &mut tx, id).await?;
    let mut rows = space_roles::assignments(&mut tx, &[id]).await?;
    let roles = space_roles::all(&mut tx, &call.site.cloud_id).await?;
    if let Some(wanted) = call.query.first("role-type") {
        let is_system = wanted.eq_ignore_ascii_case("system");
        rows.retain(|row| {
            roles.iter().any(|role| role.role_id == row.role_id && role.is_system == is_system)
        });
    }
    if let Some(role_id) = call.query.first("role-id") {
        rows.retain(|row| row.role_id == role_id);
    }
    rows.retain(|row| principal.as_ref().is_none_or(|principal| row.principal == *principal));
    let page = paging.cut_all(rows, |row| After { id: row.id, key: Key::Number(row.id) });
    Ok(page.reply(&call, |row| show(&row)))
}

/// Changes assignments, all of them or none: each entry gives a principal a role, or without a role takes its role
/// away.
async fn set(call: Call) -> Result<Response, Refusal> {
    let id = path_id(&call, "id")?;
    let entries: Vec<Value> = serde_json::from_slice(&call.body)
        .map_err(|error| invalid_body(format!("The request body must be a list of assignments: {error}")))?;
    check_roles(&call).await?;
    let mut tx = call.begin().await?;
    find_space(&call, &mut tx, id).await?;
    assign(&call, &mut tx, id, &entries).await?;
    let rows = space_roles::assignments(&mut tx, &[id]).await?;
    tx.commit().await?;
    Ok(Page { rows, next: None }.reply(&call, |row| show(&row)))
}

/// Performs the entries of a list of assignments.
pub(super) async fn assign(
    call: &Call,
    connection: &mut SqliteConnection,
    space_id: i64,
    entries: &[Value],
) -> Result<(), Refusal> {
    for entry in entries {
        let fields = Fields::read(entry.to_string().as_bytes())?;
        let named = fields.object("principal")?.ok_or_else(|| invalid_body("principal: must not be null"))?;
        let (kind, principal_id) = (named.text("principalType")?, named.text("principalId")?);
        let principal = principal(kind.unwrap_or_default(), principal_id.unwrap_or_default())
            .ok_or_else(|| invalid_body("principal: principalType must be USER, GROUP or ACCESS_CLASS"))?;
        if !exists(call, connection, &principal).await? {
            return Err(invalid_body(format!("principal: {} does not exist", principal.id)));
        }
        match fields.text("roleId")? {
            Some(role_id) => {
                let role = space_roles::find(connection, &call.site.cloud_id, role_id).await?;
                let role = role.ok_or_else(|| no_role(role_id))?;
                space_roles::assign(connection, space_id, &principal, &role.role_id).await?;
            }
            None => space_roles::unassign(connection, space_id, &principal).await?,
        }
    }
    Ok(())
}

/// Returns whether there is such a principal.
async fn exists(
    call: &Call,
    connection: &mut SqliteConnection,
    principal: &Principal,
) -> Result<bool, Refusal> {
    Ok(match principal.kind.as_str() {
        "user" => users::find(connection, &principal.id).await?.is_some(),
        "group" => groups::find(connection, &call.site.cloud_id, &principal.id).await?.is_some(),
        _ => CLASSES.iter().any(|(_, id)| *id == principal.id),
    })
}

fn principal(kind: &str, id: &str) -> Option<Principal> {
    let (kind, id) = match kind {
        "USER" => ("user", id),
        "GROUP" => ("group", id),
        "ACCESS_CLASS" => {
            ("access-class", CLASSES.iter().find(|(name, _)| *name == id).map_or(id, |(_, id)| *id))
        }
        _ => return None,
    };
    Some(Principal { kind: kind.to_owned(), id: id.to_owned() })
}

/// Reads the principal that a list is narrowed to.
pub(super) fn read_principal(query: &Query) -> Result<Option<Principal>, Refusal> {
    match (query.first("principal-type"), query.first("principal-id")) {
        (None, None) => Ok(None),
        (Some(kind), Some(id)) => match principal(kind, id) {
            Some(principal) => Ok(Some(principal)),
            None => Err(wrong_type("principal-type", kind, "PrincipalType")),
        },
        _ => Err(invalid_parameter("principal-id and principal-type must be specified together")),
    }
}

/// Reads an id in the query.
pub(super) fn text_id(query: &Query, name: &str) -> Result<Option<i64>, Refusal> {
    let Some(text) = query.first(name) else { return Ok(None) };
    text.parse().map(Some).map_err(|_| wrong_type(name, text, "long"))
}

/// Shows an assignment.
pub(super) fn show(assignment: &Assignment) -> Value {
    let Principal { kind, id } = &assignment.principal;
    let name = CLASSES.iter().find(|(_, known)| known == id).map_or(id.as_str(), |(name, _)| *name);
    let kind = match kind.as_str() {
        "user" => "USER",
        "group" => "GROUP",
        _ => "ACCESS_CLASS",
    };
    json!({ "principal": { "principalType": kind, "principalId": name }, "roleId": assignment.role_id })
}
