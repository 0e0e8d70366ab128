//! Macros with a body: `{code}...{code}`, `{info}...{info}` and so on. The text between them is read as blocks.

use super::{attribute, blocks, cdata, escape};

/// The ways to read the body of a macro.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Inside {
    /// Plain text.
    Plain,
    /// Wiki markup.
    Rich,
    /// Wiki markup that becomes an element instead of a macro.
    Quote,
}

/// The macros and how their bodies are read. `section` and `column` only lay out.
const MACROS: &[(&str, Inside)] = &[
    ("code", Inside::Plain),
    ("noformat", Inside::Plain),
    ("quote", Inside::Quote),
    ("panel", Inside::Rich),
    ("info", Inside::Rich),
    ("note", Inside::Rich),
    ("warning", Inside::Rich),
    ("tip", Inside::Rich),
    ("expand", Inside::Rich),
    ("excerpt", Inside::Rich),
    ("section", Inside::Rich),
    ("column", Inside::Rich),
];

/// A macro that was found in a text.
struct Found<'a> {
    before: &'a str,
    name: &'static str,
    inside: Inside,
    parameters: &'a str,
    body: &'a str,
    after: &'a str,
}

/// Converts a text with macros.
pub(super) fn convert(text: &str) -> String {
    let mut storage = String::new();
    let mut rest = text;
    while let Some(found) = find(rest) {
        storage.push_str(&blocks::convert(found.before));
        storage.push_str(&found.write());
        rest = found.after;
    }
    storage.push_str(&blocks::convert(rest));
    storage
}

/// Finds the first macro that is closed.
fn find(text: &str) -> Option<Found<'_>> {
    let mut from = 0;
    while let Some(at) = text.get(from..)?.find('{').map(|at| from + at) {
        from = at + 1;
        let escaped = text.get(..at).is_some_and(|before| before.ends_with('\\'));
        let behind = text.get(from..)?;
        let end = behind.find('}')?;
        let (inside, after) = (behind.get(..end)?, behind.get(end + 1..)?);
        let (name, parameters) = inside.split_once(':').unwrap_or((inside, ""));
        let Some((name, kind)) = MACROS.iter().find(|(known, _)| *known == name).filter(|_| !escaped) else {
            continue;
        };
        let close = format!("{{{name}}}");
        if let Some((body, after)) = after.split_once(close.as_str()) {
            let before = text.get(..at)?;
            return Some(Found { before, name, inside: *kind, parameters, body, after });
        }
    }
    None
}

impl Found<'_> {
    fn write(&self) -> String {
        match self.inside {
            Inside::Quote => format!("<blockquote>{}</blockquote>", convert(self.body.trim_matches('\n'))),
            Inside::Plain => {
                let body = self.body.strip_prefix('\n').unwrap_or(self.body);
                let body = cdata(body.strip_suffix('\n').unwrap_or(body));
                self.wrap(&format!("<ac:plain-text-body>{body}</ac:plain-text-body>"))
            }
            Inside::Rich => {
                let body = convert(self.body.trim_matches('\n'));
                self.wrap(&format!("<ac:rich-text-body>{body}</ac:rich-text-body>"))
            }
        }
    }

    fn wrap(&self, body: &str) -> String {
        let unnamed = if self.name == "code" { "language" } else { "title" };
        open(self.name, self.parameters, unnamed, body)
    }
}

/// Writes the beginning of a macro with its parameters, `name=value` between bars. One without a name gets the name
/// `unnamed`.
pub(super) fn open(name: &str, parameters: &str, unnamed: &str, body: &str) -> String {
    let mut storage = format!("<ac:structured-macro{}>", attribute("ac:name", name));
    for parameter in parameters.split('|').filter(|parameter| !parameter.trim().is_empty()) {
        let (key, value) = parameter.split_once('=').unwrap_or((unnamed, parameter));
        storage.push_str(&self::parameter(key.trim(), value.trim()));
    }
    storage.push_str(body);
    storage.push_str("</ac:structured-macro>");
    storage
}

fn parameter(name: &str, value: &str) -> String {
    format!("<ac:parameter{}>{}</ac:parameter>", attribute("ac:name", name), escape(value))
}
