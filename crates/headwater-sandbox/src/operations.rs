//! The operations of REST: the table of their names, requests, scopes and conditions, read from `operations.tsv`.
//! Requests find their operation here, and so do faults, the log, the documents and their tests.

mod paths;

use std::sync::LazyLock;

use http::Method;

use self::paths::Paths;
pub(crate) use self::paths::Pattern;

/// One operation a line behind the first: its name, its method, its path below `/wiki`, its scopes, and the condition
/// under which it is answered.
const TABLE: &str = include_str!("../operations.tsv");

static OPERATIONS: LazyLock<Vec<Operation>> =
    LazyLock::new(|| TABLE.lines().skip(1).filter_map(read).collect());

static PATHS: LazyLock<Paths> = LazyLock::new(|| Paths::of(&OPERATIONS));

/// An operation of REST.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Operation {
    /// The vendor's name of an operation of v2. Those of v1 begin with `v1.`, because both have a `createSpace`; the
    /// ones that are no longer documented have names of our own.
    pub(crate) name: &'static str,
    pub(crate) method: Method,
    /// The path below `/wiki`, with parameters in braces.
    pub(crate) pattern: &'static str,
    /// The sets of scopes of which a token must hold one; without any set apps cannot use the operation.
    pub(crate) scopes: Vec<Vec<&'static str>>,
    /// The condition in words, for the documents; empty when everybody gets the real answer.
    pub(crate) condition: &'static str,
}

/// The result of looking up a request.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// An operation, with the parameters of its path, decoded.
    Operation(&'static Operation, Vec<(&'static str, String)>),
    /// A path that exists, but not with this method.
    OtherMethod,
    /// A path that does not exist.
    Nothing,
}

/// All operations, in the order of the table.
pub(crate) fn all() -> &'static [Operation] {
    &OPERATIONS
}

/// Returns the operation of REST v2 with this name.
pub(crate) fn named(name: &str) -> Option<&'static Operation> {
    all().iter().find(|operation| operation.is_v2() && operation.name == name)
}

/// Returns the operation for this method and this path below `/wiki`. HEAD asks for GET.
pub(crate) fn find(method: &Method, path: &str) -> Found {
    let method = if method == Method::HEAD { &Method::GET } else { method };
    // Methods have trees of their own, so a path is first looked for with its method and then with any.
    if let Some((place, parameters)) = PATHS.find(method, path)
        && let Some(operation) = OPERATIONS.get(place)
    {
        return Found::Operation(operation, parameters);
    }
    if PATHS.exists(path) { Found::OtherMethod } else { Found::Nothing }
}

/// Returns the vendor's name of the operation of REST v2 that a request is for. The path is one as a site knows it,
/// such as `/wiki/api/v2/pages/7`.
pub(crate) fn name_of(method: &Method, path: &str) -> Option<&'static str> {
    let (place, _) = PATHS.find(method, path.strip_prefix("/wiki")?)?;
    OPERATIONS.get(place).filter(|operation| operation.is_v2()).map(|operation| operation.name)
}

impl Operation {
    /// Returns whether apps can use the operation at all, or only a signed-in user.
    pub(crate) fn is_for_apps(&self) -> bool {
        !self.scopes.is_empty()
    }

    /// Returns whether a token with these scopes may use the operation.
    pub(crate) fn allows(&self, held: &[&str]) -> bool {
        self.scopes.iter().any(|set| set.iter().all(|scope| held.contains(scope)))
    }

    /// Returns whether the operation is one of REST v2, whose names are the vendor's.
    pub(crate) fn is_v2(&self) -> bool {
        self.pattern.starts_with("/api/v2/")
    }
}

/// Reads a line of the table.
fn read(line: &'static str) -> Option<Operation> {
    let mut columns = line.split('\t');
    Some(Operation {
        name: columns.next()?,
        method: columns.next()?.parse().ok()?,
        pattern: columns.next()?,
        scopes: read_scopes(columns.next()?),
        condition: columns.next().unwrap_or_default(),
    })
}

