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

use http::{Method, StatusCode};
use serde::Deserialize;
use sqlx::SqliteConnection;

use crate::formats::{adf, storage_format, wiki};
use crate::request::v1_error::{bad_request, exception};
use crate::request::{Call, Refusal};
use crate::rest::{Route, Scopes};
use crate::storage::site_switches;

/// The operations.
pub(super) fn routes() -> Vec<Route> {
    const READ: Scopes = &[
        &["read:confluence-content.all"],
        &["read:content-details:confluence"],
        &["read:content:confluence"],
    ];
    const DESCENDANTS: Scopes = &[&["read:confluence-content.summary"], &["read:content-details:confluence"]];
    const WRITE: Scopes = &[&["write:confluence-content"], &["write:content:confluence"]];
    const DELETE: Scopes = &[&["write:confluence-content"], &["delete:content:confluence"]];
    const PUBLISH: Scopes =
        &[&["write:confluence-content"], &["read:content-details:confluence", "write:content:confluence"]];
    const BLUEPRINT: &str = "/rest/api/content/blueprint/instance/{draftId}";
    const ONE: &str = "/rest/api/content/{id}";
    const LABELS: Scopes = &[&["read:confluence-content.summary"], &["read:label:confluence"]];
    const SPACES: Scopes = &[&["read:confluence-space.summary"], &["read:space-details:confluence"]];
    const PROPERTIES: &str = "/rest/api/content/{id}/property";
    const PROPERTY: &str = "/rest/api/content/{id}/property/{key}";
    const READ_PROPERTY: Scopes = &[&["read:confluence-props"], &["read:content.property:confluence"]];
    const WRITE_PROPERTY: Scopes = &[
        &["write:confluence-props"],
        &["read:content.property:confluence", "write:content.property:confluence"],
    ];
    vec![
        Route::new(Method::GET, "/rest/api/content", READ, list::list),
        Route::new(Method::POST, "/rest/api/content", WRITE, create::create),
        Route::new(Method::GET, ONE, READ, read::read),
        Route::new(Method::PUT, ONE, WRITE, update::update),
        Route::new(Method::DELETE, ONE, DELETE, update::remove),
        Route::new(Method::GET, "/rest/api/content/{id}/child", READ, children::kinds),
        Route::new(Method::GET, "/rest/api/content/{id}/child/{type}", READ, children::children),
        Route::new(Method::GET, "/rest/api/content/{id}/descendant", READ, children::kinds),
        Route::new(
            Method::GET,
            "/rest/api/content/{id}/descendant/{type}",
            DESCENDANTS,
            children::descendants,
        ),
        Route::new(Method::PUT, BLUEPRINT, PUBLISH, blueprint::publish),
        Route::new(Method::POST, BLUEPRINT, PUBLISH, blueprint::publish),
        Route::new(Method::GET, "/rest/api/content/{id}/history", READ, history::history),
        Route::new(Method::GET, "/rest/api/content/{id}/version", READ, history::versions),
        Route::new(Method::GET, "/rest/api/content/{id}/version/{versionNumber}", READ, history::version),
        Route::new(Method::GET, "/rest/api/content/{id}/label", LABELS, labels::list),
        Route::new(Method::GET, "/rest/api/space", SPACES, spaces::list),
        Route::new(Method::GET, "/rest/api/space/{spaceKey}", SPACES, spaces::read),
        Route::new(Method::GET, PROPERTIES, READ_PROPERTY, properties::list),
        Route::new(Method::POST, PROPERTIES, WRITE_PROPERTY, properties::create),
        Route::new(Method::GET, PROPERTY, READ_PROPERTY, properties::read),
        Route::new(Method::POST, PROPERTY, WRITE_PROPERTY, properties::create),
        Route::new(Method::PUT, PROPERTY, WRITE_PROPERTY, properties::update),
        Route::new(Method::DELETE, PROPERTY, WRITE_PROPERTY, properties::remove),
    ]
}

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
    /// The body in storage format; `None` when none was sent.
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

/// An id that came as text or as a number.
fn id_text(value: &serde_json::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
