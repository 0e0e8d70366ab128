//! The table of operations and how a request finds its row.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use axum::response::Response;
use http::Method;
use percent_encoding::percent_decode_str;

use crate::access;
use crate::request::{Call, Refusal};

type Answer = Pin<Box<dyn Future<Output = Result<Response, Refusal>> + Send>>;
type Handler = Arc<dyn Fn(Call) -> Answer + Send + Sync>;

/// The scopes of one operation: a token must hold all of any one set.
pub(crate) type Scopes = &'static [&'static [&'static str]];

/// One operation.
pub(crate) struct Route {
    method: Method,
    /// Below `/wiki`, with parameters in braces.
    pattern: &'static str,
    scopes: Scopes,
    handler: Handler,
}

/// All operations.
pub(crate) struct Routes(Vec<Route>);

/// What a request was found to ask for.
pub(crate) enum Match<'a> {
    /// This operation, with these path parameters.
    Found(&'a Route, Vec<(&'static str, String)>),
    /// The path exists, but not with this method.
    OtherMethod,
    /// Nothing.
    Nothing,
}

impl Route {
    pub(crate) fn new<F, A>(method: Method, pattern: &'static str, scopes: Scopes, handler: F) -> Self
    where
        F: Fn(Call) -> A + Send + Sync + 'static,
        A: Future<Output = Result<Response, Refusal>> + Send + 'static,
    {
        Self { method, pattern, scopes, handler: Arc::new(move |call| Box::pin(handler(call))) }
    }

    /// The path with its parameters in braces.
    pub(crate) fn pattern(&self) -> &'static str {
        self.pattern
    }

    #[cfg(test)]
    pub(super) fn method(&self) -> &Method {
        &self.method
    }

    /// The sets of scopes of which one is enough.
    #[cfg(test)]
    pub(super) fn scopes(&self) -> Scopes {
        self.scopes
    }

    /// Whether apps can use the operation at all, or only a signed-in user.
    pub(crate) fn is_for_apps(&self) -> bool {
        !self.scopes.is_empty()
    }

    /// Whether a token with these scopes may use the operation.
    pub(crate) fn allows(&self, held: &[&str]) -> bool {
        self.scopes.iter().any(|set| set.iter().all(|scope| held.contains(scope)))
    }

    /// Performs the operation, if the user may.
    pub(crate) fn answer(&self, mut call: Call) -> Answer {
        let (method, pattern, handler) = (self.method.clone(), self.pattern, Arc::clone(&self.handler));
        Box::pin(async move {
            access::enter(&mut call).await?;
            access::guard(&call, &method, pattern).await?;
            handler(call).await
        })
    }

    fn parameters(&self, path: &str) -> Option<Vec<(&'static str, String)>> {
        let mut wanted = self.pattern.split('/');
        let mut given = path.split('/');
        let mut parameters = Vec::new();
        loop {
            match (wanted.next(), given.next()) {
                (None, None) => return Some(parameters),
                (Some(wanted), Some(given)) => match parameter_name(wanted) {
                    Some(_) if given.is_empty() => return None,
                    Some(name) => {
                        parameters.push((name, percent_decode_str(given).decode_utf8_lossy().into_owned()));
                    }
                    None if wanted == given => {}
                    None => return None,
                },
                _ => return None,
            }
        }
    }
}

impl Routes {
    /// Takes the rows in any order; a literal path wins over one with parameters.
    pub(crate) fn new(mut routes: Vec<Route>) -> Self {
        routes.sort_by_key(|route| route.pattern.matches('{').count());
        Self(routes)
    }

    #[cfg(test)]
    pub(super) fn all(&self) -> impl Iterator<Item = &Route> {
        self.0.iter()
    }

    /// The operation for this method and this path below `/wiki`. HEAD asks for GET.
    pub(crate) fn find(&self, method: &Method, path: &str) -> Match<'_> {
        let method = if method == Method::HEAD { &Method::GET } else { method };
        let mut path_exists = false;
        for route in &self.0 {
            let Some(parameters) = route.parameters(path) else { continue };
            if route.method == *method {
                return Match::Found(route, parameters);
            }
            path_exists = true;
        }
        if path_exists { Match::OtherMethod } else { Match::Nothing }
    }
}

fn parameter_name(segment: &'static str) -> Option<&'static str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Routes {
        let nothing = |_| async { Ok(Response::default()) };
        Routes::new(vec![
            Route::new(Method::GET, "/things/{id}", &[&["a", "b"], &["c"]], nothing),
            Route::new(Method::GET, "/things/{id}/parts/{part}", &[&["a"]], nothing),
            Route::new(Method::GET, "/things/all", &[&["a"]], nothing),
            Route::new(Method::PUT, "/things/{id}", &[&["a"]], nothing),
        ])
    }

    #[test]
    fn paths_find_their_row() {
        let cases = [
            ("GET", "/things/7", "/things/{id} id=7"),
            ("HEAD", "/things/7", "/things/{id} id=7"),
            ("PUT", "/things/7", "/things/{id} id=7"),
            ("GET", "/things/a%20b", "/things/{id} id=a b"),
            ("GET", "/things/all", "/things/all"),
            ("GET", "/things/7/parts/8", "/things/{id}/parts/{part} id=7 part=8"),
            ("POST", "/things/7", "other method"),
            ("GET", "/things/", "nothing"),
            ("GET", "/things", "nothing"),
            ("GET", "/things/7/", "nothing"),
            ("GET", "/things/7/parts", "nothing"),
        ];
        for (method, path, expected) in cases {
            let table = table();
            let found = match table.find(&Method::from_bytes(method.as_bytes()).unwrap(), path) {
                Match::Found(route, parameters) => parameters
                    .iter()
                    .fold(route.pattern.to_owned(), |text, (name, value)| format!("{text} {name}={value}")),
                Match::OtherMethod => "other method".to_owned(),
                Match::Nothing => "nothing".to_owned(),
            };
            assert_eq!(found, expected, "{method} {path}");
        }
    }

    #[test]
    fn one_whole_set_of_scopes_is_enough() {
        let table = table();
        let Match::Found(route, _) = table.find(&Method::GET, "/things/7") else { panic!("not found") };
        let cases: [(&[&str], bool); 5] =
            [(&["a", "b"], true), (&["c"], true), (&["a"], false), (&["b", "x"], false), (&[], false)];
        for (held, expected) in cases {
            assert_eq!(route.allows(held), expected, "{held:?}");
        }
    }
}
