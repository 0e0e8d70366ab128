//! Roles: permissions with a name, given to principals space by space.

use sqlx::{QueryBuilder, SqliteConnection};

use super::StorageError;
use super::space_permissions::{Principal, RIGHTS, Right};
use crate::random::uuid_of;

/// One role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Role {
    pub(crate) role_id: String,
    /// Every site has the same roles of the system; the others are its own.
    pub(crate) is_system: bool,
    pub(crate) name: String,
    pub(crate) description: String,
    /// Ids of rights, in order.
    pub(crate) rights: Vec<String>,
}

/// A role that a principal has in a space.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Assignment {
    pub(crate) id: i64,
    pub(crate) space_id: i64,
    pub(crate) principal: Principal,
    pub(crate) role_id: String,
}

type WhichRights = fn(&Right) -> bool;

/// The roles of the system.
const SYSTEM: [(&str, &str, WhichRights); 4] = [
    ("Admin", "Can do everything in the space.", |_| true),
    ("Manager", "Can manage what is in the space and who works in it.", |right| {
        right.is_common || ["manage_content", "manage_users", "export_content"].contains(&right.operation)
    }),
    ("Collaborator", "Can add to the space and change what is in it.", |right| right.is_common),
    ("Viewer", "Can read and comment.", |right| {
        matches!((right.operation, right.target), ("read", "space") | ("create", "comment"))
    }),
];

/// Gives a new site the roles of the system.
pub(crate) async fn lay_out(connection: &mut SqliteConnection, cloud_id: &str) -> Result<(), StorageError> {
    for (name, description, has) in SYSTEM {
        let role = Role {
            role_id: uuid_of(&format!("{cloud_id}/role/{name}")),
            is_system: true,
            name: name.to_owned(),
            description: description.to_owned(),
            rights: RIGHTS.iter().filter(|right| has(right)).map(Right::id).collect(),
        };
        insert(connection, cloud_id, &role).await?;
    }
    Ok(())
}

/// Adds a role.
pub(crate) async fn insert(
    connection: &mut SqliteConnection,
    cloud_id: &str,
    role: &Role,
) -> Result<(), StorageError> {
    sqlx::query(
        "INSERT INTO space_roles (role_id, cloud_id, type, name, description) VALUES (?1, ?2, ?3, ?4, ?5)",
    )
    .bind(&role.role_id)
    .bind(cloud_id)
    .bind(if role.is_system { "SYSTEM" } else { "CUSTOM" })
    .bind(&role.name)
    .bind(&role.description)
    .execute(&mut *connection)
    .await?;
    set_rights(connection, role).await
}

/// Gives a role a new name, description and rights.
pub(crate) async fn update(connection: &mut SqliteConnection, role: &Role) -> Result<(), StorageError> {
    sqlx::query("UPDATE space_roles SET name = ?2, description = ?3 WHERE role_id = ?1")
        .bind(&role.role_id)
        .bind(&role.name)
        .bind(&role.description)
        .execute(&mut *connection)
        .await?;
    sqlx::query("DELETE FROM role_permissions WHERE role_id = ?1")
        .bind(&role.role_id)
        .execute(&mut *connection)
        .await?;
    set_rights(connection, role).await
}

