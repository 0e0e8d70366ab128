//! Changing the text of functions, so that each can lack its defence.

use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::Path;
use std::str::FromStr as _;

use anyhow::{Context as _, Result, anyhow, bail, ensure};
use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::entry::Defence;

/// The variable of the environment that says which defence is missing.
pub(crate) const MISSING: &str = "DEFENCE_TAKEN_AWAY";

/// The changed text of every file that has a defence in it.
pub(crate) fn all(root: &Path, defences: &[Defence]) -> Result<BTreeMap<String, String>> {
    let mut by_file: BTreeMap<&str, Vec<&Defence>> = BTreeMap::new();
    for defence in defences {
        by_file.entry(&defence.file).or_default().push(defence);
    }
    let changed = by_file.into_iter().map(|(file, defences)| {
        let text = fs::read_to_string(root.join(file)).with_context(|| format!("{file} cannot be read"))?;
        Ok((file.to_owned(), apply(&text, &defences).with_context(|| file.to_owned())?))
    });
    changed.collect()
}

/// The text of a file in which each of these defences is missing when the environment says so.
///
/// # Errors
/// When a function is not there, or more than once, or the text in it is not there exactly once.
pub(crate) fn apply(text: &str, defences: &[&Defence]) -> Result<String> {
    let tokens = TokenStream::from_str(text).map_err(|error| anyhow!("the file is not Rust: {error}"))?;
    let mut branches: BTreeMap<usize, (Range<usize>, String)> = BTreeMap::new();
    for defence in defences {
        let name = &defence.function;
        let mut found = Vec::new();
        bodies(tokens.clone(), name, &mut found);
        ensure!(found.len() == 1, "there are {} functions `{name}`", found.len());
        let range = found.remove(0);
        let body = text.get(range.clone()).context("a function lies outside its file")?;
        let without = without(body, defence)?;
        let key = defence.key();
        let branch =
            format!("if std::env::var_os({MISSING:?}).is_some_and(|it| it == {key:?}) {without} else ");
        branches.entry(range.start).or_insert((range, String::new())).1 += &branch;
    }
    let mut changed = text.to_owned();
    // From the end, so that the places before it stay where they are.
    for (range, branches) in branches.into_values().rev() {
        let body = text.get(range.clone()).context("a function lies outside its file")?;
        changed.replace_range(range, &format!("{{ {branches}{body} }}"));
    }
    Ok(changed)
}

/// The body of a function without the defence, braces included.
fn without(body: &str, defence: &Defence) -> Result<String> {
    let changed = match (&defence.body, &defence.from, &defence.to) {
        (Some(body), None, None) => format!("{{ {body} }}"),
        (None, Some(from), Some(to)) => {
            let count = body.matches(from.as_str()).count();
            ensure!(count == 1, "`{from}` is {count} times in `{}`, not once", defence.function);
            body.replacen(from.as_str(), to, 1)
        }
        _ => bail!("give either `body`, or `from` and `to`"),
    };
    ensure!(changed != body, "nothing would change");
    Ok(changed)
}

/// Where the bodies of the functions of this name are, braces included.
fn bodies(tokens: TokenStream, name: &str, found: &mut Vec<Range<usize>>) {
    let (mut after_fn, mut wanted) = (false, false);
    for token in tokens {
        match token {
            TokenTree::Ident(word) => {
                wanted |= after_fn && word == name;
                after_fn = word == "fn";
            }
            TokenTree::Group(group) => {
                if group.delimiter() == Delimiter::Brace {
                    if wanted {
                        found.push(group.span().byte_range());
                    }
                    wanted = false;
                }
                bodies(group.stream(), name, found);
                after_fn = false;
            }
            // A declaration without a body, as in a trait.
            TokenTree::Punct(mark) if mark.as_char() == ';' => wanted = false,
            _ => after_fn = false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::entry::example;
    use super::*;

    const TEXT: &str = "trait Door { fn opens(&self) -> bool; }\nimpl Door for Gate {\n    fn opens(&self) -> bool { self.key && self.bolt }\n}\nfn other() -> &'static str { \"fn opens { }\" }\n";

    fn defence(body: Option<&str>, from: Option<&str>, to: Option<&str>) -> Defence {
        let text = |it: Option<&str>| it.map(str::to_owned);
        Defence { body: text(body), from: text(from), to: text(to), ..example("A1", "a1_it_is_locked") }
    }

    #[test]
    fn a_function_lacks_the_defence_that_the_environment_names() {
        let whole = defence(Some("true"), None, None);
        let piece =
            Defence { without: "needs no bolt".to_owned(), ..defence(None, Some(" && self.bolt"), Some("")) };
        let asked = |it: &Defence, body: &str| {
            let key = it.key();
            format!(
                "if std::env::var_os(\"DEFENCE_TAKEN_AWAY\").is_some_and(|it| it == {key:?}) {body} else "
            )
        };
        let both = asked(&whole, "{ true }") + &asked(&piece, "{ self.key }");
        let expected = TEXT
            .replace("{ self.key && self.bolt }", &format!("{{ {both}{} }}", "{ self.key && self.bolt }"));
        assert_eq!(apply(TEXT, &[&whole, &piece]).unwrap(), expected);
    }

    #[test]
    fn what_cannot_be_taken_away_is_said() {
        for (defence, text) in [
            (defence(None, Some("self."), Some("")), TEXT.to_owned()),
            (defence(None, Some("lock"), Some("")), TEXT.to_owned()),
            (defence(None, Some("self.key"), None), TEXT.to_owned()),
            (defence(None, None, None), TEXT.to_owned()),
            (defence(None, Some("self.key"), Some("self.key")), TEXT.to_owned()),
            (defence(Some("true"), None, None), "fn other() {}".to_owned()),
            (defence(Some("true"), None, None), format!("{TEXT}{TEXT}")),
        ] {
            assert!(apply(&text, &[&defence]).is_err(), "{defence:?}");
        }
    }
}
