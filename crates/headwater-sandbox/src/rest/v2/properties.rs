//! Properties of content: one set of operations for every kind of content that can have them.

use axum::Json;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use serde::Serialize;
use serde_json::Value;
use sqlx::SqliteConnection;

use super::entities::ContentProperty;
use super::fields::Fields;
use super::paging::{Paging, Sort, down, up};
use super::{attachments, documents};
use crate::request::v2_error::{conflict, invalid_body, not_found, wrong_type};
use crate::request::{Call, Refusal};
use crate::rest::{Handlers, handlers};
use crate::storage::content::Kind;
use crate::storage::listing::{After, By, Key};
use crate::storage::properties::{self, Change, Property};

/// The longest key.
const KEY_LIMIT: usize = 255;

/// The words of the `sort` parameter. The key takes the place of a title.
const SORTS: &[Sort] = &[up("id", By::Id), up("key", By::Title), down("-key", By::Title)];

/// The operations on the properties of content.
pub(super) const HANDLERS: Handlers = handlers! { |call|
    "getAttachmentContentProperties" => list(call, Kind::Attachment),
    "createAttachmentProperty" => create(call, Kind::Attachment),
    "getAttachmentContentPropertiesById" => read(call, Kind::Attachment),
    "updateAttachmentPropertyById" => update(call, Kind::Attachment),
    "deleteAttachmentPropertyById" => remove(call, Kind::Attachment),
    "getBlogpostContentProperties" => list(call, Kind::BlogPost),
    "createBlogpostProperty" => create(call, Kind::BlogPost),
    "getBlogpostContentPropertiesById" => read(call, Kind::BlogPost),
    "updateBlogpostPropertyById" => update(call, Kind::BlogPost),
    "deleteBlogpostPropertyById" => remove(call, Kind::BlogPost),
    "getCustomContentContentProperties" => list(call, Kind::Custom),
    "createCustomContentProperty" => create(call, Kind::Custom),
    "getCustomContentContentPropertiesById" => read(call, Kind::Custom),
    "updateCustomContentPropertyById" => update(call, Kind::Custom),
    "deleteCustomContentPropertyById" => remove(call, Kind::Custom),
    "getPageContentProperties" => list(call, Kind::Page),
    "createPageProperty" => create(call, Kind::Page),
    "getPageContentPropertiesById" => read(call, Kind::Page),
    "updatePagePropertyById" => update(call, Kind::Page),
    "deletePagePropertyById" => remove(call, Kind::Page),
    "getWhiteboardContentProperties" => list(call, Kind::Whiteboard),
    "createWhiteboardProperty" => create(call, Kind::Whiteboard),
    "getWhiteboardContentPropertiesById" => read(call, Kind::Whiteboard),
    "updateWhiteboardPropertyById" => update(call, Kind::Whiteboard),
    "deleteWhiteboardPropertyById" => remove(call, Kind::Whiteboard),
    "getDatabaseContentProperties" => list(call, Kind::Database),
    "createDatabaseProperty" => create(call, Kind::Database),
    "getDatabaseContentPropertiesById" => read(call, Kind::Database),
    "updateDatabasePropertyById" => update(call, Kind::Database),
    "deleteDatabasePropertyById" => remove(call, Kind::Database),
    "getSmartLinkContentProperties" => list(call, Kind::Embed),
    "createSmartLinkProperty" => create(call, Kind::Embed),
    "getSmartLinkContentPropertiesById" => read(call, Kind::Embed),
    "updateSmartLinkPropertyById" => update(call, Kind::Embed),
    "deleteSmartLinkPropertyById" => remove(call, Kind::Embed),
    "getFolderContentProperties" => list(call, Kind::Folder),
    "createFolderProperty" => create(call, Kind::Folder),
    "getFolderContentPropertiesById" => read(call, Kind::Folder),
    "updateFolderPropertyById" => update(call, Kind::Folder),
    "deleteFolderPropertyById" => remove(call, Kind::Folder),
    "getCommentContentProperties" => list(call, Kind::Comment),
    "createCommentProperty" => create(call, Kind::Comment),
    "getCommentContentPropertiesById" => read(call, Kind::Comment),
    "updateCommentPropertyById" => update(call, Kind::Comment),
    "deleteCommentPropertyById" => remove(call, Kind::Comment),
};

/// Returns the id of the content that the path names, if the user may see it.
async fn find(call: &Call, connection: &mut SqliteConnection, kind: Kind) -> Result<i64, Refusal> {
    let (name, text) = call.first_parameter();
    let id = match kind {
        Kind::Attachment => attachments::read_id(name, text)?,
        _ => text.parse().map_err(|_| wrong_type(name, text, "long"))?,
    };
    documents::find(call, connection, kind, id).await?;
    Ok(id)
}

/// Returns the property that the path names, and the id of its content, if the user may see it.
async fn find_property(
    call: &Call,
    connection: &mut SqliteConnection,
    kind: Kind,
) -> Result<(i64, Property), Refusal> {
    let container_id = find(call, connection, kind).await?;
    let id = super::parameter::path_id(call, "property-id")?;
    let found = properties::find(connection, kind.as_str(), container_id, id).await?;
    Ok((container_id, found.ok_or_else(|| no_property(id))?))
}

