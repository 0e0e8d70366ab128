//! What the start page of a link shows.

use headwater_domain::api_client::ApiClient;
use headwater_domain::flow::{ConnectFlow, Stage};
use headwater_domain::role::Role;

use super::Connect;
use super::ConnectError;
use crate::accounts::view_of;

/// A link, for the page that asks whether to go on. Showing it changes nothing, so that previews and mail
/// scanners do not use it up.
#[derive(Clone, Debug)]
pub struct LinkView {
    /// The product's name.
    pub provider: String,
    /// What the operator calls the application that asks; nothing where that is not known.
    pub application: Option<String>,
    /// Whom the account belongs to, mostly hidden: the page may be opened by somebody else.
    pub masked_identifier: String,
    /// What will be asked for.
    pub scopes: Vec<String>,
}

/// Whether a link can still be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkState {
    /// It can.
    Ready,
    /// It was used.
    Used,
    /// It lapsed.
    Expired,
}

impl Connect {
    /// Looks at a link without using it.
    ///
    /// # Errors
    /// A [`ConnectError`] where the link is not known, was used, or has expired.
    pub async fn view_link(&self, token: &str) -> Result<LinkView, ConnectError> {
        let digest = self.core.sealer().sha256(token.as_bytes());
        let mut tx = self.core.store().read().await?;
        let flow = tx.flow_by_link(&digest).await?.ok_or(ConnectError::Unknown)?;
        self.ensure_ready(&flow)?;
        let view = view_of(&mut *tx, &flow.account_id).await?;
        let application = only(tx.list_api_clients().await?);
        Ok(LinkView {
            provider: self.connectors.of(&view.connection.provider)?.display_name().to_owned(),
            application,
            masked_identifier: mask(view.account.owner.identifier.as_str()),
            scopes: view.connection.scopes,
        })
    }

    /// Refuses links that cannot be started any more.
    pub(super) fn ensure_ready(&self, flow: &ConnectFlow) -> Result<(), ConnectError> {
        match self.link_state(flow) {
            LinkState::Ready => Ok(()),
            LinkState::Used => Err(ConnectError::Used),
            LinkState::Expired => Err(ConnectError::Expired),
        }
    }

    fn link_state(&self, flow: &ConnectFlow) -> LinkState {
        if !matches!(flow.stage, Stage::Issued) {
            LinkState::Used
        } else if self.core.now() >= flow.expires_at {
            LinkState::Expired
        } else {
            LinkState::Ready
        }
    }
}

/// The application's name: that of the one API client that can make links. Of several, the link does not tell which.
fn only(mut clients: Vec<ApiClient>) -> Option<String> {
    clients.retain(|client| client.roles.has(Role::Use));
    let client = clients.pop().filter(|_| clients.is_empty())?;
    Some(client.name).filter(|it| !it.trim().is_empty())
}

/// Keeps the first two characters, and what follows an `@`, which helps the right person most.
fn mask(identifier: &str) -> String {
    let (name, domain) =
        identifier.split_once('@').map_or((identifier, None), |(name, domain)| (name, Some(domain)));
    let start: String = name.chars().take(2).collect();
    let dots = if name.chars().count() > 2 { "•••" } else { "" };
    domain.map_or_else(|| format!("{start}{dots}"), |domain| format!("{start}{dots}@{domain}"))
}

#[cfg(test)]
mod tests {
    use super::mask;

    #[test]
    fn b6_identifiers_are_recognisable_to_their_owner_only() {
        assert_eq!(mask("ada.lovelace@example.com"), "ad•••@example.com");
        assert_eq!(mask("user_123"), "us•••");
        assert_eq!(mask("é"), "é");
    }
}
