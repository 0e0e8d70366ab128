//! The sandbox's log, and the rules that must hold in it whatever happened.

use std::collections::BTreeMap;

use anyhow::Result;
use serde_json::Value;

/// Everything that was issued and presented, in the order in which it happened.
pub(super) struct Ledger(Vec<Value>);

impl Ledger {
    /// Reads lines of JSON.
    pub(super) fn read(text: &str) -> Result<Self> {
        let entries: Result<Vec<Value>, _> = text.lines().map(serde_json::from_str).collect();
        Ok(Self(entries?))
    }

    /// How many exchanges of refresh tokens took place.
    pub(super) fn refreshes(&self) -> usize {
        self.of("refreshed").count()
    }

    /// How many entries there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The log without its first entries.
    pub(super) fn after(&self, count: usize) -> Self {
        Self(self.0.iter().skip(count).cloned().collect())
    }

    fn of<'a>(&'a self, event: &'a str) -> impl Iterator<Item = &'a Value> {
        self.0.iter().filter(move |entry| entry["event"] == event)
    }

    /// What broke a rule, a line each.
    pub(super) fn violations(&self) -> Vec<String> {
        let ended = self.of("family_ended").map(|it| format!("a grant was lost: {}", it["reason"]));
        let refused = self
            .of("token_refused")
            .filter(|it| it["presented"].is_object())
            .map(|it| format!("a refresh token was refused: {}", it["reason"]));
        ended.chain(refused).chain(self.outdated()).collect()
    }

    /// No token older than the one before the newest is ever presented.
    fn outdated(&self) -> Vec<String> {
        let mut newest: BTreeMap<&str, i64> = BTreeMap::new();
        let mut found = Vec::new();
        for entry in self.of("refreshed") {
            let (Some(family), Some(presented), Some(issued)) = (
                entry["family"].as_str(),
                entry["presented"]["generation"].as_i64(),
                entry["refresh"]["generation"].as_i64(),
            ) else {
                found.push(format!("an entry cannot be read: {entry}"));
                continue;
            };
            let known = newest.entry(family).or_insert(presented);
            if presented + 1 < *known {
                found.push(format!("generation {presented} was presented when {known} had been issued"));
            }
            *known = issued.max(*known);
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refreshed(presented: i64) -> String {
        format!(
            r#"{{"event":"refreshed","family":"f","presented":{{"generation":{presented}}},"refresh":{{"generation":{}}}}}"#,
            presented + 1
        )
    }

    fn violations(lines: &[String]) -> usize {
        Ledger::read(&lines.join("\n")).unwrap().violations().len()
    }

    /// The rules are worth nothing if they cannot be broken.
    #[test]
    fn a_broken_rule_is_found() {
        let line = |text: &str| text.to_owned();
        assert_eq!(violations(&[refreshed(0), refreshed(1), refreshed(1), refreshed(2)]), 0);
        assert_eq!(violations(&[refreshed(0), refreshed(1), refreshed(0)]), 1);
        assert_eq!(violations(&[line(r#"{"event":"family_ended","reason":"late"}"#)]), 1);
        let refused = r#"{"event":"token_refused","reason":"late","presented":{"generation":1}}"#;
        assert_eq!(violations(&[line(refused)]), 1);
        assert_eq!(violations(&[line(r#"{"event":"token_refused","reason":"wrong_client"}"#)]), 0);
        assert_eq!(violations(&[line(r#"{"event":"refreshed"}"#)]), 1);
    }
}
