//! Pages.

use http::Method;

use super::comments::{self, CommentKind};
use super::documents::list::Within;
use super::documents::{create, list, read, remove, update};
use super::{attachments, children, labels};
use crate::rest::Route;
use crate::storage::content::Kind;

/// The operations on pages.
pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::new(Method::GET, "/api/v2/pages", &[&["read:page:confluence"]], |call| {
            list::list(call, Kind::Page, Within::default())
        }),
        Route::new(Method::POST, "/api/v2/pages", &[&["write:page:confluence"]], |call| {
            create::create(call, Kind::Page)
        }),
        Route::new(Method::GET, "/api/v2/pages/{id}", &[&["read:page:confluence"]], |call| {
            read::read(call, Kind::Page)
        }),
        Route::new(Method::PUT, "/api/v2/pages/{id}", &[&["write:page:confluence"]], |call| {
            update::update(call, Kind::Page)
        }),
        Route::new(Method::DELETE, "/api/v2/pages/{id}", &[&["delete:page:confluence"]], |call| {
            remove::remove(call, Kind::Page)
        }),
        Route::new(Method::GET, "/api/v2/labels/{id}/pages", &[&["read:page:confluence"]], |call| {
            list::of_label(call, Kind::Page)
        }),
        Route::new(Method::PUT, "/api/v2/pages/{id}/title", &[&["write:page:confluence"]], update::retitle),
        Route::new(
            Method::GET,
            "/api/v2/pages/{id}/children",
            &[&["read:page:confluence"]],
            children::child_pages,
        ),
        Route::new(Method::GET, "/api/v2/pages/{id}/labels", &[&["read:page:confluence"]], |call| {
            labels::list(call, Kind::Page)
        }),
        Route::new(
            Method::GET,
            "/api/v2/pages/{id}/attachments",
            &[&["read:attachment:confluence"]],
            |call| attachments::list(call, Kind::Page),
        ),
        Route::new(
            Method::GET,
            "/api/v2/pages/{id}/footer-comments",
            &[&["read:comment:confluence"]],
            |call| comments::of_container(call, Kind::Page, CommentKind::Footer),
        ),
    ]
}
