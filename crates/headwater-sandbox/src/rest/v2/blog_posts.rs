//! Blog posts.

use http::Method;

use super::documents::list::Within;
use super::documents::{create, list, read, remove, update};
use crate::rest::Route;
use crate::storage::content::Kind;

/// The operations on blog posts.
pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::new(Method::GET, "/api/v2/blogposts", &[&["read:page:confluence"]], |call| {
            list::list(call, Kind::BlogPost, Within::default())
        }),
        Route::new(Method::POST, "/api/v2/blogposts", &[&["write:page:confluence"]], |call| {
            create::create(call, Kind::BlogPost)
        }),
        Route::new(Method::GET, "/api/v2/blogposts/{id}", &[&["read:page:confluence"]], |call| {
            read::read(call, Kind::BlogPost)
        }),
        Route::new(Method::PUT, "/api/v2/blogposts/{id}", &[&["write:page:confluence"]], |call| {
            update::update(call, Kind::BlogPost)
        }),
        Route::new(Method::DELETE, "/api/v2/blogposts/{id}", &[&["delete:page:confluence"]], |call| {
            remove::remove(call, Kind::BlogPost)
        }),
        Route::new(Method::GET, "/api/v2/labels/{id}/blogposts", &[&["read:page:confluence"]], |call| {
            list::of_label(call, Kind::BlogPost)
        }),
        Route::new(Method::GET, "/api/v2/spaces/{id}/blogposts", &[&["read:page:confluence"]], |call| {
            list::of_space(call, Kind::BlogPost)
        }),
    ]
}
