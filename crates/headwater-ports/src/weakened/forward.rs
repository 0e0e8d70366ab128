//! Everything that a weakened store passes on as it is.

use async_trait::async_trait;
use headwater_domain::account::{ConnectedAccount, Owner};
use headwater_domain::api_client::ApiClient;
use headwater_domain::audit::AuditEntry;
use headwater_domain::connection::Connection;
use headwater_domain::delivery::{AttemptResult, Delivery};
use headwater_domain::deployment::Deployment;
use headwater_domain::event::Event;
use headwater_domain::flow::ConnectFlow;
use headwater_domain::grant::SealedGrant;
use headwater_domain::id::{AccountId, ClientId, ConnectionId, EventId, FlowId, SigningKeyId, WebhookId};
use headwater_domain::name::ConnectionName;
use headwater_domain::page::{Listing, Page};
use headwater_domain::sealed::Sealed;
use headwater_domain::time::Timestamp;
use headwater_domain::webhook::Webhook;

use super::{StoreDefence, WeakenedTx};
use crate::store::{
    AccountFilter, Accounts, ApiClients, AuditFilter, AuditLog, ConnectionFilter, Connections, Deliveries,
    DeliveryFilter, Deployments, EventFilter, Events, Flows, Grants, KeyMaterial, SealedField, SealedRecord,
    Seals, StoreError, StoredSigningKey, Webhooks,
};

/// Implements traits of a store by passing every call on.
macro_rules! forward {
    ($($port:ident { $($name:ident($($argument:ident: $type:ty),*) -> $answer:ty;)* })*) => {$(
        #[async_trait]
        impl $port for WeakenedTx {$(
            async fn $name(&mut self, $($argument: $type),*) -> Result<$answer, StoreError> {
                self.tx.$name($($argument),*).await
            }
        )*}
    )*};
}

forward! {
    Accounts {
        insert_account(account: &ConnectedAccount) -> bool;
        account(id: &AccountId) -> Option<ConnectedAccount>;
        account_of(connection: &ConnectionId, owner: &Owner) -> Option<ConnectedAccount>;
        update_account(account: &ConnectedAccount) -> bool;
        delete_account(id: &AccountId) -> bool;
        list_accounts(filter: &AccountFilter, page: Page) -> Listing<ConnectedAccount>;
        mark_accounts_used(marks: &[(AccountId, Timestamp)]) -> ();
    }
    ApiClients {
        put_api_client(client: &ApiClient) -> ();
        api_client(id: &ClientId) -> Option<ApiClient>;
        list_api_clients() -> Vec<ApiClient>;
        delete_api_client(id: &ClientId) -> bool;
    }
    AuditLog {
        append_audit(entries: &[AuditEntry]) -> ();
        read_audit(filter: &AuditFilter, limit: u32) -> Vec<AuditEntry>;
        delete_audit_before(before: Timestamp, limit: u32) -> u64;
    }
    Connections {
        insert_connection(connection: &Connection) -> bool;
        connection(id: &ConnectionId) -> Option<Connection>;
        connection_named(name: &ConnectionName) -> Option<Connection>;
        update_connection(connection: &Connection) -> bool;
        delete_connection(id: &ConnectionId) -> bool;
        list_connections(filter: &ConnectionFilter, page: Page) -> Listing<Connection>;
    }
    Deliveries {
        deliveries_due(now: Timestamp, limit: u32) -> Vec<Delivery>;
        begin_delivery(delivery: &Delivery, until: Timestamp) -> bool;
        end_delivery(delivery: &Delivery, attempt: u32, result: &AttemptResult, now: Timestamp) -> bool;
        replay_deliveries(filter: &DeliveryFilter, now: Timestamp) -> u64;
        list_deliveries(filter: &DeliveryFilter, page: Page) -> Listing<Delivery>;
    }
    Deployments {
        deployment() -> Option<Deployment>;
        insert_deployment(deployment: &Deployment) -> bool;
        update_deployment(deployment: &Deployment) -> bool;
        see_deployment(now: Timestamp) -> ();
        any_grant() -> bool;
    }
    Events {
        insert_event(event: &Event, to: &[WebhookId]) -> ();
        event(id: &EventId) -> Option<Event>;
        list_events(filter: &EventFilter, page: Page) -> Listing<Event>;
        delete_events_before(before: Timestamp, limit: u32) -> u64;
    }
    Flows {
        insert_flow(flow: &ConnectFlow) -> ();
        flow(id: &FlowId) -> Option<ConnectFlow>;
        flow_by_link(digest: &[u8; 32]) -> Option<ConnectFlow>;
        flow_by_state(digest: &[u8; 32]) -> Option<ConnectFlow>;
        flow_by_request(digest: &[u8; 32]) -> Option<ConnectFlow>;
        lapsed_flows_with_tokens(before: Timestamp, limit: u32) -> Vec<ConnectFlow>;
        unlapsed_flows(now: Timestamp, after: &str, limit: u32) -> Vec<ConnectFlow>;
        count_unused_links(account: &AccountId, now: Timestamp) -> u64;
        update_flow(flow: &ConnectFlow) -> bool;
        delete_flows_before(before: Timestamp) -> u64;
    }
    KeyMaterial {
        signing_keys() -> Vec<StoredSigningKey>;
        insert_signing_key(key: &StoredSigningKey) -> ();
        delete_signing_key(id: &SigningKeyId) -> bool;
        key_check() -> Option<Sealed>;
        put_key_check(sealed: &Sealed) -> ();
    }
    Seals {
        sealed_records(field: SealedField, after: &str, limit: u32) -> Vec<SealedRecord>;
        replace_sealed(field: SealedField, read: &SealedRecord, sealed: &Sealed) -> bool;
    }
    Webhooks {
        insert_webhook(webhook: &Webhook) -> ();
        webhook(id: &WebhookId) -> Option<Webhook>;
        list_webhooks() -> Vec<Webhook>;
        update_webhook(webhook: &Webhook) -> bool;
        delete_webhook(id: &WebhookId) -> bool;
    }
}

#[async_trait]
impl Grants for WeakenedTx {
    async fn grant(&mut self, account: &AccountId) -> Result<Option<SealedGrant>, StoreError> {
        let stored = self.tx.grant(account).await?;
        Ok(if self.lacks(StoreDefence::PersistFirst) { self.early(stored) } else { stored })
    }

    async fn put_grant(&mut self, grant: &SealedGrant) -> Result<bool, StoreError> {
        self.tx.put_grant(grant).await
    }

    async fn grants_to_tell_of(
        &mut self,
        granted_before: Timestamp,
        days: u32,
        limit: u32,
    ) -> Result<Vec<(AccountId, Timestamp)>, StoreError> {
        self.tx.grants_to_tell_of(granted_before, days, limit).await
    }

    async fn note_told(
        &mut self,
        account: &AccountId,
        granted_at: Timestamp,
        days: u32,
    ) -> Result<bool, StoreError> {
        self.tx.note_told(account, granted_at, days).await
    }

    async fn delete_grant(&mut self, account: &AccountId) -> Result<bool, StoreError> {
        self.tx.delete_grant(account).await
    }
}
