//! Groups of a site. Every site starts with three: its users, its administrators, and the organisation's
//! administrators.

use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use super::users::User;
use super::{StorageError, users};
use crate::random::uuid_of;

/// One group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) group_id: String,
    pub(crate) name: String,
    /// `user`, `admin`, `site-admin`, or empty.
    pub(crate) access: String,
}

/// Gives a new site its groups. All users are members of the first; the first user is a member of all.
pub(crate) async fn lay_out(
    connection: &mut SqliteConnection,
    cloud_id: &str,
    site_name: &str,
) -> Result<(), StorageError> {
    let names = [
        (format!("confluence-users-{site_name}"), "user"),
        (format!("confluence-admins-{site_name}"), "admin"),
        ("site-admins".to_owned(), "site-admin"),
    ];
    for (name, access) in names {
        let group_id = uuid_of(&format!("{cloud_id}/{name}"));
        let group = Group { group_id, name, access: access.to_owned() };
        insert(connection, cloud_id, &group).await?;
    }
    for user in users::all(connection).await? {
        enrol(connection, &user.account_id).await?;
    }
    Ok(())
}

/// Makes a new user a member of the groups of users, and the first one of the groups of administrators too.
pub(crate) async fn enrol(connection: &mut SqliteConnection, account_id: &str) -> Result<(), StorageError> {
    sqlx::query(
        "INSERT OR IGNORE INTO group_members (group_id, account_id) SELECT group_id, ?1 FROM user_groups
         WHERE access = 'user' OR access IN ('admin', 'site-admin')
            AND ?1 = (SELECT account_id FROM users ORDER BY rowid LIMIT 1)",
    )
    .bind(account_id)
    .execute(connection)
    .await?;
    Ok(())
}

/// Adds a group without members.
pub(crate) async fn insert(
    connection: &mut SqliteConnection,
    cloud_id: &str,
    group: &Group,
) -> Result<(), StorageError> {
    sqlx::query("INSERT INTO user_groups (group_id, cloud_id, name, access) VALUES (?1, ?2, ?3, ?4)")
        .bind(&group.group_id)
        .bind(cloud_id)
        .bind(&group.name)
        .bind(&group.access)
        .execute(connection)
        .await?;
    Ok(())
}

/// Removes a group, with its permissions.
pub(crate) async fn remove(connection: &mut SqliteConnection, group_id: &str) -> Result<(), StorageError> {
    for statement in [
        "DELETE FROM space_permissions WHERE principal_type = 'group' AND principal_id = ?1",
        "DELETE FROM role_assignments WHERE principal_type = 'group' AND principal_id = ?1",
        "DELETE FROM restrictions WHERE principal_type = 'group' AND principal_id = ?1",
        "DELETE FROM user_groups WHERE group_id = ?1",
    ] {
        sqlx::query(statement).bind(group_id).execute(&mut *connection).await?;
    }
    Ok(())
}

/// Lists all groups of a site by their names.
pub(crate) async fn all(
    connection: &mut SqliteConnection,
    cloud_id: &str,
) -> Result<Vec<Group>, StorageError> {
    let rows = sqlx::query("SELECT * FROM user_groups WHERE cloud_id = ?1 ORDER BY name")
        .bind(cloud_id)
        .fetch_all(connection)
        .await?;
    rows.iter().map(read).collect()
}

/// Finds the group with this id on this site.
pub(crate) async fn find(
    connection: &mut SqliteConnection,
    cloud_id: &str,
    group_id: &str,
) -> Result<Option<Group>, StorageError> {
    let row = sqlx::query("SELECT * FROM user_groups WHERE cloud_id = ?1 AND group_id = ?2")
        .bind(cloud_id)
        .bind(group_id)
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(read).transpose()
}

/// Lists the groups of a site that a user is in, by their names.
pub(crate) async fn of_user(
    connection: &mut SqliteConnection,
    cloud_id: &str,
    account_id: &str,
) -> Result<Vec<Group>, StorageError> {
    let rows = sqlx::query(
        "SELECT user_groups.* FROM user_groups JOIN group_members USING (group_id)
         WHERE cloud_id = ?1 AND account_id = ?2 ORDER BY name",
    )
    .bind(cloud_id)
    .bind(account_id)
    .fetch_all(connection)
    .await?;
    rows.iter().map(read).collect()
}

/// Lists the members of a group, in the order of their accounts.
pub(crate) async fn members(
    connection: &mut SqliteConnection,
    group_id: &str,
) -> Result<Vec<User>, StorageError> {
    let rows = sqlx::query(
        "SELECT users.* FROM users JOIN group_members USING (account_id) WHERE group_id = ?1 ORDER BY users.rowid",
    )
    .bind(group_id)
    .fetch_all(connection)
    .await?;
    rows.iter().map(users::read).collect()
}

/// Makes a user a member; a second time changes nothing.
pub(crate) async fn add_member(
    connection: &mut SqliteConnection,
    group_id: &str,
    account_id: &str,
) -> Result<(), StorageError> {
    sqlx::query("INSERT OR IGNORE INTO group_members (group_id, account_id) VALUES (?1, ?2)")
        .bind(group_id)
        .bind(account_id)
        .execute(connection)
        .await?;
    Ok(())
}

/// Removes a user from a group; a user who is not in it is ignored.
pub(crate) async fn remove_member(
    connection: &mut SqliteConnection,
    group_id: &str,
    account_id: &str,
) -> Result<(), StorageError> {
    sqlx::query("DELETE FROM group_members WHERE group_id = ?1 AND account_id = ?2")
        .bind(group_id)
        .bind(account_id)
        .execute(connection)
        .await?;
    Ok(())
}

fn read(row: &SqliteRow) -> Result<Group, StorageError> {
    Ok(Group {
        group_id: row.try_get("group_id")?,
        name: row.try_get("name")?,
        access: row.try_get("access")?,
    })
}
