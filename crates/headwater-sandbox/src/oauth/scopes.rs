//! Scopes in words, for the consent form.

/// Describes in plain words what a scope allows.
pub(super) fn in_words(scope: &str) -> String {
    match scope {
        "offline_access" => return "Stay connected when you are not here".to_owned(),
        "read:me" => return "See your name and e-mail address".to_owned(),
        "search:confluence" => return "Search in Confluence".to_owned(),
        _ => {}
    }
    let mut parts = scope.split(':');
    let (verb, thing) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let verb = match verb {
        "read" | "readonly" => "See",
        "write" => "Create and change",
        "delete" => "Delete",
        "manage" => "Manage",
        _ => return format!("Use {scope}"),
    };
    if thing.is_empty() {
        return format!("Use {scope}");
    }
    format!("{verb} {}", noun(thing))
}

/// Returns the plural of the noun in a scope.
fn noun(thing: &str) -> String {
    match thing {
        "page" => "pages and blog posts".to_owned(),
        "content" | "confluence-content" | "confluence-content.all" => "content".to_owned(),
        "confluence-content.summary" => "summaries of content".to_owned(),
        "confluence-space" | "confluence-space.summary" | "space" => "spaces".to_owned(),
        "confluence-user" | "user" => "people".to_owned(),
        "confluence-file" => "files".to_owned(),
        "content.attachment" => "attached files".to_owned(),
        "content-details" | "content.metadata" => "details of content".to_owned(),
        "hierarchical-content" => "the tree of content".to_owned(),
        "space-details" => "details of spaces".to_owned(),
        "custom-content" => "content of apps".to_owned(),
        other => {
            let words = other.replace(['-', '.'], " ");
            if words.ends_with('s') { words } else { format!("{words}s") }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_put_into_words() {
        let cases = [
            ("read:page:confluence", "See pages and blog posts"),
            ("write:comment:confluence", "Create and change comments"),
            ("delete:page:confluence", "Delete pages and blog posts"),
            ("read:confluence-content.all", "See content"),
            ("search:confluence", "Search in Confluence"),
            ("offline_access", "Stay connected when you are not here"),
            ("read:space.permission:confluence", "See space permissions"),
            ("strange", "Use strange"),
            ("read:", "Use read:"),
        ];
        for (scope, expected) in cases {
            assert_eq!(in_words(scope), expected, "{scope}");
        }
    }
}