async fn list(call: Call, kind: Kind) -> Result<Response, Refusal> {
    let mut tx = call.begin().await?;
    let id = find(&call, &mut tx, kind).await?;
    let rows = properties::of_container(&mut tx, kind.as_str(), id).await?;
    drop(tx);
    page(&call, rows, |property| ContentProperty::from(property))
}

/// Builds a page of properties, of the key that is asked for or of all.
pub(super) fn page<R: Serialize>(
    call: &Call,
    mut rows: Vec<Property>,
    show: impl Fn(&Property) -> R,
) -> Result<Response, Refusal> {
    let sort = Sort::read(&call.query, SORTS, "ContentPropertySortOrder")?;
    let paging = Paging::read(&call.query, 25, sort)?;
    if let Some(key) = call.query.first("key") {
        rows.retain(|property| property.key == key);
    }
    let by = paging.order().by;
    Ok(paging.cut_all(rows, |row| place(row, by)).reply(call, |row| show(&row)))
}

async fn create(call: Call, kind: Kind) -> Result<Response, Refusal> {
    let sent = Sent::read(&call)?;
    let mut tx = call.begin().await?;
    let id = find(&call, &mut tx, kind).await?;
    let change = sent.change(&call);
    let made = properties::insert(&mut tx, kind.as_str(), id, &sent.key, &change).await?;
    let made = made.ok_or_else(|| key_taken(&sent.key))?;
    tx.commit().await?;
    Ok(Json(ContentProperty::from(&made)).into_response())
}

async fn read(call: Call, kind: Kind) -> Result<Response, Refusal> {
    let mut tx = call.begin().await?;
    let (_, property) = find_property(&call, &mut tx, kind).await?;
    Ok(Json(ContentProperty::from(&property)).into_response())
}

async fn update(call: Call, kind: Kind) -> Result<Response, Refusal> {
    let sent = Sent::read(&call)?;
    let mut tx = call.begin().await?;
    let (container_id, present) = find_property(&call, &mut tx, kind).await?;
    sent.check_version(&present)?;
    let others = properties::of_container(&mut tx, kind.as_str(), container_id).await?;
    sent.check_key(&present, &others)?;
    let changed = properties::update(&mut tx, present.id, &sent.key, &sent.change(&call)).await?;
    tx.commit().await?;
    Ok(Json(ContentProperty::from(&changed)).into_response())
}

async fn remove(call: Call, kind: Kind) -> Result<Response, Refusal> {
    let mut tx = call.begin().await?;
    let (_, property) = find_property(&call, &mut tx, kind).await?;
    properties::remove(&mut tx, property.id).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// The body of a write.
pub(super) struct Sent {
    pub(super) key: String,
    value: Value,
    number: Option<i64>,
    message: String,
}

impl Sent {
    pub(super) fn read(call: &Call) -> Result<Self, Refusal> {
        let fields = Fields::read(&call.body)?;
        fields.require(&["key", "value"])?;
        let key = fields.text("key")?.unwrap_or_default().to_owned();
        if key.is_empty() || key.chars().count() > KEY_LIMIT {
            return Err(invalid_body(format!("key: size must be between 1 and {KEY_LIMIT}")));
        }
        let version = fields.object("version")?;
        let number = version.as_ref().map(|it| it.id("number")).transpose()?.flatten();
        let message = version.as_ref().map(|it| it.text("message")).transpose()?.flatten();
        let message = message.unwrap_or_default().to_owned();
        Ok(Self { key, value: fields.value("value").cloned().unwrap_or_default(), number, message })
    }

    pub(super) fn change<'a>(&'a self, call: &'a Call) -> Change<'a> {
        Change {
            value: &self.value,
            author_id: &call.account_id,
            message: &self.message,
            minor_edit: false,
            at: call.now(),
        }
    }

    /// Checks that the number is the next one.
    pub(super) fn check_version(&self, present: &Property) -> Result<(), Refusal> {
        let Some(number) = self.number else {
            return Err(invalid_body("version.number: must not be null"));
        };
        if number == present.version + 1 {
            return Ok(());
        }
        Err(conflict(format!(
            "Version must be incremented when updating a property. Current Version: [{}]. Provided version: [{number}]",
            present.version
        )))
    }

    /// Checks that a new key is free.
    pub(super) fn check_key(&self, present: &Property, all: &[Property]) -> Result<(), Refusal> {
        let taken = all.iter().any(|other| other.id != present.id && other.key == self.key);
        if taken { Err(key_taken(&self.key)) } else { Ok(()) }
    }
}

pub(super) fn key_taken(key: &str) -> Refusal {
    conflict(format!("A property with the key [{key}] already exists"))
}

pub(super) fn no_property(id: i64) -> Refusal {
    not_found(format!("Cannot find a property with id [{id}]"))
}

fn place(property: &Property, by: By) -> After {
    let key = match by {
        By::Title => Key::Text(property.key.clone()),
        By::Id | By::CreatedAt | By::ModifiedAt | By::Position => Key::Number(property.id),
    };
    After { id: property.id, key }
}
