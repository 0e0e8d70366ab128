//! The rules of tokens that can be switched while the sandbox runs.

use http::Method;
use serde_json::{Value, json};

use super::faults::control;
use super::harness::{OTHER_ACCOUNT_ID, SCOPES, SPACE_ID, World, id};

async fn switch(world: &World, options: Value) {
    let (status, text) = control(world, Method::POST, "options", &options).await;
    assert_eq!(status, 200, "{text}");
}

#[tokio::test]
async fn options_are_shown_and_switched_one_by_one() {
    let world = World::new().await;
    switch(&world, json!({ "tokens": { "leeway_seconds": 1 } })).await;
    let (_, options) = control(&world, Method::GET, "options", &Value::Null).await;
    assert_eq!(options["tokens"]["leeway_seconds"], 1);
    assert_eq!(options["tokens"]["access_token_seconds"], 3600);
    assert_eq!(options["stale_tokens"], "masked");
}

#[tokio::test]
async fn stale_tokens_look_as_they_are_switched_to() {
    let world = World::new().await;
    let session = world.session().await;
    world.sandbox.expire_access_tokens().await.unwrap();
    assert_eq!(session.get("/wiki/api/v2/pages").await.status, 404);
    assert_eq!(session.get("/wiki/rest/api/user/current").await.status, 403);
    switch(&world, json!({ "stale_tokens": "unauthorized" })).await;
    assert_eq!(session.get("/wiki/api/v2/pages").await.status, 401);
    assert_eq!(session.get("/wiki/rest/api/user/current").await.status, 401);
}

#[tokio::test]
async fn a_repeated_refresh_can_give_the_same_pair() {
    let world = World::new().await;
    switch(&world, json!({ "tokens": { "repeated_refresh": "same_pair" } })).await;
    let first = world.connect_with(SCOPES).await;
    let lost = world.refresh(&first["refresh_token"]).await.json;
    world.clock.advance_seconds(60);
    let again = world.refresh(&first["refresh_token"]).await.json;
    assert_eq!(again["refresh_token"], lost["refresh_token"]);
    assert_eq!(again["access_token"], lost["access_token"]);
    assert_eq!(again["expires_in"], 3540);
}

#[tokio::test]
async fn a_late_refresh_can_end_the_family_or_everything_of_its_user_and_app() {
    for (rule, other_lives) in [("ends_family", true), ("ends_grants", false)] {
        let world = World::new().await;
        switch(&world, json!({ "tokens": { "late_refresh": rule } })).await;
        let first = world.connect_with(SCOPES).await;
        let other = world.connect_with(SCOPES).await;
        let live = world.refresh(&first["refresh_token"]).await.json;
        world.clock.advance_seconds(10 * 60 + 1);
        let late = world.refresh(&first["refresh_token"]).await;
        assert_eq!((late.status.as_u16(), &late.json["error"]), (403, &json!("invalid_grant")), "{rule}");
        assert_eq!(world.refresh(&live["refresh_token"]).await.status, 403, "{rule}");
        let access = world.holding(live["access_token"].as_str().unwrap());
        assert_eq!(access.get("/wiki/api/v2/pages").await.status, 404, "{rule}: its access tokens too");
        assert_eq!(world.refresh(&other["refresh_token"]).await.status == 200, other_lives, "{rule}");
    }
}

#[tokio::test]
async fn the_token_before_the_previous_one_ends_the_family_too() {
    let world = World::new().await;
    switch(&world, json!({ "tokens": { "late_refresh": "ends_family" } })).await;
    let first = world.connect_with(SCOPES).await;
    let second = world.refresh(&first["refresh_token"]).await.json;
    let third = world.refresh(&second["refresh_token"]).await.json;
    assert_eq!(world.refresh(&first["refresh_token"]).await.status, 403);
    assert_eq!(world.refresh(&third["refresh_token"]).await.status, 403);
}

#[tokio::test]
async fn without_rotation_a_reply_has_no_refresh_token_and_the_old_one_stays_good() {
    let world = World::new().await;
    switch(&world, json!({ "tokens": { "rotation": "never" } })).await;
    let first = world.connect_with(SCOPES).await;
    for _ in 0..3 {
        world.clock.advance_seconds(3600);
        let next = world.refresh(&first["refresh_token"]).await;
        assert_eq!((next.status.as_u16(), next.json.get("refresh_token")), (200, None));
        let session = world.holding(next.json["access_token"].as_str().unwrap());
        assert_eq!(session.get("/wiki/api/v2/pages").await.status, 200);
    }
}

#[tokio::test]
async fn all_lifetimes_can_be_shortened() {
    let world = World::new().await;
    let short = json!({ "access_token_seconds": 30, "leeway_seconds": 5, "idle_seconds": 100,
        "family_seconds": 150, "code_seconds": 2 });
    switch(&world, json!({ "tokens": short })).await;
    let pair = world.connect_with(SCOPES).await;
    assert_eq!(pair["expires_in"], 30);
    let next = world.refresh(&pair["refresh_token"]).await.json;
    world.clock.advance_seconds(6);
    assert_eq!(world.refresh(&pair["refresh_token"]).await.json["error"], "unauthorized_client");
    world.clock.advance_seconds(90);
    let last = world.refresh(&next["refresh_token"]).await.json;
    world.clock.advance_seconds(60);
    assert_eq!(world.refresh(&last["refresh_token"]).await.json["error"], "invalid_grant", "the family");
}