async fn set_rights(connection: &mut SqliteConnection, role: &Role) -> Result<(), StorageError> {
    for (operation, target) in role.rights.iter().filter_map(|right| right.split_once('/')) {
        sqlx::query(
            "INSERT OR IGNORE INTO role_permissions (role_id, operation, target) VALUES (?1, ?2, ?3)",
        )
        .bind(&role.role_id)
        .bind(operation)
        .bind(target)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// Removes a role, with its assignments.
pub(crate) async fn remove(connection: &mut SqliteConnection, role_id: &str) -> Result<(), StorageError> {
    sqlx::query("DELETE FROM space_roles WHERE role_id = ?1").bind(role_id).execute(connection).await?;
    Ok(())
}

/// Lists all roles of a site: those of the system, then its own in the order they were made.
pub(crate) async fn all(
    connection: &mut SqliteConnection,
    cloud_id: &str,
) -> Result<Vec<Role>, StorageError> {
    let rows: Vec<(String, String, String, String, Option<String>)> = sqlx::query_as(
        "SELECT role_id, type, name, description,
            (SELECT group_concat(operation || '/' || target) FROM role_permissions
             WHERE role_permissions.role_id = space_roles.role_id)
         FROM space_roles WHERE cloud_id = ?1 ORDER BY rowid",
    )
    .bind(cloud_id)
    .fetch_all(connection)
    .await?;
    let role =
        |(role_id, kind, name, description, rights): (String, String, String, String, Option<String>)| {
            let held: Vec<&str> = rights.as_deref().unwrap_or_default().split(',').collect();
            let rights = RIGHTS.iter().map(Right::id).filter(|id| held.contains(&id.as_str())).collect();
            Role { role_id, is_system: kind == "SYSTEM", name, description, rights }
        };
    Ok(rows.into_iter().map(role).collect())
}

/// Finds the role with this id on this site.
pub(crate) async fn find(
    connection: &mut SqliteConnection,
    cloud_id: &str,
    role_id: &str,
) -> Result<Option<Role>, StorageError> {
    Ok(all(connection, cloud_id).await?.into_iter().find(|role| role.role_id == role_id))
}

/// Gives a principal a role in a space, instead of the one it had.
pub(crate) async fn assign(
    connection: &mut SqliteConnection,
    space_id: i64,
    principal: &Principal,
    role_id: &str,
) -> Result<(), StorageError> {
    sqlx::query(
        "INSERT INTO role_assignments (space_id, principal_type, principal_id, role_id) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (space_id, principal_type, principal_id) DO UPDATE SET role_id = excluded.role_id",
    )
    .bind(space_id)
    .bind(&principal.kind)
    .bind(&principal.id)
    .bind(role_id)
    .execute(connection)
    .await?;
    Ok(())
}

/// Removes the role of a principal in a space, if it has one.
pub(crate) async fn unassign(
    connection: &mut SqliteConnection,
    space_id: i64,
    principal: &Principal,
) -> Result<(), StorageError> {
    sqlx::query(
        "DELETE FROM role_assignments WHERE space_id = ?1 AND principal_type = ?2 AND principal_id = ?3",
    )
    .bind(space_id)
    .bind(&principal.kind)
    .bind(&principal.id)
    .execute(connection)
    .await?;
    Ok(())
}

/// Replaces a role by another one for all principals of a kind.
pub(crate) async fn reassign(
    connection: &mut SqliteConnection,
    role_id: &str,
    principal: &Principal,
    new_role_id: &str,
) -> Result<(), StorageError> {
    sqlx::query(
        "UPDATE role_assignments SET role_id = ?4 WHERE role_id = ?1 AND principal_type = ?2 AND principal_id = ?3",
    )
    .bind(role_id)
    .bind(&principal.kind)
    .bind(&principal.id)
    .bind(new_role_id)
    .execute(connection)
    .await?;
    Ok(())
}

/// Lists the assignments of roles in these spaces, in the order in which they were made.
pub(crate) async fn assignments(
    connection: &mut SqliteConnection,
    space_ids: &[i64],
) -> Result<Vec<Assignment>, StorageError> {
    let mut query = QueryBuilder::new(
        "SELECT id, space_id, principal_type, principal_id, role_id FROM role_assignments WHERE space_id IN (",
    );
    let mut list = query.separated(", ");
    for space_id in space_ids {
        list.push_bind(*space_id);
    }
    query.push(") ORDER BY id");
    let rows: Vec<(i64, i64, String, String, String)> = query.build_query_as().fetch_all(connection).await?;
    let assignment = |(id, space_id, kind, principal_id, role_id)| Assignment {
        id,
        space_id,
        principal: Principal { kind, id: principal_id },
        role_id,
    };
    Ok(rows.into_iter().map(assignment).collect())
}
