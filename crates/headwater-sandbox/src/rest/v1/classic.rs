//! Content as v1 had it: one resource for pages, blog posts and comments. It is no longer documented; some sites answer
//! it and others say that it is gone, so a sandbox can do both.

mod blueprint;
mod children;
mod create;
mod history;
mod labels;
mod list;
mod properties;
mod read;
mod spaces;
mod update;

use http::StatusCode;
use serde::Deserialize;
use sqlx::SqliteConnection;

use crate::formats::{adf, storage_format, wiki};
use crate::request::v1_error::{bad_request, exception};
use crate::request::{Call, Refusal};
use crate::rest::{Handlers, handlers};
use crate::storage::site_switches;

/// The operations.
pub(super) const HANDLERS: Handlers = handlers! { |call|
    "v1.getContent" => list::list(call),
    "v1.createContent" => create::create(call),
    "v1.getContentById" => read::read(call),
    "v1.updateContent" => update::update(call),
    "v1.deleteContent" => update::remove(call),
    "v1.getContentChildren" => children::kinds(call),
    "v1.getContentChildrenByType" => children::children(call),
    "v1.getContentDescendants" => children::kinds(call),
    "v1.getDescendantsOfType" => children::descendants(call),
    "v1.publishSharedDraft" => blueprint::publish(call),
    "v1.publishLegacyDraft" => blueprint::publish(call),
    "v1.getContentHistory" => history::history(call),
    "v1.getContentVersions" => history::versions(call),
    "v1.getContentVersion" => history::version(call),
    "v1.getLabelsForContent" => labels::list(call),
    "v1.getSpaces" => spaces::list(call),
    "v1.getSpace" => spaces::read(call),
    "v1.getContentProperties" => properties::list(call),
    "v1.createContentProperty" => properties::create(call),
    "v1.getContentProperty" => properties::read(call),
    "v1.createContentPropertyForKey" => properties::create(call),
    "v1.updateContentProperty" => properties::update(call),
    "v1.deleteContentProperty" => properties::remove(call),
};

/// Refuses on sites where these operations are gone.
async fn check_answered(call: &Call, connection: &mut SqliteConnection) -> Result<(), Refusal> {
    let name = site_switches::CLASSIC_CONTENT_GONE;
    if !site_switches::is_on(connection, &call.site.cloud_id, name).await? {
        return Ok(());
    }
    let class = "com.atlassian.confluence.api.service.exceptions.api.GoneException";
    Err(exception(StatusCode::GONE, class, "This deprecated endpoint has been removed."))
}

/// A body in one of the formats that can be written.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Bodies {
    storage: Option<Body>,
    editor: Option<Body>,
    editor2: Option<Body>,
    wiki: Option<Body>,
    atlas_doc_format: Option<Body>,
}

#[derive(Clone, Debug, Deserialize)]
struct Body {
    #[serde(default)]
    value: String,
}

impl Bodies {
    /// Returns the body in storage format; `None` when none was sent.
    pub(super) fn storage(&self) -> Result<Option<String>, Refusal> {
        if let Some(body) = [&self.storage, &self.editor, &self.editor2].into_iter().flatten().next() {
            storage_format::check_storage(&body.value).map_err(|problem| bad_request(&problem))?;
            return Ok(Some(body.value.clone()));
        }
        if let Some(body) = &self.wiki {
            return Ok(Some(wiki::to_storage(&body.value)));
        }
        let Some(body) = &self.atlas_doc_format else { return Ok(None) };
        let document = serde_json::from_str(&body.value)
            .map_err(|error| bad_request(&format!("The body is not valid atlas_doc_format: {error}")))?;
        adf::to_storage(&document).map(Some).map_err(|problem| bad_request(&problem))
    }
}

/// Reads an id that came as text or as a number.
fn id_text(value: &serde_json::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