#[tokio::test]
async fn one_user_or_one_family_can_be_revoked_or_expired_alone() {
    let world = World::new().await;
    let mine = world.session().await;
    let other = world.other_user().await;
    let all = "/wiki/api/v2/pages";
    let whose = json!({ "account": OTHER_ACCOUNT_ID });
    assert_eq!(control(&world, Method::POST, "expire", &whose).await.0, 204);
    assert_eq!((mine.get(all).await.status.as_u16(), other.get(all).await.status.as_u16()), (200, 404));
    assert_eq!(control(&world, Method::POST, "revoke", &whose).await.0, 204);
    assert_eq!(mine.get(all).await.status, 200);
    assert_eq!(control(&world, Method::POST, "revoke", &Value::Null).await.0, 204);
    assert_eq!(mine.get(all).await.status, 404);
}

#[tokio::test]
async fn automatic_consent_can_be_given_by_any_user() {
    let world = World::new().await;
    let wish = json!({ "outcome": "allow", "sites": "one", "account_id": OTHER_ACCOUNT_ID });
    assert_eq!(control(&world, Method::POST, "consent", &wish).await.0, 204);
    let session = world.session().await;
    let user = session.get("/wiki/rest/api/user/current").await;
    assert_eq!(user.json["accountId"], OTHER_ACCOUNT_ID);
}

#[tokio::test]
async fn the_clock_is_shown_moved_and_stopped() {
    let world = World::new().await;
    let (_, before) = control(&world, Method::GET, "clock", &Value::Null).await;
    let move_it = json!({ "advance_seconds": 90.5, "standing": true });
    let (_, after) = control(&world, Method::POST, "clock", &move_it).await;
    assert_eq!(after["now_ms"].as_i64().unwrap() - before["now_ms"].as_i64().unwrap(), 90_500);
    assert_eq!(after["standing"], true);
    let (_, set) = control(&world, Method::POST, "clock", &json!({ "set_ms": 1_800_000_000_000_i64 })).await;
    assert_eq!(set["now"], "2027-01-15T08:00:00.000Z");
}

async fn choose(world: &World, name: &str, choice: &str) {
    switch(world, json!({ "content": { name: choice } })).await;
}

#[tokio::test]
async fn open_questions_about_content_can_be_answered_either_way() {
    let world = World::new().await;
    let session = world.session_with(&format!("{SCOPES} write:page:confluence")).await;
    let page = id(&session.create_page("Page", json!({})).await);
    choose(&world, "version_conflict", "classic").await;
    let told = session.update_page(&page, 7, "Page", "<p>x</p>").await;
    assert!(told.title().ends_with("Current version is: 1"), "{}", told.text);
    choose(&world, "version_conflict", "empty").await;
    let told = session.update_page(&page, 7, "Page", "<p>x</p>").await;
    assert_eq!((told.status.as_u16(), told.text.as_str()), (409, ""));

    assert_eq!(session.get("/wiki/api/v2/pages?limit=0").await.status, 400);
    choose(&world, "zero_limit", "default").await;
    assert_eq!(session.get("/wiki/api/v2/pages?limit=0").await.status, 200);

    let post = json!({ "spaceId": SPACE_ID.to_string(), "title": "News", "status": "current" });
    assert_eq!(session.post("/wiki/api/v2/blogposts", &post).await.status, 200);
    assert_eq!(session.post("/wiki/api/v2/blogposts", &post).await.status, 400);
    choose(&world, "blog_titles", "free").await;
    assert_eq!(session.post("/wiki/api/v2/blogposts", &post).await.status, 200);

    let child = id(&session.create_page("Child", json!({ "parentId": page })).await);
    choose(&world, "children_of_trashed", "stay").await;
    session.delete(&format!("/wiki/api/v2/pages/{page}")).await;
    let shown = session.get(&format!("/wiki/api/v2/pages/{child}")).await.json;
    assert_eq!(shown["parentId"], page);
}

#[tokio::test]
async fn refusals_of_rates_have_bodies_as_chosen() {
    let world = World::new().await;
    let session = world.session().await;
    for (choice, media_type, begins) in
        [("json", "application/json", "{"), ("html", "text/html; charset=utf-8", "<html>"), ("empty", "", "")]
    {
        switch(&world, json!({ "rates": { "requests_per_second": 0, "refusal": choice } })).await;
        let refused = session.get("/wiki/api/v2/pages").await;
        assert_eq!((refused.status.as_u16(), refused.header("content-type")), (429, media_type), "{choice}");
        assert!(refused.text.starts_with(begins) && refused.header("retry-after") == "1", "{choice}");
    }
}
