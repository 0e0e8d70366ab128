//! Users, groups, watches, roles, and what administrators can do.

use http::Method;
use serde_json::json;

use super::harness::{OTHER_ACCOUNT_ID, SCOPES, SPACE_ID, World, id};
use crate::bare;

fn scopes() -> String {
    format!(
        "{SCOPES} read:confluence-user read:user:confluence read:confluence-groups write:confluence-groups \
         read:configuration:confluence write:configuration:confluence read:space.permission:confluence \
         write:space:confluence read:confluence-content.summary write:confluence-content \
         read:confluence-content.all read:email-address:confluence read:app-data:confluence \
         write:app-data:confluence read:watcher:confluence read:group:confluence"
    )
}

#[tokio::test]
async fn users_are_looked_up_and_strangers_left_out() {
    let world = World::new().await;
    let session = world.session_with(&scopes()).await;
    let body = json!({ "accountIds": [OTHER_ACCOUNT_ID, "nobody", bare::ACCOUNT_ID] });
    let reply = session.post("/wiki/api/v2/users-bulk", &body).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let names: Vec<_> =
        reply.json["results"].as_array().unwrap().iter().map(|it| &it["displayName"]).collect();
    assert_eq!(names, ["Kim Other", "Robin Sand"]);
    assert_eq!(session.post("/wiki/api/v2/users-bulk", &json!({})).await.status, 400);
    let one = session.get(&format!("/wiki/rest/api/user?accountId={OTHER_ACCOUNT_ID}")).await;
    assert_eq!(one.json["displayName"], "Kim Other");
    assert_eq!(session.get("/wiki/rest/api/user?accountId=nobody").await.status, 404);
    assert_eq!(session.get("/wiki/rest/api/user").await.status, 400);
    assert_eq!(session.get("/wiki/rest/api/user/anonymous").await.json["type"], "anonymous");
    let path = format!("/wiki/rest/api/user/bulk?accountId={OTHER_ACCOUNT_ID}&accountId=nobody");
    assert_eq!(session.get(&path).await.json["size"], 1);
    assert_eq!(session.get("/wiki/rest/api/user/email?accountId=x").await.status, 400);
}

#[tokio::test]
async fn who_is_invited_has_access() {
    let world = World::new().await;
    let session = world.session_with(&scopes()).await;
    let body = json!({ "emails": ["kim@example.com", "new@example.com", "no address"] });
    let check = "/wiki/api/v2/user/access/check-access-by-email";
    let expected = json!({ "emailsWithoutAccess": ["new@example.com"], "invalidEmails": ["no address"] });
    assert_eq!(session.post(check, &body).await.json, expected);
    assert_eq!(session.post("/wiki/api/v2/user/access/invite-by-email", &body).await.status, 200);
    assert_eq!(session.post(check, &body).await.json["emailsWithoutAccess"], json!([]));
}

#[tokio::test]
async fn administrators_make_groups_and_others_do_not() {
    let world = World::new().await;
    let session = world.session_with(&scopes()).await;
    let other = world.other_user_with(&scopes()).await;
    let names = session.walk("/wiki/rest/api/group", "name").await;
    assert_eq!(names, ["confluence-admins-sandbox", "confluence-users-sandbox", "site-admins"]);
    let body = json!({ "name": "crew" });
    assert_eq!(other.post("/wiki/rest/api/group", &body).await.status, 403);
    let created = session.post("/wiki/rest/api/group", &body).await;
    assert_eq!(created.status, 201);
    assert_eq!(session.post("/wiki/rest/api/group", &body).await.status, 400, "the name is taken");
    let group = id(&created.json);
    let add = format!("/wiki/rest/api/group/userByGroupId?groupId={group}");
    assert_eq!(session.post(&add, &json!({ "accountId": OTHER_ACCOUNT_ID })).await.status, 201);
    let members = format!("/wiki/rest/api/group/{group}/membersByGroupId");
    assert_eq!(session.walk(&members, "accountId").await, [OTHER_ACCOUNT_ID]);
    let of_user = format!("/wiki/rest/api/user/memberof?accountId={OTHER_ACCOUNT_ID}");
    assert_eq!(session.walk(&of_user, "name").await, ["confluence-users-sandbox", "crew"]);
    assert_eq!(session.walk("/wiki/rest/api/group/picker?query=CRE", "name").await, ["crew"]);
    assert_eq!(session.delete(&format!("{add}&accountId={OTHER_ACCOUNT_ID}")).await.status, 204);
    assert!(session.walk(&members, "accountId").await.is_empty());
    let by_id = format!("/wiki/rest/api/group/by-id?id={group}");
    assert_eq!(session.get(&by_id).await.json["name"], "crew");
    assert_eq!(session.delete(&by_id).await.status, 204);
    assert_eq!(session.get(&by_id).await.status, 404);
    assert!(session.walk(&members, "accountId").await.is_empty(), "an unknown group is empty");
}

