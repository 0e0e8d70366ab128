//! Spaces.

pub(crate) mod create;

use axum::response::Response;
use sqlx::SqliteConnection;

use super::documents::list::{Within, list as list_documents};
use super::entities::{self, Body, Icon, Part, SpaceParts};
use super::paging::{Paging, Sort, down, single, up};
use super::parameter::{boolean, ids, path_id, texts, word};
use super::{documents, labels, operations, role_assignments};
use crate::access;
use crate::formats::storage_format;
use crate::request::{Call, Query, Refusal};
use crate::rest::{Handlers, handlers};
use crate::storage::content::Kind;
use crate::storage::listing::{After, By, Key};
use crate::storage::spaces::Space;
use crate::storage::{labels as stored_labels, relations, space_permissions, space_roles};

const TYPES: &[&str] =
    &["global", "collaboration", "knowledge_base", "personal", "system", "onboarding", "xflow_sample_space"];

/// The words of the `sort` parameter. `Title` stands for the key or the name, as the word says.
pub(super) const SORTS: &[Sort] = &[
    up("id", By::Id),
    down("-id", By::Id),
    up("key", By::Title),
    down("-key", By::Title),
    up("name", By::Title),
    down("-name", By::Title),
];

/// The operations on spaces.
pub(super) const HANDLERS: Handlers = handlers! { |call|
    "getSpaces" => list(call),
    "createSpace" => create::create(call),
    "getSpaceById" => read(call),
    "getPagesInSpace" => list_pages(call),
};

async fn list(call: Call) -> Result<Response, Refusal> {
    let sort = Sort::read(&call.query, SORTS, "SpaceSortOrder")?;
    let paging = Paging::read(&call.query, 25, sort)?;
    let filter = Filter::read(&call.query)?;
    let show = Show::read(&call.query)?;
    let mut tx = call.begin().await?;
    let mut rows = access::spaces(&call, &mut tx).await?;
    rows.retain(|space| filter.admits(space));
    filter.narrow(&call, &mut tx, &mut rows).await?;
    let by_key = sort.word.ends_with("key");
    let page = paging.cut_all(rows, |space| place(space, sort, by_key));
    Ok(page.reply(&call, |space| show.space(&space)))
}

async fn read(call: Call) -> Result<Response, Refusal> {
    let id = path_id(&call, "id")?;
    let show = Show::read(&call.query)?;
    let mut tx = call.begin().await?;
    let space = documents::find_space(&call, &mut tx, id).await?;
    let mut shown = entities::json(&show.space(&space));
    entities::add(&mut shown, &parts(&call, &mut tx, &space).await?);
    entities::add_base(&mut shown, &call.base());
    Ok(single(&call, shown))
}

async fn list_pages(call: Call) -> Result<Response, Refusal> {
    let id = path_id(&call, "id")?;
    let depth = word(&call.query, "depth", &["all", "root"], "Depth")?;
    let mut tx = call.begin().await?;
    documents::find_space(&call, &mut tx, id).await?;
    drop(tx);
    let within = Within { space_id: Some(id), roots_only: depth == Some("root"), ..Within::default() };
    list_documents(call, Kind::Page, within).await
}

/// The filters of a list of spaces.
struct Filter {
    ids: Vec<i64>,
    keys: Vec<String>,
    kind: Option<String>,
    status: Option<String>,
    /// The labels of which a space must carry one.
    labels: Vec<String>,
    /// The accounts whose favourite a space must be, and must not be.
    favorited_by: Option<String>,
    not_favorited_by: Option<String>,
}

impl Filter {
    fn read(query: &Query) -> Result<Self, Refusal> {
        let lowercase = |names: Vec<&str>| names.into_iter().map(str::to_lowercase).collect();
        let account = |name: &str| query.first(name).map(str::to_owned);
        Ok(Self {
            ids: ids(query, "ids", 250)?,
            keys: lowercase(texts(query, "keys", 250)?),
            kind: word(query, "type", TYPES, "SpaceType")?.map(str::to_owned),
            status: word(query, "status", &["current", "archived"], "SpaceStatus")?.map(str::to_owned),
            labels: lowercase(query.list("labels")),
            favorited_by: account("favorited-by"),
            not_favorited_by: account("not-favorited-by"),
        })
    }

