//! Paths with parameters in braces, and which of them a request has.

use std::collections::HashMap;

use http::Method;
use matchit::{Match, Router};
use percent_encoding::percent_decode_str;

use super::Operation;

/// The paths of the operations, a tree for each method: one path may have parameters of other names for other methods.
pub(super) struct Paths(HashMap<Method, Router<usize>>);

/// A path with parameters in braces that a test has written.
#[derive(Clone)]
pub(crate) struct Pattern(Router<()>);

/// A pattern whose braces make no sense.
#[derive(Debug, thiserror::Error)]
#[error("`{pattern}` is no path with parameters: write one like /wiki/api/v2/pages/{{id}}")]
pub(crate) struct PatternError {
    pattern: String,
    source: matchit::InsertError,
}

impl Paths {
    /// Builds the trees for these operations. Two with the same method and path cannot both be found; a test finds
    /// every operation.
    pub(super) fn of(operations: &[Operation]) -> Self {
        let mut trees: HashMap<Method, Router<usize>> = HashMap::new();
        for (place, operation) in operations.iter().enumerate() {
            drop(trees.entry(operation.method.clone()).or_default().insert(operation.pattern, place));
        }
        Self(trees)
    }

    /// Returns the place of the operation with this method and path, and the parameters of the path, decoded.
    pub(super) fn find(&self, method: &Method, path: &str) -> Option<(usize, Vec<(&str, String)>)> {
        let found = at(self.0.get(method)?, path)?;
        let decode = |(name, value)| (name, percent_decode_str(value).decode_utf8_lossy().into_owned());
        Some((*found.value, found.params.iter().map(decode).collect()))
    }

    /// Returns whether an operation has this path, with whatever method.
    pub(super) fn exists(&self, path: &str) -> bool {
        self.0.values().any(|tree| at(tree, path).is_some())
    }
}

impl Pattern {
    /// Reads a pattern; fails when its braces make no sense.
    pub(crate) fn parse(pattern: &str) -> Result<Self, PatternError> {
        let mut tree = Router::new();
        match tree.insert(pattern, ()) {
            Ok(()) => Ok(Self(tree)),
            Err(source) => Err(PatternError { pattern: pattern.to_owned(), source }),
        }
    }

    /// Returns whether this is a path of the pattern.
    pub(crate) fn fits(&self, path: &str) -> bool {
        at(&self.0, path).is_some()
    }
}

/// Looks a path up. A parameter between two slashes may be empty for matchit; for the vendor it may not.
fn at<'tree, 'path, T>(tree: &'tree Router<T>, path: &'path str) -> Option<Match<'tree, 'path, &'tree T>> {
    tree.at(path).ok().filter(|found| found.params.iter().all(|(_, value)| !value.is_empty()))
}