#[tokio::test]
async fn groups_open_what_is_restricted_to_them() {
    let world = World::new().await;
    let session = world.session_with(&scopes()).await;
    let other = world.other_user_with(&scopes()).await;
    let group = id(&session.post("/wiki/rest/api/group", &json!({ "name": "crew" })).await.json);
    let add = format!("/wiki/rest/api/group/userByGroupId?groupId={group}");
    session.post(&add, &json!({ "accountId": bare::ACCOUNT_ID })).await;
    let page = id(&session.create_page("Page", json!({})).await);
    let path = format!("/wiki/rest/api/content/{page}/restriction/byOperation/read/byGroupId/{group}");
    assert_eq!(session.put(&path, &json!({})).await.status, 200);
    assert_eq!(other.get(&format!("/wiki/api/v2/pages/{page}")).await.status, 404);
    session.post(&add, &json!({ "accountId": OTHER_ACCOUNT_ID })).await;
    assert_eq!(other.get(&format!("/wiki/api/v2/pages/{page}")).await.status, 200);
}

#[tokio::test]
async fn content_spaces_and_labels_are_watched() {
    let world = World::new().await;
    let session = world.session_with(&scopes()).await;
    let page = id(&session.create_page("Page", json!({})).await);
    let watching = |path: String| {
        let session = world.holding(&session.token);
        async move { session.get(&path).await.json["watching"] == json!(true) }
    };
    assert!(watching(format!("/wiki/rest/api/user/watch/content/{page}")).await, "who creates watches");
    let space = "/wiki/rest/api/user/watch/space/BOX".to_owned();
    assert!(!watching(space.clone()).await);
    assert_eq!(session.post(&space, &json!({})).await.status, 403, "the header is missing");
    let uri = format!("/ex/confluence/{}{space}", session.cloud_id);
    let request = http::Request::builder().method(Method::POST).uri(uri);
    let request = request.header("authorization", format!("Bearer {}", session.token));
    let request = request.header("x-atlassian-token", "no-check").body(axum::body::Body::empty()).unwrap();
    assert_eq!(world.send(request).await.status, 204);
    assert!(watching(space.clone()).await);
    let list = format!("/wiki/rest/api/content/{page}/notification/created");
    assert_eq!(session.get(&list).await.json["results"][0]["watcher"]["accountId"], bare::ACCOUNT_ID);
    assert_eq!(session.delete(&space).await.status, 204);
    assert!(!watching(space).await);
    assert_eq!(session.get("/wiki/rest/api/user/watch/label/none").await.status, 403);
    assert_eq!(session.get("/wiki/rest/api/content/BOX/notification/created").await.status, 500);
}

#[tokio::test]
async fn roles_are_made_changed_and_removed_by_administrators() {
    let world = World::new().await;
    let session = world.session_with(&scopes()).await;
    let other = world.other_user_with(&scopes()).await;
    let path = "/wiki/api/v2/space-roles";
    let body = json!({ "name": "Guest", "description": "Looks", "spacePermissions": ["read/space"] });
    assert_eq!(other.post(path, &body).await.status, 404);
    let created = session.post(path, &body).await;
    assert_eq!((created.status.as_u16(), &created.json["type"]), (201, &json!("CUSTOM")));
    assert_eq!(session.post(path, &body).await.status, 400, "the name is taken");
    let unknown = json!({ "name": "X", "description": "", "spacePermissions": ["fly/space"] });
    assert_eq!(session.post(path, &unknown).await.status, 400);
    assert_eq!(session.walk(&format!("{path}?limit=2"), "name").await.len(), 5);
    let one = format!("{path}/{}", id(&created.json));
    let more =
        json!({ "name": "Guest", "description": "", "spacePermissions": ["read/space", "create/comment"] });
    let updated = session.put(&one, &more).await;
    assert_eq!((updated.status.as_u16(), updated.json["taskId"].is_string()), (202, true));
    assert_eq!(session.get(&one).await.json["spacePermissions"], more["spacePermissions"]);
    assert_eq!(session.delete(&one).await.status, 202);
    assert_eq!(session.get(&one).await.status, 404);
    assert_eq!(session.get("/wiki/api/v2/space-role-mode").await.json["mode"], "ROLES_TRANSITION");
    let rights = session.walk("/wiki/api/v2/space-permissions?limit=7", "id").await;
    assert!(rights.contains(&"create/page".to_owned()));
}

