//! Words of a text, brought into one form: lower case, without endings, without those that say nothing.

/// The most words of a query that are looked at.
const MAX_TERMS: usize = 32;

/// Words that say nothing about a tool. Every tool here is about Confluence.
const EMPTY: &[&str] = &[
    "a",
    "all",
    "an",
    "and",
    "are",
    "as",
    "at",
    "be",
    "by",
    "can",
    "confluence",
    "do",
    "for",
    "from",
    "give",
    "have",
    "how",
    "i",
    "if",
    "in",
    "into",
    "is",
    "it",
    "its",
    "me",
    "my",
    "of",
    "on",
    "one",
    "or",
    "our",
    "please",
    "some",
    "that",
    "the",
    "their",
    "them",
    "there",
    "this",
    "to",
    "use",
    "want",
    "what",
    "when",
    "which",
    "with",
    "you",
    "your",
];

/// Words that mean much the same here, in the form that [`stem`] gives them.
const SYNONYMS: &[&[&str]] = &[
    &["get", "read", "show", "fetch", "view", "open", "retrieve", "display", "look"],
    &["list", "get", "browse", "enumerate"],
    &["create", "add", "make", "new", "write", "publish"],
    &["update", "edit", "change", "modify", "rename", "set", "replace"],
    &["delete", "remove", "trash", "erase", "purge", "destroy"],
    &["search", "find", "query", "cql", "lookup", "look"],
    &["page", "document", "article", "doc", "wiki"],
    &["blogpost", "blog", "post", "news"],
    &["attachment", "file", "image", "picture", "screenshot", "upload", "download", "attach"],
    &["comment", "reply", "remark", "feedback", "answer", "discussion"],
    &["label", "tag", "category"],
    &["user", "person", "people", "member", "author", "profile"],
    &["version", "history", "revision"],
    &["task", "todo", "action"],
    &["restriction", "permission", "access", "allow", "right"],
    &["children", "child", "descendant", "subpage", "tree"],
    &["ancestor", "parent", "breadcrumb"],
    &["property", "metadata"],
    &["like", "reaction", "upvote"],
    &["move", "reparent", "relocate"],
    &["copy", "duplicate", "clone"],
    &["convert", "transform"],
    &["watch", "subscribe", "follow", "notify"],
];

/// One word of a query.
#[derive(Debug)]
pub(super) struct Term {
    /// The word.
    pub(super) word: String,
    /// Words that mean much the same.
    pub(super) synonyms: Vec<&'static str>,
}

impl Term {
    /// A word that stands for itself only.
    pub(super) fn plain(word: String) -> Self {
        Self { word, synonyms: Vec::new() }
    }
}

/// The words of a query, each once.
pub(super) fn query_terms(query: &str) -> Vec<Term> {
    let mut terms: Vec<Term> = Vec::new();
    for word in words_of(query) {
        if terms.len() < MAX_TERMS && terms.iter().all(|term| term.word != word) {
            terms.push(Term { synonyms: synonyms(&word), word });
        }
    }
    terms
}

/// The words of a text that say something, in their common form.
pub(super) fn words_of(text: &str) -> impl Iterator<Item = String> {
    text.split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty() && word.len() <= 64)
        .map(str::to_lowercase)
        .filter(|word| !EMPTY.contains(&word.as_str()))
        .map(stem)
}

fn synonyms(word: &str) -> Vec<&'static str> {
    let mut found: Vec<&'static str> = Vec::new();
    for group in SYNONYMS.iter().filter(|group| group.contains(&word)) {
        found.extend(group.iter().filter(|it| **it != word));
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// The word without the commonest English endings. Both sides go through it, so that it need not be right, only
/// the same: `pages` and `page`, `tagging` and `tag`, `properties` and `property`.
fn stem(word: String) -> String {
    let cut = |ending: &str, least: usize| word.strip_suffix(ending).filter(|rest| rest.len() >= least);
    if let Some(rest) = cut("ies", 3) {
        return format!("{rest}y");
    }
    for ending in ["sses", "shes", "ches", "xes"] {
        if cut(ending, 1).is_some() {
            return word.trim_end_matches("es").to_owned();
        }
    }
    if let Some(rest) = cut("ing", 3).or_else(|| cut("ed", 3)) {
        return undoubled(rest);
    }
    match cut("s", 3) {
        Some(rest) if !rest.ends_with(['s', 'u', 'i']) => rest.to_owned(),
        _ => word,
    }
}

/// `tagg` becomes `tag`; `updat` and `creat` get back the `e` that their verbs lost.
fn undoubled(rest: &str) -> String {
    let mut ends = rest.chars().rev();
    let (last, before) = (ends.next(), ends.next());
    let doubled = last == before && last.is_some_and(|it| "bdgmnprt".contains(it));
    if doubled {
        return rest.chars().take(rest.chars().count() - 1).collect();
    }
    let shortened =
        ["at", "rit", "mov", "renam", "chang", "quer", "remov", "delet", "mak", "resolv", "archiv", "shar"];
    if shortened.iter().any(|it| rest.ends_with(it)) { format!("{rest}e") } else { rest.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_a_word_become_one() {
        let table = [
            (&["page", "pages", "Pages"][..], "page"),
            (&["tag", "tags", "tagging", "tagged"], "tag"),
            (&["property", "properties"], "property"),
            (&["update", "updates", "updating", "updated"], "update"),
            (&["create", "creating"], "create"),
            (&["search", "searches", "searching"], "search"),
            (&["attach", "attaching", "attached"], "attach"),
            (&["status"], "status"),
            (&["access"], "access"),
            (&["über"], "über"),
        ];
        for (words, expected) in table {
            for word in words {
                let found: Vec<String> = words_of(word).collect();
                assert_eq!(found, [expected], "{word}");
            }
        }
    }

    #[test]
    fn words_that_say_nothing_are_left_out_and_long_queries_are_cut() {
        assert_eq!(query_terms("What is in the Confluence? --").len(), 0);
        let many: Vec<String> = (0..1000).map(|n| format!("w{n}x")).collect();
        assert_eq!(query_terms(&many.join(" ")).len(), MAX_TERMS);
    }
}
