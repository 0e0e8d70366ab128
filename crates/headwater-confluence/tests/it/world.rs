//! An emulated Confluence with the demo company's wiki, and the tools that reach it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::body::{Body, to_bytes};
use headwater_catalog::catalogue::Catalogue;
use headwater_catalog::connector::Connector as _;
use headwater_catalog::definition::{Parameter, Reply, Tool};
use headwater_catalog::download::Download;
use headwater_catalog::failure::ToolFailure;
use headwater_catalog::plan::RequestPlan;
use headwater_catalog::reply;
use headwater_catalog::{form, paging};
use headwater_confluence::Confluence;
use headwater_sandbox::{Client, Clock, Consent, Options, Random, Sandbox, StaleTokens, TokenRules};
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, LOCATION};
use http::{HeaderMap, Request};
use serde_json::{Map, Value, json};
use url::Url;

use crate::calls::Calls;

const CALLBACK: &str = "https://app.example/callback";
/// The demo company's own site.
const CLOUD_ID: &str = "5a17a057-6f1c-4c0e-9d3b-2f7c1a9e8b40";

/// A sandbox of its own, in which the things that calls are about are made when they are needed.
pub(crate) struct World<'a> {
    confluence: &'a Confluence,
    calls: &'a Calls,
    router: Router,
    /// A token with every scope.
    pub(crate) everything: String,
    /// What calls of tools were answered, in order.
    pub(crate) replies: RefCell<Vec<Raw>>,
    things: HashMap<String, Value>,
    /// Why things could not be made, other than for a missing operation.
    pub(crate) problems: Vec<String>,
}

/// An answer as it came.
pub(crate) struct Raw {
    pub(crate) status: u16,
    /// Null for one that is no JSON.
    pub(crate) body: Value,
}

/// How a call ended.
pub(crate) enum Outcome {
    /// With the shaped answer.
    Answer(u16, Map<String, Value>),
    /// With the provider's refusal.
    Failure(ToolFailure),
    /// With something that must not happen.
    Wrong(String),
    /// The emulated Confluence does not have the operation.
    NoSuchOperation,
}

struct Noon;

impl Clock for Noon {
    /// 2026-11-01T12:00:00Z.
    fn now_ms(&self) -> i64 {
        1_793_534_400_000
    }
}

/// A splitmix64 sequence: the same bytes in every run.
struct Seeded(AtomicU64);

impl Random for Seeded {
    fn fill(&self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(8) {
            let mut word = self.0.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::SeqCst);
            word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            word ^= word >> 31;
            for (to, from) in chunk.iter_mut().zip(word.to_le_bytes()) {
                *to = from;
            }
        }
    }
}

impl<'a> World<'a> {
    pub(crate) async fn new(confluence: &'a Confluence, calls: &'a Calls) -> Self {
        let options = Options {
            public_url: "http://localhost:7444".to_owned(),
            data: None,
            consent: Consent::Auto,
            clients: vec![Client {
                client_id: "app".to_owned(),
                client_secret: "app-secret".to_owned(),
                redirect_uris: vec![CALLBACK.to_owned()],
                name: "Tools".to_owned(),
                scopes: Vec::new(),
            }],
            demo_content: true,
            stale_tokens: StaleTokens::Masked,
            token_rules: TokenRules::default(),
        };
        let random = Arc::new(Seeded(AtomicU64::new(11)));
        let sandbox = Sandbox::open(options, Arc::new(Noon), random).await.unwrap();
        let mut world = Self {
            confluence,
            calls,
            router: sandbox.router(),
            everything: String::new(),
            replies: RefCell::default(),
            things: HashMap::new(),
            problems: Vec::new(),
        };
        let sets = confluence.catalogue().tools().flat_map(|tool| tool.scopes.sets());
        let mut scopes: Vec<&str> = sets.flatten().map(String::as_str).collect();
        // No tool needs them: properties of apps are not for users.
        scopes.extend(["read:app-data:confluence", "write:app-data:confluence"]);
        scopes.sort_unstable();
        scopes.dedup();
        world.everything = world.connect(&scopes).await;
        world
    }

    /// An access token of the first user with these scopes.
    pub(crate) async fn connect(&self, scopes: &[&str]) -> String {
        let parameters = [
            ("audience", "api.atlassian.com"),
            ("client_id", "app"),
            ("scope", &scopes.join(" ")),
            ("redirect_uri", CALLBACK),
            ("state", "s"),
            ("response_type", "code"),
            ("prompt", "consent"),
        ];
        let address = Url::parse_with_params("http://localhost:7444/authorize", parameters).unwrap();
        let path = format!("{}?{}", address.path(), address.query().unwrap_or_default());
        let (_, headers, _) = self.send(Request::get(path).body(Body::empty()).unwrap()).await;
        let back = Url::parse(headers[LOCATION].to_str().unwrap()).unwrap();
        let (_, code) = back.query_pairs().find(|(name, _)| name == "code").expect("a code");
        let body = json!({
            "client_id": "app", "client_secret": "app-secret", "grant_type": "authorization_code",
            "code": code, "redirect_uri": CALLBACK,
        });
        let request = Request::post("/oauth/token").header(CONTENT_TYPE, "application/json");
        let (_, _, answer) = self.send(request.body(Body::from(body.to_string())).unwrap()).await;
        let answer: Value = serde_json::from_slice(&answer).unwrap();
        answer["access_token"].as_str().unwrap_or_else(|| panic!("no token: {answer}")).to_owned()
    }

