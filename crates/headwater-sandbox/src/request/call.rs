//! One authorised request on its way to its operation.

use axum::body::Bytes;
use http::HeaderMap;
use sqlx::{Sqlite, Transaction};

use super::{Query, Refusal};
use crate::random;
use crate::rules::ContentRules;
use crate::state::State;
use crate::storage::sites::Site;

/// Everything an operation needs to know about its request.
pub(crate) struct Call {
    pub(crate) state: State,
    pub(crate) site: Site,
    /// The account of the user who gave the consent.
    pub(crate) account_id: String,
    /// True for an administrator who uses an admin key, and sees everything.
    pub(crate) unlocked: bool,
    /// The path as a site knows it: `/wiki/api/v2/pages`.
    pub(crate) path: String,
    pub(crate) parameters: Vec<(&'static str, String)>,
    pub(crate) query: Query,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Call {
    /// Begins the transaction this request works in.
    pub(crate) async fn begin(&self) -> Result<Transaction<'static, Sqlite>, Refusal> {
        Ok(self.state.storage.begin().await?)
    }

    /// Returns a path parameter; empty when the pattern has none of this name.
    pub(crate) fn parameter(&self, name: &str) -> &str {
        self.parameters.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value.as_str())
    }

    /// Returns the name and value of the first parameter of the path; the value is empty when the pattern has none.
    pub(crate) fn first_parameter(&self) -> (&'static str, &str) {
        self.parameters.first().map_or(("id", ""), |(name, value)| (*name, value.as_str()))
    }

    /// Returns the account whose permissions count; none when an admin key unlocks everything.
    pub(crate) fn viewer(&self) -> Option<&str> {
        (!self.unlocked).then_some(self.account_id.as_str())
    }

    /// Returns the rules of content in force.
    pub(crate) fn content_rules(&self) -> ContentRules {
        self.state.control.switches().content
    }

    pub(crate) fn now(&self) -> i64 {
        self.state.clock.now_ms()
    }

    pub(crate) fn new_uuid(&self) -> String {
        random::uuid(&*self.state.random).to_string()
    }

    /// Returns the base of links: the address of the site's wiki.
    pub(crate) fn base(&self) -> String {
        format!("{}/wiki", self.site.url)
    }
}
