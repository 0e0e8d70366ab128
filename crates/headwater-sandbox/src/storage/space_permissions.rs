//! Permissions in a space: which there are, and who has them directly.

use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use super::{StorageError, next_number};

/// A permission that can be given: an operation on a kind of target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Right {
    pub(crate) operation: &'static str,
    pub(crate) target: &'static str,
    pub(crate) name: &'static str,
    /// True when everybody has it in a space that was not made private.
    pub(crate) is_common: bool,
}

/// A user or group that has a permission.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Principal {
    /// `user`, `group` or `access-class`.
    pub(crate) kind: String,
    pub(crate) id: String,
}

/// A permission that a principal has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Permission {
    pub(crate) id: i64,
    pub(crate) principal: Principal,
    pub(crate) operation: String,
    pub(crate) target: String,
}

const fn common(operation: &'static str, target: &'static str, name: &'static str) -> Right {
    Right { operation, target, name, is_common: true }
}

const fn special(operation: &'static str, target: &'static str, name: &'static str) -> Right {
    Right { operation, target, name, is_common: false }
}

/// All permissions that can be given.
pub(crate) const RIGHTS: &[Right] = &[
    common("read", "space", "View the space"),
    special("administer", "space", "Administer the space"),
    common("delete", "space", "Delete own content"),
    common("export", "space", "Export the space"),
    common("restrict_content", "space", "Restrict content"),
    special("archive_space", "space", "Archive the space"),
    special("manage_users", "space", "Manage users"),
    special("manage_guest_users", "space", "Manage guests"),
    special("manage_nonlicensed_users", "space", "Manage users without a licence"),
    special("manage_public_links", "space", "Manage public links"),
    special("manage_templates", "space", "Manage templates"),
    special("manage_content", "space", "Manage content"),
    special("export_content", "space", "Export content"),
    common("create", "page", "Add and edit pages"),
    common("delete", "page", "Delete pages"),
    common("archive", "page", "Archive pages"),
    common("create", "blogpost", "Add and edit blog posts"),
    common("delete", "blogpost", "Delete blog posts"),
    common("create", "comment", "Add comments"),
    common("delete", "comment", "Delete comments"),
    common("create", "attachment", "Add attachments"),
    common("delete", "attachment", "Delete attachments"),
    common("create", "whiteboard", "Add and edit whiteboards"),
    common("delete", "whiteboard", "Delete whiteboards"),
    common("create", "database", "Add and edit databases"),
    common("delete", "database", "Delete databases"),
    common("create", "embed", "Add and edit Smart Links"),
    common("delete", "embed", "Delete Smart Links"),
    common("create", "folder", "Add and edit folders"),
    common("delete", "folder", "Delete folders"),
];

impl Right {
    /// The right with this name for the operation and this target.
    pub(crate) fn find(operation: &str, target: &str) -> Option<&'static Self> {
        RIGHTS.iter().find(|right| right.operation == operation && right.target == target)
    }

    /// Returns its id in roles.
    pub(crate) fn id(&self) -> String {
        format!("{}/{}", self.operation, self.target)
    }
}

impl Principal {
    pub(crate) fn user(account_id: &str) -> Self {
        Self { kind: "user".to_owned(), id: account_id.to_owned() }
    }

    pub(crate) fn access_class(id: &str) -> Self {
        Self { kind: "access-class".to_owned(), id: id.to_owned() }
    }
}

/// Gives a new space its permissions: all to its author and to administrators, and unless it is private the common
/// ones to everybody.
pub(crate) async fn open(
    connection: &mut SqliteConnection,
    space_id: i64,
    author_id: &str,
    is_private: bool,
) -> Result<(), StorageError> {
    let author = Principal::user(author_id);
    for right in RIGHTS {
        grant(connection, space_id, &author, right.operation, right.target).await?;
    }
    if is_private {
        return Ok(());
    }
    let everybody = Principal::access_class("ALL_LICENSED_USERS");
    for right in RIGHTS.iter().filter(|right| right.is_common) {
        grant(connection, space_id, &everybody, right.operation, right.target).await?;
    }
    let administrators = Principal::access_class("ALL_PRODUCT_ADMINS");
    for operation in ["read", "administer"] {
        grant(connection, space_id, &administrators, operation, "space").await?;
    }
    Ok(())
}

/// Adds a permission. Returns its id; `None` when it existed already.
pub(crate) async fn grant(
    connection: &mut SqliteConnection,
    space_id: i64,
    principal: &Principal,
    operation: &str,
    target: &str,
) -> Result<Option<i64>, StorageError> {
    let id = next_number(connection, "permission").await?;
    let done = sqlx::query(
        "INSERT OR IGNORE INTO space_permissions (id, space_id, principal_type, principal_id, operation, target)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )
    .bind(id)
    .bind(space_id)
    .bind(&principal.kind)
    .bind(&principal.id)
    .bind(operation)
    .bind(target)
    .execute(connection)
    .await?;
    Ok((done.rows_affected() > 0).then_some(id))
}

/// Lists all permissions of a space in the order of their ids.
pub(crate) async fn of_space(
    connection: &mut SqliteConnection,
    space_id: i64,
) -> Result<Vec<Permission>, StorageError> {
    let rows = sqlx::query("SELECT * FROM space_permissions WHERE space_id = ?1 ORDER BY id")
        .bind(space_id)
        .fetch_all(connection)
        .await?;
    rows.iter().map(read).collect()
}

/// Removes one permission.
pub(crate) async fn revoke(connection: &mut SqliteConnection, id: i64) -> Result<(), StorageError> {
    sqlx::query("DELETE FROM space_permissions WHERE id = ?1").bind(id).execute(connection).await?;
    Ok(())
}

/// Removes all permissions of a principal in a space.
pub(crate) async fn revoke_all(
    connection: &mut SqliteConnection,
    space_id: i64,
    principal: &Principal,
) -> Result<(), StorageError> {
    sqlx::query(
        "DELETE FROM space_permissions WHERE space_id = ?1 AND principal_type = ?2 AND principal_id = ?3",
    )
    .bind(space_id)
    .bind(&principal.kind)
    .bind(&principal.id)
    .execute(connection)
    .await?;
    Ok(())
}

fn read(row: &SqliteRow) -> Result<Permission, StorageError> {
    Ok(Permission {
        id: row.try_get("id")?,
        principal: Principal { kind: row.try_get("principal_type")?, id: row.try_get("principal_id")? },
        operation: row.try_get("operation")?,
        target: row.try_get("target")?,
    })
}
