//! Creating pages and blog posts.

use axum::response::Response;
use sqlx::SqliteConnection;

use super::super::fields::Fields;
use super::super::parameter::boolean;
use super::super::representation::{self, Written};
use super::{Claim, check_creation, check_parent, check_title, check_title_is_free, find_space, read_status};
use crate::access;
use crate::request::v2_error::invalid_body;
use crate::request::{Call, Refusal};
use crate::storage::content::{Kind, Status};
use crate::storage::contents::{self, NewContent};
use crate::storage::spaces::Space;
use crate::timestamp;

/// The body of a create request.
struct Request {
    space_id: i64,
    status: Status,
    title: String,
    parent_id: Option<i64>,
    body: Option<Written>,
    created_at: Option<i64>,
    is_live: bool,
}

/// Creates content of this kind as version 1.
pub(crate) async fn create(call: Call, kind: Kind) -> Result<Response, Refusal> {
    let request = Request::read(&call.body, kind)?;
    let private = boolean(&call.query, "private", false)?;
    // What is embedded is edited elsewhere; nothing of it shows here.
    boolean(&call.query, "embedded", false)?;
    let root_level = boolean(&call.query, "root-level", false)?;
    if root_level && request.parent_id.is_some() {
        return Err(invalid_body("parentId: must be null when root-level is true"));
    }
    let mut tx = call.begin().await?;
    let space = find_space(&call, &mut tx, request.space_id).await?;
    check_creation(&call, &mut tx, space.id, kind).await?;
    if request.status != Status::Draft {
        let claim = Claim {
            kind,
            space_id: space.id,
            title: &request.title,
            own_id: None,
            created_at: request.created_at.unwrap_or_else(|| call.now()),
        };
        check_title_is_free(&call, &mut tx, claim).await?;
    }
    let parent_id = match (kind, root_level) {
        (Kind::Page, false) => place(&call, &mut tx, &space, request.parent_id).await?,
        _ => None,
    };
    let share_id = call.new_uuid();
    let new = NewContent {
        id: None,
        cloud_id: &call.site.cloud_id,
        kind,
        subtype: request.is_live.then_some("live"),
        status: request.status,
        title: &request.title,
        space_id: space.id,
        parent_id,
        container_id: None,
        author_id: &call.account_id,
        created_at: request.created_at.unwrap_or_else(|| call.now()),
        body: request.body.as_ref().map_or("", |body| &body.storage),
        private,
        share_id: &share_id,
    };
    let content = contents::insert(&mut tx, &new).await?;
    let format = request.body.as_ref().map(|body| body.representation);
    let entity = super::reply(&call, &mut tx, content.id, format).await?;
    tx.commit().await?;
    Ok(super::answer(&call, entity))
}

impl Request {
    fn read(body: &[u8], kind: Kind) -> Result<Self, Refusal> {
        let fields = Fields::read(body)?;
        fields.require(&["spaceId"])?;
        let status = read_status(fields.text("status")?)?;
        let title = fields.text("title")?.unwrap_or_default().to_owned();
        check_title(&title, status)?;
        let created_at = match (kind, fields.text("createdAt")?) {
            (Kind::BlogPost, Some(text)) => Some(read_time(text)?),
            _ => None,
        };
        let is_live = match fields.text("subtype")? {
            None | Some("page") => false,
            Some("live") => true,
            Some(other) => return Err(invalid_body(format!("subtype: must be live or absent, not {other}"))),
        };
        Ok(Self {
            space_id: fields.id("spaceId")?.unwrap_or_default(),
            status,
            title,
            parent_id: fields.id("parentId")?,
            body: fields.value("body").map(representation::read).transpose()?,
            created_at,
            is_live,
        })
    }
}

/// Reads the wanted date of a blog post.
pub(super) fn read_time(text: &str) -> Result<i64, Refusal> {
    timestamp::parse(text).ok_or_else(|| {
        invalid_body(format!("createdAt: {text} must have the format yyyy-MM-ddTHH:mm:ss.SSSZ"))
    })
}

/// Returns the parent of a new node of the tree: the one that is asked for, or else the homepage of its space.
pub(crate) async fn place(
    call: &Call,
    connection: &mut SqliteConnection,
    space: &Space,
    wanted: Option<i64>,
) -> Result<Option<i64>, Refusal> {
    if let Some(parent_id) = wanted {
        check_parent(call, connection, space.id, parent_id).await?;
        return Ok(Some(parent_id));
    }
    let Some(homepage_id) = space.homepage_id else { return Ok(None) };
    // A homepage in the trash cannot have children; the node goes to the top of the space.
    let homepage = access::find(call, connection, homepage_id).await?;
    Ok(homepage.filter(|page| page.status == Status::Current).map(|page| page.id))
}
