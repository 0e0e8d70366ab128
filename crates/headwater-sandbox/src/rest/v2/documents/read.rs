//! Reading one page or blog post: as it is, as it was, or as its draft, with the parts that were asked for.

use axum::response::Response;
use serde_json::{Value, json};
use sqlx::SqliteConnection;

use super::super::entities::{self, Account, ContentParts, ContentProperty, Part, parts};
use super::super::parameter::{SINGLE_FORMATS, body_format, boolean, path_id};
use super::super::{labels, operations};
use super::{find, newest_version};
use crate::request::v2_error::{no_content, wrong_type};
use crate::request::{Call, Refusal};
use crate::storage::content::{Content, Kind, Status};
use crate::storage::drafts::{self, Draft};
use crate::storage::listing::{self, Filter, Kinds, Parent};
use crate::storage::versions::{self, Version};
use crate::storage::{likes, properties, relations};

/// The values of the `status` parameter.
const STATUSES: &[&str] = &["current", "archived", "trashed", "deleted", "historical", "draft"];

/// Reads content of this kind.
pub(crate) async fn read(call: Call, kind: Kind) -> Result<Response, Refusal> {
    let id = path_id(&call, "id")?;
    let format = body_format(&call.query, SINGLE_FORMATS)?;
    let wanted = read_statuses(&call)?;
    let mut tx = call.begin().await?;
    let content = find(&call, &mut tx, kind, id).await?;
    let (content, version) = choose(&call, &mut tx, content).await?;
    let status = status_word(&content, &version);
    if wanted.is_some_and(|wanted| !wanted.contains(&status)) {
        return Err(no_content(kind, id));
    }
    let mut shown = super::show(&call, &mut tx, &content, &version, format).await?;
    if status == "historical"
        && let Some(members) = shown.as_object_mut()
    {
        members.insert("status".to_owned(), json!(status));
    }
    include(&call, &mut tx, &content, &mut shown).await?;
    Ok(super::answer(&call, shown))
}

/// Returns published content as its draft would make it.
pub(crate) fn as_draft(content: &Content, draft: &Draft) -> (Content, Version) {
    let shown = Content {
        status: Status::Draft,
        title: draft.title.clone(),
        body: draft.body.clone(),
        ..content.clone()
    };
    let version = Version {
        content_id: content.id,
        number: 1,
        author_id: draft.author_id.clone(),
        message: String::new(),
        minor_edit: false,
        created_at: draft.created_at,
        title: draft.title.clone(),
        body: draft.body.clone(),
    };
    (shown, version)
}

/// Finds the state that was asked for: a numbered version, the draft, or the newest version.
async fn choose(
    call: &Call,
    connection: &mut SqliteConnection,
    content: Content,
) -> Result<(Content, Version), Refusal> {
    let wants_draft = boolean(&call.query, "get-draft", false)?;
    if let Some(number) = call.query.first("version") {
        let number = number.parse().map_err(|_| wrong_type("version", number, "int"))?;
        let version = versions::find(connection, content.id, number).await?;
        let version = version.ok_or_else(|| no_content(content.kind, content.id))?;
        let then = Content { title: version.title.clone(), body: version.body.clone(), ..content };
        return Ok((then, version));
    }
    if wants_draft
        && content.status != Status::Draft
        && let Some(draft) = drafts::find(connection, content.id).await?
    {
        return Ok(as_draft(&content, &draft));
    }
    if content.status == Status::Draft && !wants_draft && !call.query.list("status").contains(&"draft") {
        return Err(no_content(content.kind, content.id));
    }
    let version = newest_version(connection, &content).await?;
    Ok((content, version))
}

fn read_statuses(call: &Call) -> Result<Option<Vec<&str>>, Refusal> {
    let wanted = call.query.list("status");
    if let Some(unknown) = wanted.iter().find(|word| !STATUSES.contains(word)) {
        return Err(wrong_type("status", unknown, "ContentStatus"));
    }
    Ok((!wanted.is_empty()).then_some(wanted))
}

