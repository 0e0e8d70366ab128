//! How content, versions and links look in v2 replies.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;

use super::representation;
use crate::render::References;
use crate::rest::Refusal;
use crate::storage::content::{Content, Kind, Status};
use crate::storage::spaces::Space;
use crate::storage::versions::Version;
use crate::timestamp::iso;

/// A page or blog post. `format` is the wanted body; without one the body is an empty object.
pub(crate) fn document(
    content: &Content,
    version: &Version,
    space: &Space,
    format: Option<&str>,
    references: &References,
) -> Result<Value, Refusal> {
    let mut entity = Map::new();
    let mut put = |name: &str, value: Value| drop(entity.insert(name.to_owned(), value));
    put("id", json!(content.id.to_string()));
    put("status", json!(content.status.as_str()));
    put("title", json!(content.title));
    put("spaceId", json!(content.space_id.to_string()));
    if content.kind == Kind::Page {
        put("parentId", json!(content.parent_id.map(|id| id.to_string())));
        put("parentType", json!(content.parent_kind.map(Kind::as_str)));
        put("position", json!(content.position));
        put("ownerId", json!(content.owner_id));
        put("lastOwnerId", json!(content.last_owner_id));
        if let Some(subtype) = &content.subtype {
            put("subtype", json!(subtype));
        }
    }
    put("authorId", json!(content.author_id));
    put("createdAt", json!(iso(content.created_at)));
    put("version", self::version(version));
    put("body", body(&content.body, format, references)?);
    put("_links", document_links(content, space));
    Ok(Value::Object(entity))
}

/// The name of the collection in addresses.
pub(crate) fn collection(kind: Kind) -> &'static str {
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

/// A version as it is shown inside content.
pub(crate) fn version(version: &Version) -> Value {
    json!({
        "createdAt": iso(version.created_at),
        "message": version.message,
        "number": version.number,
        "minorEdit": version.minor_edit,
        "authorId": version.author_id,
        "ncsStepVersion": null,
    })
}

/// The body in the wanted format; an empty object when none is wanted.
pub(crate) fn body(storage: &str, format: Option<&str>, references: &References) -> Result<Value, Refusal> {
    let Some(format) = format else { return Ok(json!({})) };
    let value = representation::write(storage, format, references)?;
    Ok(json!({ format: { "representation": format, "value": value } }))
}

/// Adds the base of links, which single entities carry and rows of lists do not.
pub(crate) fn add_base(entity: &mut Value, base: &str) {
    if let Some(links) = entity.get_mut("_links").and_then(Value::as_object_mut) {
        links.insert("base".to_owned(), json!(base));
    }
}

/// Where a browser finds the content, below the site's `/wiki`.
pub(crate) fn web_path(content: &Content, space: &Space) -> String {
    let Content { id, .. } = content;
    if content.status == Status::Draft {
        return format!("/pages/resumedraft.action?draftId={id}&draftShareId={}", content.share_id);
    }
    if space.homepage_id == Some(*id) {
        return format!("/spaces/{}/overview", space.key);
    }
    match content.kind {
        Kind::BlogPost => {
            let at = OffsetDateTime::from_unix_timestamp(content.created_at / 1000)
                .unwrap_or(OffsetDateTime::UNIX_EPOCH);
            let (year, month, day) = (at.year(), u8::from(at.month()), at.day());
            let slug = slug(&content.title);
            format!("/spaces/{}/blog/{year:04}/{month:02}/{day:02}/{id}/{slug}", space.key)
        }
        Kind::Page | Kind::Comment | Kind::Attachment => {
            format!("/spaces/{}/pages/{id}/{}", space.key, slug(&content.title))
        }
        Kind::Custom | Kind::Whiteboard | Kind::Database | Kind::Folder | Kind::Embed => {
            format!("/spaces/{}/{}/{id}", space.key, content.kind.as_str())
        }
    }
}

/// The short address of content.
pub(crate) fn tiny_path(id: i64) -> String {
    let bytes = id.to_le_bytes();
    let used = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    let code = STANDARD_NO_PAD.encode(bytes.get(..used).unwrap_or_default());
    format!("/x/{}", code.replace('/', "-").replace('+', "_"))
}

fn document_links(content: &Content, space: &Space) -> Value {
    let web = web_path(content, space);
    let edit = match content.status {
        Status::Draft => web.clone(),
        Status::Current | Status::Trashed | Status::Archived => {
            format!("/pages/resumedraft.action?draftId={}", content.id)
        }
    };
    json!({
        "editui": edit,
        "webui": web,
        "edituiv2": format!("/spaces/{}/pages/edit-v2/{}", space.key, content.id),
        "tinyui": tiny_path(content.id),
    })
}

/// A title in an address: words joined by plus signs, punctuation dropped, the rest encoded.
fn slug(title: &str) -> String {
    let spoken: String =
        title.chars().filter(|letter| letter.is_alphanumeric() || " -_.".contains(*letter)).collect();
    let words: Vec<String> = spoken
        .split_whitespace()
        .map(|word| percent_encoding::utf8_percent_encode(word, SLUG).to_string())
        .collect();
    words.join("+")
}

const SLUG: &percent_encoding::AsciiSet =
    &percent_encoding::NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.');

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiny_links_are_the_id_in_little_endian_base64() {
        let cases = [(98_400, "/x/YIAB"), (65_539, "/x/AwAB"), (1, "/x/AQ"), (0, "/x/")];
        for (id, expected) in cases {
            assert_eq!(tiny_path(id), expected, "{id}");
        }
    }

    #[test]
    fn slugs_join_words_and_drop_punctuation() {
        let cases = [
            ("Release notes", "Release+notes"),
            ("We shipped it!", "We+shipped+it"),
            ("  A   b ", "A+b"),
            ("Übersicht", "%C3%9Cbersicht"),
            ("a/b?c#d", "abcd"),
            ("!!!", ""),
        ];
        for (title, expected) in cases {
            assert_eq!(slug(title), expected, "{title}");
        }
    }
}
