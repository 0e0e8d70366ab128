//! G2: what a text costs grows with its length, and not faster. Every text that a caller or a provider chooses is sent at
//! one length and at eight times that, and what is allocated on the way, from the router to the answer, is compared. Work
//! that repeats itself over a text copies it each time, and shows there; time would tell something else on every run.

use std::fmt::Write as _;

use allocation_counter::measure;
use axum::body::Body;
use http::{HeaderValue, Method, Request};
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};

use super::harness::{House, limits, request, rpc_request};
use crate::Limits;
use crate::proto::tools::{ExecuteToolRequest, SearchToolsRequest};
use crate::wire::struct_value::to_struct;

/// How much longer the second text is.
const LONGER: usize = 8;
/// How much more may be allocated for it.
const MORE: u64 = 9;
/// What a call allocates whatever it carries, in bytes.
const BASE: u64 = 64 * 1024;

/// Pieces of text that parsers and decoders dislike.
const PIECES: [&str; 16] = [
    "a",
    "%25",
    "%2541",
    "%",
    "../",
    "a.",
    ",",
    "a,",
    " ",
    "_",
    "\u{e9}",
    "\"",
    "&a=",
    "[",
    "{{cloud_id}}",
    "<b>",
];

/// A text of about so many bytes.
fn text(piece: &str, length: usize) -> String {
    piece.repeat((length / piece.len()).max(1))
}

fn json_text(text: &str) -> String {
    Value::String(text.to_owned()).to_string()
}

fn post(path: &str, body: String) -> Request<Body> {
    request(Method::POST, path, Body::from(body))
}

fn execute(tool: &str, params: &Value) -> Request<Body> {
    let call = json!({"tool_name": tool, "connector": "wiki", "identifier": "ann", "params": params});
    post("/api/v1/execute_tool", call.to_string())
}

fn raw(path: &str) -> Option<Request<Body>> {
    let uri: http::Uri = path.parse().ok()?;
    let mut request = request(Method::GET, "/", Body::empty());
    *request.uri_mut() = uri;
    request.headers_mut().insert("connection_name", HeaderValue::from_static("wiki"));
    request.headers_mut().insert("identifier", HeaderValue::from_static("ann"));
    Some(request)
}

fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        write!(out, "%{byte:02x}").unwrap();
    }
    out
}

/// A way for a caller's text to come in; nothing where the text cannot be sent that way.
type Door = fn(&str) -> Option<Request<Body>>;

/// Where callers' texts come in, and the length that each is first sent with.
const DOORS: [(&str, usize, Door); 22] = [
    ("proxied path", 900, |text| raw(&format!("/proxy/wiki/{text}"))),
    ("proxied path, encoded", 300, |text| raw(&format!("/proxy/wiki/{}", encoded(text)))),
    ("proxied query", 1900, |text| raw(&format!("/proxy/wiki/x?q={text}"))),
    ("REST path", 2000, |text| raw(&format!("/api/v1/connected_accounts/{text}"))),
    ("REST query, name", 2000, |text| raw(&format!("/api/v1/tools?{text}=x"))),
    ("REST query, value", 2000, |text| raw(&format!("/api/v1/tools?filter.query={text}"))),
    ("page token", 2000, |text| raw(&format!("/api/v1/tools?page_token={text}"))),
    ("REST body", 4_000, |text| Some(post("/api/v1/execute_tool", text.to_owned()))),
    ("REST field name", 4_000, |text| {
        Some(post("/api/v1/execute_tool", format!("{{{}:1}}", json_text(text))))
    }),
    ("tool name", 4_000, |text| Some(execute(text, &json!({})))),
    ("argument name", 4_000, |text| Some(execute("confluence_page_get", &json!({ text: 1 })))),
    ("id", 4_000, |text| Some(execute("confluence_page_get", &json!({ "id": text })))),
    ("cursor", 4_000, |text| Some(execute("confluence_page_list", &json!({ "cursor": text })))),
    ("cursor in a link", 4_000, |it| {
        Some(execute("confluence_page_list", &json!({ "cursor": format!("/wiki/x?cursor={it}") })))
    }),
    ("list of ids", 4_000, |text| Some(execute("confluence_page_list", &json!({ "id": text })))),
    ("CQL", 4_000, |text| Some(execute("confluence_search", &json!({ "cql": text })))),
    ("title and body", 4_000, |text| {
        Some(execute(
            "confluence_page_create",
            &json!({"spaceId": "1", "title": text, "status": text,
            "body": {"representation": "storage", "value": text}}),
        ))
    }),
    ("handle", 4_000, |text| {
        let handle = format!("/wiki/{text}/download");
        Some(execute(
            "confluence_attachment_create",
            &json!({"pageId": "1", "content_from": handle, "content": text}),
        ))
    }),
    ("identifier", 4_000, |text| {
        Some(post("/api/v1/connected_accounts", json!({"connector": text, "identifier": text}).to_string()))
    }),
    ("verification URL", 4_000, |text| {
        let asked = json!({"connector": "wiki", "identifier": "ann", "state": text,
            "user_verify_url": format!("https://a.example/{text}")});
        Some(post("/api/v1/connected_accounts/magic_link", asked.to_string()))
    }),
    ("search over gRPC", 4_000, |text| {
        let search = SearchToolsRequest { query: text.to_owned(), ..Default::default() };
        Some(rpc_request("/scalekit.v1.tools.ToolService/SearchTools", &search))
    }),
    ("arguments over gRPC", 4_000, |text| {
        let params = json!({ "id": text, "spaceId": [text], "x": { text: text } });
        let params = Some(to_struct(params.as_object().unwrap().clone()));
        let call = ExecuteToolRequest {
            tool_name: "confluence_page_list".to_owned(),
            connector: Some("wiki".to_owned()),
            identifier: Some("ann".to_owned()),
            params,
            ..Default::default()
        };
        Some(rpc_request("/scalekit.v1.tools.ToolService/ExecuteTool", &call))
    }),
];

