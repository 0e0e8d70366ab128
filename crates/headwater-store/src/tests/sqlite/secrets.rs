//! No plaintext secret on the disk.

use std::fs;
use std::sync::Arc;

use headwater_domain::grant::SealedGrant;
use headwater_domain::id::SigningKeyId;
use headwater_domain::sealed::Sealed;
use headwater_domain::secret::Secret;
use headwater_ports::fakes::SeededEntropy;
use headwater_ports::sealer::{SealContext, Sealer as _};
use headwater_ports::store::StoredSigningKey;
use headwater_seal::KeyRing;

use super::*;

const CANARY: &str = "canary-5f2c9e";

fn seal(ring: &KeyRing, number: u32, field: &'static str) -> Sealed {
    let context = SealContext { record: "test", id: "1", field, generation: number.into() };
    ring.seal(context, &Secret::new(format!("{CANARY} {field} {number}"))).unwrap()
}

#[tokio::test]
async fn a1_no_byte_of_a_sealed_secret_is_found_in_any_file() {
    let ring = KeyRing::single(&[7; 32], Arc::new(SeededEntropy::new(1)));
    let (store, directory) = open().await;
    let mut wiki = connection(1);
    wiki.client_secret = Some(seal(&ring, 0, "client_secret"));
    add(&store, &wiki).await;
    let mut tx = store.write().await.unwrap();
    for number in 0..200 {
        let account = account(number, &wiki);
        assert!(tx.insert_account(&account).await.unwrap());
        let grant = SealedGrant {
            account_id: account.id,
            generation: 1,
            access_token: seal(&ring, number, "access_token"),
            refresh_token: Some(seal(&ring, number, "refresh_token")),
            scopes: vec!["visible-mark".to_owned()],
            obtained_at: NOW,
            expires_at: None,
        };
        assert!(tx.put_grant(&grant).await.unwrap());
    }
    let id = SigningKeyId::generate(NOW, 1);
    let private_key = seal(&ring, 0, "private_key");
    tx.insert_signing_key(&StoredSigningKey { id, private_key, created_at: NOW }).await.unwrap();
    tx.put_key_check(&ring.key_check().unwrap()).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(found(&directory, CANARY), 0);
    assert!(found(&directory, "visible-mark") > 0, "the search finds what is there");
    store.close().await;
    assert_eq!(found(&directory, CANARY), 0);
    assert!(found(&directory, "visible-mark") > 0, "the search finds what is there");
}

#[tokio::test]
async fn a7_what_was_deleted_is_overwritten() {
    let (store, directory) = open().await;
    let mut wiki = connection(1);
    wiki.client_id = "visible-mark".to_owned();
    add(&store, &wiki).await;
    let mut tx = store.write().await.unwrap();
    assert!(tx.delete_connection(&wiki.id).await.unwrap());
    tx.commit().await.unwrap();
    store.close().await;
    assert_eq!(found(&directory, "visible-mark"), 0);
}

/// In how many places the files of the database hold `text`.
fn found(directory: &TempDir, text: &str) -> usize {
    let files = fs::read_dir(directory.path()).unwrap().map(|entry| fs::read(entry.unwrap().path()).unwrap());
    files.map(|bytes| bytes.windows(text.len()).filter(|window| *window == text.as_bytes()).count()).sum()
}
