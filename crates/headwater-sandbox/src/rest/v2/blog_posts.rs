//! Blog posts.

use super::documents::list::Within;
use super::documents::{create, list, read, remove, update};
use crate::rest::{Handlers, handlers};
use crate::storage::content::Kind;

/// The operations on blog posts.
pub(super) const HANDLERS: Handlers = handlers! { |call|
    "getBlogPosts" => list::list(call, Kind::BlogPost, Within::default()),
    "createBlogPost" => create::create(call, Kind::BlogPost),
    "getBlogPostById" => read::read(call, Kind::BlogPost),
    "updateBlogPost" => update::update(call, Kind::BlogPost),
    "deleteBlogPost" => remove::remove(call, Kind::BlogPost),
    "getLabelBlogPosts" => list::of_label(call, Kind::BlogPost),
    "getBlogPostsInSpace" => list::of_space(call, Kind::BlogPost),
};
