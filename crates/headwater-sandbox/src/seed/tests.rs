//! The demo content is whole.

use super::load;
use crate::formats::storage_format::check_storage;
use crate::search::{Excerpt, Search, search};
use crate::storage::{Storage, sites, spaces};

const NOW: i64 = 1_795_000_000_000;

#[tokio::test]
async fn the_demo_company_has_a_wiki() {
    let storage = Storage::open(None).await.unwrap();
    load(&storage, NOW).await.unwrap();
    let mut tx = storage.begin().await.unwrap();
    let sites = sites::all(&mut tx).await.unwrap();
    assert_eq!(sites.len(), 2);
    let spaces = spaces::all(&mut tx, &sites[0].cloud_id).await.unwrap();
    assert_eq!(spaces.iter().map(|it| it.key.as_str()).collect::<Vec<_>>(), ["ENG", "PEOPLE"]);
    assert!(spaces.iter().all(|space| space.homepage_id.is_some()));
    let bodies: Vec<String> =
        sqlx::query_scalar("SELECT body FROM versions").fetch_all(&mut *tx).await.unwrap();
    for body in bodies {
        assert_eq!(check_storage(&body), Ok(()), "{body}");
    }
}

#[tokio::test]
async fn searches_find_what_they_should() {
    let storage = Storage::open(None).await.unwrap();
    load(&storage, NOW).await.unwrap();
    let mut tx = storage.begin().await.unwrap();
    let cloud_id = sites::all(&mut tx).await.unwrap().swap_remove(0).cloud_id;
    let mara = super::account_id("mara");
    let table: [(&str, &[&str]); 16] = [
        ("title = \"system OVERVIEW\"", &["System overview"]),
        ("title ~ \"firmware notes\"", &["Release notes: firmware 4.2", "Release notes: firmware 4.3"]),
        ("text ~ \"barnacles\"", &[]),
        ("text ~ \"certificates\" and type = page", &["Incident: certificate expired on a Sunday"]),
        ("text ~ \"\\\"wind force\\\"\"", &["Going to sea"]),
        ("title ~ \"gloss*\"", &["Glossary"]),
        ("label = runbook and creator = currentUser()", &["Runbook: gateway disk is filling"]),
        (
            "type = blogpost and space = PEOPLE order by created",
            &["Summer party on the boat", "Welcome, harbour of Esbo"],
        ),
        (
            "type in (blogpost) and created > now(\"-30d\") order by title desc",
            &["Welcome, harbour of Esbo", "Firmware 4.3 is out"],
        ),
        (
            "lastmodified > now(\"-2w\") and type = page order by title",
            &["Capacity plan", "Release notes: firmware 4.3"],
        ),
        ("title = \"Budget notes\"", &[]),
        ("contributor = currentUser() and title = \"Time off\"", &[]),
        ("macro = code", &["Packet format"]),
        ("space = NOPE", &[]),
        ("type = attachment order by title", &["buoys-per-month.csv", "packet.svg"]),
        ("text ~ \"* - \\\"\"", &[]),
    ];
    for (cql, expected) in table {
        let wanted = Search {
            cloud_id: &cloud_id,
            account_id: mara,
            offset_seconds: 0,
            now_ms: NOW,
            cql,
            context: None,
            excerpt: Excerpt::Highlight { escaped: true },
            archived_spaces: false,
            limit: 25,
            cursor: None,
        };
        let found = search(&mut tx, &wanted).await.unwrap();
        let titles: Vec<&str> =
            found.rows.iter().map(|hit| hit.content.as_ref().unwrap().title.as_str()).collect();
        assert_eq!(titles, expected, "{cql}");
    }
}

#[tokio::test]
async fn pages_of_results_neither_repeat_nor_skip_and_marks_stand_where_words_were_found() {
    let storage = Storage::open(None).await.unwrap();
    load(&storage, NOW).await.unwrap();
    let mut tx = storage.begin().await.unwrap();
    let cloud_id = sites::all(&mut tx).await.unwrap().swap_remove(0).cloud_id;
    let (mut cursor, mut seen): (Option<String>, Vec<i64>) = (None, Vec::new());
    loop {
        let wanted = Search {
            cloud_id: &cloud_id,
            account_id: super::account_id("ines"),
            offset_seconds: 0,
            now_ms: NOW,
            cql: "type = page",
            context: None,
            excerpt: Excerpt::Highlight { escaped: true },
            archived_spaces: false,
            limit: 7,
            cursor: cursor.as_deref(),
        };
        let found = search(&mut tx, &wanted).await.unwrap();
        seen.extend(found.rows.iter().map(|hit| hit.content.as_ref().unwrap().id));
        cursor = found.next;
        if cursor.is_none() {
            assert_eq!(i64::try_from(seen.len()).unwrap(), found.total);
            break;
        }
    }
    let mut unique = seen.clone();
    unique.dedup();
    assert_eq!(unique, seen);
    let wanted = Search {
        cloud_id: &cloud_id,
        account_id: super::account_id("ines"),
        offset_seconds: 0,
        now_ms: NOW,
        cql: "text ~ \"harbours\" and title ~ \"forecast\"",
        context: None,
        excerpt: Excerpt::Highlight { escaped: true },
        archived_spaces: false,
        limit: 5,
        cursor: None,
    };
    let found = search(&mut tx, &wanted).await.unwrap();
    let first = &found.rows[0];
    assert_eq!(first.title, "@@@hl@@@Forecast@@@endhl@@@ API");
    assert!(first.excerpt.contains("@@@hl@@@Harbours@@@endhl@@@"), "{}", first.excerpt);
}

#[tokio::test]
async fn the_same_seed_makes_the_same_pages() {
    let made = async |seed: u64| {
        let storage = Storage::open(None).await.unwrap();
        load(&storage, NOW).await.unwrap();
        super::generate(&storage, 2050, seed, NOW).await.unwrap();
        let mut tx = storage.begin().await.unwrap();
        let (pages, spaces, roots): (i64, i64, i64) = sqlx::query_as(
            "SELECT count(*), count(DISTINCT space_id), sum(parent_id IS NULL) FROM contents
             WHERE type = 'page' AND space_id IN (SELECT id FROM spaces WHERE key LIKE 'GEN%')",
        )
        .fetch_one(&mut *tx)
        .await
        .unwrap();
        assert_eq!((pages, spaces, roots), (2050, 2, 2));
        let lost: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM contents c WHERE parent_id IS NOT NULL
             AND NOT EXISTS (SELECT 1 FROM contents p WHERE p.id = c.parent_id AND p.space_id = c.space_id)",
        )
        .fetch_one(&mut *tx)
        .await
        .unwrap();
        assert_eq!(lost, 0, "every parent is a page of the space");
        let bodies: String =
            sqlx::query_scalar("SELECT group_concat(body) FROM (SELECT body FROM contents ORDER BY id)")
                .fetch_one(&mut *tx)
                .await
                .unwrap();
        bodies
    };
    let (one, again, other) = (made(1).await, made(1).await, made(2).await);
    assert!(one == again && one != other);
}