/// A way for a provider's text to come in.
type Answer = fn(&str) -> String;

/// Where providers' texts come in.
const ANSWERS: [(&str, u16, Answer); 9] = [
    ("no JSON", 200, str::to_owned),
    ("a text", 200, |text| json!({ "body": { "storage": { "value": text } } }).to_string()),
    ("a name", 200, |text| json!({ text: { text: 1 } }).to_string()),
    ("the link to the next page", 200, |text| {
        json!({ "results": [], "_links": { "next": format!("/x?cursor={text}") } }).to_string()
    }),
    ("a refusal", 400, |text| {
        json!({ "errors": [{ "status": 400, "code": text, "title": text, "detail": text }] }).to_string()
    }),
    ("a refusal of the first version", 400, |text| {
        json!({ "statusCode": 400, "message": format!("com.atlassian.{text}: {text}"), "reason": text })
            .to_string()
    }),
    ("a missing page", 404, |text| json!({ "message": text, "errors": [{ "title": text }] }).to_string()),
    ("a missing scope", 401, |text| json!({ "code": 401, "message": text }).to_string()),
    ("a breakdown", 503, str::to_owned),
];

struct Bench {
    runtime: Runtime,
    house: House,
}

impl Bench {
    fn new() -> Self {
        // Time stands still but where everybody waits: a call that would be repeated later is cut off at once.
        let runtime = Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        let house = runtime.block_on(async {
            let house = House::with(Limits { body_bytes: 1024 * 1024, ..limits() }).await;
            house.connected().await;
            house
        });
        Self { runtime, house }
    }

    /// How many bytes are allocated while a request is answered.
    fn cost(&self, request: Request<Body>, status: u16, answer: &str) -> u64 {
        // A site that was told to be left alone, or a suspicion about a token, is over.
        self.house.clock.advance(std::time::Duration::from_secs(600));
        self.house.provider.answer(status, answer.to_owned());
        measure(|| drop(self.runtime.block_on(self.house.send_authorized(request)))).bytes_total
    }
}

fn check(name: &str, piece: &str, once: u64, longer: u64) {
    assert!(longer <= once.max(BASE) * MORE, "{name}, of {piece:?}: {once} bytes, then {longer}");
}

#[test]
fn g2_what_a_callers_text_costs_grows_with_its_length() {
    for (name, length, door) in DOORS {
        // Each door has a house of its own: what one leaves behind is not the next one's cost.
        let bench = Bench::new();
        for piece in PIECES {
            let (short, long) = (text(piece, length), text(piece, length * LONGER));
            let (Some(first), Some(second), Some(longer)) = (door(&short), door(&short), door(&long)) else {
                continue;
            };
            // What is set up once is set up by the first.
            bench.cost(first, 200, "{}");
            let cost = bench.cost(second, 200, "{}");
            check(name, piece, cost, bench.cost(longer, 200, "{}"));
        }
    }
}

#[test]
fn g2_what_a_providers_text_costs_grows_with_its_length() {
    for (name, status, answer) in ANSWERS {
        let bench = Bench::new();
        for piece in PIECES {
            let read = || execute("confluence_page_list", &json!({ "limit": 2 }));
            bench.cost(read(), status, &answer(&text(piece, 4_000)));
            let cost = bench.cost(read(), status, &answer(&text(piece, 4_000)));
            check(name, piece, cost, bench.cost(read(), status, &answer(&text(piece, 4_000 * LONGER))));
        }
    }
}
