//! The sandbox's log, and the rules that must hold in it whatever happened.

use std::collections::BTreeMap;

use anyhow::Result;
use serde_json::Value;

/// The provider tolerates ten minutes; headwater counts on nine, and half of one is for the way.
const LAST_REPETITION_MS: i64 = 570_000;

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

    /// How many refresh tokens were presented and exchanged again.
    pub(super) fn repetitions(&self) -> usize {
        self.of("refreshed").filter(|entry| entry["repeated"] == true).count()
    }

    /// Whether the newest pair of every grant has been used: whoever uses it has stored it.
    pub(super) fn settled(&self) -> bool {
        let newest = |event: &str, mark: &str| {
            let mut generations = BTreeMap::new();
            for entry in self.of(event) {
                let (family, token) = (&entry[mark]["family"], &entry[mark]["generation"]);
                if let (Some(family), Some(generation)) = (family.as_str(), token.as_i64()) {
                    let known = generations.entry(family.to_owned()).or_insert(generation);
                    *known = generation.max(*known);
                }
            }
            generations
        };
        let used = newest("token_presented", "token");
        newest("refreshed", "refresh")
            .iter()
            .all(|(family, issued)| used.get(family).is_some_and(|it| it >= issued))
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
        let found = ended.chain(refused).chain(self.outdated()).chain(self.late());
        found.chain(self.together()).chain(self.used_before_stored()).collect()
    }

    /// Nothing is presented again after the time in which the provider tolerates that for certain.
    fn late(&self) -> Vec<String> {
        let since = |entry: &Value| entry["since_first_ms"].as_i64().filter(|it| *it > LAST_REPETITION_MS);
        let found = self.of("refreshed").filter_map(since);
        found
            .map(|it| format!("a token was presented again {} seconds after its exchange", it / 1000))
            .collect()
    }

    /// No two presentations of one grant are under way at the same time.
    fn together(&self) -> Vec<String> {
        let (mut open, mut found) = (BTreeMap::<u64, &str>::new(), Vec::new());
        for entry in &self.0 {
            let Some(request) = entry["request"].as_u64() else { continue };
            match entry["event"].as_str() {
                Some("token_request_received") => {
                    let Some(family) = entry["token"]["family"].as_str() else { continue };
                    if open.values().any(|it| *it == family) {
                        found.push(
                            "two presentations of one grant were under way at the same time".to_owned(),
                        );
                    }
                    open.insert(request, family);
                }
                Some("token_request_answered" | "token_request_abandoned") => drop(open.remove(&request)),
                _ => {}
            }
        }
        found
    }

    /// Whoever uses an access token has stored its pair: no older refresh token is presented afterwards.
    fn used_before_stored(&self) -> Vec<String> {
        let (mut used, mut found) = (BTreeMap::<&str, i64>::new(), Vec::new());
        for entry in &self.0 {
            let mark = match entry["event"].as_str() {
                Some("token_presented") => &entry["token"],
                Some("refreshed") => &entry["presented"],
                _ => continue,
            };
            let (Some(family), Some(generation)) = (mark["family"].as_str(), mark["generation"].as_i64())
            else {
                continue;
            };
            let newest = used.entry(family).or_insert(generation);
            if entry["event"] == "token_presented" {
                *newest = generation.max(*newest);
            } else if generation < *newest {
                found.push(format!(
                    "access token {newest} was used and refresh token {generation} presented later: it was not stored"
                ));
            }
        }
        found
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
            r#"{{"event":"refreshed","family":"f","presented":{{"family":"f","generation":{presented}}},"refresh":{{"generation":{}}}}}"#,
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
        let used = |generation: i64| {
            format!(r#"{{"event":"token_presented","token":{{"family":"f","generation":{generation}}}}}"#)
        };
        assert_eq!(violations(&[refreshed(0), used(0), used(1), refreshed(1)]), 0);
        assert_eq!(violations(&[refreshed(0), used(1), refreshed(0)]), 1);
        let late = r#"{"event":"refreshed","family":"f","presented":{"generation":0},"refresh":{"generation":1},"since_first_ms":580000}"#;
        assert_eq!(violations(&[line(late)]), 1);
    }

    #[test]
    fn grants_are_settled_once_their_newest_token_was_used() {
        let event = |event: &str, mark: &str, generation: i64| {
            format!(r#"{{"event":"{event}","{mark}":{{"family":"f","generation":{generation}}}}}"#)
        };
        let settled = |lines: &[String]| Ledger::read(&lines.join("\n")).unwrap().settled();
        let (issued, used) = (event("refreshed", "refresh", 2), event("token_presented", "token", 1));
        assert!(settled(&[]) && settled(std::slice::from_ref(&used)));
        assert!(!settled(std::slice::from_ref(&issued)) && !settled(&[issued.clone(), used]));
        assert!(settled(&[issued, event("token_presented", "token", 2)]));
    }

    #[test]
    fn presentations_side_by_side_are_found_and_one_after_the_other_are_not() {
        let entry = |event: &str, request: u64, family: &str| {
            format!(
                r#"{{"event":"token_request_{event}","request":{request},"token":{{"family":"{family}"}}}}"#
            )
        };
        let (first, second) = (entry("received", 1, "f"), entry("received", 2, "f"));
        assert_eq!(violations(&[first.clone(), second.clone()]), 1);
        assert_eq!(violations(&[first.clone(), entry("answered", 1, "f"), second.clone()]), 0);
        assert_eq!(violations(&[first.clone(), entry("abandoned", 1, "f"), second]), 0);
        assert_eq!(violations(&[first, entry("received", 2, "g")]), 0);
    }
}
