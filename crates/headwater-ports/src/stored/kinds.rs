//! Kinds of events as JSON.

use headwater_domain::event::EventKind;

use super::json::to_json;

/// Writes kinds of events by their names.
pub fn write_kinds(kinds: &[EventKind]) -> String {
    let names: Vec<&str> = kinds.iter().map(|kind| kind.as_str()).collect();
    to_json(&names)
}

/// Reads what [`write_kinds`] wrote; the error says what is wrong.
pub fn read_kinds(text: &str) -> Result<Vec<EventKind>, String> {
    let names: Vec<String> = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let read = |name: &String| EventKind::parse(name).ok_or_else(|| format!("`{name}` is no event type"));
    names.iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_read_back_and_nonsense_is_not() {
        assert_eq!(read_kinds(&write_kinds(&EventKind::ALL)), Ok(EventKind::ALL.to_vec()));
        assert_eq!(read_kinds("[]"), Ok(Vec::new()));
        assert!(read_kinds("[\"x\"]").is_err() && read_kinds("x").is_err());
    }
}
