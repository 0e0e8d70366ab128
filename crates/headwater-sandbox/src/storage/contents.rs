//! Adding, changing and removing content. The version history and the search index change in the same transaction.

use sqlx::SqliteConnection;

use super::content::{Content, Kind, Status};
use super::{StorageError, restrictions, take_id, tasks, tree};
use crate::formats::storage_format;
use crate::rules::ChildrenOfTrashed;

/// Content to be added, as version 1.
#[derive(Clone, Debug)]
pub(crate) struct NewContent<'a> {
    /// `None` takes the next id.
    pub(crate) id: Option<i64>,
    pub(crate) cloud_id: &'a str,
    pub(crate) kind: Kind,
    pub(crate) subtype: Option<&'a str>,
    pub(crate) status: Status,
    pub(crate) title: &'a str,
    pub(crate) space_id: i64,
    pub(crate) parent_id: Option<i64>,
    pub(crate) container_id: Option<i64>,
    pub(crate) author_id: &'a str,
    pub(crate) created_at: i64,
    /// Storage format.
    pub(crate) body: &'a str,
    pub(crate) private: bool,
    /// A UUID; part of the address of a draft.
    pub(crate) share_id: &'a str,
}

/// A new version of existing content.
#[derive(Clone, Debug)]
pub(crate) struct Edit<'a> {
    pub(crate) title: &'a str,
    pub(crate) body: &'a str,
    pub(crate) author_id: &'a str,
    pub(crate) message: &'a str,
    pub(crate) minor_edit: bool,
    pub(crate) at: i64,
}

/// Adds content, its first version and its search entry. Nodes of the tree come last among their siblings.
pub(crate) async fn insert(
    connection: &mut SqliteConnection,
    new: &NewContent<'_>,
) -> Result<Content, StorageError> {
    let id = take_id(connection, new.id).await?;
    let position = if new.kind.is_in_tree() {
        Some(next_position(connection, new.space_id, new.parent_id).await?)
    } else {
        None
    };
    sqlx::query(
        "INSERT INTO contents (id, cloud_id, type, subtype, status, title, space_id, parent_id, container_id,
            position, author_id, owner_id, created_at, modified_at, version, body, private, share_id, title_key)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?11, ?12, ?12, 1, ?13, ?14, ?15, ?16)",
    )
    .bind(id)
    .bind(new.cloud_id)
    .bind(new.kind.as_str())
    .bind(new.subtype)
    .bind(new.status.as_str())
    .bind(new.title)
    .bind(new.space_id)
    .bind(new.parent_id)
    .bind(new.container_id)
    .bind(position)
    .bind(new.author_id)
    .bind(new.created_at)
    .bind(new.body)
    .bind(new.private)
    .bind(new.share_id)
    .bind(new.title.to_lowercase())
    .execute(&mut *connection)
    .await?;
    let first = Edit {
        title: new.title,
        body: new.body,
        author_id: new.author_id,
        message: "",
        minor_edit: false,
        at: new.created_at,
    };
    // Content in a private container is closed with it, and needs no restriction of its own.
    if new.private && new.container_id.is_none() {
        restrictions::close(connection, id, new.author_id).await?;
    }
    finish(connection, id, 1, &first).await
}

/// Adds a version: the number grows by one, and searches find the new title and body.
pub(crate) async fn edit(
    connection: &mut SqliteConnection,
    id: i64,
    edit: &Edit<'_>,
) -> Result<Content, StorageError> {
    let number: i64 = sqlx::query_scalar(
        "UPDATE contents SET title = ?2, title_key = ?3, body = ?4, modified_at = ?5, version = version + 1
         WHERE id = ?1 RETURNING version",
    )
    .bind(id)
    .bind(edit.title)
    .bind(edit.title.to_lowercase())
    .bind(edit.body)
    .bind(edit.at)
    .fetch_one(&mut *connection)
    .await?;
    finish(connection, id, number, edit).await
}

/// Replaces title and body of the newest version without a new number, as saving a draft does.
pub(crate) async fn overwrite(
    connection: &mut SqliteConnection,
    id: i64,
    edit: &Edit<'_>,
) -> Result<Content, StorageError> {
    let number: i64 = sqlx::query_scalar(
        "UPDATE contents SET title = ?2, title_key = ?3, body = ?4, modified_at = ?5 WHERE id = ?1 RETURNING version",
    )
    .bind(id)
    .bind(edit.title)
    .bind(edit.title.to_lowercase())
    .bind(edit.body)
    .bind(edit.at)
    .fetch_one(&mut *connection)
    .await?;
    sqlx::query("DELETE FROM versions WHERE content_id = ?1 AND number = ?2")
        .bind(id)
        .bind(number)
        .execute(&mut *connection)
        .await?;
    finish(connection, id, number, edit).await
}

