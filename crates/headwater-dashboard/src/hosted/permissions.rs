//! Scopes in words: what an application may read, write and delete, for people who do not know OAuth.

/// What an application asks for.
pub(super) struct Permissions {
    /// One line for each kind of act, with the things that it is about.
    pub(super) groups: Vec<Group>,
    /// The scopes as the provider names them.
    pub(super) raw: Vec<String>,
}

/// One kind of act.
pub(super) struct Group {
    /// What may be done, such as `Read`.
    pub(super) act: &'static str,
    /// To what, with commas between.
    pub(super) things: String,
}

/// Acts in the order of their weight, with the words in scopes that stand for them.
const ACTS: [(&str, &[&str]); 4] = [
    ("Read", &["read", "search", "readonly", "view"]),
    ("Create and change", &["write", "manage"]),
    ("Delete", &["delete"]),
    ("Other", &[]),
];

/// Things whose scopes are not named as people call them.
const THINGS: [(&str, &str); 22] = [
    ("page", "pages"),
    ("blogpost", "blog posts"),
    ("comment", "comments"),
    ("attachment", "attachments"),
    ("label", "labels"),
    ("space", "spaces"),
    ("task", "tasks"),
    ("inlinetask", "tasks"),
    ("template", "templates"),
    ("user", "people"),
    ("group", "groups"),
    ("folder", "folders"),
    ("whiteboard", "whiteboards"),
    ("database", "databases"),
    ("embed", "smart links"),
    ("watcher", "watchers"),
    ("custom-content", "content of apps"),
    ("hierarchical-content", "the tree of pages"),
    ("content.metadata", "titles and versions of content"),
    ("confluence-user", "people"),
    ("confluence-content.all", "all content"),
    ("confluence-space.summary", "names of spaces"),
];

impl Permissions {
    /// Sorts scopes such as `read:page:confluence` by what they allow.
    pub(super) fn new(raw: Vec<String>) -> Self {
        let of = |act: usize| {
            let mut things: Vec<String> =
                raw.iter().filter(|scope| act_of(scope) == act).map(|scope| thing(scope)).collect();
            things.sort();
            things.dedup();
            things.join(", ")
        };
        let groups = ACTS.iter().enumerate().map(|(place, (act, _))| Group { act, things: of(place) });
        let groups = groups.filter(|it| !it.things.is_empty()).collect();
        Self { groups, raw }
    }
}

fn act_of(scope: &str) -> usize {
    let verb = scope.split(':').next().unwrap_or_default();
    ACTS.iter().position(|(_, verbs)| verbs.contains(&verb)).unwrap_or(ACTS.len() - 1)
}

/// What a scope is about, in words.
fn thing(scope: &str) -> String {
    let mut parts = scope.split(':');
    let (verb, name) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    if verb == "search" {
        return "search results".to_owned();
    }
    if act_of(scope) == ACTS.len() - 1 || name.is_empty() {
        return scope.to_owned();
    }
    let known = THINGS.iter().find(|(scope, _)| *scope == name).map(|(_, words)| (*words).to_owned());
    known.unwrap_or_else(|| name.replace(['.', '-', '_'], " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_told_in_words_by_what_they_allow() {
        let scopes = [
            "read:page:confluence",
            "write:page:confluence",
            "read:custom-content:confluence",
            "delete:page:confluence",
            "search:confluence",
            "read:confluence-user",
            "read:content.restriction:confluence",
            "write:confluence-content",
            "manage:confluence-configuration",
            "offline_access",
            "read:user:confluence",
        ];
        let permissions = Permissions::new(scopes.map(str::to_owned).to_vec());
        let told: Vec<String> =
            permissions.groups.iter().map(|it| format!("{}: {}", it.act, it.things)).collect();
        assert_eq!(
            told,
            [
                "Read: content of apps, content restriction, pages, people, search results",
                "Create and change: confluence configuration, confluence content, pages",
                "Delete: pages",
                "Other: offline_access",
            ]
        );
        assert_eq!(permissions.raw.len(), scopes.len());
    }
}
