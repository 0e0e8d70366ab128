//! Cases about sealed secrets as such.
#![expect(clippy::unwrap_used, reason = "a case that cannot go on has failed")]

use headwater_domain::id::SigningKeyId;
use headwater_domain::webhook::SigningSecret;

use super::samples::{NOW, active, after, connection, grant, sealed, seed, webhook};
use crate::store::{SealedField, SealedRecord, Store, StoredSigningKey, Tx};

/// One record of every kind, two grants, and one of each that has no secret.
async fn furnish(store: &impl Store) {
    let (wiki, mut bare) = (connection(1, "wiki"), connection(2, "bare"));
    bare.client_secret = None;
    let accounts = [active(1, &wiki, "ann"), active(2, &wiki, "ben")];
    seed(store, &wiki, &[&accounts[0], &accounts[1]]).await.unwrap();
    seed(store, &bare, &[]).await.unwrap();
    let mut tx = store.write().await.unwrap();
    tx.put_grant(&grant(&accounts[0].id, 1)).await.unwrap();
    let mut without = grant(&accounts[1].id, 1);
    without.refresh_token = None;
    tx.put_grant(&without).await.unwrap();
    let mut hook = webhook(1);
    hook.previous = Some((SigningSecret { generation: 1, sealed: sealed("old") }, after(60)));
    hook.secret = SigningSecret { generation: 2, sealed: sealed("new") };
    tx.insert_webhook(&hook).await.unwrap();
    tx.insert_webhook(&webhook(2)).await.unwrap();
    let key = SigningKeyId::generate(NOW, 1);
    let key = StoredSigningKey { id: key, private_key: sealed("key"), created_at: NOW };
    tx.insert_signing_key(&key).await.unwrap();
    tx.commit().await.unwrap();
}

/// All records of a kind, read one at a time.
async fn all(tx: &mut dyn Tx, field: SealedField) -> Vec<SealedRecord> {
    let (mut found, mut last) = (Vec::new(), String::new());
    loop {
        let next = tx.sealed_records(field, &last, 1).await.unwrap();
        let Some(one) = next.into_iter().next() else { return found };
        last.clone_from(&one.id);
        found.push(one);
    }
}

/// A generation and a text for each expected record.
fn expected(field: SealedField) -> Vec<(u64, &'static str)> {
    match field {
        SealedField::AccessToken => vec![(1, "access 1"), (1, "access 1")],
        SealedField::RefreshToken => vec![(1, "refresh 1")],
        SealedField::ClientSecret => vec![(0, "client secret")],
        SealedField::WebhookSecret => vec![(2, "new"), (1, "webhook secret")],
        SealedField::PreviousWebhookSecret => vec![(1, "old")],
        SealedField::SigningKey => vec![(0, "key")],
    }
}

/// Whatever is sealed is listed once, in order, with what it was sealed for; records without a secret are passed over.
pub async fn every_secret_is_found_and_replaced(store: &impl Store) {
    furnish(store).await;
    let mut tx = store.write().await.unwrap();
    for field in SealedField::ALL {
        let found = all(&mut *tx, field).await;
        let ids: Vec<_> = found.iter().map(|it| it.id.as_str()).collect();
        assert!(ids.is_sorted(), "{field:?}: {ids:?}");
        let secrets: Vec<_> = found.iter().map(|it| (it.generation, it.sealed.clone())).collect();
        let wanted: Vec<_> =
            expected(field).into_iter().map(|(number, text)| (number, sealed(text))).collect();
        assert_eq!(secrets, wanted, "{field:?}");
        for record in &found {
            assert!(tx.replace_sealed(field, record, &sealed("anew")).await.unwrap());
        }
        let replaced = all(&mut *tx, field).await;
        assert!(replaced.iter().all(|it| it.sealed == sealed("anew")), "{field:?}");
        let generations = |them: &[SealedRecord]| them.iter().map(|it| it.generation).collect::<Vec<_>>();
        assert_eq!(generations(&found), generations(&replaced), "{field:?}: it is the same secret");
    }
    tx.commit().await.unwrap();
    let mut tx = store.read().await.unwrap();
    assert_eq!(tx.signing_keys().await.unwrap()[0].private_key, sealed("anew"));
}

/// A secret that somebody else wrote in the meantime is never put back.
pub async fn what_changed_meanwhile_is_not_replaced(store: &impl Store) {
    furnish(store).await;
    for field in SealedField::ALL {
        let mut tx = store.write().await.unwrap();
        let record = all(&mut *tx, field).await.remove(0);
        assert!(tx.replace_sealed(field, &record, &sealed("theirs")).await.unwrap());
        assert!(!tx.replace_sealed(field, &record, &sealed("ours")).await.unwrap(), "{field:?}");
        assert_eq!(all(&mut *tx, field).await[0].sealed, sealed("theirs"));
        let gone = SealedRecord { id: "nobody".to_owned(), ..record };
        assert!(!tx.replace_sealed(field, &gone, &sealed("ours")).await.unwrap());
        tx.commit().await.unwrap();
    }
}
