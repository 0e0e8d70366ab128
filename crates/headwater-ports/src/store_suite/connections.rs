//! Cases about connections.
#![expect(clippy::unwrap_used, reason = "a case that cannot go on has failed")]

use headwater_domain::connection::Connection;
use headwater_domain::name::ConnectionName;

use super::samples::{account, assert_same, connection, flow, grant, seed};
use super::winners;
use crate::store::Store;

/// What was written is what is read.
pub async fn every_field_survives(store: &impl Store) {
    let full = connection(1, "full");
    let bare = without_secret();
    seed(store, &full, &[]).await.unwrap();
    seed(store, &bare, &[]).await.unwrap();
    let mut tx = store.read().await.unwrap();
    for it in [&full, &bare] {
        let found = tx.connection(&it.id).await.unwrap().unwrap();
        assert_same(&found, it);
        assert_eq!(found.client_secret, it.client_secret);
        assert_same(&tx.connection_named(&it.name).await.unwrap().unwrap(), it);
    }
}

fn without_secret() -> Connection {
    let mut bare = connection(2, "bare");
    bare.client_secret = None;
    bare.scopes.clear();
    bare.enabled = false;
    bare.pkce = false;
    bare.additional_tools = false;
    bare
}

/// A name belongs to one connection, and looks are not enough.
pub async fn d1_names_are_unique_and_compared_byte_for_byte(store: &impl Store) {
    seed(store, &connection(1, "wiki"), &[]).await.unwrap();
    let mut tx = store.write().await.unwrap();
    assert!(!tx.insert_connection(&connection(2, "wiki")).await.unwrap());
    assert!(tx.insert_connection(&connection(3, "Wiki")).await.unwrap());
    assert!(tx.connection_named(&ConnectionName::parse("WIKI").unwrap()).await.unwrap().is_none());
}

/// A write that did not see the latest version changes nothing.
pub async fn the_later_writer_loses(store: &impl Store) {
    let mut it = connection(1, "wiki");
    seed(store, &it, &[]).await.unwrap();
    it.version = 2;
    it.client_id.replace_range(.., "first");
    let mut tx = store.write().await.unwrap();
    assert!(tx.update_connection(&it).await.unwrap());
    it.client_id.replace_range(.., "second");
    assert!(!tx.update_connection(&it).await.unwrap());
    assert_eq!(tx.connection(&it.id).await.unwrap().unwrap().client_id, "first");
}

/// Renaming follows the same rule as adding.
pub async fn a_taken_name_cannot_be_moved_to(store: &impl Store) {
    let (mut one, other) = (connection(1, "one"), connection(2, "other"));
    seed(store, &one, &[]).await.unwrap();
    seed(store, &other, &[]).await.unwrap();
    let mut tx = store.write().await.unwrap();
    one.version = 2;
    one.name = other.name.clone();
    assert!(!tx.update_connection(&one).await.unwrap());
    assert_same(&tx.connection(&one.id).await.unwrap().unwrap(), &connection(1, "one"));
    one.name = ConnectionName::parse("Other").unwrap();
    assert!(tx.update_connection(&one).await.unwrap());
    assert!(tx.connection_named(&connection(1, "one").name).await.unwrap().is_none());
    assert!(!tx.update_connection(&connection(3, "gone")).await.unwrap());
}

/// Writers that all saw the same version.
pub async fn of_many_writers_one_wins(store: &impl Store) {
    let wiki = connection(1, "wiki");
    seed(store, &wiki, &[]).await.unwrap();
    let won = winners(async |number| {
        let mine = Connection { client_id: number.to_string(), version: 2, ..connection(1, "wiki") };
        let mut tx = store.write().await.unwrap();
        let won = tx.update_connection(&mine).await.unwrap();
        tx.commit().await.unwrap();
        won
    })
    .await;
    let stored = store.read().await.unwrap().connection(&wiki.id).await.unwrap().unwrap();
    assert_eq!(won.iter().map(u32::to_string).collect::<Vec<_>>(), [stored.client_id]);
}

/// Accounts, grants and flows go with their connection.
pub async fn deleting_takes_everything_along(store: &impl Store) {
    let wiki = connection(1, "wiki");
    let user = account(1, &wiki, "user");
    seed(store, &wiki, &[&user]).await.unwrap();
    let mut tx = store.write().await.unwrap();
    assert!(tx.put_grant(&grant(&user.id, 1)).await.unwrap());
    tx.insert_flow(&flow(1, &user, 1)).await.unwrap();
    assert!(tx.delete_connection(&wiki.id).await.unwrap());
    assert!(!tx.delete_connection(&wiki.id).await.unwrap());
    assert!(tx.connection(&wiki.id).await.unwrap().is_none());
    assert!(tx.account(&user.id).await.unwrap().is_none());
    assert!(tx.grant(&user.id).await.unwrap().is_none());
    assert!(tx.flow_by_link(&[1; 32]).await.unwrap().is_none());
}

/// Another connection keeps all it has.
pub async fn deleting_leaves_others_alone(store: &impl Store) {
    let (wiki, other) = (connection(1, "wiki"), connection(2, "other"));
    let user = account(1, &other, "user");
    seed(store, &wiki, &[]).await.unwrap();
    seed(store, &other, &[&user]).await.unwrap();
    let mut tx = store.write().await.unwrap();
    assert!(tx.put_grant(&grant(&user.id, 1)).await.unwrap());
    assert!(tx.delete_connection(&wiki.id).await.unwrap());
    assert!(tx.account(&user.id).await.unwrap().is_some());
    assert!(tx.grant(&user.id).await.unwrap().is_some());
}
