//! Adding the people, sites, spaces and pages of a scenario to the database.

use std::collections::HashMap;

use sqlx::SqliteConnection;

use super::file::{PageEntry, ScenarioFile, SpaceEntry};
use super::{ScenarioError, site};
use crate::address;
use crate::options::Client;
use crate::random;
use crate::state::State;
use crate::storage::content::{Kind, Status};
use crate::storage::contents::{self, NewContent};
use crate::storage::sites;
use crate::storage::spaces::{self, NewSpace, Space};
use crate::storage::users::{self, User};
use crate::storage::{clients, labels};

/// Adds all content of a scenario, or nothing.
pub(super) async fn add(state: &State, file: &ScenarioFile) -> Result<(), ScenarioError> {
    let mut tx = state.storage.begin().await?;
    for entry in &file.client {
        let client = Client {
            client_id: entry.client_id.clone(),
            client_secret: entry.client_secret.clone(),
            redirect_uris: entry.redirect_uris.clone(),
            name: entry.name.clone(),
            scopes: entry.scopes.clone(),
        };
        clients::insert(&mut tx, &client).await?;
    }
    for entry in &file.user {
        if users::find(&mut tx, &entry.account_id).await?.is_some() {
            continue;
        }
        let user = User {
            account_id: entry.account_id.clone(),
            display_name: entry.name.clone(),
            email: entry.email.clone(),
            time_zone: entry.time_zone.clone(),
        };
        users::insert(&mut tx, &user).await?;
    }
    for entry in &file.site {
        site::apply(state, &mut tx, entry).await?;
    }
    let sites = sites::all(&mut tx).await?;
    for entry in &file.space {
        let Some(site) = sites.iter().find(|site| site.name == entry.site) else {
            let problem = format!("space {} is on site `{}`, which does not exist", entry.key, entry.site);
            return Err(ScenarioError::Content(problem));
        };
        if users::find(&mut tx, &entry.author).await?.is_none() {
            let problem = format!("space {} is by `{}`, who is no user", entry.key, entry.author);
            return Err(ScenarioError::Content(problem));
        }
        if spaces::find_by_key(&mut tx, &site.cloud_id, &entry.key).await?.is_none() {
            Loader { state, cloud_id: &site.cloud_id, entry, pages: HashMap::new() }.load(&mut tx).await?;
        }
    }
    tx.commit().await.map_err(crate::storage::StorageError::from)?;
    Ok(address::settle(state).await?)
}

/// Puts one space into the database.
struct Loader<'a> {
    state: &'a State,
    cloud_id: &'a str,
    entry: &'a SpaceEntry,
    /// The pages so far, by title.
    pages: HashMap<&'a str, i64>,
}

impl<'a> Loader<'a> {
    async fn load(mut self, connection: &mut SqliteConnection) -> Result<(), ScenarioError> {
        let new = NewSpace {
            id: None,
            cloud_id: self.cloud_id,
            key: &self.entry.key,
            name: &self.entry.name,
            kind: "global",
            author_id: &self.entry.author,
            created_at: self.state.clock.now_ms(),
            description: &self.entry.description,
        };
        let space = spaces::insert(&mut *connection, &new).await?;
        let mut homepage = None;
        for page in &self.entry.page {
            let parent = match &page.parent {
                None => homepage,
                Some(title) => Some(self.page(title)?),
            };
            let id = self.add(connection, &space, page, &page.title, parent).await?;
            self.pages.insert(&page.title, id);
            for copy in 2..=page.copies.unwrap_or(1) {
                let title = format!("{} {copy}", page.title);
                self.add(connection, &space, page, &title, parent).await?;
            }
            if homepage.is_none() {
                homepage = Some(id);
                spaces::set_homepage(&mut *connection, space.id, id).await?;
            }
        }
        Ok(())
    }

    fn page(&self, title: &'a str) -> Result<i64, ScenarioError> {
        self.pages.get(title).copied().ok_or_else(|| {
            let problem = format!("no page above in space {} is called `{title}`", self.entry.key);
            ScenarioError::Content(problem)
        })
    }

    async fn add(
        &self,
        connection: &mut SqliteConnection,
        space: &Space,
        page: &PageEntry,
        title: &str,
        parent_id: Option<i64>,
    ) -> Result<i64, ScenarioError> {
        let share_id = random::uuid(&*self.state.random).to_string();
        let now = self.state.clock.now_ms();
        let new = NewContent {
            id: None,
            cloud_id: self.cloud_id,
            kind: Kind::Page,
            subtype: None,
            status: Status::Current,
            title,
            space_id: space.id,
            parent_id,
            container_id: None,
            author_id: &self.entry.author,
            created_at: now,
            body: &page.body,
            private: page.private,
            share_id: &share_id,
        };
        let id = contents::insert(&mut *connection, &new).await?.id;
        for label in &page.labels {
            labels::attach(&mut *connection, id, "global", label, &self.entry.author, now).await?;
        }
        Ok(id)
    }
}
