//! The top-level modules of a crate and which of them use which, read from the tokens of its files.

use std::collections::{BTreeMap, BTreeSet};
use std::iter::Peekable;
use std::str::FromStr as _;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

use super::Source;

/// The modules of one crate. Edges that only tests have are not in it: tests may look at everything.
#[derive(Debug, Default)]
pub(crate) struct Modules {
    /// For each module those it uses, each with a file in which it does.
    pub(crate) uses: BTreeMap<String, BTreeMap<String, String>>,
}

/// Reads the modules of every crate below `crates/`, by the name of its folder.
pub(crate) fn read(files: &[Source]) -> BTreeMap<String, Modules> {
    let mut by_crate: BTreeMap<&str, Vec<(&str, &Source)>> = BTreeMap::new();
    for file in files {
        if let Some((name, below)) = place(&file.path) {
            by_crate.entry(name).or_default().push((below, file));
        }
    }
    by_crate.into_iter().map(|(name, files)| (name.to_owned(), read_crate(&files))).collect()
}

/// Splits the path of a product file into its crate and its place below `src/`. Programs below `src/bin/` are crates of
/// their own, and tests are not product.
fn place(path: &str) -> Option<(&str, &str)> {
    let (name, below) = path.strip_prefix("crates/")?.split_once("/src/")?;
    let is_test = below == "tests.rs" || below.starts_with("tests/") || below.contains("/tests/");
    let is_other = is_test || below.ends_with("/tests.rs") || below.starts_with("bin/");
    (!is_other).then_some((name, below))
}

fn read_crate(files: &[(&str, &Source)]) -> Modules {
    let top = |below: &str| below.split('/').next().map(|name| name.trim_end_matches(".rs").to_owned());
    let is_root = |below: &str| below == "lib.rs" || below == "main.rs";
    let modules: BTreeSet<String> =
        files.iter().filter(|(below, _)| !is_root(below)).filter_map(|(below, _)| top(below)).collect();
    let mut reexports = BTreeMap::new();
    for (_, file) in files.iter().filter(|(below, _)| is_root(below)) {
        collect_reexports(tokens(&file.text), &modules, &mut reexports);
    }
    let mut found = Modules::default();
    for (below, file) in files.iter().filter(|(below, _)| !is_root(below)) {
        let Some(module) = top(below) else { continue };
        let mut names = BTreeSet::new();
        collect_names(tokens(&file.text), below.split('/').count(), &mut names);
        let uses = found.uses.entry(module.clone()).or_default();
        for name in names {
            // What the crate's root re-exports counts as used from where it is defined.
            let target = if modules.contains(&name) { Some(&name) } else { reexports.get(&name) };
            if let Some(target) = target.filter(|target| **target != module) {
                uses.entry(target.clone()).or_insert_with(|| file.path.clone());
            }
        }
    }
    found
}

/// The tokens of a file; none when it is no Rust, of which the compiler complains anyway.
fn tokens(text: &str) -> TokenStream {
    TokenStream::from_str(text).unwrap_or_default()
}

/// Collects the names that follow `crate::`, or as many `super::` as lead to the root from this depth.
fn collect_names(stream: TokenStream, depth: usize, names: &mut BTreeSet<String>) {
    let mut rest = stream.into_iter().peekable();
    // How many `super::` stand directly before this token.
    let mut climbed = 0;
    let mut opens_module = false;
    while let Some(token) = rest.next() {
        match token {
            TokenTree::Punct(sign) if sign.as_char() == '#' => {
                if let Some(TokenTree::Group(attribute)) = rest.peek()
                    && is_for_tests(attribute)
                {
                    skip_item(&mut rest);
                }
                climbed = 0;
            }
            TokenTree::Ident(word) if word == "crate" && take_colons(&mut rest) => {
                collect_first_names(&mut rest, names);
                climbed = 0;
            }
            TokenTree::Ident(word) if word == "super" && take_colons(&mut rest) => {
                climbed += 1;
                if climbed == depth {
                    collect_first_names(&mut rest, names);
                    climbed = 0;
                }
            }
            TokenTree::Ident(word) if word == "mod" => {
                opens_module = true;
                climbed = 0;
            }
            TokenTree::Group(group) => {
                let is_module = opens_module && group.delimiter() == Delimiter::Brace;
                collect_names(group.stream(), depth + usize::from(is_module), names);
                opens_module = false;
                climbed = 0;
            }
            TokenTree::Punct(sign) if sign.as_char() == ';' => {
                opens_module = false;
                climbed = 0;
            }
            _ => climbed = 0,
        }
    }
}

