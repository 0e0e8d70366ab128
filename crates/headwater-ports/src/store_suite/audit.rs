//! Cases about the audit log.
#![expect(clippy::unwrap_used, reason = "a case that cannot go on has failed")]

use std::collections::HashSet;

use headwater_domain::audit::{Actor, AuditEntry};
use headwater_domain::id::{AccountId, AuditId, ClientId, ConnectionId};

use super::samples::{NOW, after};
use crate::store::{AuditFilter, Store};

fn entry(number: u32, seconds: u64) -> AuditEntry {
    AuditEntry {
        id: AuditId::generate(NOW, u64::from(number)),
        at: after(seconds),
        actor: Actor::Operator,
        action: "account.delete".to_owned(),
        account_id: None,
        connection_id: None,
        subject: None,
        outcome: "ok".to_owned(),
        provider_status: None,
        provider_request_id: None,
        execution_id: None,
        duration_ms: 0,
    }
}

fn full(number: u32, seconds: u64) -> AuditEntry {
    AuditEntry {
        actor: Actor::Client(ClientId::generate(NOW, 1)),
        action: "tool.execute".to_owned(),
        account_id: Some(AccountId::generate(NOW, 2)),
        connection_id: Some(ConnectionId::generate(NOW, 3)),
        subject: Some("confluence_page_get".to_owned()),
        outcome: "TOOL_ERROR".to_owned(),
        provider_status: Some(404),
        provider_request_id: Some("abc".to_owned()),
        execution_id: Some("exec_1".to_owned()),
        duration_ms: 1234,
        ..entry(number, seconds)
    }
}

/// What was written is what is read, once, oldest first.
pub async fn every_field_survives(store: &impl Store) {
    let mut tx = store.write().await.unwrap();
    tx.append_audit(&[]).await.unwrap();
    tx.append_audit(&[full(2, 5), entry(1, 5), entry(3, 0)]).await.unwrap();
    tx.append_audit(&[entry(4, 9), full(2, 5)]).await.unwrap();
    tx.commit().await.unwrap();
    let found = store.read().await.unwrap().read_audit(&AuditFilter::default(), 10).await.unwrap();
    assert_eq!(found, [entry(3, 0), entry(1, 5), full(2, 5), entry(4, 9)]);
}

/// Two that got the same id, whether in one batch or from two replicas, are both kept; and each only once, when a batch
/// is written again because the answer to its commit was lost.
pub async fn f13_entries_of_one_id_are_all_kept(store: &impl Store) {
    let (first, second, third) = (entry(1, 0), full(1, 1), entry(1, 2));
    for _ in 0..2 {
        let mut tx = store.write().await.unwrap();
        tx.append_audit(std::slice::from_ref(&first)).await.unwrap();
        tx.append_audit(&[entry(4, 3), second.clone(), third.clone()]).await.unwrap();
        tx.commit().await.unwrap();
    }
    let found = store.read().await.unwrap().read_audit(&AuditFilter::default(), 10).await.unwrap();
    let ids: HashSet<&AuditId> = found.iter().map(|it| &it.id).collect();
    assert_eq!(ids.len(), 4, "{found:?}");
    let with_id = |id: &AuditId, it: AuditEntry| AuditEntry { id: id.clone(), ..it };
    let wanted = [first, second, third, entry(4, 3)];
    assert_eq!(found.len(), wanted.len());
    for (found, wanted) in found.iter().zip(wanted) {
        assert_eq!(*found, with_id(&found.id, wanted));
    }
}

/// What a client sent may hold a NUL, which PostgreSQL cannot store: it must cost neither the entry nor its batch.
pub async fn f13_a_nul_costs_no_entry(store: &impl Store) {
    let odd = AuditEntry { subject: Some("a\0b\u{1f600}\"\\".to_owned()), ..full(1, 0) };
    let mut tx = store.write().await.unwrap();
    tx.append_audit(&[odd.clone(), entry(2, 1)]).await.unwrap();
    tx.append_audit(std::slice::from_ref(&odd)).await.unwrap();
    tx.commit().await.unwrap();
    let found = store.read().await.unwrap().read_audit(&AuditFilter::default(), 10).await.unwrap();
    let subject = Some("a\u{fffd}b\u{1f600}\"\\".to_owned());
    assert_eq!(found, [AuditEntry { subject, ..odd }, entry(2, 1)]);
}

/// Each field of the filter narrows, and reading goes on behind an entry.
pub async fn entries_are_filtered(store: &impl Store) {
    let mut tx = store.write().await.unwrap();
    tx.append_audit(&[entry(1, 0), full(2, 5), entry(3, 5), entry(4, 9)]).await.unwrap();
    let none = AuditFilter::default();
    let account = full(2, 5).account_id.map(|id| id.to_string());
    let actor = Some(full(2, 5).actor.as_str().to_owned());
    let table = [
        (AuditFilter { since: Some(after(5)), ..none.clone() }, vec![2, 3, 4]),
        (AuditFilter { until: Some(after(5)), ..none.clone() }, vec![1]),
        (AuditFilter { account, ..none.clone() }, vec![2]),
        (AuditFilter { actor, ..none.clone() }, vec![2]),
        (AuditFilter { action: Some("account.delete".to_owned()), ..none.clone() }, vec![1, 3, 4]),
        (AuditFilter { after: Some((after(5), entry(2, 5).id)), ..none.clone() }, vec![3, 4]),
        (AuditFilter { action: Some("account".to_owned()), ..none.clone() }, vec![]),
    ];
    for (filter, numbers) in table {
        let wanted: Vec<AuditId> = numbers.into_iter().map(|number| entry(number, 0).id).collect();
        let found = tx.read_audit(&filter, 10).await.unwrap();
        assert_eq!(found.into_iter().map(|it| it.id).collect::<Vec<_>>(), wanted, "{filter:?}");
    }
    assert_eq!(tx.read_audit(&none, 2).await.unwrap(), [entry(1, 0), full(2, 5)]);
}

/// Oldest first, and no more at a time than asked for.
pub async fn old_entries_are_removed(store: &impl Store) {
    let mut tx = store.write().await.unwrap();
    tx.append_audit(&[entry(1, 2), entry(2, 1), entry(3, 5)]).await.unwrap();
    assert_eq!(tx.delete_audit_before(after(5), 1).await.unwrap(), 1);
    assert_eq!(tx.read_audit(&AuditFilter::default(), 10).await.unwrap(), [entry(1, 2), entry(3, 5)]);
    assert_eq!(tx.delete_audit_before(after(5), 10).await.unwrap(), 1);
    assert_eq!(tx.delete_audit_before(after(5), 10).await.unwrap(), 0);
}
