//! What somebody wants to do leads to the tool that does it.

use crate::catalogue::Catalogue;
use crate::file::read;

/// A catalogue of tools with these names, titles and descriptions.
fn catalogue(tools: &[(&str, &str, &str)]) -> Catalogue {
    let text: Vec<String> = tools
        .iter()
        .map(|(name, title, description)| {
            format!(
                "[[tool]]\nname = \"confluence_{name}\"\ntitle = \"{title}\"\ndescription = \"{description}\"\n\
                 request = \"POST /x\"\nscopes = {{ classic = [\"s\"] }}\n\
                 hints = {{ read_only = false, destructive = false, idempotent = false, open_world = true }}\n"
            )
        })
        .collect();
    Catalogue::new(read("t.toml", &text.concat()).unwrap()).unwrap()
}

fn sample() -> Catalogue {
    catalogue(&[
        ("page_get", "Get a page", "Reads one page with its body."),
        ("page_create", "Create a page", "Makes a new page in a space, below a parent page."),
        ("page_update", "Update a page", "Replaces title and body of a page."),
        ("page_delete", "Delete a page", "Moves a page to the trash."),
        ("page_attachments_get", "List attachments", "Lists the files attached to a page."),
        ("blogpost_create", "Create a blog post", "Publishes a blog post in a space."),
        ("space_list", "List spaces", "Lists the spaces of the site."),
        ("search", "Search", "Searches pages, comments and attachments with a CQL query."),
        ("footer_comment_create", "Comment", "Adds a comment below a page."),
        ("page_labels_get", "List labels", "Lists the labels of a page."),
    ])
}

#[test]
fn an_intent_finds_its_tool_first() {
    let catalogue = sample();
    let table = [
        ("create a page", "page_create"),
        ("write a new document", "page_create"),
        ("edit pages", "page_update"),
        ("remove article", "page_delete"),
        ("show me the files of a page", "page_attachments_get"),
        ("publish a blog", "blogpost_create"),
        ("what spaces are there", "space_list"),
        ("find something", "search"),
        ("reply with feedback", "footer_comment_create"),
        ("tags of a page", "page_labels_get"),
        ("atachments", "page_attachments_get"),
    ];
    for (query, expected) in table {
        let names: Vec<&str> = catalogue.search(query).iter().map(|hit| hit.tool.name.as_str()).collect();
        assert_eq!(
            names.first().copied(),
            Some(format!("confluence_{expected}").as_str()),
            "{query}: {names:?}"
        );
    }
}

#[test]
fn scores_fall_and_lie_between_nothing_and_one() {
    let hits: Vec<f64> = sample().search("create a page in a space").iter().map(|hit| hit.score).collect();
    assert!(hits.len() > 3 && hits.is_sorted_by(|one, other| one >= other), "{hits:?}");
    assert!(hits.iter().all(|score| (0.0..=1.0).contains(score) && *score > 0.0), "{hits:?}");
}

#[test]
fn a_query_without_a_known_word_finds_nothing() {
    for query in ["", "  ", "the of", "zzzzqqq", "\u{0}\u{ffff}"] {
        assert!(sample().search(query).is_empty(), "{query:?}");
    }
    assert!(catalogue(&[("a_b", "T", "D")]).search("nothing like it").is_empty());
}