#[tokio::test]
async fn sets_of_permissions_become_roles() {
    let world = World::new().await;
    let session = world.session_with(&scopes()).await;
    let path = "/wiki/api/v2/space-permissions/transition";
    let combinations = format!("{path}/combinations");
    assert_eq!(session.get(&combinations).await.json["results"], json!([]), "not generated yet");
    let task = session.post(&combinations, &json!({})).await;
    assert_eq!(task.status, 202);
    let status = format!("{path}/tasks/{}", task.json["taskId"].as_str().unwrap());
    assert_eq!(session.get(&status).await.json["status"], "IN_PROGRESS");
    world.clock.advance_seconds(1);
    assert_eq!(session.get(&status).await.json["status"], "COMPLETED");
    let found = session.get(&combinations).await.json;
    let rows = found["results"].as_array().unwrap();
    assert_eq!(rows.len(), 1, "the author and everybody have what roles have: {found}");
    assert_eq!(rows[0]["principalTypes"], json!(["ALL_PRODUCT_ADMINS_USER_CLASS"]));
    let removal = json!({
        "permissionCombinationIds": [rows[0]["combinationId"]], "spaceSelection": { "spaceType": "ALL" },
    });
    assert_eq!(session.post(&format!("{path}/access-removals"), &removal).await.status, 202);
    assert_eq!(session.get(&combinations).await.json["results"], json!([]));
    let nothing = json!({ "assignments": [], "spaceSelection": { "spaceType": "ALL" } });
    assert_eq!(session.post(&format!("{path}/role-assignments"), &nothing).await.status, 400);
}

#[tokio::test]
async fn an_admin_key_opens_everything_to_requests_that_say_so() {
    let world = World::new().await;
    let other = world.other_user_with(&scopes()).await;
    let body = json!({ "spaceId": SPACE_ID.to_string(), "title": "Secret" });
    let page = id(&other.post("/wiki/api/v2/pages?private=true", &body).await.json);
    let session = world.session_with(&scopes()).await;
    let key = "/wiki/api/v2/admin-key";
    assert_eq!(session.get(key).await.status, 404);
    assert_eq!(other.post(key, &json!({})).await.status, 404, "not an administrator");
    let reply = session.post(key, &json!({ "durationInMinutes": 5 })).await;
    assert_eq!(reply.json["expirationTime"], "2026-11-01T00:05:00.000Z");
    let with_header = || async {
        let uri = format!("/ex/confluence/{}/wiki/api/v2/pages/{page}", session.cloud_id);
        let request = http::Request::get(uri).header("authorization", format!("Bearer {}", session.token));
        let request = request.header("atl-confluence-with-admin-key", "true");
        world.send(request.body(axum::body::Body::empty()).unwrap()).await.status.as_u16()
    };
    assert_eq!(with_header().await, 200);
    assert_eq!(session.get(&format!("/wiki/api/v2/pages/{page}")).await.status, 404, "without the header");
    world.clock.advance_seconds(301);
    assert_eq!(with_header().await, 404, "the key has ended");
    assert_eq!(session.delete(key).await.status, 204);
}

#[tokio::test]
async fn spaces_are_created_with_a_homepage() {
    let world = World::new().await;
    let session = world.session_with(&scopes()).await;
    let path = "/wiki/api/v2/spaces";
    let body = json!({
        "name": "Harbour", "key": "HBR", "description": { "value": "Boats & buoys", "representation": "plain" },
    });
    let created = session.post(path, &body).await;
    assert_eq!(created.status, 201, "{}", created.text);
    assert_eq!(created.json["description"]["plain"]["value"], "Boats & buoys");
    let homepage = created.json["homepageId"].as_str().unwrap();
    assert_eq!(session.get(&format!("/wiki/api/v2/pages/{homepage}")).await.json["title"], "Harbour Home");
    for (body, why) in [
        (json!({ "name": "Other", "key": "hbr" }), "taken, whatever the case"),
        (json!({ "name": "Other", "key": "A-B" }), "not a letter"),
        (json!({ "name": "", "key": "ABC" }), "no name"),
        (json!({ "name": "Other" }), "no key"),
    ] {
        assert_eq!(session.post(path, &body).await.status, 400, "{why}");
    }
    let other = world.other_user_with(&scopes()).await;
    let private = json!({ "name": "Mine", "key": "MINE", "createPrivateSpace": true });
    let mine = id(&session.post(path, &private).await.json);
    assert_eq!(other.get(&format!("{path}/{mine}")).await.status, 404);
    assert_eq!(session.get(&format!("{path}/{mine}?include-permissions=true")).await.status, 200);
    let permissions = session.walk(&format!("{path}/{mine}/permissions?limit=10"), "id").await;
    assert_eq!(permissions.len(), 30, "the author may do everything");
}

