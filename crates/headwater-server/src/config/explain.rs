//! Says what is wrong with a setting: its name, where it stands, what is expected there. Never its value, as it may
//! be a secret that ended up in the wrong place.

use figment::error::{Actual, Error, Kind};
use figment::{Figment, Metadata};

use super::environment::variable;

pub(super) fn explain(error: &Error, figment: &Figment) -> String {
    let path = error.path.join(".");
    match &error.kind {
        Kind::UnknownField(name, known) => unknown(&error.path, name, known, figment),
        Kind::InvalidType(actual, expected) | Kind::InvalidValue(actual, expected) => {
            format!("{path}{} must be {}, not {}", place(error), for_people(expected), kind_of(actual))
        }
        Kind::UnknownVariant(_, known) => {
            format!("{path}{} must be one of {}", place(error), known.join(", "))
        }
        Kind::Message(message) if path.is_empty() => {
            format!("{}{}", without_source_lines(message), place(error))
        }
        Kind::Message(message) => format!("{path}{}: {message}", place(error)),
        Kind::MissingField(_)
        | Kind::DuplicateField(_)
        | Kind::InvalidLength(..)
        | Kind::ISizeOutOfRange(_)
        | Kind::USizeOutOfRange(_)
        | Kind::Unsupported(_)
        | Kind::UnsupportedKey(..) => format!("{path}{}: {}", place(error), error.kind),
    }
}

/// The error's own place is that of the section, which several sources may have contributed to.
fn unknown(path: &[String], name: &str, known: &[&str], figment: &Figment) -> String {
    let metadata = figment.find_metadata(&path.join("."));
    let near = known.iter().max_by(|a, b| strsim::jaro(a, name).total_cmp(&strsim::jaro(b, name)));
    let advice = match near.filter(|near| strsim::jaro(near, name) > 0.8) {
        Some(near) => format!("did you mean {near}?"),
        None => format!("known here: {}", known.join(", ")),
    };
    format!("unknown setting {}{}; {advice}", path.join("."), place_of(metadata, path))
}

fn place(error: &Error) -> String {
    place_of(error.metadata.as_ref(), &error.path)
}

fn place_of(metadata: Option<&Metadata>, path: &[String]) -> String {
    match metadata {
        Some(metadata) if metadata.name == "the environment" => format!(" ({})", variable(path)),
        Some(metadata) => match metadata.source.as_ref().and_then(|source| source.file_path()) {
            Some(file) => format!(" (in {})", file.display()),
            None => format!(" (on {})", metadata.name),
        },
        None => String::new(),
    }
}

/// serde names Rust's types.
fn for_people(expected: &str) -> &str {
    match expected {
        "u16" | "u32" | "u64" | "usize" => "a whole number from 0",
        "a string" | "path string" => "text",
        other => other,
    }
}

fn kind_of(actual: &Actual) -> &'static str {
    match actual {
        Actual::Bool(_) => "true or false",
        Actual::Signed(..0) => "a negative number",
        Actual::Unsigned(_) | Actual::Signed(_) => "a whole number",
        Actual::Float(_) => "a number",
        Actual::Char(_) | Actual::Str(_) => "this text",
        Actual::Seq => "a list",
        Actual::Map => "a table",
        Actual::Bytes(_)
        | Actual::Unit
        | Actual::Option
        | Actual::NewtypeStruct
        | Actual::Enum
        | Actual::UnitVariant
        | Actual::NewtypeVariant
        | Actual::TupleVariant
        | Actual::StructVariant
        | Actual::Other(_) => "something else",
    }
}

/// A TOML error quotes the line it found the error in, which may hold a secret; line and column say enough.
fn without_source_lines(message: &str) -> String {
    let kept = message.lines().filter(|line| {
        !line.trim_start_matches([' ', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9']).starts_with('|')
    });
    kept.collect::<Vec<_>>().join(": ")
}
