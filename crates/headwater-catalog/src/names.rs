//! Names that a wrong name could have meant.

use std::cmp::Ordering;

/// How alike two names must be for one to be offered instead of the other; 1 means equal.
pub(crate) const ALIKE: f64 = 0.5;

/// At most `count` of the known names that `name` could have meant, the likeliest first.
pub fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>, count: usize) -> Vec<&'a str> {
    let mut names = ranked(name, known, ALIKE);
    names.truncate(count);
    names
}

/// The known names that are at least so much like `name`, the likeliest first.
pub(crate) fn ranked<'a>(name: &str, known: impl Iterator<Item = &'a str>, least: f64) -> Vec<&'a str> {
    // Comparing costs the product of the lengths; nobody means a name by a text this long.
    if name.len() > 200 {
        return Vec::new();
    }
    let (name, words) = (name.to_ascii_lowercase(), in_order(name));
    let likeness = |it: &'a str| {
        let as_written = strsim::normalized_damerau_levenshtein(&name, &it.to_ascii_lowercase());
        // `get_page` is meant as `page_get` more often than as `get_pages`.
        (as_written.max(strsim::normalized_damerau_levenshtein(&words, &in_order(it))), it)
    };
    let mut ranked: Vec<(f64, &str)> =
        known.map(likeness).filter(|(likeness, _)| *likeness >= least).collect();
    ranked.sort_by(|one, other| {
        other.0.partial_cmp(&one.0).unwrap_or(Ordering::Equal).then(one.1.cmp(other.1))
    });
    ranked.into_iter().map(|(_, it)| it).collect()
}

/// The words of a name, sorted.
fn in_order(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    let mut words: Vec<&str> = lower.split(['_', '-', ' ', '.']).collect();
    words.sort_unstable();
    words.join("_")
}
