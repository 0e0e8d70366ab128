//! The site's own address, where programs sign in with an API token of their user.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Request;
use http::header::{AUTHORIZATION, HOST, LOCATION};
use serde_json::json;

use super::harness::{PUBLIC_URL, Reply, World};
use crate::bare;

const TOKEN: &str = "ATATT-a-token";

async fn signed_in(world: &World) -> (String, String) {
    let email = world.sandbox.emails().await.unwrap().remove(0);
    assert!(world.sandbox.register_api_token(&email, TOKEN).await.unwrap());
    (email.clone(), format!("Basic {}", STANDARD.encode(format!("{email}:{TOKEN}"))))
}

async fn ask(world: &World, method: &str, path: &str, authorization: &str, body: &str) -> Reply {
    let host = PUBLIC_URL.split_once("://").unwrap().1;
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(HOST, host)
        .header(AUTHORIZATION, authorization)
        .header("content-type", "application/json");
    world.send(request.body(body.to_owned().into()).unwrap()).await
}

#[tokio::test]
async fn a_user_with_an_api_token_may_do_everything_there() {
    let world = World::new().await;
    let (email, basic) = signed_in(&world).await;
    let me = ask(&world, "GET", "/wiki/rest/api/user/current", &basic, "").await;
    assert_eq!((me.status.as_u16(), &me.json["accountId"]), (200, &json!(bare::ACCOUNT_ID)));
    let spaces = ask(&world, "GET", "/wiki/api/v2/spaces", &basic, "").await;
    assert_eq!(spaces.status, 200, "no scope is asked for");
    let uppercase = format!("Basic {}", STANDARD.encode(format!("{}:{TOKEN}", email.to_uppercase())));
    assert_eq!(ask(&world, "GET", "/wiki/api/v2/spaces", &uppercase, "").await.status, 200);
}

#[tokio::test]
async fn rejected_credentials_look_as_measured() {
    let world = World::new().await;
    let (email, _) = signed_in(&world).await;
    for given in [format!("Basic {}", STANDARD.encode(format!("{email}:wrong"))), "Basic %".to_owned()] {
        assert_eq!(ask(&world, "GET", "/wiki/rest/api/user/current", &given, "").await.status, 403);
        assert_eq!(ask(&world, "GET", "/wiki/api/v2/spaces", &given, "").await.status, 404);
    }
}

/// A token of an app is good at the gateway alone.
#[tokio::test]
async fn tokens_of_apps_are_refused_there() {
    let world = World::new().await;
    let session = world.session_with("read:space:confluence").await;
    assert_eq!(session.get("/wiki/api/v2/spaces").await.status, 200);
    let bearer = format!("Bearer {}", session.token);
    assert_eq!(ask(&world, "GET", "/wiki/api/v2/spaces", &bearer, "").await.status, 401);
}

#[tokio::test]
async fn the_download_link_of_an_attachment_works_there_and_not_at_the_gateway() {
    let world = World::new().await;
    let session = world.session_with("read:attachment:confluence write:confluence-file").await;
    let (_, basic) = signed_in(&world).await;
    let body = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a b.txt\"\r\n\r\ntides\r\n--b--\r\n";
    let path = format!("/wiki/rest/api/content/{}/child/attachment", super::harness::HOMEPAGE_ID);
    let request = Request::post(&path)
        .header(AUTHORIZATION, &basic)
        .header("x-atlassian-token", "no-check")
        .header("content-type", "multipart/form-data; boundary=b");
    let uploaded = world.send(request.body(body.into()).unwrap()).await;
    assert_eq!(uploaded.status, 200, "{}", uploaded.text);
    let link = uploaded.json["results"][0]["_links"]["download"].as_str().unwrap().to_owned();
    let path = format!("/wiki{link}");
    assert_eq!(session.get(&path).await.status, 404);
    let reply = ask(&world, "GET", &path, &basic, "").await;
    assert_eq!(reply.status, 302, "{}", reply.text);
    let location = reply.headers[LOCATION].to_str().unwrap().strip_prefix(PUBLIC_URL).unwrap();
    assert_eq!(world.get(location).await.text, "tides");
}

#[tokio::test]
async fn classic_lists_answer_or_are_gone_as_the_site_says() {
    let world = World::new().await;
    let (_, basic) = signed_in(&world).await;
    let content = format!("/wiki/rest/api/content/{}", super::harness::HOMEPAGE_ID);
    let property = format!("{content}/property");
    let made = ask(&world, "POST", &property, &basic, r#"{"key":"tide","value":{"high":12}}"#).await;
    assert_eq!((made.status.as_u16(), &made.json["version"]["number"]), (200, &json!(1)), "{}", made.text);
    let taken = ask(&world, "POST", &property, &basic, r#"{"key":"tide","value":1}"#).await;
    assert_eq!(taken.status, 409);
    let one = format!("{property}/tide");
    let stale = ask(&world, "PUT", &one, &basic, r#"{"value":2,"version":{"number":1}}"#).await;
    assert_eq!(stale.status, 409);
    let next = ask(&world, "PUT", &one, &basic, r#"{"value":2,"version":{"number":2}}"#).await;
    assert_eq!((next.status.as_u16(), &next.json["value"]), (200, &json!(2)), "{}", next.text);
    assert_eq!(ask(&world, "GET", &property, &basic, "").await.json["size"], 1);
    ask(&world, "POST", &format!("{content}/label"), &basic, r#"[{"prefix":"global","name":"spring"}]"#)
        .await;
    let labels = ask(&world, "GET", &format!("{content}/label"), &basic, "").await;
    assert_eq!(labels.json["results"][0]["name"], "spring");
    let spaces = ask(&world, "GET", "/wiki/rest/api/space?limit=1", &basic, "").await;
    let key = spaces.json["results"][0]["key"].as_str().unwrap();
    let space = ask(&world, "GET", &format!("/wiki/rest/api/space/{key}"), &basic, "").await;
    assert_eq!(space.json["key"], *key);
    assert_eq!(ask(&world, "DELETE", &one, &basic, "").await.status, 204);
    assert_eq!(ask(&world, "GET", &one, &basic, "").await.status, 404);

    world.sandbox.set_classic_content(bare::CLOUD_ID, false).await.unwrap();
    for path in [property, format!("{content}/label"), "/wiki/rest/api/space".to_owned()] {
        assert_eq!(ask(&world, "GET", &path, &basic, "").await.status, 410, "{path}");
    }
}
