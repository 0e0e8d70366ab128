//! Which scopes a set of tools needs, and whether a grant has them.

use serde::Deserialize;

use crate::definition::{Scopes, Tool};

/// The most scopes that Atlassian accepts in one consent.
pub const MOST: usize = 50;

/// Which scopes to take where a tool can do with either kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Preference {
    /// Those that add the fewest; the classic ones where both add as many.
    #[default]
    Fewest,
    /// The granular ones.
    Granular,
    /// The classic ones.
    Classic,
}

impl Scopes {
    /// The sets of scopes of which one is enough.
    pub fn sets(&self) -> impl Iterator<Item = &[String]> {
        [self.classic.as_slice(), self.granular.as_slice()].into_iter().filter(|set| !set.is_empty())
    }

    /// Whether these granted scopes are enough.
    pub fn met_by(&self, granted: &[String]) -> bool {
        self.missing_from(granted).is_empty()
    }

    /// What these granted scopes lack: the shortest way to enough. Empty when they are enough.
    pub fn missing_from(&self, granted: &[String]) -> Vec<&str> {
        let missing = |set: &'_ [String]| -> usize { set.iter().filter(|it| !granted.contains(it)).count() };
        let nearest = self.sets().min_by_key(|set| missing(set)).unwrap_or_default();
        nearest.iter().filter(|it| !granted.contains(it)).map(String::as_str).collect()
    }
}

/// Scopes that are enough for every one of `tools`, in alphabetical order. None of them can be left out.
pub fn needed<'a>(tools: impl IntoIterator<Item = &'a Tool>, preference: Preference) -> Vec<String> {
    let needs: Vec<&Scopes> = tools.into_iter().map(|tool| &tool.scopes).collect();
    let mut taken: Vec<String> = Vec::new();
    // Those without a choice come first, so that those with one find most of theirs taken.
    let (free, fixed): (Vec<&Scopes>, Vec<&Scopes>) = needs.iter().partition(|it| it.sets().count() > 1);
    for scopes in fixed.into_iter().chain(free) {
        let chosen = choose(scopes, preference, &taken).to_vec();
        taken.extend(chosen.into_iter().filter(|scope| !taken.contains(scope)).collect::<Vec<_>>());
    }
    if preference == Preference::Fewest {
        drop_spare(&mut taken, &needs);
    }
    taken.sort();
    taken
}

fn choose<'a>(scopes: &'a Scopes, preference: Preference, taken: &[String]) -> &'a [String] {
    let new = |set: &&[String]| set.iter().filter(|scope| !taken.contains(scope)).count();
    match preference {
        Preference::Granular if !scopes.granular.is_empty() => &scopes.granular,
        Preference::Classic if !scopes.classic.is_empty() => &scopes.classic,
        _ => scopes.sets().min_by_key(new).unwrap_or_default(),
    }
}

/// Drops every scope without which the rest is still enough for everything.
fn drop_spare(taken: &mut Vec<String>, needs: &[&Scopes]) {
    for place in (0..taken.len()).rev() {
        let mut rest = taken.clone();
        rest.remove(place);
        if needs.iter().all(|scopes| scopes.met_by(&rest)) {
            *taken = rest;
        }
    }
}

#[cfg(test)]
mod tests;