    fn admits(&self, space: &Space) -> bool {
        (self.ids.is_empty() || self.ids.contains(&space.id))
            && (self.keys.is_empty() || self.keys.contains(&space.key.to_lowercase()))
            && self.kind.as_ref().is_none_or(|kind| *kind == space.kind)
            && self.status.as_ref().is_none_or(|status| *status == space.status)
    }

    /// Removes spaces without a wanted label, and those that are not among the wanted favourites.
    async fn narrow(
        &self,
        call: &Call,
        connection: &mut SqliteConnection,
        spaces: &mut Vec<Space>,
    ) -> Result<(), Refusal> {
        for (account_id, wanted) in [(&self.favorited_by, true), (&self.not_favorited_by, false)] {
            if let Some(account_id) = account_id {
                let keys = relations::favourite_spaces(connection, &call.site.cloud_id, account_id).await?;
                spaces.retain(|space| keys.contains(&space.key) == wanted);
            }
        }
        if self.labels.is_empty() {
            return Ok(());
        }
        let mut carriers = Vec::new();
        for space in spaces.drain(..) {
            let labels = stored_labels::of_space(connection, space.id).await?;
            if labels.iter().any(|label| self.labels.contains(&label.name)) {
                carriers.push(space);
            }
        }
        *spaces = carriers;
        Ok(())
    }
}

/// The optional members of a space that are wanted.
pub(super) struct Show {
    pub(super) description: Option<String>,
    pub(super) icon: bool,
}

impl Show {
    fn read(query: &Query) -> Result<Self, Refusal> {
        let description =
            word(query, "description-format", &["plain", "view"], "SpaceDescriptionBodyRepresentation")?;
        Ok(Self { description: description.map(str::to_owned), icon: boolean(query, "include-icon", false)? })
    }

    pub(super) fn space(&self, space: &Space) -> entities::Space {
        entities::Space::new(space, self.describe(space), self.icon.then_some(Icon::DEFAULT))
    }

    fn describe(&self, space: &Space) -> Option<Body> {
        let format = self.description.as_deref()?;
        if space.description.is_empty() {
            return Some(Body::default());
        }
        let value = match format {
            "view" => storage_format::view_html(&space.description, &storage_format::References::default()),
            _ => storage_format::plain_text(&space.description),
        };
        Some(Body::new(format, value))
    }
}

/// Reads the parts of a space that the `include-` switches ask for.
async fn parts(call: &Call, connection: &mut SqliteConnection, space: &Space) -> Result<SpaceParts, Refusal> {
    let wants = |name: &str| boolean(&call.query, &format!("include-{name}"), false);
    let path = |name: &str| format!("/api/v2/spaces/{}/{name}", space.id);
    let mut parts = SpaceParts::default();
    if wants("labels")? {
        parts.labels = Some(Part::new(path("labels"), labels::show_all(connection, space.id).await?));
    }
    if wants("properties")? {
        parts.properties = Some(Part::new(path("properties"), Vec::new()));
    }
    if wants("operations")? {
        let rows = operations::of_space(call, connection, space.id).await?;
        parts.operations = Some(Part::new(path("operations"), rows));
    }
    if wants("permissions")? {
        let all = space_permissions::of_space(connection, space.id).await?;
        let rows = all.iter().map(super::space_permissions::show).collect();
        parts.permissions = Some(Part::new(path("permissions"), rows));
    }
    if wants("role-assignments")? {
        let all = space_roles::assignments(connection, &[space.id]).await?;
        let rows = all.iter().map(role_assignments::show).collect();
        parts.role_assignments = Some(Part::new(path("role-assignments"), rows));
    }
    Ok(parts)
}

/// Returns the position of a space in a sorted list.
pub(super) fn place(space: &Space, sort: Sort, by_key: bool) -> After {
    let key = match sort.order.by {
        By::Id => Key::Number(space.id),
        _ if by_key => Key::Text(space.key.to_lowercase()),
        _ => Key::Text(space.name.to_lowercase()),
    };
    After { id: space.id, key }
}