fn status_word(content: &Content, version: &Version) -> &'static str {
    match content.status {
        Status::Current if version.number < content.version => "historical",
        status => status.as_str(),
    }
}

/// Adds the parts of the `include-` switches, and leaves out the version if it is not wanted.
pub(crate) async fn include(
    call: &Call,
    connection: &mut SqliteConnection,
    content: &Content,
    shown: &mut Value,
) -> Result<(), Refusal> {
    entities::add(shown, &parts(call, connection, content).await?);
    // Web resources are what a browser would draw the page with; a reply of the API lists none here.
    boolean(&call.query, "include-webresources", false)?;
    if !boolean(&call.query, "include-version", true)?
        && let Some(shown) = shown.as_object_mut()
    {
        shown.remove("version");
    }
    Ok(())
}

/// Reads the parts of content that the `include-` switches ask for.
async fn parts(
    call: &Call,
    connection: &mut SqliteConnection,
    content: &Content,
) -> Result<ContentParts, Refusal> {
    let collection = entities::collection(content.kind);
    let wants = |name: &str| boolean(&call.query, &format!("include-{name}"), false);
    let path = |name: &str| format!("/api/v2/{collection}/{}/{name}", content.id);
    let mut parts = ContentParts::default();
    if wants("labels")? {
        parts.labels = Some(Part::new(path("labels"), labels::show_all(connection, content.id).await?));
    }
    if wants("properties")? {
        let all = properties::of_container(connection, content.kind.as_str(), content.id).await?;
        let rows = all.iter().map(ContentProperty::from).collect();
        parts.properties = Some(Part::new(path("properties"), rows));
    }
    if wants("operations")? {
        let rows = operations::of_content(call, connection, content).await?;
        parts.operations = Some(Part::new(path("operations"), rows));
    }
    if wants("versions")? {
        let history = versions::all(connection, content.id).await?;
        parts.versions = Some(Part::new(path("versions"), history.iter().map(Into::into).collect()));
    }
    if wants("collaborators")? {
        let history = versions::all(connection, content.id).await?;
        parts.collaborators = Some(Part::new(path("collaborators"), collaborators(&history)));
    }
    if content.kind.is_in_tree() && wants("direct-children")? {
        let rows = children(call, connection, content).await?;
        parts.direct_children = Some(Part::new(path("direct-children"), rows));
    }
    if wants("likes")? {
        let users = likes::of_content(connection, content.id).await?;
        let rows = users.into_iter().map(|account_id| Account { account_id }).collect();
        parts.likes = Some(Part::counted(path("likes"), rows));
    }
    if wants("favorited-by-current-user-status")? {
        parts.favorited = Some(relations::is_favourite(connection, content.id, &call.account_id).await?);
    }
    Ok(parts)
}

async fn children(
    call: &Call,
    connection: &mut SqliteConnection,
    content: &Content,
) -> Result<Vec<Value>, Refusal> {
    let filter = Filter {
        kind: Kinds::Tree,
        parent: Parent::Is(content.id),
        statuses: &[Status::Current],
        ..super::list::everything(call, Kind::Page)
    };
    let order = super::super::children::BY_POSITION.order;
    let limit = u32::try_from(parts::LIMIT + 1).unwrap_or(u32::MAX);
    let rows = listing::list(connection, &filter, order, None, limit).await?;
    Ok(rows.iter().map(|row| super::super::children::show_typed(&row.content)).collect())
}

fn collaborators(history: &[Version]) -> Vec<Account> {
    let mut seen: Vec<&str> = Vec::new();
    for version in history {
        if !seen.contains(&version.author_id.as_str()) {
            seen.push(&version.author_id);
        }
    }
    seen.into_iter().map(|account_id| Account { account_id: account_id.to_owned() }).collect()
}
