//! Permissions and restrictions: who sees and changes what, in every operation alike.

use serde_json::{Value, json};

use super::harness::{OTHER_ACCOUNT_ID, SCOPES, SPACE_ID, Session, World, id};
use crate::bare;
use crate::storage::space_permissions::{self, Principal};

fn scopes() -> String {
    format!(
        "{SCOPES} read:confluence-content.all write:confluence-content read:confluence-content.permission \
         search:confluence write:space:confluence write:space.permission:confluence \
         read:space.permission:confluence read:folder:confluence write:folder:confluence"
    )
}

/// What everybody may in the bare space, and nothing of it.
async fn close_space(world: &World) {
    let mut tx = world.storage.begin().await.unwrap();
    let everybody = Principal::access_class("ALL_LICENSED_USERS");
    space_permissions::revoke_all(&mut tx, SPACE_ID, &everybody).await.unwrap();
    tx.commit().await.unwrap();
}

async fn allow(world: &World, operation: &str, target: &str) {
    let mut tx = world.storage.begin().await.unwrap();
    let other = Principal::user(OTHER_ACCOUNT_ID);
    space_permissions::grant(&mut tx, SPACE_ID, &other, operation, target).await.unwrap();
    tx.commit().await.unwrap();
}

async fn restrict(session: &Session<'_>, page: &str, operation: &str, account_id: &str) -> u16 {
    let path = format!(
        "/wiki/rest/api/content/{page}/restriction/byOperation/{operation}/user?accountId={account_id}"
    );
    session.put(&path, &json!({})).await.status.as_u16()
}

async fn titles(session: &Session<'_>) -> Vec<String> {
    session.walk("/wiki/api/v2/pages?limit=1&sort=title", "title").await
}

#[tokio::test]
async fn who_may_not_read_a_space_sees_nothing_of_it() {
    let world = World::new().await;
    let owner = world.session_with(&scopes()).await;
    let page = id(&owner.create_page("Plan", json!({})).await);
    let other = world.other_user_with(&scopes()).await;
    assert_eq!(titles(&other).await, ["Plan", "Sandbox Home"]);
    close_space(&world).await;
    for path in [
        format!("/wiki/api/v2/pages/{page}"),
        format!("/wiki/api/v2/pages/{page}/operations"),
        format!("/wiki/api/v2/pages/{page}/direct-children"),
        format!("/wiki/api/v2/spaces/{SPACE_ID}"),
        format!("/wiki/api/v2/spaces/{SPACE_ID}/pages"),
        format!("/wiki/rest/api/content/{page}/restriction"),
    ] {
        assert_eq!(other.get(&path).await.status, 404, "{path}");
        assert_eq!(owner.get(&path).await.status, 200, "{path}");
    }
    assert!(titles(&other).await.is_empty());
    assert!(other.walk("/wiki/api/v2/spaces", "key").await.is_empty());
    let found = other.get("/wiki/rest/api/search?cql=type=page").await.json;
    assert_eq!(found["totalSize"], 0);
    let body = json!({ "spaceId": SPACE_ID.to_string(), "title": "Mine" });
    assert_eq!(other.post("/wiki/api/v2/pages", &body).await.status, 404);
}

#[tokio::test]
async fn readers_of_a_space_change_only_what_they_are_allowed() {
    let world = World::new().await;
    let owner = world.session_with(&scopes()).await;
    let page = id(&owner.create_page("Plan", json!({})).await);
    let other = world.other_user_with(&scopes()).await;
    close_space(&world).await;
    allow(&world, "read", "space").await;
    assert_eq!(other.get(&format!("/wiki/api/v2/pages/{page}")).await.status, 200);
    assert_eq!(other.update_page(&page, 2, "Theirs", "<p>x</p>").await.status, 404);
    assert_eq!(other.delete(&format!("/wiki/api/v2/pages/{page}")).await.status, 404);
    let body = json!({ "spaceId": SPACE_ID.to_string(), "title": "Mine" });
    assert_eq!(other.post("/wiki/api/v2/pages", &body).await.status, 404);
    let comment = json!({ "pageId": page, "body": { "representation": "storage", "value": "<p>x</p>" } });
    assert_eq!(other.post("/wiki/api/v2/footer-comments", &comment).await.status, 404);
    let label = json!([{ "prefix": "global", "name": "mine" }]);
    let reply = other.post(&format!("/wiki/rest/api/content/{page}/label"), &label).await;
    assert_eq!((reply.status.as_u16(), &reply.json["statusCode"]), (403, &json!(403)));
    allow(&world, "create", "page").await;
    assert_eq!(other.update_page(&page, 2, "Theirs", "<p>x</p>").await.status, 200);
    let operations = other.get(&format!("/wiki/api/v2/pages/{page}/operations")).await.json;
    let operations = operations["operations"].as_array().unwrap();
    assert!(operations.contains(&json!({ "operation": "update", "targetType": "page" })));
    assert!(!operations.contains(&json!({ "operation": "delete", "targetType": "page" })));
    allow(&world, "delete", "page").await;
    assert_eq!(other.delete(&format!("/wiki/api/v2/pages/{page}")).await.status, 204);
    let purge = format!("/wiki/api/v2/pages/{page}?purge=true");
    assert_eq!(other.delete(&purge).await.status, 404, "only administrators purge");
    assert_eq!(owner.delete(&purge).await.status, 204);
}

