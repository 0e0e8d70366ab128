//! Many pages, for measuring and for trying things at scale: the same ones for the same number and seed.

use serde_json::{Value, json};
use sqlx::SqliteConnection;

use super::words::Dice;
use crate::random::uuid_of;
use crate::storage::content::{Kind, Status};
use crate::storage::contents::{self, NewContent};
use crate::storage::sites::{self, Site};
use crate::storage::spaces::{self, NewSpace};
use crate::storage::users::{self, User};
use crate::storage::{Storage, StorageError, labels};

/// The number of pages in a space.
const PER_SPACE: u64 = 2000;
/// The number of children of a page.
const CHILDREN: u64 = 20;
/// The number of pages that are written in one transaction.
const BATCH: usize = 1000;
const MINUTE: i64 = 60_000;
const LABELS: [&str; 5] = ["runbook", "draft-idea", "meeting-notes", "how-to", "decision"];

/// Adds pages to the first site, in spaces of their own. Does nothing when there is no site or no user.
pub(crate) async fn generate(storage: &Storage, pages: u64, seed: u64, now: i64) -> Result<(), StorageError> {
    let mut tx = storage.begin().await?;
    let (sites, people) = (sites::all(&mut tx).await?, users::all(&mut tx).await?);
    let (Some(site), Some(_)) = (sites.first(), people.first()) else { return Ok(()) };
    let mut generator = Generator { dice: Dice::new(seed), site, people: &people, now };
    let mut left = pages;
    let mut number = 1;
    while left > 0 {
        let some = left.min(PER_SPACE);
        generator.space(&mut tx, number, some).await?;
        left -= some;
        number += 1;
    }
    // What was written at once is in many small pieces of the index.
    for index in ["content_search", "content_words"] {
        let merge = format!("INSERT INTO {index} ({index}) VALUES ('optimize')");
        sqlx::query(sqlx::AssertSqlSafe(merge)).execute(&mut *tx).await?;
    }
    tx.commit().await?;
    sqlx::query("ANALYZE").execute(&storage.pool).await?;
    Ok(())
}

struct Generator<'a> {
    dice: Dice,
    site: &'a Site,
    people: &'a [User],
    now: i64,
}

