//! The web view of the sandbox for people. Everything is shown, private pages too: a sandbox is for one person.
//! Plain pages, no scripts, no build step.

mod comments;
mod content;
mod difference;
mod files;
mod history;
mod page;
mod readable;
mod recent;
mod search;
mod spaces;
mod tree;

#[cfg(test)]
mod tests;

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::middleware::map_response;
use axum::response::Redirect;
use axum::routing::get;

use crate::state::State;

const STYLE: &str = include_str!("../templates/web/sandbox.css");

/// The routes of the web view, with a page for addresses that do not exist.
pub(crate) fn router(state: State) -> Router {
    Router::new()
        .route("/", get(async || Redirect::temporary("/wiki")))
        .route("/wiki", get(spaces::home))
        .route("/wiki/", get(spaces::home))
        .route("/wiki/recent", get(recent::recent))
        .route("/wiki/search", get(search::search))
        .route("/wiki/spaces/{key}", get(spaces::space))
        .route("/wiki/spaces/{key}/overview", get(spaces::space))
        .route("/wiki/spaces/{key}/pages/{id}", get(content::show))
        .route("/wiki/spaces/{key}/pages/{id}/history", get(history::history))
        .route("/wiki/spaces/{key}/pages/{id}/history/{number}", get(history::version))
        .route("/wiki/spaces/{key}/pages/{id}/{title}", get(content::show_titled))
        .route("/wiki/spaces/{key}/blog", get(spaces::space))
        .route("/wiki/spaces/{key}/blog/{year}/{month}/{day}/{id}/{title}", get(content::show_dated))
        .route("/wiki/spaces/{key}/{kind}/{id}", get(content::show_other))
        .route("/wiki/x/{tiny}", get(content::follow_tiny))
        .route("/_web/files/{id}/{name}", get(files::file))
        .route(
            "/_web/sandbox.css",
            get(async || ([(CONTENT_TYPE, "text/css; charset=utf-8"), (CACHE_CONTROL, "no-cache")], STYLE)),
        )
        .fallback(page::missing)
        .with_state(state)
        .layer(map_response(page::harden))
}
