//! What holds whatever happens: lists show every row once, and versions never go back.

use std::collections::{HashMap, HashSet};

use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use serde_json::{Value, json};

use super::harness::{SCOPES, Session, World, id, update};

/// What happens between two pages of a list.
#[derive(Clone, Debug)]
enum Change {
    Add(String),
    Rename(usize, String),
    Trash(usize),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        3 => "[a-z]{1,6}".prop_map(Change::Add),
        1 => (0..20_usize, "[a-z]{1,6}").prop_map(|(which, title)| Change::Rename(which, title)),
        1 => (0..20_usize).prop_map(Change::Trash),
    ]
}

fn run(future: impl Future<Output = TestCaseResult>) -> TestCaseResult {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// Makes a change; gives the page that it is about when the change may move it in the list.
async fn apply(session: &Session<'_>, pages: &mut Vec<String>, it: &Change) -> Option<String> {
    match it {
        Change::Add(title) => {
            let title = format!("{title} {}", pages.len());
            let page = id(&session.create_page(&title, json!({})).await);
            pages.push(page.clone());
            Some(page)
        }
        Change::Rename(which, title) => {
            let page = pages.get(*which)?.clone();
            let shown = session.get(&format!("/wiki/api/v2/pages/{page}")).await.json;
            let number = shown["version"]["number"].as_i64()? + 1;
            session.update_page(&page, number, &format!("{title} x{which}"), "<p>x</p>").await;
            Some(page)
        }
        Change::Trash(which) => {
            let page = pages.get(*which)?.clone();
            session.delete(&format!("/wiki/api/v2/pages/{page}")).await;
            Some(page)
        }
    }
}

async fn walk_while_it_changes(sort: &str, limit: usize, changes: &[Change]) -> TestCaseResult {
    let world = World::new().await;
    let session = world.session().await;
    let mut pages = Vec::new();
    for number in 0..12 {
        world.clock.advance_seconds(1);
        pages.push(id(&session.create_page(&format!("{} {number}", number * 7 % 5), json!({})).await));
    }
    let untouched: HashSet<String> = pages.iter().cloned().collect();
    let mut touched = HashSet::new();
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut changes = changes.iter();
    let mut next = Some(format!("/wiki/api/v2/pages?limit={limit}&sort={sort}"));
    while let Some(path) = next {
        let reply = session.get(&path).await;
        prop_assert_eq!(reply.status.as_u16(), 200, "{}", reply.text);
        for row in reply.json["results"].as_array().unwrap() {
            *seen.entry(id(row)).or_default() += 1;
        }
        next = reply.json["_links"]["next"].as_str().map(str::to_owned);
        world.clock.advance_seconds(1);
        if let Some(change) = changes.next() {
            touched.extend(apply(&session, &mut pages, change).await);
        }
    }
    for page in untouched.difference(&touched) {
        prop_assert_eq!(seen.get(page), Some(&1), "{} in {}", page, sort);
    }
    // What was renamed or changed meanwhile may have moved to the part that is still to come.
    if sort == "id" || sort == "created-date" {
        prop_assert!(seen.values().all(|count| *count == 1), "{:?}", seen);
    }
    Ok(())
}

/// What can happen to a page.
#[derive(Clone, Debug)]
enum Step {
    Update { ahead: i64, title: u8, body: u8 },
    Retitle { ahead: i64, title: u8 },
    SaveDraft { body: u8 },
    Move { top: bool },
    Trash,
    Restore,
    BringBack,
    Label,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (-1..3_i64, 0..3_u8, 0..3_u8).prop_map(|(ahead, title, body)| Step::Update { ahead, title, body }),
        1 => (0..3_i64, 0..3_u8).prop_map(|(ahead, title)| Step::Retitle { ahead, title }),
        1 => (0..3_u8).prop_map(|body| Step::SaveDraft { body }),
        1 => any::<bool>().prop_map(|top| Step::Move { top }),
        1 => Just(Step::Trash),
        1 => Just(Step::Restore),
        1 => Just(Step::BringBack),
        1 => Just(Step::Label),
    ]
}

