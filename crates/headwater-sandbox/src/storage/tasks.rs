//! Tasks in the bodies of pages and blog posts: every write of a body updates its tasks.

use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, SqliteConnection};

use super::access::visible;
use super::content::{Content, Kind};
use super::{StorageError, next_number};
use crate::formats::task_list::{self, Written};
use crate::timestamp;

/// One task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Task {
    pub(crate) id: i64,
    pub(crate) content_id: i64,
    pub(crate) local_id: String,
    pub(crate) complete: bool,
    /// Storage format.
    pub(crate) body: String,
    pub(crate) creator_id: String,
    pub(crate) assignee_id: Option<String>,
    pub(crate) completer_id: Option<String>,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    pub(crate) due_at: Option<i64>,
    pub(crate) completed_at: Option<i64>,
    /// The space of the content it is in.
    pub(crate) space_id: i64,
    pub(crate) kind: Kind,
}

/// Updates the tasks of content after a write of its body.
pub(super) async fn follow(
    connection: &mut SqliteConnection,
    content: &Content,
    author_id: &str,
    at: i64,
) -> Result<(), StorageError> {
    if !matches!(content.kind, Kind::Page | Kind::BlogPost) {
        return Ok(());
    }
    let written = task_list::read(&content.body);
    for task in &written {
        put(connection, content, task, author_id, at).await?;
    }
    let known: Vec<String> = sqlx::query_scalar("SELECT local_id FROM tasks WHERE content_id = ?1")
        .bind(content.id)
        .fetch_all(&mut *connection)
        .await?;
    for gone in known.iter().filter(|id| !written.iter().any(|task| task.local_id == **id)) {
        sqlx::query("DELETE FROM tasks WHERE content_id = ?1 AND local_id = ?2")
            .bind(content.id)
            .bind(gone)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

async fn put(
    connection: &mut SqliteConnection,
    content: &Content,
    task: &Written,
    author_id: &str,
    at: i64,
) -> Result<(), StorageError> {
    let id = next_number(connection, "task").await?;
    let due_at = task.due_on.as_deref().and_then(timestamp::day);
    // Who completes a task is noted when its state changes, not with every write of the page.
    sqlx::query(
        "INSERT INTO tasks (id, cloud_id, content_id, local_id, status, body, creator_id, assignee_id, created_at,
            updated_at, due_at, completer_id, completed_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9, ?10,
            CASE WHEN ?5 = 'complete' THEN ?7 END, CASE WHEN ?5 = 'complete' THEN ?9 END)
         ON CONFLICT (content_id, local_id) DO UPDATE SET
            completer_id = CASE WHEN excluded.status = status THEN completer_id ELSE excluded.completer_id END,
            completed_at = CASE WHEN excluded.status = status THEN completed_at ELSE excluded.completed_at END,
            updated_at = CASE WHEN excluded.status = status AND excluded.body = body THEN updated_at
                ELSE excluded.updated_at END,
            status = excluded.status, body = excluded.body, assignee_id = excluded.assignee_id,
            due_at = excluded.due_at",
    )
    .bind(id)
    .bind(&content.cloud_id)
    .bind(content.id)
    .bind(&task.local_id)
    .bind(word(task.complete))
    .bind(&task.body)
    .bind(author_id)
    .bind(&task.assignee_id)
    .bind(at)
    .bind(due_at)
    .execute(connection)
    .await?;
    Ok(())
}

/// Lists the tasks of the site in current content that this user may see, oldest first.
pub(crate) async fn on_site(
    connection: &mut SqliteConnection,
    cloud_id: &str,
    viewer: Option<&str>,
) -> Result<Vec<Task>, StorageError> {
    let rows = sqlx::query(concat!(
        "SELECT tasks.*, contents.space_id, contents.type FROM tasks
         JOIN contents ON contents.id = tasks.content_id
         WHERE tasks.cloud_id = ?1 AND contents.status = 'current' AND ",
        visible!("contents", "?1", "?2"),
        " ORDER BY tasks.id"
    ))
    .bind(cloud_id)
    .bind(viewer)
    .fetch_all(connection)
    .await?;
    rows.iter().map(read).collect()
}

/// Stores who completed a task and when, or that it was opened again.
pub(crate) async fn stamp(
    connection: &mut SqliteConnection,
    id: i64,
    completer_id: Option<&str>,
    at: i64,
) -> Result<(), StorageError> {
    sqlx::query("UPDATE tasks SET completer_id = ?2, completed_at = ?3, updated_at = ?4 WHERE id = ?1")
        .bind(id)
        .bind(completer_id)
        .bind(completer_id.map(|_| at))
        .bind(at)
        .execute(connection)
        .await?;
    Ok(())
}

/// Returns the word for the state of a task.
pub(crate) fn word(complete: bool) -> &'static str {
    if complete { "complete" } else { "incomplete" }
}

fn read(row: &SqliteRow) -> Result<Task, StorageError> {
    let (status, kind): (&str, &str) = (row.try_get("status")?, row.try_get("type")?);
    let unknown = || StorageError::Unknown { column: "contents.type", value: kind.to_owned() };
    Ok(Task {
        id: row.try_get("id")?,
        content_id: row.try_get("content_id")?,
        local_id: row.try_get("local_id")?,
        complete: status == word(true),
        body: row.try_get("body")?,
        creator_id: row.try_get("creator_id")?,
        assignee_id: row.try_get("assignee_id")?,
        completer_id: row.try_get("completer_id")?,
        created_at: row.try_get("created_at")?,
        updated_at: row.try_get("updated_at")?,
        due_at: row.try_get("due_at")?,
        completed_at: row.try_get("completed_at")?,
        space_id: row.try_get("space_id")?,
        kind: Kind::parse(kind).ok_or_else(unknown)?,
    })
}
