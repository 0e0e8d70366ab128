//! Finding one macro in storage format by its id.

use std::collections::BTreeMap;

use quick_xml::events::{BytesStart, Event};

use super::{check_storage, entities, reader};

/// A macro as it was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct MacroBody {
    pub(crate) name: String,
    pub(crate) parameters: BTreeMap<String, String>,
    /// The body: storage format, or plain text.
    pub(crate) body: String,
    /// True when the body is plain text.
    pub(crate) is_plain: bool,
}

/// The part of the macro that is being read.
enum Part {
    Parameter(String, String),
    /// A body in storage format, with the offset of its beginning.
    Rich(usize),
    Plain,
    Other,
}

/// Finds the macro with this id, which is an attribute of it or its parameter `local-id`.
pub(crate) fn find_macro(storage: &str, id: &str) -> Option<MacroBody> {
    check_storage(storage).ok()?;
    let mut reader = reader(storage);
    loop {
        match reader.read_event().ok()? {
            Event::Start(tag) if tag.name().as_ref() == "ac:structured-macro" => {
                let from = position(&reader);
                let found = read(storage.get(from..)?, &tag);
                if is_named(&tag, &found, id) {
                    return Some(found);
                }
            }
            Event::Empty(tag) if tag.name().as_ref() == "ac:structured-macro" => {
                let found = MacroBody { name: attribute(&tag, "ac:name"), ..MacroBody::default() };
                if is_named(&tag, &found, id) {
                    return Some(found);
                }
            }
            Event::Eof => return None,
            _ => {}
        }
    }
}

fn is_named(tag: &BytesStart<'_>, found: &MacroBody, id: &str) -> bool {
    attribute(tag, "ac:macro-id") == id || found.parameters.get("local-id").is_some_and(|known| known == id)
}

/// Reads a macro whose start tag was just read, up to its end.
fn read(text: &str, tag: &BytesStart<'_>) -> MacroBody {
    let mut found = MacroBody { name: attribute(tag, "ac:name"), ..MacroBody::default() };
    let mut reader = reader(text);
    let mut open: Vec<Part> = Vec::new();
    loop {
        let before = position(&reader);
        match reader.read_event() {
            Ok(Event::Start(tag)) => {
                let part = match (open.is_empty(), tag.name().as_ref()) {
                    (true, "ac:parameter") => Part::Parameter(attribute(&tag, "ac:name"), String::new()),
                    (true, "ac:rich-text-body") => Part::Rich(position(&reader)),
                    (true, "ac:plain-text-body") => Part::Plain,
                    _ => Part::Other,
                };
                open.push(part);
            }
            Ok(Event::End(_)) => match open.pop() {
                None => return found,
                Some(Part::Parameter(name, value)) => drop(found.parameters.insert(name, value)),
                Some(Part::Rich(from)) => {
                    text.get(from..before).unwrap_or_default().clone_into(&mut found.body);
                }
                Some(Part::Plain) => found.is_plain = true,
                Some(Part::Other) => {}
            },
            Ok(Event::Text(words)) => add(&mut open, &mut found, &words),
            Ok(Event::CData(words)) => add(&mut open, &mut found, &words),
            Ok(Event::GeneralRef(name)) => {
                add(&mut open, &mut found, &entities::resolve(&name).unwrap_or_default());
            }
            Ok(Event::Eof) | Err(_) => return found,
            Ok(_) => {}
        }
    }
}

fn add(open: &mut [Part], found: &mut MacroBody, words: &str) {
    match open.last_mut() {
        Some(Part::Parameter(_, value)) => value.push_str(words),
        Some(Part::Plain) => found.body.push_str(words),
        _ => {}
    }
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> String {
    let found = tag.attributes().flatten().find(|attribute| attribute.key.as_ref() == name);
    found.map(|attribute| attribute.value.to_string()).unwrap_or_default()
}

fn position(reader: &quick_xml::Reader<&[u8]>) -> usize {
    usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STORAGE: &str = "<p>a</p><ac:structured-macro ac:name=\"info\" ac:macro-id=\"one\">\
        <ac:parameter ac:name=\"title\">T &amp; t</ac:parameter><ac:rich-text-body><p>in</p>\
        <ac:structured-macro ac:name=\"code\" ac:macro-id=\"two\"><ac:plain-text-body><![CDATA[<x>]]>\
        </ac:plain-text-body></ac:structured-macro></ac:rich-text-body></ac:structured-macro>\
        <ac:structured-macro ac:name=\"app\"><ac:parameter ac:name=\"local-id\">three</ac:parameter>\
        </ac:structured-macro><ac:structured-macro ac:name=\"toc\" ac:macro-id=\"four\" />";

    #[test]
    fn macros_are_found_however_deep() {
        let one = find_macro(STORAGE, "one").unwrap();
        assert_eq!((one.name.as_str(), one.parameters["title"].as_str()), ("info", "T & t"));
        assert!(one.body.starts_with("<p>in</p><ac:structured-macro") && one.body.ends_with("macro>"));
        let two = find_macro(STORAGE, "two").unwrap();
        assert_eq!((two.body.as_str(), two.is_plain), ("<x>", true));
        assert_eq!(find_macro(STORAGE, "three").unwrap().name, "app");
        assert_eq!(find_macro(STORAGE, "four").unwrap().name, "toc");
        assert_eq!(find_macro(STORAGE, "five"), None);
        assert_eq!(find_macro("<p>", "one"), None);
    }
}