async fn take(session: &Session<'_>, page: &str, shown: &Value, it: &Step) -> u16 {
    let number = shown["version"]["number"].as_i64().unwrap();
    let path = format!("/wiki/api/v2/pages/{page}");
    let reply = match it {
        Step::Update { ahead, title, body } => {
            let body = update(page, number + ahead, &format!("Title {title}"), &format!("<p>{body}</p>"));
            session.put(&path, &body).await
        }
        Step::Retitle { ahead, title } => {
            let body = json!({
                "status": "current", "title": format!("Title {title}"), "version": { "number": number + ahead },
            });
            session.put(&format!("{path}/title"), &body).await
        }
        Step::SaveDraft { body } => {
            let mut body = update(page, 1, "Title 0", &format!("<p>draft {body}</p>"));
            body["status"] = json!("draft");
            session.put(&path, &body).await
        }
        Step::Move { top } => {
            let target = if *top { "before" } else { "append" };
            session.put(&format!("/wiki/rest/api/content/{page}/move/{target}/98306"), &json!({})).await
        }
        Step::Trash => session.delete(&path).await,
        Step::Restore => session.put(&path, &update(page, number, "Title 0", "<p>x</p>")).await,
        Step::BringBack => {
            let body = json!({ "operationKey": "restore", "params": { "versionNumber": 1, "message": "" } });
            session.post(&format!("/wiki/rest/api/content/{page}/version"), &body).await
        }
        Step::Label => {
            session.post(&format!("/wiki/rest/api/content/{page}/label"), &json!([{ "name": "x" }])).await
        }
    };
    reply.status.as_u16()
}

async fn live(steps: &[Step]) -> TestCaseResult {
    let world = World::new().await;
    let session = world.session_with(&format!("{SCOPES} write:confluence-content")).await;
    let page = id(&session.create_page("Title 0", json!({})).await);
    let path = format!("/wiki/api/v2/pages/{page}?body-format=storage&status=current,trashed");
    let mut before = session.get(&path).await.json;
    for step in steps {
        world.clock.advance_seconds(1);
        let status = take(&session, &page, &before, step).await;
        prop_assert!(status < 500, "{status} for {step:?}");
        let after = session.get(&path).await.json;
        let (was, is) = (&before["version"]["number"], &after["version"]["number"]);
        let (was, is) = (was.as_i64().unwrap(), is.as_i64().unwrap());
        prop_assert!(is == was || is == was + 1, "{was} became {is} by {step:?}");
        if status >= 400 {
            prop_assert_eq!(&after, &before, "{:?} was refused with {} and changed something", step, status);
        }
        let changed = (&after["title"], &after["body"]) != (&before["title"], &before["body"]);
        prop_assert!(!changed || is > was, "{step:?} changed something without a new number");
        before = after;
    }
    let versions = session.get(&format!("/wiki/api/v2/pages/{page}/versions?limit=250")).await.json;
    let numbers: Vec<i64> =
        versions["results"].as_array().unwrap().iter().map(|it| it["number"].as_i64().unwrap()).collect();
    let newest = before["version"]["number"].as_i64().unwrap();
    prop_assert_eq!(numbers, (1..=newest).rev().collect::<Vec<_>>(), "a history without gaps");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn lists_neither_skip_nor_repeat_what_stays_as_it_is(
        sort in prop::sample::select(vec!["id", "-id", "title", "-title", "created-date", "-created-date", "modified-date", "-modified-date"]),
        limit in 1..6_usize,
        changes in prop::collection::vec(change(), 0..10),
    ) {
        run(walk_while_it_changes(sort, limit, &changes))?;
    }

    #[test]
    fn versions_never_go_back_and_refusals_change_nothing(steps in prop::collection::vec(step(), 1..14)) {
        run(live(&steps))?;
    }
}