#[tokio::test]
async fn what_is_closed_to_readers_closes_all_below_it_and_on_it() {
    let world = World::new().await;
    let owner = world.session_with(&scopes()).await;
    let parent = id(&owner.create_page("Parent", json!({})).await);
    let child = id(&owner.create_page("Child", json!({ "parentId": parent })).await);
    let grandchild = id(&owner.create_page("Grandchild", json!({ "parentId": child })).await);
    let body = json!({ "pageId": grandchild, "body": { "representation": "storage", "value": "<p>x</p>" } });
    let comment = id(&owner.post("/wiki/api/v2/footer-comments", &body).await.json);
    let other = world.other_user_with(&scopes()).await;
    assert_eq!(restrict(&owner, &child, "read", bare::ACCOUNT_ID).await, 200);
    assert_eq!(titles(&other).await, ["Parent", "Sandbox Home"]);
    assert_eq!(other.get(&format!("/wiki/api/v2/pages/{grandchild}")).await.status, 404);
    assert_eq!(other.get(&format!("/wiki/api/v2/footer-comments/{comment}")).await.status, 404);
    let below = format!("/wiki/api/v2/pages/{parent}/descendants");
    assert!(other.walk(&below, "id").await.is_empty());
    assert_eq!(owner.walk(&below, "id").await.len(), 2);
    assert_eq!(restrict(&owner, &child, "read", OTHER_ACCOUNT_ID).await, 200);
    assert_eq!(other.get(&format!("/wiki/api/v2/footer-comments/{comment}")).await.status, 200);
    let path = format!("/wiki/rest/api/content/{child}/restriction");
    assert_eq!(owner.delete(&path).await.status, 200);
    assert_eq!(owner.get(&path).await.json["results"][0]["restrictions"]["user"]["size"], 0);
}

#[tokio::test]
async fn what_is_closed_to_editors_is_still_read() {
    let world = World::new().await;
    let owner = world.session_with(&scopes()).await;
    let page = id(&owner.create_page("Page", json!({})).await);
    let child = id(&owner.create_page("Child", json!({ "parentId": page })).await);
    let other = world.other_user_with(&scopes()).await;
    assert_eq!(restrict(&owner, &page, "update", bare::ACCOUNT_ID).await, 200);
    assert_eq!(other.get(&format!("/wiki/api/v2/pages/{page}")).await.status, 200);
    assert_eq!(other.update_page(&page, 2, "Theirs", "").await.status, 404);
    assert_eq!(restrict(&other, &page, "update", OTHER_ACCOUNT_ID).await, 403);
    assert_eq!(other.update_page(&child, 2, "Theirs", "").await.status, 200, "not inherited");
    assert_eq!(owner.update_page(&page, 2, "Mine", "").await.status, 200);
}

#[tokio::test]
async fn private_pages_are_restrictions_like_others() {
    let world = World::new().await;
    let owner = world.session_with(&scopes()).await;
    let body = json!({ "spaceId": SPACE_ID.to_string(), "title": "Secret" });
    let page = id(&owner.post("/wiki/api/v2/pages?private=true", &body).await.json);
    let other = world.other_user_with(&scopes()).await;
    assert_eq!(other.get(&format!("/wiki/api/v2/pages/{page}")).await.status, 404);
    let path = format!("/wiki/rest/api/content/{page}/restriction");
    let shown = owner.get(&path).await.json;
    assert_eq!(shown["results"][0]["operation"], "read");
    assert_eq!(shown["results"][0]["restrictions"]["user"]["results"][0]["accountId"], bare::ACCOUNT_ID);
    let open =
        json!([{ "operation": "update", "restrictions": { "user": [{ "accountId": bare::ACCOUNT_ID }] } }]);
    assert_eq!(owner.put(&path, &open).await.status, 200);
    assert_eq!(other.get(&format!("/wiki/api/v2/pages/{page}")).await.status, 200);
}

