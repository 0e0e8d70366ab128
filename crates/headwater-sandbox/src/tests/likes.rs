//! Likes, which can only be read.

use serde_json::json;

use super::harness::{HOMEPAGE_ID, World, id};
use crate::storage::likes;

#[tokio::test]
async fn likes_are_counted_and_listed() {
    let world = World::new().await;
    let session =
        world.session_with("read:page:confluence read:comment:confluence write:comment:confluence").await;
    let comment =
        json!({ "pageId": HOMEPAGE_ID, "body": { "representation": "storage", "value": "<p>a</p>" } });
    let comment = id(&session.post("/wiki/api/v2/footer-comments", &comment).await.json);
    let mut tx = world.storage.begin().await.unwrap();
    for content in [HOMEPAGE_ID, comment.parse().unwrap()] {
        for (at, account) in [(2, "second"), (1, "first"), (3, "second")] {
            likes::insert(&mut tx, content, account, at).await.unwrap();
        }
    }
    tx.commit().await.unwrap();
    for path in [format!("pages/{HOMEPAGE_ID}"), format!("footer-comments/{comment}")] {
        let base = format!("/wiki/api/v2/{path}/likes");
        assert_eq!(session.get(&format!("{base}/count")).await.json, json!({ "count": 2 }));
        assert_eq!(session.walk(&format!("{base}/users?limit=1"), "accountId").await, ["first", "second"]);
    }
    let nothing = session.get(&format!("/wiki/api/v2/pages/{HOMEPAGE_ID}/likes/users?limit=0")).await;
    assert_eq!((nothing.status.as_u16(), &nothing.json["results"]), (200, &json!([])));
    for path in [format!("inline-comments/{comment}"), "blogposts/7".to_owned()] {
        assert_eq!(session.get(&format!("/wiki/api/v2/{path}/likes/count")).await.status, 404, "{path}");
    }
}
