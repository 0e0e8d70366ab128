//! Which sites a grant reaches.

use headwater_catalog::connector::SitesError;
use headwater_domain::account::ConnectedAccount;
use headwater_domain::connection::Connection;
use headwater_domain::error::ErrorKind;
use headwater_domain::error_code::ErrorCode;
use headwater_domain::grant::Grant;
use headwater_domain::site::Site;
use http::HeaderValue;
use serde_json::Value;
use url::Url;

use crate::connectors::Connectors;
use crate::core::Core;
use crate::error::ServiceError;
use crate::live::bearer;
use crate::provider_http::get_json;

/// The sites that grants reach, and the users whose they are, as the provider tells them. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Sites {
    core: Core,
    connectors: Connectors,
}

/// What the provider says about an access token itself.
pub(crate) enum TokenCheck {
    /// It accepts the token.
    Accepted,
    /// It does not.
    Refused,
    /// It did not say.
    Unknown,
}

impl Sites {
    pub(crate) fn new(core: Core, connectors: Connectors) -> Self {
        Self { core, connectors }
    }

    /// The sites that a token reaches, or a sentence that says why they could not be listed.
    pub(crate) async fn list(
        &self,
        connection: &Connection,
        authorization: &HeaderValue,
    ) -> Result<Vec<Site>, String> {
        let connector = self.connectors.of(&connection.provider).map_err(|error| error.to_string())?;
        let patience = self.core.settings().token_patience;
        let reply = get_json(&self.core, &connection.endpoints.resources, authorization, patience)
            .await
            .map_err(|error| format!("the provider's list of sites could not be read: {error}"))?;
        connector.read_sites(reply.status, &reply.body).map_err(|error| error.to_string())
    }

    /// The provider's own id of the user behind a token; absent where the provider does not tell, for whatever reason. A
    /// check must not take that for the user it looks for.
    pub(crate) async fn identity(
        &self,
        connection: &Connection,
        site: &Site,
        authorization: &HeaderValue,
    ) -> Option<String> {
        let connector = self.connectors.of(&connection.provider).ok()?;
        let base = connector.account_base(&connection.endpoints, site);
        let url: Url = base.resolve(connector.identity_path(), None).ok()?;
        let reply =
            get_json(&self.core, &url, authorization, self.core.settings().token_patience).await.ok()?;
        connector.read_identity(reply.status, &reply.body)
    }

    /// Asks whether the provider accepts a token: its list of sites refuses a stale one openly.
    pub(crate) async fn check_token(
        &self,
        connection: &Connection,
        authorization: &HeaderValue,
    ) -> TokenCheck {
        let Ok(connector) = self.connectors.of(&connection.provider) else { return TokenCheck::Unknown };
        let patience = self.core.settings().token_patience;
        let reply = get_json(&self.core, &connection.endpoints.resources, authorization, patience).await;
        match reply.map(|reply| connector.read_sites(reply.status, &reply.body)) {
            Ok(Ok(_)) => TokenCheck::Accepted,
            Ok(Err(SitesError::Unauthorized(_))) => TokenCheck::Refused,
            Ok(Err(_)) | Err(_) => TokenCheck::Unknown,
        }
    }

    /// Asks whether the provider answers at all, by a request that has no effect. The token may be stale: any answer
    /// that is not a server error will do.
    pub(crate) async fn answers(&self, connection: &Connection, authorization: &HeaderValue) -> bool {
        let patience = self.core.settings().token_patience;
        let reply = get_json(&self.core, &connection.endpoints.resources, authorization, patience).await;
        reply.is_ok_and(|reply| reply.status < 500 && reply.status != 429)
    }

    /// Finds the site of an account whose tokens came from outside, and remembers it, unless the account was changed
    /// meanwhile. Never guesses.
    pub(crate) async fn find(
        &self,
        mut account: ConnectedAccount,
        connection: &Connection,
        grant: &Grant,
    ) -> Result<(), ServiceError> {
        let sites = self.list(connection, &bearer(&grant.access_token)?).await.map_err(|reason| {
            let message = format!("the site of `{}` is not known yet: {reason}", account.owner.identifier);
            ServiceError::new(ErrorKind::FailedPrecondition, ErrorCode::SiteUnknown, message)
        })?;
        account.site = Some(choose(&account, sites)?);
        account.version += 1;
        let mut tx = self.core.store().write().await?;
        tx.update_account(&account).await?;
        Ok(tx.commit().await?)
    }
}

/// One site is taken; of several, the one that the account's settings name.
fn choose(account: &ConnectedAccount, mut sites: Vec<Site>) -> Result<Site, ServiceError> {
    let wanted = account.api_config.get("cloud_id").and_then(Value::as_str);
    let place = match wanted {
        Some(wanted) => sites.iter().position(|site| site.cloud_id == wanted),
        None if sites.len() == 1 => Some(0),
        None => None,
    };
    if let Some(place) = place {
        return Ok(sites.swap_remove(place));
    }
    let urls: Vec<String> = sites.iter().map(|site| format!("{} = {}", site.cloud_id, site.url)).collect();
    let message = match (wanted, urls.is_empty()) {
        (_, true) => "the tokens reach no site".to_owned(),
        (Some(wanted), false) => {
            format!("the tokens do not reach site `{wanted}`, only: {}", urls.join(", "))
        }
        (None, false) => format!(
            "the tokens reach several sites; name one as `cloud_id` in api_config: {}",
            urls.join(", ")
        ),
    };
    Err(ServiceError::new(ErrorKind::FailedPrecondition, ErrorCode::SiteUnknown, message))
}