/// Collects the name here, or the first name of each path in a group of `use`.
fn collect_first_names(rest: &mut Peekable<impl Iterator<Item = TokenTree>>, names: &mut BTreeSet<String>) {
    match rest.peek() {
        Some(TokenTree::Ident(name)) => drop(names.insert(name.to_string())),
        Some(TokenTree::Group(group)) => {
            let mut begins = true;
            for token in group.stream() {
                match token {
                    TokenTree::Ident(name) if begins => {
                        names.insert(name.to_string());
                        begins = false;
                    }
                    TokenTree::Punct(sign) => begins = sign.as_char() == ',',
                    _ => begins = false,
                }
            }
        }
        _ => {}
    }
}

/// Takes `::` if it is next.
fn take_colons(rest: &mut Peekable<impl Iterator<Item = TokenTree>>) -> bool {
    let mut is_colon =
        || rest.next_if(|token| matches!(token, TokenTree::Punct(it) if it.as_char() == ':')).is_some();
    is_colon() && is_colon()
}

/// Whether an attribute is `cfg(test)`.
fn is_for_tests(attribute: &Group) -> bool {
    attribute.delimiter() == Delimiter::Bracket
        && attribute.stream().to_string().replace(' ', "") == "cfg(test)"
}

/// Skips the item behind an attribute: up to its body, or its semicolon.
fn skip_item(rest: &mut impl Iterator<Item = TokenTree>) {
    for token in rest {
        let ends = match &token {
            TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
            TokenTree::Punct(sign) => sign.as_char() == ';',
            _ => false,
        };
        if ends {
            return;
        }
    }
}

/// Collects which names the root re-exports from which module.
fn collect_reexports(stream: TokenStream, modules: &BTreeSet<String>, into: &mut BTreeMap<String, String>) {
    let mut rest = stream.into_iter();
    while let Some(token) = rest.next() {
        if !matches!(&token, TokenTree::Ident(word) if word == "use") {
            continue;
        }
        let path = rest.by_ref().take_while(|it| !matches!(it, TokenTree::Punct(it) if it.as_char() == ';'));
        let mut names = Vec::new();
        collect_words(path.collect(), &mut names);
        names.retain(|name| name != "self" && name != "crate");
        if let Some((first, others)) = names.split_first()
            && modules.contains(first)
        {
            into.extend(others.iter().map(|name| (name.clone(), first.clone())));
        }
    }
}

fn collect_words(stream: TokenStream, into: &mut Vec<String>) {
    for token in stream {
        match token {
            TokenTree::Ident(word) => into.push(word.to_string()),
            TokenTree::Group(group) => collect_words(group.stream(), into),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The edges of a crate with these files, as `from>to`.
    fn edges(files: &[(&str, &str)]) -> Vec<String> {
        let source = |(place, text): &(&str, &str)| Source {
            path: format!("crates/x/src/{place}"),
            text: (*text).to_owned(),
        };
        let files: Vec<Source> = files.iter().map(source).collect();
        let found = read(&files).remove("x").unwrap_or_default();
        let pairs = found.uses.iter().flat_map(|(from, to)| to.keys().map(move |to| format!("{from}>{to}")));
        pairs.collect()
    }

    #[test]
    fn every_way_to_name_a_module_is_an_edge() {
        let table: &[(&str, &str, &[&str])] = &[
            ("a.rs", "use crate::b::Thing;", &["a>b"]),
            ("a.rs", "use crate::{b::{self, Thing}, c};", &["a>b", "a>c"]),
            ("a.rs", "fn f() { crate::b::g(crate::c::h()) }", &["a>b", "a>c"]),
            ("a.rs", "macro_rules! m { () => { $crate::b::g() } }", &["a>b"]),
            ("a.rs", "use super::b;", &["a>b"]),
            ("a/inner.rs", "use super::super::b;", &["a>b"]),
            ("a/inner.rs", "use super::b;", &[]),
            ("a.rs", "mod inner { use super::super::b; }", &["a>b"]),
            ("a.rs", "mod inner { use super::b; }", &[]),
            ("a.rs", "use crate::Thing;", &["a>c"]),
            ("a.rs", "use crate::a::Own;", &[]),
            ("a.rs", "// crate::b\n/// crate::b\nconst X: &str = \"crate::b\";", &[]),
            ("a.rs", "#[cfg(test)]\nuse crate::b;\nuse crate::c;", &["a>c"]),
            ("a.rs", "#[cfg(test)]\nmod tests { use crate::b; }\nuse crate::c;", &["a>c"]),
            ("a/tests.rs", "use crate::b;", &[]),
            ("tests/a.rs", "use crate::b;", &[]),
            ("bin/a.rs", "use crate::b;", &[]),
        ];
        for (place, text, expected) in table {
            let root = ("lib.rs", "mod a; mod b; mod c; pub use self::c::{Thing, Other};");
            let found = edges(&[root, ("b.rs", ""), ("c.rs", ""), (place, text)]);
            assert_eq!(found, *expected, "{place}: {text}");
        }
    }
}