#[tokio::test]
async fn what_is_for_apps_is_refused_or_empty() {
    let world = World::new().await;
    let session = world.session_with(&scopes()).await;
    assert_eq!(session.get("/wiki/api/v2/app/properties").await.status, 403);
    assert_eq!(session.put("/wiki/api/v2/app/properties/x", &json!({})).await.status, 403);
    let long = format!("/wiki/api/v2/app/properties/{}", "x".repeat(128));
    assert_eq!(session.get(&long).await.status, 400);
    let metadata = session.get("/wiki/api/v2/data-policies/metadata").await.json;
    assert_eq!(metadata["anyContentBlocked"], false);
    let spaces = session.get("/wiki/api/v2/data-policies/spaces").await.json;
    assert_eq!(spaces["results"][0]["key"], "BOX");
    assert_eq!(spaces["results"][0]["dataPolicy"]["anyContentBlocked"], false);
}

#[tokio::test]
async fn spaces_are_made_changed_and_deleted_by_key() {
    let world = World::new().await;
    let all = format!("{} write:confluence-space read:confluence-space.summary", scopes());
    let session = world.session_with(&all).await;
    let body = json!({ "key": "DOCK", "name": "Dock", "description": { "plain": { "value": "Wood" } } });
    let created = session.post("/wiki/rest/api/space", &body).await;
    assert_eq!((created.status.as_u16(), &created.json["key"]), (200, &json!("DOCK")));
    assert_eq!(session.post("/wiki/rest/api/space", &body).await.status, 400, "the key is taken");
    let path = "/wiki/rest/api/space/DOCK";
    let other = world.other_user_with(&all).await;
    assert_eq!(other.put(path, &json!({ "name": "Pier" })).await.status, 403);
    assert_eq!(session.put(path, &json!({ "name": "Pier" })).await.json["name"], "Pier");
    assert_eq!(session.put(path, &json!({ "homepage": { "id": "1" } })).await.status, 400);
    let task = session.delete(path).await;
    assert_eq!(task.status, 202);
    world.clock.advance_seconds(1);
    let status = format!("/wiki{}", task.json["links"]["status"].as_str().unwrap());
    assert_eq!(session.get(&status).await.json["finished"], true);
    assert_eq!(session.delete(path).await.status, 404);
    assert_eq!(session.walk("/wiki/api/v2/spaces", "key").await, ["BOX"]);
}

#[tokio::test]
async fn permissions_are_given_one_by_one_and_reading_comes_first() {
    let world = World::new().await;
    let all = format!("{} write:space.permission:confluence", scopes());
    let session = world.session_with(&all).await;
    let path = "/wiki/rest/api/space/BOX/permission";
    let wish = |key: &str, target: &str| {
        json!({
            "subject": { "type": "user", "identifier": OTHER_ACCOUNT_ID },
            "operation": { "key": key, "target": target },
        })
    };
    assert_eq!(session.post(path, &wish("create", "page")).await.status, 400, "read/space first");
    let read = session.post(path, &wish("read", "space")).await;
    assert_eq!(read.status, 200, "{}", read.text);
    assert_eq!(session.post(path, &wish("read", "space")).await.status, 400, "twice");
    assert_eq!(session.post(path, &wish("administer", "space")).await.status, 200);
    assert_eq!(session.delete(&format!("{path}/{}", read.json["id"])).await.status, 204);
    assert_eq!(session.delete(&format!("{path}/{}", read.json["id"])).await.status, 404);
    let held = session.walk(&format!("/wiki/api/v2/spaces/{SPACE_ID}/permissions"), "id").await;
    assert!(!held.is_empty());
}