impl Generator<'_> {
    /// Adds a space with its homepage and pages below it, that many together.
    async fn space(
        &mut self,
        connection: &mut SqliteConnection,
        number: u64,
        pages: u64,
    ) -> Result<(), StorageError> {
        let created_at = self.now - i64::try_from(pages).unwrap_or(i64::MAX).saturating_add(1) * MINUTE;
        let (key, name) = (format!("GEN{number}"), format!("Generated {number}"));
        let author_id = self.author();
        let new = NewSpace {
            id: None,
            cloud_id: &self.site.cloud_id,
            key: &key,
            name: &name,
            kind: "global",
            author_id: &author_id,
            created_at,
            description: "",
        };
        let space = spaces::insert(connection, &new).await?;
        let home = NewContent {
            id: None,
            cloud_id: &self.site.cloud_id,
            kind: Kind::Page,
            subtype: None,
            status: Status::Current,
            title: &format!("{name} Home"),
            space_id: space.id,
            parent_id: None,
            container_id: None,
            author_id: &author_id,
            created_at,
            body: "<p>Pages that nobody wrote.</p>",
            private: false,
            share_id: &uuid_of(&name),
        };
        let home = contents::insert(connection, &home).await?.id;
        spaces::set_homepage(connection, space.id, home).await?;
        let labels = self.labels(connection, home).await?;
        let below = pages.saturating_sub(1);
        let first = reserve(connection, below).await?;
        let rows = (0..below).map(|place| self.page(place, first, home, created_at, &labels));
        let mut rows = rows.collect::<Vec<_>>().into_iter().peekable();
        while rows.peek().is_some() {
            let batch: Vec<Value> = rows.by_ref().take(BATCH).collect();
            write(connection, &self.site.cloud_id, space.id, &Value::Array(batch)).await?;
        }
        Ok(())
    }

    /// Adds all labels that pages can carry to the homepage.
    async fn labels(&self, connection: &mut SqliteConnection, home: i64) -> Result<Vec<i64>, StorageError> {
        let author_id = self.people.first().map_or("", |it| it.account_id.as_str());
        let mut ids = Vec::new();
        for name in LABELS {
            labels::attach(connection, home, "global", name, author_id, self.now).await?;
        }
        for label in labels::of_content(connection, home).await? {
            ids.push(label.id);
        }
        Ok(ids)
    }

    fn author(&mut self) -> String {
        let place = self.dice.roll(u64::try_from(self.people.len()).unwrap_or(1));
        let user = usize::try_from(place).ok().and_then(|it| self.people.get(it));
        user.map_or_else(String::new, |it| it.account_id.clone())
    }

    fn page(&mut self, place: u64, first: i64, home: i64, created_at: i64, labels: &[i64]) -> Value {
        let at = |place: u64| i64::try_from(place).unwrap_or(i64::MAX);
        let title = format!("{} {} {place}", capital(self.dice.word()), self.dice.word());
        let paragraphs: Vec<String> = (0..2 + self.dice.roll(3))
            .map(|_| (0..2 + self.dice.roll(4)).map(|_| self.dice.sentence()).collect::<Vec<_>>().join(" "))
            .collect();
        let parent = if place < CHILDREN { home } else { first + at(place / CHILDREN - 1) };
        let label = usize::try_from(self.dice.roll(10)).ok().and_then(|it| labels.get(it));
        json!({
            "id": first + at(place),
            "title": title,
            "title_key": title.to_lowercase(),
            "parent_id": parent,
            "position": place % CHILDREN,
            "author_id": self.author(),
            "created_at": created_at + at(place + 1) * MINUTE,
            "body": format!("<p>{}</p>", paragraphs.join("</p><p>")),
            "text": paragraphs.join("\n"),
            "share_id": uuid_of(&title),
            "label_id": label,
        })
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|it| it.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

/// Reserves this many ids at once. Returns the first.
async fn reserve(connection: &mut SqliteConnection, count: u64) -> Result<i64, StorageError> {
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    let last: i64 =
        sqlx::query_scalar("UPDATE sequences SET last = last + ?1 WHERE name = 'content' RETURNING last")
            .bind(count)
            .fetch_one(connection)
            .await?;
    Ok(last - count + 1)
}

/// Puts pages into every table that knows of them, in the order of their ids: parents first.
async fn write(
    connection: &mut SqliteConnection,
    cloud_id: &str,
    space_id: i64,
    batch: &Value,
) -> Result<(), StorageError> {
    const STATEMENTS: [&str; 5] = [
        "INSERT INTO contents (id, cloud_id, type, status, title, title_key, space_id, parent_id, position, author_id,
            owner_id, created_at, modified_at, version, body, share_id)
         SELECT value ->> 'id', ?1, 'page', 'current', value ->> 'title', value ->> 'title_key', ?2,
            value ->> 'parent_id', value ->> 'position', value ->> 'author_id', value ->> 'author_id',
            value ->> 'created_at', value ->> 'created_at', 1, value ->> 'body', value ->> 'share_id'
         FROM json_each(?3)",
        "INSERT INTO versions (content_id, number, author_id, message, minor_edit, created_at, title, body)
         SELECT value ->> 'id', 1, value ->> 'author_id', '', 0, value ->> 'created_at', value ->> 'title',
            value ->> 'body' FROM json_each(?3)",
        "INSERT INTO content_search (rowid, title, body)
         SELECT value ->> 'id', value ->> 'title', value ->> 'text' FROM json_each(?3)",
        "INSERT INTO content_words (rowid, words)
         SELECT value ->> 'id', (value ->> 'title') || ' ' || (value ->> 'text') FROM json_each(?3)",
        "INSERT INTO content_labels (content_id, label_id, created_at, author_id)
         SELECT value ->> 'id', value ->> 'label_id', value ->> 'created_at', value ->> 'author_id'
         FROM json_each(?3) WHERE value ->> 'label_id' IS NOT NULL",
    ];
    let batch = batch.to_string();
    for statement in STATEMENTS {
        sqlx::query(statement).bind(cloud_id).bind(space_id).bind(&batch).execute(&mut *connection).await?;
    }
    Ok(())
}
