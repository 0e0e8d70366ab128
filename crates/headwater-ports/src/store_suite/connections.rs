//! Cases about connections.
#![expect(clippy::unwrap_used, reason = "a case that cannot go on has failed")]

use headwater_domain::name::ConnectionName;
use headwater_domain::page::Page;

use super::samples::{account, assert_same, connection, flow, grant, seed};
use crate::store::{ConnectionFilter, Store};

const ALL: Page = Page { offset: 0, limit: 100 };

/// What was written is what is read.
pub async fn every_field_survives(store: &impl Store) {
    let full = connection(1, "full");
    let bare = without_secret();
    seed(store, &full, &[]).await.unwrap();
    seed(store, &bare, &[]).await.unwrap();
    let mut tx = store.read().await.unwrap();
    for it in [&full, &bare] {
        assert_same(&tx.connection(&it.id).await.unwrap().unwrap(), it);
        assert_same(&tx.connection_named(&it.name).await.unwrap().unwrap(), it);
    }
}

fn without_secret() -> headwater_domain::connection::Connection {
    let mut bare = connection(2, "bare");
    bare.client_secret = None;
    bare.scopes.clear();
    bare.enabled = false;
    bare.pkce = false;
    bare
}

/// A name belongs to one connection, and looks are not enough.
pub async fn names_are_unique_and_compared_byte_for_byte(store: &impl Store) {
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

/// Filters narrow, pages cut.
pub async fn lists_are_filtered_and_paged(store: &impl Store) {
    for (number, name) in (1..).zip(["b_1", "a", "c", "b%1"]) {
        seed(store, &connection(number, &name.replace('%', ":")), &[]).await.unwrap();
    }
    let mut tx = store.read().await.unwrap();
    let names = |listing: headwater_domain::page::Listing<headwater_domain::connection::Connection>| {
        listing.items.iter().map(|it| it.name.to_string()).collect::<Vec<_>>()
    };
    let all = tx.list_connections(&ConnectionFilter::default(), ALL).await.unwrap();
    assert_eq!(all.total, 4);
    assert_eq!(names(all), ["a", "b:1", "b_1", "c"]);
    let second =
        tx.list_connections(&ConnectionFilter::default(), Page { offset: 1, limit: 2 }).await.unwrap();
    assert_eq!(names(second), ["b:1", "b_1"]);
    let query = ConnectionFilter { query: Some("B_".to_owned()), ..ConnectionFilter::default() };
    assert_eq!(names(tx.list_connections(&query, ALL).await.unwrap()), ["b_1"]);
    let provider = ConnectionFilter { provider: Some("JIRA".to_owned()), ..ConnectionFilter::default() };
    assert_eq!(tx.list_connections(&provider, ALL).await.unwrap().total, 0);
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
    assert!(tx.account(&user.id).await.unwrap().is_none());
    assert!(tx.grant(&user.id).await.unwrap().is_none());
    assert!(tx.flow_by_link(&[1; 32]).await.unwrap().is_none());
}
