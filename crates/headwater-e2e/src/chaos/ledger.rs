//! The sandbox's log, and the rules that must hold in it whatever happened.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use serde_json::Value;

use super::finding::{Finding, Kind};

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

    /// How often a refresh token of one grant arrived at the provider, whatever came of it.
    pub(super) fn presentations_of(&self, family: &str) -> usize {
        self.of("token_request_received").filter(|entry| entry["token"]["family"] == family).count()
    }

    /// How many presentations of refresh tokens are under way: neither answered nor given up by whoever asked.
    pub(super) fn under_way(&self) -> usize {
        let mut open = BTreeSet::new();
        for entry in &self.0 {
            match entry["event"].as_str() {
                Some("token_request_received") if entry["token"].is_object() => {
                    open.insert(entry["request"].as_u64());
                }
                Some("token_request_answered" | "token_request_abandoned") => {
                    open.remove(&entry["request"].as_u64());
                }
                _ => {}
            }
        }
        open.len()
    }

    /// How many refresh tokens were presented and exchanged again.
    pub(super) fn repetitions(&self) -> usize {
        self.of("refreshed").filter(|entry| entry["repeated"] == true).count()
    }

    /// Whether the newest pair of every grant has been used: whoever uses it has stored it.
    pub(super) fn settled(&self) -> bool {
        let used = self.newest("token_presented", "token");
        self.newest("refreshed", "refresh")
            .iter()
            .all(|(family, issued)| used.get(family).is_some_and(|it| it >= issued))
    }

    /// The same of one grant.
    pub(super) fn uses_newest(&self, family: &str) -> bool {
        let used = self.newest("token_presented", "token").get(family).copied();
        used >= self.newest("refreshed", "refresh").get(family).copied()
    }

    /// The newest generation of each grant that an event tells of.
    fn newest<'a>(&'a self, event: &'a str, mark: &str) -> BTreeMap<&'a str, i64> {
        let mut generations = BTreeMap::new();
        for entry in self.of(event) {
            // What was issued stands in an entry that names the grant; what was presented names it itself.
            let family = entry["family"].as_str().or_else(|| entry[mark]["family"].as_str());
            if let (Some(family), Some(generation)) = (family, entry[mark]["generation"].as_i64()) {
                let known = generations.entry(family).or_insert(generation);
                *known = generation.max(*known);
            }
        }
        generations
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

    /// How many exchanges were answered. One whose client had no more patience, on a machine that has no time, is repeated
    /// rightly.
    pub(super) fn answered_refreshes(&self) -> usize {
        let abandoned: BTreeSet<_> =
            self.of("token_request_abandoned").filter_map(|entry| entry["request"].as_u64()).collect();
        let of = |entry: &&Value| entry["request"].as_u64().is_some_and(|it| abandoned.contains(&it));
        self.of("refreshed").filter(|entry| !of(entry)).count()
    }

    /// How many exchanges of refresh tokens of one grant took place.
    pub(super) fn refreshes_of(&self, family: &str) -> usize {
        self.of("refreshed").filter(|entry| entry["family"] == family).count()
    }

    /// The grant that an end user consented to last.
    pub(super) fn newest_family(&self) -> Option<String> {
        let exchanged = self.of("code_exchanged").last()?;
        Some(exchanged["family"].as_str()?.to_owned())
    }

    /// How many grants the provider has ended.
    pub(super) fn ended(&self) -> usize {
        let families: BTreeSet<_> =
            self.of("family_ended").filter_map(|entry| entry["family"].as_str()).collect();
        families.len()
    }

    /// Every rule that was broken.
    pub(super) fn violations(&self) -> Vec<Finding> {
        let ended = self
            .of("family_ended")
            .map(|it| Kind::GrantEnded.because(format!("the provider ended a grant: {}", it["reason"])));
        let found = ended.chain(self.wrongly_presented()).chain(self.together());
        found.chain(self.used_before_stored()).collect()
    }

    /// What was wrong with each presentation of a refresh token, whether or not the provider took it.
    fn wrongly_presented(&self) -> Vec<Finding> {
        let mut newest: BTreeMap<&str, i64> = BTreeMap::new();
        let mut found = Vec::new();
        for entry in &self.0 {
            let taken = entry["event"] == "refreshed";
            let refused = entry["event"] == "token_refused" && entry["presented"].is_object();
            if !taken && !refused {
                continue;
            }
            let Some((family, presented)) = marked(&entry["presented"]) else {
                let kind = if taken { Kind::Unreadable } else { Kind::TokenRefused };
                found.push(kind.because(format!("the ledger does not say whose token this is: {entry}")));
                continue;
            };
            let known = newest.entry(family).or_insert(presented);
            found.extend(fault_of(entry, presented, *known));
            let issued = entry["refresh"]["generation"].as_i64().unwrap_or(presented);
            *known = issued.max(*known);
        }
        found
    }

    /// No two presentations of one grant are under way at the same time.
    fn together(&self) -> Vec<Finding> {
        let (mut open, mut found) = (BTreeMap::<u64, &str>::new(), Vec::new());
        for entry in &self.0 {
            let Some(request) = entry["request"].as_u64() else { continue };
            match entry["event"].as_str() {
                Some("token_request_received") => {
                    let Some(family) = entry["token"]["family"].as_str() else { continue };
                    if open.values().any(|it| *it == family) {
                        let text = "two presentations of one grant were under way at the same time";
                        found.push(Kind::Together.because(text));
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
    fn used_before_stored(&self) -> Vec<Finding> {
        let (mut used, mut found) = (BTreeMap::<&str, i64>::new(), Vec::new());
        for entry in &self.0 {
            let mark = match entry["event"].as_str() {
                Some("token_presented") => &entry["token"],
                Some("refreshed" | "token_refused") => &entry["presented"],
                _ => continue,
            };
            let Some((family, generation)) = marked(mark) else { continue };
            let newest = used.entry(family).or_insert(generation);
            if entry["event"] == "token_presented" {
                *newest = generation.max(*newest);
            } else if generation < *newest {
                found.push(Kind::UsedBeforeStored.because(format!(
                    "access token {newest} was used and refresh token {generation} presented later: it was not stored"
                )));
            }
        }
        found
    }
}

/// What is wrong with one presentation, when `newest` is the latest generation that was issued before it. The first that
/// applies counts: a token that is outdated is late, too, and refused for it.
fn fault_of(entry: &Value, presented: i64, newest: i64) -> Option<Finding> {
    if presented + 1 < newest {
        let text = format!("generation {presented} was presented when {newest} had been issued");
        return Some(Kind::Outdated.because(text));
    }
    match entry["reason"].as_str() {
        Some("after_leeway") => {
            return Some(Kind::Late.because("a token was presented again after the leeway"));
        }
        Some(reason) => {
            return Some(Kind::TokenRefused.because(format!("a refresh token was refused: {reason}")));
        }
        None => {}
    }
    let late = entry["since_first_ms"].as_i64().filter(|it| *it > LAST_REPETITION_MS)?;
    let seconds = late / 1000;
    Some(Kind::Late.because(format!("a token was presented again {seconds} seconds after its exchange")))
}

/// The grant and the generation of a token.
fn marked(mark: &Value) -> Option<(&str, i64)> {
    Some((mark["family"].as_str()?, mark["generation"].as_i64()?))
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

    fn refused(presented: i64, reason: &str) -> String {
        format!(
            r#"{{"event":"token_refused","reason":"{reason}","presented":{{"family":"f","generation":{presented}}}}}"#
        )
    }

    fn used(generation: i64) -> String {
        format!(r#"{{"event":"token_presented","token":{{"family":"f","generation":{generation}}}}}"#)
    }

    #[test]
    fn an_exchange_that_nobody_waited_for_is_not_counted_as_answered() {
        let exchange = |request: u64| format!(r#"{{"event":"refreshed","request":{request}}}"#);
        let abandoned = r#"{"event":"token_request_abandoned","request":2}"#.to_owned();
        let answered = r#"{"event":"token_request_answered","request":3}"#.to_owned();
        let lines = [exchange(2), abandoned, exchange(3), answered];
        assert_eq!(Ledger::read(&lines.join("\n")).unwrap().answered_refreshes(), 1);
    }

    fn violations(lines: &[String]) -> Vec<Kind> {
        Ledger::read(&lines.join("\n")).unwrap().violations().iter().map(|it| it.kind).collect()
    }

    /// The rules are worth nothing if they cannot be broken, and a control needs to know which one was.
    #[test]
    fn a_broken_rule_is_found_by_its_kind() {
        let line = |text: &str| text.to_owned();
        let ended = line(r#"{"event":"family_ended","family":"f","reason":"late"}"#);
        let late = r#"{"event":"refreshed","family":"f","presented":{"family":"f","generation":0},"refresh":{"generation":1},"since_first_ms":580000}"#;
        let stranger =
            r#"{"event":"token_refused","reason":"unknown_token","presented":{"fingerprint":"0"}}"#;
        for (lines, expected) in [
            (vec![refreshed(0), refreshed(1), refreshed(1), refreshed(2)], vec![]),
            (vec![refreshed(0), refreshed(1), refreshed(0)], vec![Kind::Outdated]),
            (vec![refreshed(0), refreshed(1), refused(0, "after_leeway")], vec![Kind::Outdated]),
            (vec![refreshed(0), refreshed(1), refused(0, "not_the_previous_one")], vec![Kind::Outdated]),
            (vec![refreshed(0), refused(0, "after_leeway"), ended], vec![Kind::GrantEnded, Kind::Late]),
            (vec![refused(1, "family_ended")], vec![Kind::TokenRefused]),
            (vec![line(r#"{"event":"token_refused","reason":"wrong_client"}"#)], vec![]),
            (vec![line(r#"{"event":"refreshed"}"#)], vec![Kind::Unreadable]),
            (vec![line(stranger)], vec![Kind::TokenRefused]),
            (vec![line(late)], vec![Kind::Late]),
            (vec![refreshed(0), used(0), used(1), refreshed(1)], vec![]),
            (vec![refreshed(0), used(1), refreshed(0)], vec![Kind::UsedBeforeStored]),
            (
                vec![refreshed(0), used(1), refused(0, "late")],
                vec![Kind::TokenRefused, Kind::UsedBeforeStored],
            ),
        ] {
            assert_eq!(violations(&lines), expected, "{lines:#?}");
        }
    }

    #[test]
    fn grants_are_counted_by_their_families() {
        let lines = [
            r#"{"event":"code_exchanged","family":"f"}"#.to_owned(),
            r#"{"event":"code_exchanged","family":"g"}"#.to_owned(),
            refreshed(0),
            r#"{"event":"family_ended","family":"f"}"#.to_owned(),
            r#"{"event":"family_ended","family":"f"}"#.to_owned(),
        ];
        let ledger = Ledger::read(&lines.join("\n")).unwrap();
        assert_eq!(ledger.newest_family().as_deref(), Some("g"));
        assert_eq!((ledger.refreshes_of("f"), ledger.refreshes_of("g"), ledger.ended()), (1, 0, 1));
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
        let unused = Ledger::read(&issued).unwrap();
        assert!(!unused.uses_newest("f") && unused.uses_newest("g"));
        let both = [issued, event("token_presented", "token", 2)];
        assert!(settled(&both) && Ledger::read(&both.join("\n")).unwrap().uses_newest("f"));
    }

    #[test]
    fn presentations_side_by_side_are_found_and_one_after_the_other_are_not() {
        let entry = |event: &str, request: u64, family: &str| {
            format!(
                r#"{{"event":"token_request_{event}","request":{request},"token":{{"family":"{family}"}}}}"#
            )
        };
        let (first, second) = (entry("received", 1, "f"), entry("received", 2, "f"));
        assert_eq!(violations(&[first.clone(), second.clone()]), [Kind::Together]);
        assert_eq!(violations(&[first.clone(), entry("answered", 1, "f"), second.clone()]), []);
        assert_eq!(violations(&[first.clone(), entry("abandoned", 1, "f"), second]), []);
        assert_eq!(violations(&[first.clone(), entry("received", 2, "g")]), []);
        let under_way = |lines: &[String]| Ledger::read(&lines.join("\n")).unwrap().under_way();
        assert_eq!(under_way(&[first.clone(), entry("received", 2, "g"), entry("answered", 1, "f")]), 1);
        assert_eq!(under_way(&[first, entry("abandoned", 1, "f")]), 0);
    }
}