/// Reads sets of scopes with bars between them. A dash means that apps have no access, a star that no scope is needed.
fn read_scopes(text: &'static str) -> Vec<Vec<&'static str>> {
    match text {
        "-" => Vec::new(),
        "*" => vec![Vec::new()],
        sets => sets.split('|').map(|set| set.split(' ').collect()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_read_and_every_name_is_there_once() {
        let mut names: Vec<&str> = all().iter().map(|operation| operation.name).collect();
        assert_eq!(names.len(), TABLE.lines().count() - 1);
        assert_eq!(all().iter().filter(|operation| operation.is_v2()).count(), 218);
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all().len());
    }

    #[test]
    fn requests_find_the_name_of_their_operation() {
        let cases = [
            (Method::GET, "/wiki/api/v2/pages", Some("getPages")),
            (Method::GET, "/wiki/api/v2/pages/7", Some("getPageById")),
            (Method::PUT, "/wiki/api/v2/pages/7", Some("updatePage")),
            (Method::PUT, "/wiki/api/v2/pages/7/title", Some("updatePageTitle")),
            (Method::GET, "/wiki/api/v2/pages/", None),
            (Method::GET, "/api/v2/pages", None),
            (Method::PATCH, "/wiki/api/v2/pages/7", None),
            (Method::GET, "/wiki/rest/api/search", None),
        ];
        for (method, path, expected) in cases {
            assert_eq!(name_of(&method, path), expected, "{method} {path}");
        }
        let create = named("createPage").map(|found| (found.method.as_str(), found.pattern));
        assert_eq!(create, Some(("POST", "/api/v2/pages")));
        assert_eq!(named("v1.createSpace"), None);
    }

    #[test]
    fn paths_find_their_operation_and_parameters() {
        let cases = [
            ("GET", "/api/v2/pages/7", "getPageById id=7"),
            ("HEAD", "/api/v2/pages/7", "getPageById id=7"),
            ("PUT", "/api/v2/pages/7", "updatePage id=7"),
            ("GET", "/api/v2/pages/a%20b", "getPageById id=a b"),
            ("GET", "/rest/api/content/search", "v1.searchContentByCQL"),
            (
                "GET",
                "/api/v2/attachments/7/properties/8",
                "getAttachmentContentPropertiesById attachment-id=7 property-id=8",
            ),
            ("POST", "/api/v2/pages/7", "other method"),
            ("GET", "/rest/api/content/archive", "v1.getContentById id=archive"),
            ("GET", "/api/v2/pages/", "nothing"),
            ("GET", "/api/v2/pages//labels", "nothing"),
            ("GET", "/api/v2/pages/7/", "nothing"),
            ("GET", "/api/v2/pages/7/parts", "nothing"),
        ];
        for (method, path, expected) in cases {
            let found = match find(&method.parse().unwrap(), path) {
                Found::Operation(operation, parameters) => parameters
                    .iter()
                    .fold(operation.name.to_owned(), |text, (name, value)| format!("{text} {name}={value}")),
                Found::OtherMethod => "other method".to_owned(),
                Found::Nothing => "nothing".to_owned(),
            };
            assert_eq!(found, expected, "{method} {path}");
        }
    }

    #[test]
    fn one_whole_set_of_scopes_is_enough() {
        let operation = read("x\tGET\t/x\ta b|c").unwrap();
        let cases: [(&[&str], bool); 5] =
            [(&["a", "b"], true), (&["c"], true), (&["a"], false), (&["b", "x"], false), (&[], false)];
        for (held, expected) in cases {
            assert_eq!(operation.allows(held), expected, "{held:?}");
        }
        let (nobody, anybody) = (read("x\tGET\t/x\t-").unwrap(), read("x\tGET\t/x\t*").unwrap());
        assert!(!nobody.is_for_apps() && !nobody.allows(&["a"]));
        assert!(anybody.is_for_apps() && anybody.allows(&[]));
    }
}
