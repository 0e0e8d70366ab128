//! The transition from permissions to roles: the sets of permissions that principals have, and roles for them in
//! many spaces at once.

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use sqlx::SqliteConnection;

use super::paging::Paging;
use super::space_permissions::BY_ID;
use super::space_roles::{all_spaces, begin, no_role, task};
use crate::random::uuid_of;
use crate::request::v2_error::{invalid_body, not_found};
use crate::request::{Call, Refusal};
use crate::rest::{Handlers, handlers};
use crate::storage::listing::{After, Key};
use crate::storage::space_permissions::{self, Principal, Right};
use crate::storage::spaces::Space;
use crate::storage::{long_tasks, space_roles};
use crate::timestamp::iso;

const GENERATE: &str = "permission.combinations";
const ASSIGN: &str = "permission.roles";
const REMOVE: &str = "permission.removals";

/// The operations of the transition.
pub(super) const HANDLERS: Handlers = handlers! { |call|
    "listSpacePermissionCombinations" => list(call),
    "generateSpacePermissionCombinations" => generate(call),
    "bulkAssignSpacePermissionRoles" => assign(call),
    "bulkRemoveSpacePermissionAccess" => remove(call),
    "getSpacePermissionTransitionTaskStatus" => status(call),
};

/// A set of permissions, and the principals and spaces that have it.
#[derive(Default)]
struct Combination {
    rights: BTreeSet<(String, String)>,
    holders: Vec<(i64, Principal)>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AssignRequest {
    assignments: Vec<RoleAssignment>,
    space_selection: Selection,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RoleAssignment {
    permission_combination_id: String,
    principal_type_assignments: Vec<TypeAssignment>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TypeAssignment {
    principal_type: String,
    remove_access: bool,
    role_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RemoveRequest {
    permission_combination_ids: Vec<String>,
    space_selection: Selection,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Selection {
    space_type: String,
    #[serde(default)]
    selected_spaces: Vec<Target>,
}

#[derive(Deserialize)]
struct Target {
    id: String,
}

/// Lists the combinations. They are known once they have been generated.
async fn list(call: Call) -> Result<Response, Refusal> {
    let paging = Paging::read(&call.query, 25, BY_ID)?;
    let mut tx = begin(&call).await?;
    let runs = long_tasks::all(&mut tx, &call.site.cloud_id).await?;
    let generated_at = runs.iter().rev().find(|run| run.key == GENERATE).map(|run| run.started_at);
    let mut rows: Vec<(String, Combination)> = Vec::new();
    if generated_at.is_some() {
        let spaces = all_spaces(&call, &mut tx).await?;
        rows.extend(combinations(&call, &mut tx, &spaces).await?);
    }
    rows.sort_by_key(|(_, combination)| std::cmp::Reverse(combination.principals().len()));
    let rows: Vec<(i64, (String, Combination))> = (1..).zip(rows).collect();
    let page = paging.cut_all(rows, |(place, _)| After { id: *place, key: Key::Number(*place) });
    let results: Vec<Value> = page.rows.iter().map(|(_, (id, combination))| combination.show(id)).collect();
    let body = json!({ "results": results, "generatedAt": generated_at.map(iso), "cursor": page.next });
    Ok(Json(body).into_response())
}

async fn generate(call: Call) -> Result<Response, Refusal> {
    let mut tx = begin(&call).await?;
    let id = task(&call, &mut tx, GENERATE).await?;
    tx.commit().await?;
    Ok(accepted(&id))
}

async fn assign(call: Call) -> Result<Response, Refusal> {
    let request: AssignRequest = read(&call.body)?;
    if request.assignments.is_empty() {
        return Err(invalid_body("assignments: must not be empty"));
    }
    let mut tx = begin(&call).await?;
    let spaces = request.space_selection.pick(all_spaces(&call, &mut tx).await?)?;
    let known = combinations(&call, &mut tx, &spaces).await?;
    for wish in &request.assignments {
        let Some(combination) = known.get(&wish.permission_combination_id) else { continue };
        for (space_id, principal) in &combination.holders {
            let rule =
                wish.principal_type_assignments.iter().find(|rule| rule.principal_type == type_of(principal));
            let Some(rule) = rule else { continue };
            if !rule.remove_access {
                let role_id = rule.role_id.as_deref().unwrap_or_default();
                let found = space_roles::find(&mut tx, &call.site.cloud_id, role_id).await?;
                let found = found.ok_or_else(|| no_role(role_id))?;
                space_roles::assign(&mut tx, *space_id, principal, &found.role_id).await?;
            }
            space_permissions::revoke_all(&mut tx, *space_id, principal).await?;
        }
    }
    let id = task(&call, &mut tx, ASSIGN).await?;
    tx.commit().await?;
    Ok(accepted(&id))
}

async fn remove(call: Call) -> Result<Response, Refusal> {
    let request: RemoveRequest = read(&call.body)?;
    if request.permission_combination_ids.is_empty() {
        return Err(invalid_body("permissionCombinationIds: must not be empty"));
    }
    let mut tx = begin(&call).await?;
    let spaces = request.space_selection.pick(all_spaces(&call, &mut tx).await?)?;
    let known = combinations(&call, &mut tx, &spaces).await?;
    for id in &request.permission_combination_ids {
        for (space_id, principal) in known.get(id).map(|it| it.holders.as_slice()).unwrap_or_default() {
            space_permissions::revoke_all(&mut tx, *space_id, principal).await?;
        }
    }
    let id = task(&call, &mut tx, REMOVE).await?;
    tx.commit().await?;
    Ok(accepted(&id))
}

async fn status(call: Call) -> Result<Response, Refusal> {
    let mut tx = begin(&call).await?;
    let id = call.parameter("taskId");
    let tasks = long_tasks::all(&mut tx, &call.site.cloud_id).await?;
    let task = tasks
        .iter()
        .find(|task| task.id.to_string() == id && [GENERATE, ASSIGN, REMOVE].contains(&task.key.as_str()));
    let task = task.ok_or_else(|| not_found(format!("Cannot find a task with id [{id}]")))?;
    let word = if call.now() < task.ends_at { "IN_PROGRESS" } else { "COMPLETED" };
    Ok(Json(json!({ "taskId": id, "status": word, "errorMessage": null })).into_response())
}

/// Finds the sets of permissions in these spaces that no role has, by their ids.
async fn combinations(
    call: &Call,
    connection: &mut SqliteConnection,
    spaces: &[Space],
) -> Result<BTreeMap<String, Combination>, Refusal> {
    let roles = space_roles::all(connection, &call.site.cloud_id).await?;
    let mut found: BTreeMap<String, Combination> = BTreeMap::new();
    for space in spaces {
        let mut held: BTreeMap<Principal, BTreeSet<(String, String)>> = BTreeMap::new();
        for it in space_permissions::of_space(connection, space.id).await? {
            held.entry(it.principal).or_default().insert((it.operation, it.target));
        }
        for (principal, rights) in held {
            let words: BTreeSet<String> =
                rights.iter().map(|(operation, target)| format!("{operation}/{target}")).collect();
            if roles.iter().any(|role| role.rights.iter().cloned().collect::<BTreeSet<_>>() == words) {
                continue;
            }
            let id = uuid_of(&words.into_iter().collect::<Vec<_>>().join(","));
            let combination = found.entry(id).or_default();
            combination.rights = rights;
            combination.holders.push((space.id, principal));
        }
    }
    Ok(found)
}

impl Combination {
    fn principals(&self) -> BTreeSet<&Principal> {
        self.holders.iter().map(|(_, principal)| principal).collect()
    }

    fn show(&self, id: &str) -> Value {
        let spaces: BTreeSet<i64> = self.holders.iter().map(|(space_id, _)| *space_id).collect();
        let types: BTreeSet<&str> = self.principals().into_iter().map(type_of).collect();
        let permissions: Vec<Value> = self
            .rights
            .iter()
            .map(|(operation, target)| {
                let name = Right::find(operation, target).map_or(operation.as_str(), |right| right.name);
                json!({ "id": format!("{operation}/{target}"), "displayName": name })
            })
            .collect();
        json!({
            "combinationId": id,
            "spaceCount": spaces.len(),
            "principalCount": self.principals().len(),
            "permissions": permissions,
            "principalTypes": types,
        })
    }
}

impl Selection {
    fn pick(&self, mut spaces: Vec<Space>) -> Result<Vec<Space>, Refusal> {
        let is_named = |space: &Space| self.selected_spaces.iter().any(|it| it.id == space.id.to_string());
        match self.space_type.as_str() {
            "ALL" => {}
            "ALL_EXCEPT_PERSONAL" => spaces.retain(|space| space.kind != "personal"),
            "PERSONAL" => spaces.retain(|space| space.kind == "personal"),
            "ALL_EXCEPT_SPECIFIC" => spaces.retain(|space| !is_named(space)),
            "SPECIFIC" if self.selected_spaces.is_empty() => {
                return Err(invalid_body("spaceSelection.selectedSpaces: must not be empty"));
            }
            "SPECIFIC" => spaces.retain(is_named),
            other => return Err(invalid_body(format!("spaceSelection.spaceType: {other} is not known"))),
        }
        Ok(spaces)
    }
}

fn type_of(principal: &Principal) -> &'static str {
    match (principal.kind.as_str(), principal.id.as_str()) {
        ("user", _) => "USER",
        ("group", _) => "GROUP",
        (_, "ALL_LICENSED_USERS") => "ALL_LICENSED_USERS_USER_CLASS",
        (_, "ALL_PRODUCT_ADMINS") => "ALL_PRODUCT_ADMINS_USER_CLASS",
        (_, "guest-users") => "GUEST",
        _ => "ANONYMOUS",
    }
}

fn accepted(id: &str) -> Response {
    let status_url = format!("/wiki/api/v2/space-permissions/transition/tasks/{id}");
    let body = json!({ "taskId": id, "status": "IN_PROGRESS", "statusUrl": status_url });
    (StatusCode::ACCEPTED, Json(body)).into_response()
}

fn read<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body)
        .map_err(|error| invalid_body(format!("The request body is not valid: {error}")))
}