/// Finds the content with this id on this site, of any kind and status.
pub(crate) async fn find(
    connection: &mut SqliteConnection,
    cloud_id: &str,
    id: i64,
) -> Result<Option<Content>, StorageError> {
    let row = sqlx::query("SELECT * FROM contents WHERE cloud_id = ?1 AND id = ?2")
        .bind(cloud_id)
        .bind(id)
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(Content::read).transpose()
}

/// Finds the current or archived page of this space with this title. Drafts and trashed pages do not count.
pub(crate) async fn find_page_by_title(
    connection: &mut SqliteConnection,
    space_id: i64,
    title: &str,
) -> Result<Option<i64>, StorageError> {
    Ok(sqlx::query_scalar(
        "SELECT id FROM contents WHERE space_id = ?1 AND type = 'page' AND title_key = ?2
         AND status IN ('current', 'archived')",
    )
    .bind(space_id)
    .bind(title.to_lowercase())
    .fetch_optional(connection)
    .await?)
}

/// Finds the blog posts of this space that have this title and were published on the same day, in UTC.
pub(crate) async fn find_blog_posts_by_title(
    connection: &mut SqliteConnection,
    space_id: i64,
    title: &str,
    at: i64,
) -> Result<Vec<i64>, StorageError> {
    const DAY: i64 = 24 * 60 * 60 * 1000;
    Ok(sqlx::query_scalar(
        "SELECT id FROM contents WHERE space_id = ?1 AND type = 'blogpost' AND title_key = ?2
         AND status = 'current' AND created_at BETWEEN ?3 AND ?4",
    )
    .bind(space_id)
    .bind(title.to_lowercase())
    .bind(at.div_euclid(DAY) * DAY)
    .bind(at.div_euclid(DAY) * DAY + DAY - 1)
    .fetch_all(connection)
    .await?)
}

/// Changes the status only.
pub(crate) async fn set_status(
    connection: &mut SqliteConnection,
    id: i64,
    status: Status,
) -> Result<(), StorageError> {
    sqlx::query("UPDATE contents SET status = ?2 WHERE id = ?1")
        .bind(id)
        .bind(status.as_str())
        .execute(connection)
        .await?;
    Ok(())
}

/// Changes the date of creation, as blog posts allow.
pub(crate) async fn set_created_at(
    connection: &mut SqliteConnection,
    id: i64,
    at: i64,
) -> Result<(), StorageError> {
    sqlx::query("UPDATE contents SET created_at = ?2 WHERE id = ?1")
        .bind(id)
        .bind(at)
        .execute(connection)
        .await?;
    Ok(())
}

/// Gives the content to another owner and remembers the former one.
pub(crate) async fn set_owner(
    connection: &mut SqliteConnection,
    id: i64,
    owner_id: &str,
) -> Result<(), StorageError> {
    sqlx::query(
        "UPDATE contents SET last_owner_id = owner_id, owner_id = ?2 WHERE id = ?1 AND owner_id <> ?2",
    )
    .bind(id)
    .bind(owner_id)
    .execute(connection)
    .await?;
    Ok(())
}

/// Moves custom content into other content, or with `None` into its space.
pub(crate) async fn set_container(
    connection: &mut SqliteConnection,
    id: i64,
    container_id: Option<i64>,
) -> Result<(), StorageError> {
    sqlx::query("UPDATE contents SET container_id = ?2 WHERE id = ?1")
        .bind(id)
        .bind(container_id)
        .execute(connection)
        .await?;
    Ok(())
}

/// Moves a node of the tree below another one, as its last child; `None` moves it to the top of the space.
pub(crate) async fn set_parent(
    connection: &mut SqliteConnection,
    page: &Content,
    parent_id: Option<i64>,
) -> Result<(), StorageError> {
    let position = next_position(connection, page.space_id, parent_id).await?;
    sqlx::query("UPDATE contents SET parent_id = ?2, position = ?3 WHERE id = ?1")
        .bind(page.id)
        .bind(parent_id)
        .bind(position)
        .execute(connection)
        .await?;
    Ok(())
}

/// Moves content to the trash. The children of a node of the tree move up to where it was, behind its siblings,
/// unless they are to stay.
pub(crate) async fn trash(
    connection: &mut SqliteConnection,
    content: &Content,
    children: ChildrenOfTrashed,
) -> Result<(), StorageError> {
    // Before the node itself moves: its children go to the place that it still has.
    if content.kind.is_in_tree() && children == ChildrenOfTrashed::MoveUp {
        tree::lift_children(connection, content).await?;
    }
    // A comment in the trash is still an answer to its parent.
    let keeps_parent = !content.kind.is_in_tree();
    sqlx::query(
        "UPDATE contents SET status = 'trashed', previous_parent_id = parent_id,
            parent_id = CASE WHEN ?2 THEN parent_id END, position = NULL WHERE id = ?1",
    )
    .bind(content.id)
    .bind(keeps_parent)
    .execute(connection)
    .await?;
    Ok(())
}

