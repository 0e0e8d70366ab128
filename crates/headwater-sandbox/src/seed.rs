//! The demo content: a small company's wiki, in files that are easy to read and change.

mod file;
mod generate;
mod people;
mod words;

#[cfg(test)]
mod tests;

use std::collections::HashMap;

use sqlx::SqliteConnection;

use self::file::{Entry, SpaceFile};
pub(crate) use self::generate::generate;
use self::people::{account_id, people};
use crate::storage::attachments::{self, Attachment};
use crate::storage::content::{Kind, Status};
use crate::storage::contents::{self, Edit, NewContent};
use crate::storage::sites::{self, Site};
use crate::storage::spaces::{self, NewSpace};
use crate::storage::{Storage, StorageError, content_details, labels, likes, users};

const DAY_MS: i64 = 86_400_000;

/// The sites: the company's own, and a small second one.
const SITES: [(&str, &str, &str, &[&str]); 2] = [
    (
        "5a17a057-6f1c-4c0e-9d3b-2f7c1a9e8b40",
        "https://saltmarsh-demo.atlassian.net",
        "saltmarsh-demo",
        &[include_str!("../seed/engineering.toml"), include_str!("../seed/people.toml")],
    ),
    (
        "c0ffee00-1ab5-4b1e-8f00-77d1e5ca1e00",
        "https://saltmarsh-labs.atlassian.net",
        "saltmarsh-labs",
        &[include_str!("../seed/labs.toml")],
    ),
];

/// Fills a fresh database with the demo company. Ages count back from `now_ms`; ids and order are always the same.
pub(crate) async fn load(storage: &Storage, now_ms: i64) -> Result<(), StorageError> {
    let mut tx = storage.begin().await?;
    for person in people() {
        users::insert(&mut tx, &person).await?;
    }
    for (cloud_id, url, name, files) in SITES {
        let site = Site { cloud_id: cloud_id.to_owned(), url: url.to_owned(), name: name.to_owned() };
        sites::insert(&mut tx, &site).await?;
        for text in files {
            Loader { cloud_id, now_ms, pages: HashMap::new() }.space(&mut tx, &file::read(text)?).await?;
        }
    }
    Ok(tx.commit().await?)
}

/// Puts one space's file into the database.
struct Loader<'a> {
    cloud_id: &'a str,
    now_ms: i64,
    pages: HashMap<String, i64>,
}

impl Loader<'_> {
    async fn space(
        &mut self,
        connection: &mut SqliteConnection,
        file: &SpaceFile,
    ) -> Result<(), StorageError> {
        let new = NewSpace {
            id: None,
            cloud_id: self.cloud_id,
            key: &file.key,
            name: &file.name,
            kind: "global",
            author_id: account_id(&file.author),
            created_at: self.at(file.days),
            description: &file.description,
        };
        let space = spaces::insert(connection, &new).await?;
        let mut homepage = None;
        for entry in &file.page {
            // The first page of a file is the space's homepage; the others are its children unless they name a
            // parent.
            let parent = entry.parent.as_ref().and_then(|title| self.pages.get(title)).copied().or(homepage);
            let kind = entry.kind.as_deref().map_or(Some(Kind::Page), Kind::parse);
            let kind = kind.ok_or_else(|| file::unknown("kind of", &entry.title))?;
            let id = self.entry(connection, space.id, kind, parent, entry).await?;
            self.pages.insert(entry.title.clone(), id);
            if homepage.is_none() {
                homepage = Some(id);
                spaces::set_homepage(connection, space.id, id).await?;
            }
        }
        for entry in &file.blog {
            self.entry(connection, space.id, Kind::BlogPost, None, entry).await?;
        }
        self.comments_and_files(connection, space.id, file).await
    }

    async fn entry(
        &self,
        connection: &mut SqliteConnection,
        space_id: i64,
        kind: Kind,
        parent_id: Option<i64>,
        entry: &Entry,
    ) -> Result<i64, StorageError> {
        let mut new = self.content(space_id, kind, &entry.author, entry.days);
        new.title = &entry.title;
        new.body = entry.body.trim();
        new.parent_id = parent_id;
        new.private = entry.private;
        let share_id = share_id(&entry.title);
        new.share_id = &share_id;
        let id = contents::insert(connection, &new).await?.id;
        if let Some(url) = &entry.embed_url {
            content_details::set(connection, id, content_details::EMBED_URL, url).await?;
        }
        for label in &entry.labels {
            labels::attach(connection, id, "global", label, account_id(&entry.author), self.at(entry.days))
                .await?;
        }
        for (later, name) in (1..).zip(&entry.likes) {
            likes::insert(connection, id, account_id(name), self.at(entry.days) + later).await?;
        }
        for edit in &entry.edit {
            let change = Edit {
                title: &entry.title,
                body: edit.body.trim(),
                author_id: account_id(&edit.author),
                message: &edit.message,
                minor_edit: false,
                at: self.at(edit.days),
            };
            contents::edit(connection, id, &change).await?;
        }
        Ok(id)
    }

    /// Adds comments and files.
    async fn comments_and_files(
        &self,
        connection: &mut SqliteConnection,
        space_id: i64,
        file: &SpaceFile,
    ) -> Result<(), StorageError> {
        for comment in &file.comment {
            let Some(page) = self.pages.get(&comment.on) else {
                return Err(file::unknown("comment on", &comment.on));
            };
            let title = format!("Re: {}", comment.on);
            let share_id = share_id(&comment.body);
            let mut new = self.content(space_id, Kind::Comment, &comment.author, comment.days);
            (new.title, new.body, new.container_id) = (&title, comment.body.trim(), Some(*page));
            (new.subtype, new.share_id) = (Some("footer"), &share_id);
            contents::insert(connection, &new).await?;
        }
        for it in &file.attachment {
            let Some(page) = self.pages.get(&it.on) else {
                return Err(file::unknown("attachment on", &it.on));
            };
            let share_id = share_id(&it.name);
            let mut new = self.content(space_id, Kind::Attachment, &it.author, it.days);
            (new.title, new.container_id, new.share_id) = (&it.name, Some(*page), &share_id);
            let content = contents::insert(connection, &new).await?;
            let data = it.data.trim_start().as_bytes();
            let attachment = Attachment {
                content_id: content.id,
                container_id: *page,
                media_type: it.media_type.clone(),
                file_size: i64::try_from(data.len()).unwrap_or(0),
                comment: String::new(),
                file_id: share_id.clone(),
            };
            attachments::insert(connection, &attachment, data).await?;
        }
        Ok(())
    }

    fn content(&self, space_id: i64, kind: Kind, author: &str, days: i64) -> NewContent<'_> {
        NewContent {
            id: None,
            cloud_id: self.cloud_id,
            kind,
            subtype: None,
            status: Status::Current,
            title: "",
            space_id,
            parent_id: None,
            container_id: None,
            author_id: account_id(author),
            created_at: self.at(days),
            body: "",
            private: false,
            share_id: "",
        }
    }

    /// Returns a time some days ago, at an hour at which people write.
    fn at(&self, days: i64) -> i64 {
        self.now_ms - days * DAY_MS - (days % 7) * 3_600_000
    }
}

/// A UUID that is always the same for the same text.
fn share_id(text: &str) -> String {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{:08x}-{:04x}-4000-8000-{:012x}", hash >> 32, (hash >> 16) & 0xffff, hash & 0xffff_ffff_ffff)
}
