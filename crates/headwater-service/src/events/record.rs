//! Writing an event down in the transaction of what it tells.

use headwater_domain::account::{AccountStatus, ConnectedAccount};
use headwater_domain::connection::Connection;
use headwater_domain::event::{Event, EventKind};
use headwater_domain::id::{ConnectionId, EventId};
use headwater_domain::page::Page;
use headwater_ports::store::{AccountFilter, Tx};

use super::Events;
use crate::error::ServiceError;

/// How many accounts are read at a time.
const PAGE: u32 = 500;

impl Events {
    /// Writes down that `kinds` happened to an account, in this order; and last, where its status is not `before`
    /// any more, the change of status. It has happened when `tx` is committed.
    pub(crate) async fn record(
        &self,
        tx: &mut dyn Tx,
        account: &ConnectedAccount,
        connection: &Connection,
        kinds: &[EventKind],
        before: Option<AccountStatus>,
    ) -> Result<(), ServiceError> {
        crate::audit::touched(&account.id, &connection.id);
        let now = self.core.now();
        let mut events: Vec<Event> = kinds
            .iter()
            .map(|kind| Event::of_account(self.new_event_id(), *kind, account, connection, now))
            .collect();
        if let Some(old) = before.filter(|old| *old != account.status) {
            events.push(Event::status_updated(self.new_event_id(), account, connection, old, now));
        }
        self.record_events(tx, events).await
    }

    /// Writes events down, with a delivery for each webhook that wants them.
    pub(super) async fn record_events(
        &self,
        tx: &mut dyn Tx,
        events: Vec<Event>,
    ) -> Result<(), ServiceError> {
        if events.is_empty() {
            return Ok(());
        }
        let webhooks = tx.list_webhooks().await?;
        for event in events {
            let to: Vec<_> =
                webhooks.iter().filter(|it| it.wants(event.kind)).map(|it| it.id.clone()).collect();
            tx.insert_event(&event, &to).await?;
        }
        Ok(())
    }

    /// Writes down that every account of a connection is deleted.
    pub(crate) async fn record_deletions(
        &self,
        tx: &mut dyn Tx,
        connection: &ConnectionId,
    ) -> Result<(), ServiceError> {
        let Some(connection) = tx.connection(connection).await? else { return Ok(()) };
        let filter =
            AccountFilter { connections: Some(vec![connection.id.clone()]), ..AccountFilter::default() };
        let mut page = Page { offset: 0, limit: PAGE };
        loop {
            let accounts = tx.list_accounts(&filter, page).await?.items;
            for account in &accounts {
                self.record(tx, account, &connection, &[EventKind::Deleted], None).await?;
            }
            if accounts.len() < PAGE as usize {
                return Ok(());
            }
            page.offset += PAGE;
        }
    }

    pub(super) fn new_event_id(&self) -> EventId {
        EventId::generate(self.core.now(), self.core.distinct())
    }
}