/// Restores content from the trash: status and place change; title, body and version do not.
pub(crate) async fn restore(
    connection: &mut SqliteConnection,
    content: &Content,
) -> Result<(), StorageError> {
    set_status(connection, content.id, Status::Current).await?;
    if !content.kind.is_in_tree() {
        return Ok(());
    }
    // The former parent may be in the trash itself, or gone; then the node goes to the top of the space.
    let parent_id: Option<i64> =
        sqlx::query_scalar("SELECT id FROM contents WHERE id = ?1 AND status IN ('current', 'archived')")
            .bind(content.previous_parent_id)
            .fetch_optional(&mut *connection)
            .await?;
    set_parent(connection, content, parent_id).await
}

/// Deletes content, with its comments, attachments, history and search entries.
pub(crate) async fn destroy(connection: &mut SqliteConnection, id: i64) -> Result<(), StorageError> {
    // Everything in it: comments, attachments, answers to those comments, and so on.
    let ids: Vec<i64> = sqlx::query_scalar(
        "WITH RECURSIVE below (id) AS (
            SELECT ?1 UNION
            SELECT contents.id FROM contents JOIN below ON contents.container_id = below.id
                OR (contents.parent_id = below.id AND contents.type = 'comment'))
         SELECT id FROM below",
    )
    .bind(id)
    .fetch_all(&mut *connection)
    .await?;
    for id in ids {
        // The tables of the index are virtual: no foreign key deletes their rows.
        for index in
            ["DELETE FROM content_search WHERE rowid = ?1", "DELETE FROM content_words WHERE rowid = ?1"]
        {
            sqlx::query(index).bind(id).execute(&mut *connection).await?;
        }
        sqlx::query("DELETE FROM contents WHERE id = ?1").bind(id).execute(&mut *connection).await?;
    }
    Ok(())
}

/// Reads content that this transaction has just written.
pub(crate) async fn reread(connection: &mut SqliteConnection, id: i64) -> Result<Content, StorageError> {
    let row = sqlx::query("SELECT * FROM contents WHERE id = ?1").bind(id).fetch_one(connection).await?;
    Content::read(&row)
}

/// Returns the position after all children of `parent_id`.
pub(crate) async fn next_position(
    connection: &mut SqliteConnection,
    space_id: i64,
    parent_id: Option<i64>,
) -> Result<i64, StorageError> {
    Ok(sqlx::query_scalar(
        "SELECT coalesce(max(position), -1) + 1 FROM contents
         WHERE space_id = ?1 AND type IN ('page', 'whiteboard', 'database', 'folder', 'embed') AND parent_id IS ?2",
    )
    .bind(space_id)
    .bind(parent_id)
    .fetch_one(connection)
    .await?)
}

/// Follows a write of title and body: adds the version, updates the search index and the tasks, and reads the content
/// again.
async fn finish(
    connection: &mut SqliteConnection,
    id: i64,
    number: i64,
    edit: &Edit<'_>,
) -> Result<Content, StorageError> {
    record_version(connection, id, number, edit).await?;
    index(connection, id, edit.title, edit.body).await?;
    let content = reread(connection, id).await?;
    tasks::follow(connection, &content, edit.author_id, edit.at).await?;
    Ok(content)
}

async fn record_version(
    connection: &mut SqliteConnection,
    id: i64,
    number: i64,
    edit: &Edit<'_>,
) -> Result<(), StorageError> {
    sqlx::query(
        "INSERT INTO versions (content_id, number, author_id, message, minor_edit, created_at, title, body)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )
    .bind(id)
    .bind(number)
    .bind(edit.author_id)
    .bind(edit.message)
    .bind(edit.minor_edit)
    .bind(edit.at)
    .bind(edit.title)
    .bind(edit.body)
    .execute(connection)
    .await?;
    Ok(())
}

async fn index(
    connection: &mut SqliteConnection,
    id: i64,
    title: &str,
    body: &str,
) -> Result<(), StorageError> {
    let text = storage_format::plain_text(body);
    sqlx::query("INSERT OR REPLACE INTO content_words (rowid, words) VALUES (?1, ?2)")
        .bind(id)
        .bind(format!("{title} {text}"))
        .execute(&mut *connection)
        .await?;
    sqlx::query("INSERT OR REPLACE INTO content_search (rowid, title, body) VALUES (?1, ?2, ?3)")
        .bind(id)
        .bind(title)
        .bind(text)
        .execute(connection)
        .await?;
    Ok(())
}
