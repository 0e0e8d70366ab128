//! Creating whiteboards, databases, folders and smart links.

use axum::response::Response;

use super::super::documents::{check_creation, check_title, create::place, find_space};
use super::super::fields::Fields;
use super::super::paging;
use super::super::parameter::boolean;
use super::{show, template};
use crate::request::v2_error::invalid_body;
use crate::request::{Call, Refusal};
use crate::storage::content::{Kind, Status};
use crate::storage::content_details;
use crate::storage::contents::{self, NewContent};

/// The body of a create request.
struct Request {
    space_id: i64,
    title: String,
    parent_id: Option<i64>,
    embed_url: Option<String>,
    body: String,
}

/// Creates a node of this kind below the wanted parent, or else below the homepage of the space.
pub(super) async fn create(call: Call, kind: Kind) -> Result<Response, Refusal> {
    let request = Request::read(&call.body, kind)?;
    let can_be_private = matches!(kind, Kind::Whiteboard | Kind::Database);
    let private = can_be_private && boolean(&call.query, "private", false)?;
    let mut tx = call.begin().await?;
    let space = find_space(&call, &mut tx, request.space_id).await?;
    check_creation(&call, &mut tx, space.id, kind).await?;
    let parent_id = place(&call, &mut tx, &space, request.parent_id).await?;
    let share_id = call.new_uuid();
    let new = NewContent {
        id: None,
        cloud_id: &call.site.cloud_id,
        kind,
        subtype: None,
        status: Status::Current,
        title: &request.title,
        space_id: space.id,
        parent_id,
        container_id: None,
        author_id: &call.account_id,
        created_at: call.now(),
        body: &request.body,
        private,
        share_id: &share_id,
    };
    let content = contents::insert(&mut tx, &new).await?;
    if let Some(url) = &request.embed_url {
        content_details::set(&mut tx, content.id, content_details::EMBED_URL, url).await?;
    }
    let shown = show(&call, &mut tx, &content).await?;
    tx.commit().await?;
    Ok(paging::single(&call, shown))
}

impl Request {
    fn read(body: &[u8], kind: Kind) -> Result<Self, Refusal> {
        let fields = Fields::read(body)?;
        fields.require(&["spaceId"])?;
        let title = fields.text("title")?.filter(|title| !title.trim().is_empty());
        let title = title.map_or_else(|| format!("Untitled {}", noun(kind)), str::to_owned);
        check_title(&title, Status::Current)?;
        let embed_url = match kind {
            Kind::Embed => fields.text("embedUrl")?.map(check_url).transpose()?,
            _ => None,
        };
        let body = match kind {
            Kind::Whiteboard => template::read(&fields)?,
            _ => String::new(),
        };
        Ok(Self {
            space_id: fields.id("spaceId")?.unwrap_or_default(),
            title,
            parent_id: fields.id("parentId")?,
            embed_url,
            body,
        })
    }
}

fn noun(kind: Kind) -> &'static str {
    match kind {
        Kind::Embed => "smart link",
        kind => kind.as_str(),
    }
}

fn check_url(url: &str) -> Result<String, Refusal> {
    match url::Url::parse(url) {
        Ok(parsed) if matches!(parsed.scheme(), "http" | "https") => Ok(url.to_owned()),
        _ => Err(invalid_body("embedUrl: must be a valid http or https URL")),
    }
}
