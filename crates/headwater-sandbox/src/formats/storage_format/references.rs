//! References of bodies to pages, people and files by name. They are looked up before a body is shown.

use std::collections::{BTreeSet, HashMap};

use super::tree::{self, Element, Node};

/// The names that a body mentions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Mentioned {
    /// Keys of spaces, empty for the body's own, and titles of pages.
    pub(crate) pages: BTreeSet<(String, String)>,
    /// Account ids.
    pub(crate) people: BTreeSet<String>,
    /// True when attached files are shown or linked.
    pub(crate) files: bool,
    /// True when the pages below are listed.
    pub(crate) children: bool,
}

/// The pages, people and files that the names in a body stand for.
#[derive(Clone, Debug, Default)]
pub(crate) struct References {
    /// The id of the content whose body it is.
    pub(crate) content_id: Option<i64>,
    /// Its title.
    pub(crate) title: String,
    /// True in the web view, where people may be shown what programs would not expect.
    pub(crate) for_people: bool,
    /// The beginning of links to pages and people.
    pub(crate) base: String,
    /// The pages, by the key of the space and the title in lower case.
    pub(crate) pages: HashMap<(String, String), PageReference>,
    /// The names of people, by account id.
    pub(crate) people: HashMap<String, String>,
    /// The files, by name.
    pub(crate) files: HashMap<String, FileReference>,
    /// The pages below, in their order.
    pub(crate) children: Vec<PageReference>,
}

/// A page that a body links to.
#[derive(Clone, Debug, Default)]
pub(crate) struct PageReference {
    pub(crate) id: i64,
    pub(crate) version: i64,
    pub(crate) title: String,
    /// Its path below the site's `/wiki`.
    pub(crate) path: String,
}

/// A file that a body shows or links to.
#[derive(Clone, Debug, Default)]
pub(crate) struct FileReference {
    pub(crate) id: i64,
    pub(crate) version: i64,
    pub(crate) container_id: i64,
    pub(crate) media_type: String,
    /// The id by which documents name it.
    pub(crate) file_id: String,
    pub(crate) address: String,
}

impl References {
    /// Returns the page with this title, in the space with this key, or in the body's own.
    pub(crate) fn page(&self, space_key: &str, title: &str) -> Option<&PageReference> {
        self.pages.get(&(space_key.to_owned(), title.to_lowercase()))
    }
}

/// Reads the names that a body mentions.
pub(crate) fn mentioned(storage: &str) -> Mentioned {
    let mut found = Mentioned::default();
    // Most bodies mention nothing.
    if storage.contains("<ri:") || storage.contains("\"children\"") {
        collect(&tree::parse_leniently(storage), &mut found);
    }
    found
}

fn collect(nodes: &[Node], found: &mut Mentioned) {
    for node in nodes {
        if let Node::Element(element) = node {
            collect_element(element, found);
            collect(&element.children, found);
        }
    }
}

fn collect_element(element: &Element, found: &mut Mentioned) {
    match element.name.as_str() {
        "ri:page" | "ri:blog-post" => {
            let names = (element.attribute("ri:space-key"), element.attribute("ri:content-title"));
            found.pages.insert((names.0.to_owned(), names.1.to_owned()));
        }
        "ri:user" => drop(found.people.insert(element.attribute("ri:account-id").to_owned())),
        "ri:attachment" => found.files = true,
        "ac:structured-macro" if element.attribute("ac:name") == "children" => found.children = true,
        _ => {}
    }
}
