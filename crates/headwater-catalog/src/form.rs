//! Uploads: what a call sends as a multipart form (RFC 7578) instead of JSON.

use serde_json::Value;

use crate::arguments::{Arguments, Violation};
use crate::base64_text::decode;
use crate::definition::{Format, Parameter, Place, Tool};

/// What a file's name in the form is given by: `file.filename` for the part `file`.
const FILE_NAME: &str = ".filename";
/// What a file's media type is given by.
const MEDIA_TYPE: &str = ".type";
/// The media type of a file when nothing is known about it (RFC 2046 §4.5.1).
const UNKNOWN: &str = "application/octet-stream";

/// One part of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub content: Content,
}

/// What a part of a form holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// A plain text.
    Text(String),
    /// A file.
    File {
        /// Its bytes.
        bytes: Vec<u8>,
        /// Its name.
        name: Option<String>,
        /// Its media type.
        media_type: Option<String>,
    },
    /// A file that must be fetched first, with [`Part::fetched`] as the next step.
    Elsewhere {
        /// Where it is, as a path below the account's API base.
        handle: String,
        /// The name that it gets, unless it keeps its own.
        name: Option<String>,
        /// The media type that it gets, unless it keeps its own.
        media_type: Option<String>,
    },
}

impl Part {
    /// Puts a file that was fetched in the place of its handle. What the caller said about its name and type counts
    /// more than what was found.
    pub fn fetched(&mut self, bytes: Vec<u8>, found_name: Option<String>, found_type: Option<String>) {
        if let Content::Elsewhere { name, media_type, .. } = &mut self.content {
            let (name, media_type) = (name.take().or(found_name), media_type.take().or(found_type));
            self.content = Content::File { bytes, name, media_type };
        }
    }
}

/// Writes a form. `boundary` must be unguessable, so that no content can hold it. Returns the media type of the whole
/// and its bytes. A file that was not fetched is left out.
pub fn encode(parts: &[Part], boundary: &str) -> (String, Vec<u8>) {
    let mut bytes = Vec::new();
    for part in parts {
        let (head, content): (String, &[u8]) = match &part.content {
            Content::Text(text) => (String::new(), text.as_bytes()),
            Content::File { bytes, name, media_type } => {
                let name = escaped(name.as_deref().unwrap_or(&part.name));
                let media_type = media_type.as_deref().unwrap_or(UNKNOWN);
                (format!("; filename=\"{name}\"\r\nContent-Type: {media_type}"), bytes)
            }
            Content::Elsewhere { .. } => continue,
        };
        let name = escaped(&part.name);
        let head = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"{head}\r\n\r\n");
        bytes.extend_from_slice(head.as_bytes());
        bytes.extend_from_slice(content);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    (format!("multipart/form-data; boundary={boundary}"), bytes)
}

/// A name in quotes, written as browsers do (WHATWG HTML, "multipart/form-data").
fn escaped(name: &str) -> String {
    name.replace('\r', "%0D").replace('\n', "%0A").replace('"', "%22")
}

/// The form of a call, when the tool sends one.
pub(crate) fn plan(tool: &Tool, arguments: &Arguments) -> Result<Option<Vec<Part>>, Vec<Violation>> {
    if !tool.sends_form() {
        return Ok(None);
    }
    let mut parts = Vec::new();
    for (name, value) in &tool.fixed {
        if !given(tool, arguments).any(|(_, part, _)| part == name) {
            parts.push(Part { name: name.clone(), content: Content::Text(plain(value)) });
        }
    }
    for (parameter, name, value) in given(tool, arguments) {
        if name.contains('.') {
            continue;
        }
        parts.push(Part { name: name.to_owned(), content: content(tool, arguments, parameter, value)? });
    }
    sources(tool, arguments)?;
    Ok(Some(parts))
}

/// The parts that arguments were given for.
fn given<'a>(
    tool: &'a Tool,
    arguments: &'a Arguments,
) -> impl Iterator<Item = (&'a Parameter, &'a str, &'a Value)> {
    tool.parts().filter_map(|(parameter, name)| Some((parameter, name, arguments.get(&parameter.name)?)))
}

fn content(
    tool: &Tool,
    arguments: &Arguments,
    parameter: &Parameter,
    value: &Value,
) -> Result<Content, Vec<Violation>> {
    let part = tool.parts().find(|(it, _)| it.name == parameter.name).map_or("", |(_, part)| part);
    let about = |what: &str| {
        let found = given(tool, arguments).find(|(_, name, _)| name.strip_prefix(part) == Some(what));
        found.map(|(parameter, _, value)| (parameter.name.clone(), plain(value)))
    };
    let text = plain(value);
    if !matches!(parameter.format, Some(Format::Base64 | Format::Download)) {
        return Ok(Content::Text(text));
    }
    let name = about(FILE_NAME).map(|(_, name)| name);
    let media_type = about(MEDIA_TYPE).map(media_type).transpose()?;
    if parameter.format == Some(Format::Download) {
        return Ok(Content::Elsewhere { handle: text, name, media_type });
    }
    let bytes = decode(&text).map_err(|problem| vec![Violation::new(&parameter.name, "base64", problem)])?;
    Ok(Content::File { bytes, name, media_type })
}

/// A media type stands in a header, so it must be one.
fn media_type((name, text): (String, String)) -> Result<String, Vec<Violation>> {
    let token = |text: &str| {
        !text.is_empty()
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&byte))
    };
    match text.split_once('/') {
        Some((first, second)) if token(first) && token(second) => Ok(text),
        _ => Err(vec![Violation::new(&name, "media type", "must look like `image/png`")]),
    }
}

