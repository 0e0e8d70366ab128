//! The entities of v2 as they look in replies: a type for each, whose members are those of its JSON.

mod attachment;
mod body;
mod comment;
mod container;
mod custom_content;
mod label;
mod page;
pub(super) mod parts;
mod property;
mod space;
mod task;
mod tree_node;
mod user;
mod version;

use serde::Serialize;
use serde_json::{Value, json};

pub(super) use self::attachment::Attachment;
pub(super) use self::body::Body;
pub(super) use self::comment::{Comment, Resolution};
pub(super) use self::container::Container;
pub(super) use self::custom_content::CustomContent;
pub(super) use self::label::Label;
pub(super) use self::page::document;
pub(super) use self::parts::{Account, ContentParts, Part, SpaceParts};
pub(super) use self::property::{ContentProperty, SpaceProperty};
pub(super) use self::space::{Icon, Space};
pub(super) use self::task::Task;
pub(super) use self::tree_node::TreeNode;
pub(super) use self::user::User;
pub(super) use self::version::{Version, VersionDetails, VersionOf, VersionedContent};
use crate::storage::content::Kind;

/// The address of an entity in a browser.
#[derive(Debug, Serialize)]
pub(super) struct WebLink {
    webui: String,
}

impl WebLink {
    /// Takes a path below the site's `/wiki`.
    pub(super) fn new(webui: String) -> Self {
        Self { webui }
    }
}

/// Returns an entity as JSON, for replies to which members are added.
pub(super) fn json(entity: &impl Serialize) -> Value {
    json!(entity)
}

/// Adds the members of one object to another.
pub(super) fn add(shown: &mut Value, members: &impl Serialize) {
    if let (Value::Object(shown), Value::Object(members)) = (shown, json(members)) {
        shown.extend(members);
    }
}

/// Adds the base of links, which single entities carry and rows of lists do not.
pub(super) fn add_base(shown: &mut Value, base: &str) {
    if let Some(links) = shown.get_mut("_links").and_then(Value::as_object_mut) {
        links.insert("base".to_owned(), json!(base));
    }
}

/// Returns the name of a kind's collection in addresses.
pub(super) fn collection(kind: Kind) -> &'static str {
    match kind {
        Kind::Page => "pages",
        Kind::BlogPost => "blogposts",
        Kind::Comment => "footer-comments",
        Kind::Attachment => "attachments",
        Kind::Custom => "custom-content",
        Kind::Whiteboard => "whiteboards",
        Kind::Database => "databases",
        Kind::Folder => "folders",
        Kind::Embed => "embeds",
    }
}
