//! Webhooks: endpoints of applications that events are delivered to.

use url::Url;

use crate::event::EventKind;
use crate::id::WebhookId;
use crate::sealed::Sealed;
use crate::time::Timestamp;

/// An endpoint and what it wants to hear.
#[derive(Clone, Debug)]
pub struct Webhook {
    /// Its identifier.
    pub id: WebhookId,
    /// Where events are posted to.
    pub url: Url,
    /// The kinds of events that it gets; none means all.
    pub kinds: Vec<EventKind>,
    /// A disabled one gets nothing; what happens meanwhile is not kept for it.
    pub enabled: bool,
    /// What deliveries are signed with.
    pub secret: SigningSecret,
    /// The secret before, and when it stops being used.
    pub previous: Option<(SigningSecret, Timestamp)>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Grows with every change; writes compare it.
    pub version: u64,
}

/// A secret that deliveries are signed with, sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SigningSecret {
    /// Which one of its webhook's secrets it is, counted from 1.
    pub generation: u64,
    /// The secret, sealed.
    pub sealed: Sealed,
}

impl Webhook {
    /// Whether it is told about events of this kind.
    pub fn wants(&self, kind: EventKind) -> bool {
        self.enabled && (self.kinds.is_empty() || self.kinds.contains(&kind))
    }

    /// The secrets to sign with at `now`, newest first.
    pub fn live_secrets(&self, now: Timestamp) -> impl Iterator<Item = &SigningSecret> {
        let previous = self.previous.as_ref().filter(|(_, until)| now < *until).map(|(secret, _)| secret);
        std::iter::once(&self.secret).chain(previous)
    }
}