    async fn send(&self, request: Request<Body>) -> (u16, HeaderMap, Vec<u8>) {
        let response = tower::ServiceExt::oneshot(self.router.clone(), request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        (parts.status.as_u16(), parts.headers, bytes.to_vec())
    }

    /// Calls a tool with arguments that fit it.
    pub(crate) async fn call(&self, token: &str, tool: &Tool, arguments: Map<String, Value>) -> Outcome {
        let checked = self.catalogue().check(tool, arguments);
        let checked = match checked {
            Ok(checked) => checked,
            Err(violations) => return Outcome::Wrong(format!("{violations:?}")),
        };
        let mut plan = self.confluence.plan(tool, &checked).unwrap();
        if let Some(keep) = plan.keep.take() {
            let (_, _, answer) = self.carry_out(token, &keep.read).await;
            plan.fill(&keep, &serde_json::from_slice(&answer).unwrap()).unwrap();
        }
        let (status, headers, body) = self.carry_out(token, &plan).await;
        let raw = Raw { status, body: serde_json::from_slice(&body).unwrap_or_default() };
        self.replies.borrow_mut().push(raw);
        if tool.reply == Reply::File && (300..400).contains(&status) {
            return self.fetch(&headers, &plan).await;
        }
        if (200..300).contains(&status) {
            return match reply::shape(status, &body) {
                Ok(mut answer) => {
                    paging::tell(tool, &mut answer);
                    plan.finish.apply(&mut answer);
                    Outcome::Answer(status, answer)
                }
                Err(error) => Outcome::Wrong(error.to_string()),
            };
        }
        if is_no_operation(status, &body) {
            return Outcome::NoSuchOperation;
        }
        let header = |name: &str| headers.get(name).and_then(|it| it.to_str().ok()).map(str::to_owned);
        Outcome::Failure(self.confluence.read_failure(tool, status, &header, &body))
    }

    /// Follows a redirect to a file, without the token.
    async fn fetch(&self, headers: &HeaderMap, plan: &RequestPlan) -> Outcome {
        let location = Url::parse(headers[LOCATION].to_str().unwrap()).unwrap();
        let (status, headers, body) =
            self.send(Request::get(location.path()).body(Body::empty()).unwrap()).await;
        let text = |name: &str| headers.get(name).and_then(|it| it.to_str().ok()).map(str::to_owned);
        let file = Download {
            size: u64::try_from(body.len()).ok(),
            bytes: Some(body),
            media_type: text("content-type"),
            disposition: text("content-disposition"),
        };
        Outcome::Answer(status, file.shape(&plan.handle()))
    }

    /// The path with its query, and the body, that a call with these arguments becomes.
    pub(crate) fn request(&self, tool: &Tool, arguments: Map<String, Value>) -> (String, Option<Value>) {
        let checked = self.catalogue().check(tool, arguments).unwrap();
        let plan = self.confluence.plan(tool, &checked).unwrap();
        let question = if plan.query.is_empty() { String::new() } else { format!("?{}", plan.query) };
        (format!("{}{question}", plan.path), plan.body)
    }

    /// Sends a request of one's own making without a body, and gives the whole answer.
    pub(crate) async fn ask_whole(&self, token: &str, method: &str, path: &str) -> (u16, String) {
        let request = Request::builder()
            .method(method)
            .uri(format!("/ex/confluence/{CLOUD_ID}{path}"))
            .header(AUTHORIZATION, format!("Bearer {token}"))
            .header(ACCEPT, "application/json");
        let (status, _, answer) = self.send(request.body(Body::empty()).unwrap()).await;
        (status, String::from_utf8_lossy(&answer).into_owned())
    }

    /// Sends a request of one's own making.
    pub(crate) async fn ask(
        &self,
        token: &str,
        method: &str,
        path: &str,
        body: Option<&str>,
    ) -> (u16, String) {
        let request = Request::builder()
            .method(method)
            .uri(format!("/ex/confluence/{CLOUD_ID}{path}"))
            .header(AUTHORIZATION, format!("Bearer {token}"))
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, "application/json");
        let body = Body::from(body.unwrap_or_default().to_owned());
        let (status, _, answer) = self.send(request.body(body).unwrap()).await;
        (status, String::from_utf8_lossy(&answer).chars().take(200).collect())
    }

