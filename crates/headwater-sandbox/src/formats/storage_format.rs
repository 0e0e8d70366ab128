//! Storage format: checking it, showing it, and reading the text in it.

mod entities;
mod macro_body;
pub(crate) mod references;
mod text;
pub(crate) mod tree;
mod view;

#[cfg(test)]
mod tests;

use quick_xml::Reader;
use quick_xml::events::Event;

pub(crate) use macro_body::{MacroBody, find_macro};
pub(crate) use references::References;
pub(crate) use text::plain_text;
pub(crate) use view::view_html;

/// The greatest depth of nested elements.
const MAX_DEPTH: usize = 200;

/// Checks that a text is well-formed storage format. The error is in the vendor's words.
pub(crate) fn check_storage(storage: &str) -> Result<(), String> {
    let wrong = |reason: &str| format!("Error parsing xhtml: {reason}");
    let mut open: Vec<String> = Vec::new();
    let mut reader = reader(storage);
    loop {
        match reader.read_event() {
            Ok(Event::Start(tag)) => {
                if tag.attributes().any(|attribute| attribute.is_err()) {
                    return Err(wrong("an attribute is malformed"));
                }
                open.push(tag.name().as_ref().to_owned());
                if open.len() > MAX_DEPTH {
                    return Err(wrong("elements are nested too deeply"));
                }
            }
            Ok(Event::Empty(tag)) if tag.attributes().any(|attribute| attribute.is_err()) => {
                return Err(wrong("an attribute is malformed"));
            }
            Ok(Event::End(tag)) => {
                if open.pop().as_deref() != Some(tag.name().as_ref()) {
                    let name = tag.name().as_ref().to_owned();
                    return Err(wrong(&format!("Unexpected close tag </{name}>")));
                }
            }
            Ok(Event::GeneralRef(reference)) => {
                let name = reference.to_string();
                if entities::resolve(&name).is_none() {
                    return Err(wrong(&format!("Undeclared general entity \"{name}\"")));
                }
            }
            Ok(Event::DocType(_)) => return Err(wrong("a document type is not allowed")),
            Ok(Event::Eof) => break,
            Ok(_) => {}
            Err(error) => return Err(wrong(&error.to_string())),
        }
    }
    match open.pop() {
        None => Ok(()),
        Some(name) => Err(wrong(&format!("Unexpected EOF; expected close tag </{name}>"))),
    }
}

fn reader(storage: &str) -> Reader<&[u8]> {
    let mut reader = Reader::from_str(storage);
    // Ends are compared above, where the message can name the vendor's reason.
    reader.config_mut().check_end_names = false;
    reader.config_mut().allow_unmatched_ends = true;
    reader
}