/// A file comes from exactly one of the parameters that can give it.
fn sources(tool: &Tool, arguments: &Arguments) -> Result<(), Vec<Violation>> {
    let of_file = |parameter: &Parameter| matches!(parameter.format, Some(Format::Base64 | Format::Download));
    let all: Vec<&str> = tool.parts().filter(|(it, _)| of_file(it)).map(|(it, _)| it.name.as_str()).collect();
    let there: Vec<&str> = all.iter().copied().filter(|name| arguments.get(name).is_some()).collect();
    if there.len() == 1 || all.is_empty() {
        return Ok(());
    }
    let field = there.last().or(all.first()).copied().unwrap_or_default();
    let message = format!("give exactly one of `{}`", all.join("` and `"));
    Err(vec![Violation::new(field, "one source", message)])
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

impl Tool {
    /// Whether its calls are sent as a form.
    pub fn sends_form(&self) -> bool {
        self.parts().next().is_some()
    }

    /// The parameters that are parts of a form, or say something about one, with the part's name.
    pub(crate) fn parts(&self) -> impl Iterator<Item = (&Parameter, &str)> {
        self.parameters.iter().flat_map(|parameter| {
            parameter.places.iter().filter_map(move |place| match place {
                Place::Part(name) => Some((parameter, name.as_str())),
                _ => None,
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const TOOL: &str = r#"
        [[tool]]
        name = "wiki_file_upload"
        title = "Upload"
        description = "Uploads."
        request = "POST /files/{id}"
        scopes = { granular = ["write"] }
        hints = { read_only = false, destructive = false, idempotent = false, open_world = false }
        fixed = { quiet = "true" }
        parameter = [
            { name = "id", type = "string", required = true, path = "id", description = "Id." },
            { name = "content", type = "string", format = "base64", part = "file", may_be_empty = true, description = "Bytes." },
            { name = "from", type = "string", format = "download", part = "file", description = "Handle." },
            { name = "name", type = "string", part = "file.filename", description = "Name." },
            { name = "kind", type = "string", part = "file.type", description = "Type." },
            { name = "comment", type = "string", part = "comment", description = "Comment." },
            { name = "quiet", type = "boolean", part = "quiet", description = "Quiet." },
        ]"#;

    fn form(arguments: &Value) -> Result<Vec<Part>, Vec<Violation>> {
        let tools = crate::file::read("x.toml", TOOL).unwrap();
        let tool = &tools[0];
        let Value::Object(mut arguments) = arguments.clone() else { panic!() };
        arguments.insert("id".to_owned(), json!("1"));
        Ok(plan(tool, &Arguments::check(tool, arguments)?)?.unwrap())
    }

    #[test]
    fn a_file_is_written_as_browsers_do() {
        let parts = form(&json!({
            "content": "AP8i\n", "name": "a\"b\r\n.bin", "kind": "image/png", "comment": "ä",
        }));
        let (media_type, bytes) = encode(&parts.unwrap(), "edge");
        assert_eq!(media_type, "multipart/form-data; boundary=edge");
        let expected = b"--edge\r\nContent-Disposition: form-data; name=\"quiet\"\r\n\r\ntrue\r\n\
            --edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a%22b%0D%0A.bin\"\r\n\
            Content-Type: image/png\r\n\r\n\x00\xff\x22\r\n\
            --edge\r\nContent-Disposition: form-data; name=\"comment\"\r\n\r\n\xc3\xa4\r\n--edge--\r\n";
        assert_eq!(bytes, expected, "{}", String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn a_given_value_takes_the_place_of_the_fixed_one() {
        let parts = form(&json!({ "content": "", "quiet": false })).unwrap();
        let quiet: Vec<_> = parts.iter().filter(|it| it.name == "quiet").map(|it| &it.content).collect();
        assert_eq!(quiet, [&Content::Text("false".to_owned())]);
    }

    #[test]
    fn a_file_from_elsewhere_keeps_what_the_caller_did_not_say() {
        let mut parts = form(&json!({ "from": "/wiki/x/download", "name": "mine.txt" })).unwrap();
        let part = parts.iter_mut().find(|it| it.name == "file").unwrap();
        part.fetched(vec![1], Some("theirs.txt".to_owned()), Some("text/plain".to_owned()));
        let (name, media_type) = (Some("mine.txt".to_owned()), Some("text/plain".to_owned()));
        assert_eq!(part.content, Content::File { bytes: vec![1], name, media_type });
    }

    #[test]
    fn what_makes_no_form_is_refused_before_anything_is_sent() {
        let table = [
            (json!({}), "content", "exactly one of `content` and `from`"),
            (json!({ "content": "AA==", "from": "/wiki/x/download" }), "from", "exactly one"),
            (json!({ "content": "A" }), "content", "is not base64"),
            (json!({ "content": "AA==", "kind": "image/png\r\nx: y" }), "kind", "`image/png`"),
            (json!({ "from": "https://evil.example/download" }), "from", "`handle`"),
            (json!({ "from": "/wiki/api/v2/pages" }), "from", "`handle`"),
        ];
        for (arguments, field, words) in table {
            let violations = form(&arguments).unwrap_err();
            assert_eq!(violations.len(), 1, "{arguments}");
            assert_eq!(violations[0].field, field, "{arguments}");
            assert!(violations[0].description.contains(words), "{}", violations[0].description);
        }
    }
}