    async fn carry_out(&self, token: &str, plan: &RequestPlan) -> (u16, HeaderMap, Vec<u8>) {
        let question = if plan.query.is_empty() { String::new() } else { format!("?{}", plan.query) };
        let request = Request::builder()
            .method(plan.method)
            .uri(format!("/ex/confluence/{CLOUD_ID}{}{question}", plan.path))
            .header(AUTHORIZATION, format!("Bearer {token}"))
            .header(ACCEPT, "application/json")
            .header("x-atlassian-token", "no-check");
        let (media_type, body) = if let Some(parts) = &plan.form {
            form::encode(parts, "a-boundary-of-the-tests")
        } else {
            let json = plan.body.as_ref().map(Value::to_string).unwrap_or_default();
            ("application/json".to_owned(), json.into_bytes())
        };
        self.send(request.header(CONTENT_TYPE, media_type).body(Body::from(body)).unwrap()).await
    }

    /// Whether the file says that a tool answers about things that nobody has.
    pub(crate) fn answers_anyway(&self, tool: &Tool, status: u16) -> bool {
        self.calls.answers_anyway.get(&tool.name) == Some(&status)
    }

    /// Whether the file says that a tool's calls end with this status.
    pub(crate) fn fails(&self, tool: &Tool, status: u16) -> bool {
        self.calls.fails.get(&tool.name) == Some(&status)
    }

    /// Whether the file says that the examples of an optional parameter need more than the required arguments.
    pub(crate) fn unfit(&self, tool: &Tool, parameter: &Parameter) -> bool {
        self.calls.unfit.contains_key(&format!("{}.{}", tool.name, parameter.name))
    }

    pub(crate) fn catalogue(&self) -> &'a Catalogue {
        self.confluence.catalogue()
    }

    /// Puts what was made or found in the place of every text like `{page}`.
    pub(crate) async fn fill(&mut self, value: &Value) -> Value {
        match value {
            Value::String(text) => match text.strip_prefix('{').and_then(|it| it.strip_suffix('}')) {
                Some(name) if self.calls.things.contains_key(name) => self.thing(name).await,
                _ => value.clone(),
            },
            Value::Array(items) => {
                let mut filled = Vec::new();
                for item in items {
                    filled.push(Box::pin(self.fill(item)).await);
                }
                Value::Array(filled)
            }
            Value::Object(members) => {
                let mut filled = Map::new();
                for (name, member) in members {
                    filled.insert(name.clone(), Box::pin(self.fill(member)).await);
                }
                Value::Object(filled)
            }
            other => other.clone(),
        }
    }

    /// Makes or finds a thing, once. Null when the emulated Confluence cannot make it.
    async fn thing(&mut self, name: &str) -> Value {
        if let Some(known) = self.things.get(name) {
            return known.clone();
        }
        let calls = self.calls;
        let recipe = &calls.things[name];
        if let Some(before) = &recipe.after {
            Box::pin(self.thing(before)).await;
        }
        let tool = self.catalogue().get(&recipe.tool).unwrap_or_else(|| panic!("{name}: {}", recipe.tool));
        let arguments = Value::Object(recipe.arguments.clone());
        let Value::Object(arguments) = Box::pin(self.fill(&arguments)).await else { unreachable!() };
        if arguments.values().any(has_gap) {
            return Value::Null;
        }
        let token = self.everything.clone();
        let value = match self.call(&token, tool, arguments).await {
            Outcome::Answer(_, _) if recipe.give.is_some() => {
                let given = recipe.give.clone().unwrap_or_default();
                Ok(Box::pin(self.fill(&given)).await)
            }
            Outcome::Answer(_, answer) => {
                let answer = Value::Object(answer);
                answer.pointer(&recipe.take).cloned().ok_or(format!("no {} in {answer}", recipe.take))
            }
            Outcome::Failure(failure) => Err(failure.message),
            Outcome::Wrong(problem) => Err(problem),
            Outcome::NoSuchOperation => Ok(Value::Null),
        };
        let value = value.unwrap_or_else(|problem| {
            self.problems.push(format!("{{{name}}}: {problem}"));
            Value::Null
        });
        self.things.insert(name.to_owned(), value.clone());
        value
    }
}

/// Whether something in it could not be made.
pub(crate) fn has_gap(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.iter().any(has_gap),
        Value::Object(members) => members.values().any(has_gap),
        _ => false,
    }
}

/// Whether the emulated Confluence says that it has no such path, or not this method on it.
fn is_no_operation(status: u16, body: &[u8]) -> bool {
    let body = String::from_utf8_lossy(body);
    let nothing = body.contains("<h1>404 Not Found</h1>") || body.contains("\"null for uri: ");
    (status == 404 && nothing) || (status == 405 && body.contains("METHOD_NOT_ALLOWED"))
}
