//! The roles of a site: made, changed and removed by its administrators.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Value, json};
use sqlx::SqliteConnection;

use super::fields::Fields;
use super::paging::{self, Paging};
use super::parameter::word;
use super::role_assignments::{read_principal, text_id};
use super::space_permissions::{BY_ID, check_roles};
use crate::access;
use crate::request::v2_error::{invalid_body, not_found};
use crate::request::{Call, Refusal};
use crate::rest::{Handlers, handlers};
use crate::storage::listing::{After, Key};
use crate::storage::long_tasks::{self, NewLongTask};
use crate::storage::space_permissions::Principal;
use crate::storage::space_permissions::RIGHTS;
use crate::storage::space_roles::{self, Role};
use crate::storage::{site_switches, spaces};

/// The operations on roles.
pub(super) const HANDLERS: Handlers = handlers! { |call|
    "getAvailableSpaceRoles" => list(call),
    "createSpaceRole" => create(call),
    "getSpaceRolesById" => read(call),
    "updateSpaceRole" => update(call),
    "deleteSpaceRole" => remove(call),
    "getSpaceRoleMode" => mode(call),
};

async fn list(call: Call) -> Result<Response, Refusal> {
    let paging = Paging::read(&call.query, 25, BY_ID)?;
    let kind = word(&call.query, "role-type", &["SYSTEM", "CUSTOM"], "RoleType")?;
    let principal = read_principal(&call.query)?;
    let space_id = text_id(&call.query, "space-id")?;
    check_roles(&call).await?;
    let mut tx = call.begin().await?;
    let mut roles = space_roles::all(&mut tx, &call.site.cloud_id).await?;
    roles.retain(|role| kind.is_none_or(|kind| kind == type_of(role)));
    if let Some(space_id) = space_id {
        super::documents::find_space(&call, &mut tx, space_id).await?;
    }
    if let Some(principal) = principal {
        let within = match space_id {
            Some(space_id) => vec![space_id],
            None => access::spaces(&call, &mut tx).await?.iter().map(|space| space.id).collect(),
        };
        let held = space_roles::assignments(&mut tx, &within).await?;
        roles.retain(|role| held.iter().any(|it| it.role_id == role.role_id && it.principal == principal));
    }
    let rows: Vec<(i64, Role)> = (1..).zip(roles).collect();
    let page = paging.cut_all(rows, |(place, _)| After { id: *place, key: Key::Number(*place) });
    Ok(page.reply(&call, |(_, role)| show(&role)))
}

async fn read(call: Call) -> Result<Response, Refusal> {
    check_roles(&call).await?;
    let mut tx = call.begin().await?;
    let mut shown = show(&find(&call, &mut tx).await?);
    if let Some(members) = shown.as_object_mut() {
        members.insert("_links".to_owned(), json!({ "base": call.base() }));
    }
    Ok(paging::single(&call, shown))
}

async fn create(call: Call) -> Result<Response, Refusal> {
    let mut tx = begin(&call).await?;
    let role = read_role(&call, &mut tx, None).await?;
    space_roles::insert(&mut tx, &call.site.cloud_id, &role).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(show(&role))).into_response())
}

async fn update(call: Call) -> Result<Response, Refusal> {
    let mut tx = begin(&call).await?;
    let known = find_custom(&call, &mut tx).await?;
    let role = read_role(&call, &mut tx, Some(&known)).await?;
    let fields = Fields::read(&call.body)?;
    for (member, class) in
        [("anonymousReassignmentRoleId", "anonymous-users"), ("guestReassignmentRoleId", "guest-users")]
    {
        if let Some(role_id) = fields.text(member)? {
            let other = space_roles::find(&mut tx, &call.site.cloud_id, role_id).await?;
            let other = other.ok_or_else(|| no_role(role_id))?;
            let class = Principal::access_class(class);
            space_roles::reassign(&mut tx, &known.role_id, &class, &other.role_id).await?;
        }
    }
    space_roles::update(&mut tx, &role).await?;
    let task_id = task(&call, &mut tx, "role.update").await?;
    tx.commit().await?;
    let mut shown = show(&role);
    if let Some(members) = shown.as_object_mut() {
        members.remove("spacePermissions");
        members.insert("taskId".to_owned(), json!(task_id));
    }
    Ok((StatusCode::ACCEPTED, Json(shown)).into_response())
}

async fn remove(call: Call) -> Result<Response, Refusal> {
    let mut tx = begin(&call).await?;
    let role = find_custom(&call, &mut tx).await?;
    space_roles::remove(&mut tx, &role.role_id).await?;
    let task_id = task(&call, &mut tx, "role.delete").await?;
    tx.commit().await?;
    Ok((StatusCode::ACCEPTED, Json(json!({ "taskId": task_id }))).into_response())
}