#[tokio::test]
async fn nobody_locks_themselves_out_and_unknown_people_are_refused() {
    let world = World::new().await;
    let owner = world.session_with(&scopes()).await;
    let page = id(&owner.create_page("Page", json!({})).await);
    assert_eq!(restrict(&owner, &page, "read", OTHER_ACCOUNT_ID).await, 400);
    assert_eq!(restrict(&owner, &page, "read", "nobody").await, 400);
    assert_eq!(restrict(&owner, &page, "delete", bare::ACCOUNT_ID).await, 404);
    let path = format!("/wiki/rest/api/content/{page}/restriction/byOperation");
    let shown = owner.get(&path).await.json;
    assert_eq!(shown["read"]["restrictions"]["user"]["results"], json!([]));
    let status = format!("{path}/read/user?accountId={}", bare::ACCOUNT_ID);
    assert_eq!(owner.get(&status).await.status, 404);
    assert_eq!(restrict(&owner, &page, "read", bare::ACCOUNT_ID).await, 200);
    assert_eq!(owner.get(&status).await.status, 200);
    assert_eq!(owner.delete(&status).await.status, 200);
    world.sandbox.set_edition(bare::CLOUD_ID, crate::Edition::Free).await.unwrap();
    assert_eq!(restrict(&owner, &page, "read", bare::ACCOUNT_ID).await, 403);
}

#[tokio::test]
async fn permissions_are_checked_for_oneself_and_by_administrators_for_others() {
    let world = World::new().await;
    let owner = world.session_with(&scopes()).await;
    let page = id(&owner.create_page("Page", json!({})).await);
    let other = world.other_user_with(&scopes()).await;
    let path = format!("/wiki/rest/api/content/{page}/permission/check");
    let check = |who: &str, operation: &str| -> Value {
        json!({ "subject": { "type": "user", "identifier": who }, "operation": operation })
    };
    assert_eq!(restrict(&owner, &page, "update", bare::ACCOUNT_ID).await, 200);
    for (operation, expected) in [("read", true), ("update", false), ("delete", false)] {
        let own = other.post(&path, &check(OTHER_ACCOUNT_ID, operation)).await;
        assert_eq!((own.status.as_u16(), &own.json["hasPermission"]), (200, &json!(expected)), "{operation}");
        let asked = owner.post(&path, &check(OTHER_ACCOUNT_ID, operation)).await;
        assert_eq!(asked.json["hasPermission"], expected, "{operation}");
    }
    assert_eq!(other.post(&path, &check(bare::ACCOUNT_ID, "read")).await.status, 403);
    assert_eq!(owner.post(&path, &check("nobody", "read")).await.status, 400);
    assert_eq!(owner.post(&path, &check(bare::ACCOUNT_ID, "move")).await.status, 400);
}

#[tokio::test]
async fn roles_give_access_and_take_it() {
    let world = World::new().await;
    let owner = world.session_with(&scopes()).await;
    let other = world.other_user_with(&scopes()).await;
    close_space(&world).await;
    let roles = owner.get("/wiki/api/v2/space-roles").await.json;
    let role = |name: &str| {
        let roles = roles["results"].as_array().unwrap();
        id(roles.iter().find(|role| role["name"] == name).unwrap())
    };
    let principal = json!({ "principalType": "USER", "principalId": OTHER_ACCOUNT_ID });
    let path = format!("/wiki/api/v2/spaces/{SPACE_ID}/role-assignments");
    let viewer = json!([{ "principal": principal, "roleId": role("Viewer") }]);
    let reply = owner.post(&path, &viewer).await;
    assert_eq!((reply.status.as_u16(), &reply.json["results"]), (200, &viewer));
    assert_eq!(titles(&other).await, ["Sandbox Home"]);
    let body = json!({ "spaceId": SPACE_ID.to_string(), "title": "Mine" });
    assert_eq!(other.post("/wiki/api/v2/pages", &body).await.status, 404);
    assert_eq!(other.post(&path, &viewer).await.status, 404, "not an administrator");
    let writer = json!([{ "principal": principal, "roleId": role("Collaborator") }]);
    assert_eq!(owner.post(&path, &writer).await.json["results"], writer);
    assert_eq!(other.post("/wiki/api/v2/pages", &body).await.status, 200);
    assert_eq!(owner.post(&path, &json!([{ "principal": principal }])).await.json["results"], json!([]));
    assert!(titles(&other).await.is_empty());
    let unknown = json!([{ "principal": principal, "roleId": "x" }]);
    assert_eq!(owner.post(&path, &unknown).await.status, 404);
    let narrowed = format!("{path}?principal-id=x");
    assert_eq!(owner.get(&narrowed).await.status, 400, "both or none");
}
