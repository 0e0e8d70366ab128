//! Pages.

use super::comments::{self, CommentKind};
use super::documents::list::Within;
use super::documents::{create, list, read, remove, update};
use super::{attachments, children, labels};
use crate::rest::{Handlers, handlers};
use crate::storage::content::Kind;

/// The operations on pages.
pub(super) const HANDLERS: Handlers = handlers! { |call|
    "getPages" => list::list(call, Kind::Page, Within::default()),
    "createPage" => create::create(call, Kind::Page),
    "getPageById" => read::read(call, Kind::Page),
    "updatePage" => update::update(call, Kind::Page),
    "deletePage" => remove::remove(call, Kind::Page),
    "getLabelPages" => list::of_label(call, Kind::Page),
    "updatePageTitle" => update::retitle(call),
    "getChildPages" => children::child_pages(call),
    "getPageLabels" => labels::list(call, Kind::Page),
    "getPageAttachments" => attachments::list(call, Kind::Page),
    "getPageFooterComments" => comments::of_container(call, Kind::Page, CommentKind::Footer),
};
