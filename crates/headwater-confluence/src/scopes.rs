//! Which scopes there are, so that a misspelt one is refused before an end user meets it.

use headwater_catalog::catalogue::Catalogue;
use headwater_catalog::names::nearest;

use crate::identity;

/// Scopes of Confluence that no tool needs, as the vendor's documentation lists them.
const OTHERS: [&str; 21] = [
    "delete:blogpost:confluence",
    "manage:confluence-configuration",
    "moderate:comment:confluence",
    "moderate:core-content:confluence",
    "read:app-data:confluence",
    "read:audit-log:confluence",
    "read:blogpost:confluence",
    "read:confluence-props",
    "read:content.property:confluence",
    "read:email-address:confluence",
    "read:inlinetask:confluence",
    "read:space.property:confluence",
    "write:app-data:confluence",
    "write:audit-log:confluence",
    "write:blogpost:confluence",
    "write:content.property:confluence",
    "write:inlinetask:confluence",
    "write:space.property:confluence",
    "write:space.setting:confluence",
    "write:user.property:confluence",
    "offline_access",
];

/// What is wrong with `scope`. Scopes of the vendor's other products are left to the vendor: an app may have them for
/// purposes of its own.
pub(crate) fn problem(catalogue: &Catalogue, scope: &str) -> Option<String> {
    let known = || {
        let of_tools = catalogue.tools().flat_map(|tool| tool.scopes.sets().flatten()).map(String::as_str);
        of_tools.chain(OTHERS).chain([identity::SCOPE])
    };
    if known().any(|it| it == scope) || (another_product(scope) && !misspelt(scope)) {
        return None;
    }
    let advice = match nearest(scope, known(), 1).first() {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`headwater tools scopes` prints those that tools need".to_owned(),
    };
    let shown: String = scope.chars().take(100).collect();
    Some(format!("`{shown}` is not a scope of Confluence; {advice}"))
}

/// `read:jira-work`, `read:me`, `read:issue:jira`: words between colons, and no Confluence among them.
fn another_product(scope: &str) -> bool {
    let word = |it: &str| {
        !it.is_empty()
            && it.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || b"-._".contains(&it))
    };
    let words: Vec<&str> = scope.split(':').collect();
    (2..=3).contains(&words.len()) && words.into_iter().all(word) && !scope.contains("confluence")
}

/// The product's name, nearly.
fn misspelt(scope: &str) -> bool {
    let product = scope.rsplit(':').next().unwrap_or_default();
    !nearest(product, ["confluence"].into_iter(), 1).is_empty()
}

#[cfg(test)]
mod tests {
    use headwater_catalog::connector::Connector as _;

    use crate::Confluence;

    #[test]
    fn n9_a_misspelt_scope_is_refused_with_the_one_that_was_meant() {
        let confluence = Confluence::new().unwrap();
        for good in confluence.default_scopes() {
            assert_eq!(confluence.scope_problem(&good), None, "{good}");
        }
        for good in
            ["read:me", "read:jira-work", "read:issue:jira", "offline_access", "read:audit-log:confluence"]
        {
            assert_eq!(confluence.scope_problem(good), None, "{good}");
        }
        for (bad, meant) in [
            ("read:page:conflunce", "`read:page:confluence`"),
            ("read:pages:confluence", "`read:page:confluence`"),
            ("READ:PAGE:CONFLUENCE", "`read:page:confluence`"),
            ("read-page-confluence", "read:page:confluence"),
            ("serch:confluence", "`search:confluence`"),
            ("read:nonsense-of-all-kinds:confluence", "is not a scope of Confluence"),
            ("everything", "headwater tools scopes"),
            ("*", "headwater tools scopes"),
        ] {
            let problem = confluence.scope_problem(bad).unwrap_or_default();
            assert!(problem.contains(meant), "{bad}: {problem}");
        }
    }
}