async fn mode(call: Call) -> Result<Response, Refusal> {
    let mut tx = call.begin().await?;
    let cloud_id = &call.site.cloud_id;
    let mode = if site_switches::is_on(&mut tx, cloud_id, site_switches::NO_ROLES).await? {
        "PRE_ROLES"
    } else if site_switches::is_on(&mut tx, cloud_id, site_switches::ONLY_ROLES).await? {
        "ROLES"
    } else {
        "ROLES_TRANSITION"
    };
    Ok(paging::single(&call, json!({ "mode": mode })))
}

/// Begins a transaction for an administrator of the site; others get a 404.
pub(super) async fn begin(call: &Call) -> Result<sqlx::Transaction<'static, sqlx::Sqlite>, Refusal> {
    check_roles(call).await?;
    let mut tx = call.begin().await?;
    if access::administers_site(call, &mut tx).await? { Ok(tx) } else { Err(not_found("Not Found")) }
}

/// Adds a long-running task for work that has just been done, and answers with its id.
pub(super) async fn task(
    call: &Call,
    connection: &mut SqliteConnection,
    key: &str,
) -> Result<String, Refusal> {
    let new = NewLongTask {
        cloud_id: &call.site.cloud_id,
        account_id: &call.account_id,
        key,
        started_at: call.now(),
        ends_at: call.now() + 500,
        message: "Done",
        details: &json!({}),
    };
    Ok(long_tasks::insert(connection, &new).await?.to_string())
}

async fn find(call: &Call, connection: &mut SqliteConnection) -> Result<Role, Refusal> {
    let id = call.parameter("id");
    let role = space_roles::find(connection, &call.site.cloud_id, id).await?;
    role.ok_or_else(|| no_role(id))
}

async fn find_custom(call: &Call, connection: &mut SqliteConnection) -> Result<Role, Refusal> {
    let role = find(call, connection).await?;
    if role.is_system { Err(invalid_body("System roles cannot be changed or deleted")) } else { Ok(role) }
}

/// Refuses a role that does not exist.
pub(super) fn no_role(id: &str) -> Refusal {
    not_found(format!("Cannot find a space role with id [{id}]"))
}

/// Reads the role that the body describes; it keeps the id of the one it replaces.
async fn read_role(
    call: &Call,
    connection: &mut SqliteConnection,
    known: Option<&Role>,
) -> Result<Role, Refusal> {
    let fields = Fields::read(&call.body)?;
    fields.require(&["name", "description", "spacePermissions"])?;
    let name = fields.text("name")?.unwrap_or_default().trim().to_owned();
    if name.is_empty() {
        return Err(invalid_body("name: must not be empty"));
    }
    let wanted = fields.value("spacePermissions").and_then(Value::as_array).cloned();
    let wanted = wanted.ok_or_else(|| invalid_body("spacePermissions: must be a list of strings"))?;
    let mut rights = Vec::new();
    for id in &wanted {
        let known = RIGHTS.iter().find(|right| Some(right.id().as_str()) == id.as_str());
        rights.push(known.ok_or_else(|| invalid_body(format!("spacePermissions: {id} is not known")))?.id());
    }
    if !rights.iter().any(|right| right == "read/space") {
        return Err(invalid_body("spacePermissions: must contain read/space, which the others require"));
    }
    let taken = space_roles::all(connection, &call.site.cloud_id).await?;
    let own_id = known.map(|role| role.role_id.as_str());
    if taken.iter().any(|role| role.name.eq_ignore_ascii_case(&name) && Some(role.role_id.as_str()) != own_id)
    {
        return Err(invalid_body(format!("name: a role with the name {name} already exists")));
    }
    let role_id = known.map_or_else(|| call.new_uuid(), |role| role.role_id.clone());
    let description = fields.text("description")?.unwrap_or_default().to_owned();
    Ok(Role { role_id, is_system: false, name, description, rights })
}

fn type_of(role: &Role) -> &'static str {
    if role.is_system { "SYSTEM" } else { "CUSTOM" }
}

fn show(role: &Role) -> Value {
    json!({
        "id": role.role_id,
        "type": type_of(role),
        "name": role.name,
        "description": role.description,
        "spacePermissions": role.rights,
    })
}

/// Returns the ids of all spaces of the site: administrators also work on those that they do not see.
pub(super) async fn all_spaces(
    call: &Call,
    connection: &mut SqliteConnection,
) -> Result<Vec<spaces::Space>, Refusal> {
    Ok(spaces::all(connection, &call.site.cloud_id).await?)
}
