//! Creating spaces.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use sqlx::SqliteConnection;

use super::super::fields::Fields;
use super::super::space_permissions::check_roles;
use super::super::{entities, role_assignments};
use super::{Show, documents};
use crate::request::v2_error::invalid_body;
use crate::request::{Call, Refusal};
use crate::storage::content::{Kind, Status};
use crate::storage::contents::{self, NewContent};
use crate::storage::space_permissions::{self, Principal};
use crate::storage::space_roles;
use crate::storage::spaces::{self, NewSpace, Space};

/// The longest name, and the longest key.
const NAME_LIMIT: usize = 200;
const KEY_LIMIT: usize = 255;

/// A fault in the request for a new space.
pub(crate) enum Problem {
    Name,
    Key,
    Taken,
}

impl Problem {
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Name => format!("name: size must be between 1 and {NAME_LIMIT}"),
            Self::Key => {
                format!("key: must have only letters and digits, and no more than {KEY_LIMIT} of them")
            }
            Self::Taken => "A space already exists with this key".to_owned(),
        }
    }
}

/// Creates a space with a homepage.
pub(super) async fn create(call: Call) -> Result<Response, Refusal> {
    let fields = Fields::read(&call.body)?;
    fields.require(&["name"])?;
    let name = fields.text("name")?.unwrap_or_default();
    let key = match (fields.text("key")?, fields.text("alias")?) {
        (Some(key), _) | (None, Some(key)) => key.to_owned(),
        (None, None) => return Err(invalid_body("key: one of key and alias must not be null")),
    };
    let description = fields.object("description")?;
    let text = description.as_ref().map_or(Ok(None), |it| it.text("value"))?.unwrap_or_default();
    let assignments = fields.list("roleAssignments")?.cloned().unwrap_or_default();
    let is_private = fields.boolean("createPrivateSpace")?.unwrap_or(false);
    fields.text("templateKey")?;
    let model = fields.id("copySpaceAccessConfiguration")?;
    check_roles(&call).await?;
    let mut tx = call.begin().await?;
    let is_private = is_private || !assignments.is_empty();
    let request = SpaceRequest { key: &key, name, description: text, is_private };
    let space = insert(&call, &mut tx, &request).await?.map_err(|problem| invalid_body(problem.text()))?;
    if let Some(model) = model {
        let model = documents::find_space(&call, &mut tx, model).await?;
        copy_access(&mut tx, model.id, space.id).await?;
    }
    role_assignments::assign(&call, &mut tx, space.id, &assignments).await?;
    let show = Show { description: (!text.is_empty()).then(|| "plain".to_owned()), icon: false };
    let mut shown = entities::json(&show.space(&space));
    entities::add_base(&mut shown, &call.base());
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(shown)).into_response())
}

/// A request for a new space.
pub(crate) struct SpaceRequest<'a> {
    pub(crate) key: &'a str,
    pub(crate) name: &'a str,
    pub(crate) description: &'a str,
    pub(crate) is_private: bool,
}

/// Adds the space and its homepage, or returns what is wrong with the request.
pub(crate) async fn insert(
    call: &Call,
    connection: &mut SqliteConnection,
    request: &SpaceRequest<'_>,
) -> Result<Result<Space, Problem>, Refusal> {
    if request.name.trim().is_empty() || request.name.chars().count() > NAME_LIMIT {
        return Ok(Err(Problem::Name));
    }
    let (is_personal, letters) = match request.key.strip_prefix('~') {
        Some(letters) => (true, letters),
        None => (false, request.key),
    };
    let is_plain = !letters.is_empty() && letters.chars().all(|letter| letter.is_ascii_alphanumeric());
    if !is_plain || request.key.len() > KEY_LIMIT {
        return Ok(Err(Problem::Key));
    }
    if spaces::find_by_key(connection, &call.site.cloud_id, request.key).await?.is_some() {
        return Ok(Err(Problem::Taken));
    }
    let description = as_paragraph(request.description);
    let new = NewSpace {
        id: None,
        cloud_id: &call.site.cloud_id,
        key: request.key,
        name: request.name,
        kind: if is_personal { "personal" } else { "global" },
        author_id: &call.account_id,
        created_at: call.now(),
        description: &description,
    };
    let space = spaces::insert(connection, &new).await?;
    if request.is_private {
        for class in ["ALL_LICENSED_USERS", "ALL_PRODUCT_ADMINS"] {
            space_permissions::revoke_all(connection, space.id, &Principal::access_class(class)).await?;
        }
    }
    let homepage_id = Some(add_homepage(call, connection, &space).await?);
    Ok(Ok(Space { homepage_id, ..space }))
}

async fn add_homepage(call: &Call, connection: &mut SqliteConnection, space: &Space) -> Result<i64, Refusal> {
    let share_id = call.new_uuid();
    let homepage = NewContent {
        id: None,
        cloud_id: &call.site.cloud_id,
        kind: Kind::Page,
        subtype: None,
        status: Status::Current,
        title: &format!("{} Home", space.name),
        space_id: space.id,
        parent_id: None,
        container_id: None,
        author_id: &call.account_id,
        created_at: call.now(),
        body: "",
        private: false,
        share_id: &share_id,
    };
    let homepage = contents::insert(connection, &homepage).await?;
    spaces::set_homepage(connection, space.id, homepage.id).await?;
    Ok(homepage.id)
}

/// Copies the permissions and roles of one space to another.
async fn copy_access(connection: &mut SqliteConnection, from: i64, to: i64) -> Result<(), Refusal> {
    for it in space_permissions::of_space(connection, from).await? {
        space_permissions::grant(connection, to, &it.principal, &it.operation, &it.target).await?;
    }
    for it in space_roles::assignments(connection, &[from]).await? {
        space_roles::assign(connection, to, &it.principal, &it.role_id).await?;
    }
    Ok(())
}

/// Returns a plain text as a paragraph in storage format.
pub(crate) fn as_paragraph(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!("<p>{text}</p>")
}
