//! Cases about whose account it is.
#![expect(clippy::unwrap_used, reason = "a case that cannot go on has failed")]

use headwater_domain::account::{ConnectedAccount, Owner};
use headwater_domain::id::AccountId;
use headwater_domain::name::Identifier;

use super::samples::{NOW, account, connection, owner, seed};
use super::winners;
use crate::store::Store;

/// Owners are the same only when identifier, organization and user are, byte for byte.
pub async fn an_owner_has_one_account_per_connection(store: &impl Store) {
    let (wiki, other) = (connection(1, "wiki"), connection(2, "other"));
    seed(store, &wiki, &[&account(1, &wiki, "user")]).await.unwrap();
    seed(store, &other, &[&account(2, &other, "user")]).await.unwrap();
    let mut tx = store.write().await.unwrap();
    assert!(!tx.insert_account(&account(3, &wiki, "user")).await.unwrap());
    for (number, identifier) in (10..).zip(["User", "usеr", "user1", "us er", "café"]) {
        assert!(tx.insert_account(&account(number, &wiki, identifier)).await.unwrap(), "{identifier}");
    }
    let organized = Owner { organization_id: Some("org_1".to_owned()), ..owner("user") };
    let mut it = account(20, &wiki, "user");
    it.owner = organized.clone();
    assert!(tx.insert_account(&it).await.unwrap());
    assert_eq!(tx.account_of(&wiki.id, &organized).await.unwrap().unwrap().id, it.id);
}

/// Absent, empty and given are three things, in each part.
pub async fn d3_every_part_tells_owners_apart(store: &impl Store) {
    let wiki = connection(1, "wiki");
    seed(store, &wiki, &[]).await.unwrap();
    let parts = [None, Some(""), Some("a"), Some("A"), Some("a ")];
    let pairs = parts.iter().flat_map(|organization| parts.iter().map(move |user| (organization, user)));
    let owners = pairs.map(|(organization, user)| Owner {
        organization_id: organization.map(str::to_owned),
        user_id: user.map(str::to_owned),
        ..owner("user")
    });
    let accounts: Vec<ConnectedAccount> = (1..)
        .zip(owners)
        .map(|(number, owner)| ConnectedAccount { owner, ..account(number, &wiki, "x") })
        .collect();
    let mut tx = store.write().await.unwrap();
    for account in &accounts {
        assert!(tx.insert_account(account).await.unwrap(), "{:?}", account.owner);
    }
    for (number, first) in (100..).zip(&accounts) {
        assert_eq!(tx.account_of(&wiki.id, &first.owner).await.unwrap().unwrap().id, first.id);
        let second = ConnectedAccount { id: AccountId::generate(NOW, number), ..first.clone() };
        assert!(!tx.insert_account(&second).await.unwrap(), "{:?}", first.owner);
    }
    assert!(tx.account_of(&connection(2, "other").id, &accounts[0].owner).await.unwrap().is_none());
}

/// Identifiers are compared byte for byte; what only looks different is refused before it gets here.
pub async fn d1_look_alikes_are_different_owners(store: &impl Store) {
    let wiki = connection(1, "wiki");
    let names = [
        "ann", "Ann", "ANN", "аnn", "a.n.n", "ann@x", "straße", "STRASSE", "ı", "i", "I", "İ", "café",
        "cafe", "ﬁ", "fi",
    ];
    let accounts: Vec<ConnectedAccount> =
        (1..).zip(names).map(|(number, name)| account(number, &wiki, name)).collect();
    seed(store, &wiki, &accounts.iter().collect::<Vec<_>>()).await.unwrap();
    let mut tx = store.read().await.unwrap();
    for account in &accounts {
        assert_eq!(tx.account_of(&wiki.id, &account.owner).await.unwrap().unwrap().id, account.id);
    }
    for refused in ["ann ", " ann", "ann\0", "cafe\u{301}", "an\u{200b}n", "ann\n"] {
        assert!(Identifier::parse(refused).is_err(), "{refused:?}");
    }
}

/// Two first calls for the same end user.
pub async fn of_many_creators_one_wins(store: &impl Store) {
    let wiki = connection(1, "wiki");
    seed(store, &wiki, &[]).await.unwrap();
    let won = winners(async |number| {
        let mut tx = store.write().await.unwrap();
        let won = tx.insert_account(&account(number, &wiki, "user")).await.unwrap();
        tx.commit().await.unwrap();
        won
    })
    .await;
    let stored = store.read().await.unwrap().account_of(&wiki.id, &owner("user")).await.unwrap().unwrap();
    assert_eq!(won.iter().map(|number| account(*number, &wiki, "user").id).collect::<Vec<_>>(), [stored.id]);
}
