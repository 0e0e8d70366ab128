//! The site's own address: `{site}/wiki/rest/...` and `{site}/wiki/api/...`, for programs that sign in with the e-mail
//! address and an API token of a user. It takes no tokens of apps: those go through the gateway.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::{AUTHORIZATION, HOST};
use http::request::Parts;
use sqlx::SqliteConnection;

use super::refusals;
use crate::request::Refusal;
use crate::rules::StaleTokens;
use crate::state::State;
use crate::storage::sites::{self, Site};
use crate::storage::{StorageError, api_tokens};

/// Finds the site that the `Host` header names; the first one when no site has that address.
pub(crate) async fn asked(
    connection: &mut SqliteConnection,
    headers: &HeaderMap,
) -> Result<Option<Site>, StorageError> {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let mut sites = sites::all(connection).await?;
    let is_asked = |site: &Site| site.url.split_once("://").is_some_and(|(_, authority)| authority == host);
    let at = sites.iter().position(is_asked).unwrap_or_default();
    Ok((at < sites.len()).then(|| sites.swap_remove(at)))
}

/// Returns the account id and the site of a request with an API token.
pub(super) async fn caller(state: &State, parts: &Parts) -> Result<(String, Site), Refusal> {
    let path = parts.uri.path();
    if super::bearer(&parts.headers).is_some() {
        return Err(refusals::unauthorized());
    }
    // Measured with rejected and with absent credentials: it never says 401.
    let rejected = || refusals::stale(StaleTokens::Masked, path);
    let (email, token) = basic(&parts.headers).ok_or_else(rejected)?;
    let mut tx = state.storage.begin().await?;
    let account_id = api_tokens::owner(&mut tx, &email, &token).await?.ok_or_else(rejected)?;
    let site = asked(&mut tx, &parts.headers).await?;
    Ok((account_id, site.ok_or_else(|| refusals::no_mapping(state, path))?))
}

/// Reads the name and password of an `Authorization: Basic` header.
fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let (scheme, encoded) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (email, token) = decoded.split_once(':')?;
    Some((email.to_owned(), token.to_owned()))
}
