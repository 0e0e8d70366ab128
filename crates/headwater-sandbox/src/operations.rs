//! The names of the operations of REST v2, so that faults and the log can speak of them.

use http::Method;

/// One operation a line: its name, its method, its path below `/wiki`.
const TABLE: &str = include_str!("../operations.tsv");

/// An operation of REST v2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Operation {
    pub(crate) name: &'static str,
    pub(crate) method: &'static str,
    /// With parameters in braces.
    pub(crate) pattern: &'static str,
}

/// All operations, in the order of the table.
pub(crate) fn all() -> impl Iterator<Item = Operation> {
    TABLE.lines().filter_map(|line| {
        let mut columns = line.split('\t');
        Some(Operation { name: columns.next()?, method: columns.next()?, pattern: columns.next()? })
    })
}

/// The operation with this name.
pub(crate) fn named(name: &str) -> Option<Operation> {
    all().find(|operation| operation.name == name)
}

/// The operation that a request is for; the path is one as a site knows it, such as `/wiki/api/v2/pages/7`.
pub(crate) fn of(method: &Method, path: &str) -> Option<Operation> {
    let below = path.strip_prefix("/wiki")?;
    let found = all().filter(|operation| operation.method == method && matches(operation.pattern, below));
    found.min_by_key(|operation| operation.pattern.matches('{').count())
}

/// Whether a path fits a pattern with parameters in braces.
pub(crate) fn matches(pattern: &str, path: &str) -> bool {
    let (mut wanted, mut given) = (pattern.split('/'), path.split('/'));
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some(wanted), Some(given)) => {
                let is_parameter = wanted.starts_with('{') && wanted.ends_with('}');
                if wanted != given && (!is_parameter || given.is_empty()) {
                    return false;
                }
            }
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        ];
        for (method, path, expected) in cases {
            assert_eq!(of(&method, path).map(|operation| operation.name), expected, "{method} {path}");
        }
    }

    #[test]
    fn every_name_is_there_once() {
        let mut names: Vec<&str> = all().map(|operation| operation.name).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!((names.len(), count), (218, 218));
        assert_eq!(
            named("createPage").map(|found| (found.method, found.pattern)),
            Some(("POST", "/api/v2/pages"))
        );
    }
}
