//! Scenarios: those that come with the sandbox, and those of a file.

use axum::body::Body;
use http::{Method, Request, StatusCode};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::faults::control;
use super::harness::{HOMEPAGE_ID, SCOPES, Session, World};
use crate::{ConsentOutcome, ConsentSites, ScenarioError};

#[tokio::test]
async fn all_of_ours_load_twice_and_say_what_they_are_for() {
    let world = World::new().await;
    let (_, listed) = control(&world, Method::GET, "scenarios", &Value::Null).await;
    let listed = listed.as_array().unwrap();
    assert!(listed.len() >= 9);
    for scenario in listed {
        assert!(scenario["description"].as_str().is_some_and(|text| !text.is_empty()), "{scenario}");
        for _ in 0..2 {
            let name = scenario["name"].as_str().unwrap();
            world.sandbox.load_scenario(name).await.unwrap_or_else(|error| panic!("{name}: {error}"));
        }
    }
}

#[tokio::test]
async fn a_lost_rotation_is_found_again_within_the_leeway() {
    let world = World::new().await;
    let pair = world.connect_with(SCOPES).await;
    world.sandbox.load_scenario("lost-rotation").await.unwrap();
    world.sandbox.load_scenario("family-killed").await.unwrap();
    let post = || {
        let body = serde_json::json!({ "grant_type": "refresh_token", "client_id": "app",
            "client_secret": "app-secret", "refresh_token": pair["refresh_token"] });
        let request = Request::post("/oauth/token").header("content-type", "application/json");
        request.body(Body::from(body.to_string())).unwrap()
    };
    for _ in 0..2 {
        let response = world.sandbox.router().oneshot(post()).await.unwrap();
        let body = axum::body::to_bytes(response.into_body(), usize::MAX).await;
        assert!(body.is_err(), "the reply does not arrive whole");
    }
    assert_eq!(world.refresh(&pair["refresh_token"]).await.status, 200);
}

#[tokio::test]
async fn sites_people_and_pages_of_a_scenario_can_be_used_at_once() {
    let world = World::new().await;
    world.sandbox.load_scenario("two-companies").await.unwrap();
    world.sandbox.choose_consent(ConsentOutcome::Allow, ConsentSites::All);
    let first = world.session().await;
    let site = "0b6a2f0e-3a55-4a4c-8a6f-95f9d5b3c102".to_owned();
    let session = Session { cloud_id: site, ..first };
    let titles = session.walk("/wiki/api/v2/pages?limit=10", "title").await;
    assert_eq!(titles.len(), 31, "{titles:?}");
    let spaces = session.get("/wiki/api/v2/spaces").await;
    assert_eq!(spaces.json["_links"]["base"], "http://southbakery.localhost:7444/wiki");
}

#[tokio::test]
async fn what_a_site_has_bought_and_how_it_is_set_can_be_switched() {
    let world = World::new().await;
    let scopes = format!("{SCOPES} read:configuration:confluence read:confluence-content.all");
    let session = world.session_with(&scopes).await;
    let classic = format!("/wiki/rest/api/content/{HOMEPAGE_ID}");
    let statuses = async || {
        let levels = session.get("/wiki/api/v2/classification-levels").await.status.as_u16();
        let mode = session.get("/wiki/api/v2/space-role-mode").await.json["mode"].clone();
        (levels, mode, session.get(&classic).await.status.as_u16())
    };
    assert_eq!(statuses().await, (200, json!("ROLES_TRANSITION"), 200));
    for name in ["free-edition", "only-roles", "classic-gone"] {
        world.sandbox.load_scenario(name).await.unwrap();
    }
    assert_eq!(statuses().await, (404, json!("ROLES"), 410));
    let back = "description = \"x\"\n[[site]]\nname = \"sandbox\"\nedition = \"enterprise\"\n\
        space_roles = \"none\"\nclassic_content = \"answered\"";
    world.sandbox.load_scenario(back).await.unwrap();
    assert_eq!(statuses().await, (200, json!("PRE_ROLES"), 200));
}

#[tokio::test]
async fn scenarios_that_do_not_fit_change_nothing() {
    let world = World::new().await;
    let cases = [
        ("no-such-scenario", "no scenario is called"),
        ("description = 1", "cannot be read"),
        ("description = \"x\"\nusers = []", "unknown field"),
        ("description = \"x\"\n[[site]]\nname = \"nowhere\"", "does not exist"),
        ("description = \"x\"\n[[site]]\nedition = \"golden\"", "unknown variant"),
        ("description = \"x\"\n[options]\nspeed = 1", "options"),
        ("description = \"x\"\n[[fault]]\npath = \"/\"", "say what happens"),
        (
            "description = \"x\"\n[[site]]\ncloud_id = \"new\"\nname = \"new\"\n[[space]]\nsite = \"new\"\n\
             key = \"K\"\nname = \"K\"\nauthor = \"nobody\"",
            "who is no user",
        ),
    ];
    for (text, part) in cases {
        let error: ScenarioError = world.sandbox.load_scenario(text).await.unwrap_err();
        assert!(error.to_string().contains(part), "{error}");
    }
    let mut tx = world.storage.begin().await.unwrap();
    assert_eq!(crate::storage::sites::all(&mut tx).await.unwrap().len(), 2);
    drop(tx);
    let request = Request::post("/_sandbox/control/scenario").body(Body::from("nothing")).unwrap();
    let response = world.sandbox.control_router().oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
}
