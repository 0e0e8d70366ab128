//! What a tool call costs before and after the network: checking arguments, planning the request, shaping the
//! reply. Times and allocations: `cargo bench -p headwater-confluence`.

use divan::{AllocProfiler, Bencher, black_box};
use headwater_catalog::arguments::Arguments;
use headwater_catalog::connector::Connector as _;
use headwater_catalog::definition::Tool;
use headwater_catalog::{paging, reply};
use headwater_confluence::Confluence;
use serde_json::{Map, Value, json};

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

/// Calls of an ordinary day: a read, a list, a write.
const CALLS: [&str; 3] = ["confluence_page_get", "confluence_page_list", "confluence_page_create"];

fn main() {
    divan::main();
}

fn arguments(tool: &str) -> Map<String, Value> {
    let arguments = match tool {
        "confluence_page_get" => json!({ "id": "98400", "body_format": "storage" }),
        "confluence_page_list" => json!({ "space_id": "65536", "limit": 25, "sort": "-modified-date" }),
        _ => json!({
            "spaceId": "65536", "title": "Tide tables", "body_representation": "storage", "body_value": body(),
        }),
    };
    arguments.as_object().cloned().unwrap_or_default()
}

/// About 4 KiB of storage format.
fn body() -> String {
    "<p>High water is at noon, low water at six.</p>".repeat(85)
}

fn page(id: u32) -> Value {
    json!({
        "id": id.to_string(), "type": "page", "status": "current", "title": format!("Tide tables {id}"),
        "spaceId": "65536", "parentId": "65540", "parentType": "page", "position": 12, "authorId": "557058:a",
        "ownerId": "557058:a", "lastOwnerId": null, "createdAt": "2026-11-01T12:00:00.000Z",
        "version": {
            "createdAt": "2026-11-01T12:00:00.000Z", "message": "", "number": 3, "minorEdit": false,
            "authorId": "557058:a",
        },
        "body": { "storage": { "representation": "storage", "value": body() } },
        "_links": { "webui": "/spaces/ENG/pages/98400", "editui": "/pages/98400/edit", "tinyui": "/x/YIAB" },
    })
}

/// One page, or 25 of them with a link to more.
fn answer(tool: &str) -> Vec<u8> {
    let answer = if tool == "confluence_page_list" {
        let pages: Vec<Value> = (0..25).map(page).collect();
        let next = "/wiki/api/v2/pages?limit=25&cursor=eyJpZCI6Ijk4NDAwIn0%3D";
        json!({ "results": pages, "_links": { "next": next, "base": "https://example.atlassian.net/wiki" } })
    } else {
        page(98400)
    };
    answer.to_string().into_bytes()
}

fn tool<'a>(confluence: &'a Confluence, name: &str) -> &'a Tool {
    confluence.catalogue().get(name).expect("a published tool")
}

#[divan::bench(args = CALLS)]
fn validate(bencher: Bencher<'_, '_>, name: &str) {
    let confluence = Confluence::new().expect("the tools are read");
    let tool = tool(&confluence, name);
    bencher
        .with_inputs(|| arguments(name))
        .bench_values(|given| Arguments::check(tool, black_box(given)).expect("good arguments"));
}

#[divan::bench(args = CALLS)]
fn plan(bencher: Bencher<'_, '_>, name: &str) {
    let confluence = Confluence::new().expect("the tools are read");
    let tool = tool(&confluence, name);
    let arguments = Arguments::check(tool, arguments(name)).expect("good arguments");
    bencher.bench(|| confluence.plan(tool, black_box(&arguments)).expect("a plan"));
}

#[divan::bench(args = CALLS)]
fn shape(bencher: Bencher<'_, '_>, name: &str) {
    let confluence = Confluence::new().expect("the tools are read");
    let tool = tool(&confluence, name);
    let answer = answer(name);
    bencher.counter(divan::counter::BytesCount::new(answer.len())).bench(|| {
        let mut members = reply::shape(200, black_box(&answer)).expect("an object");
        paging::tell(tool, &mut members);
        members
    });
}
