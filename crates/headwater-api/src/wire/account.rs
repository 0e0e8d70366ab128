//! Connected accounts.

use headwater_domain::account::AccountStatus;
use headwater_domain::secret::Secret;
use headwater_service::accounts::{
    AccountChange, AccountCredentials, AccountLocator, AccountView, SuppliedTokens,
};
use headwater_service::error::ServiceError;
use serde_json::{Map, Value};

use super::struct_value::{from_struct, to_struct};
use super::timestamp::timestamp;
use crate::proto::connected_accounts::{
    AuthorizationDetails, ConnectedAccount, ConnectedAccountForList, ConnectorStatus, ConnectorType,
    OauthToken, authorization_details::Details,
};

/// How a request names an account. Every request that does has these five fields.
#[derive(Default)]
pub(crate) struct Naming {
    pub(crate) id: Option<String>,
    pub(crate) connector: Option<String>,
    pub(crate) identifier: Option<String>,
    pub(crate) organization_id: Option<String>,
    pub(crate) user_id: Option<String>,
}

impl From<Naming> for AccountLocator {
    fn from(naming: Naming) -> Self {
        Self {
            id: naming.id,
            connection: naming.connector,
            identifier: naming.identifier,
            organization_id: naming.organization_id,
            user_id: naming.user_id,
        }
    }
}

fn status(status: AccountStatus) -> i32 {
    let status = match status {
        AccountStatus::Active => ConnectorStatus::Active,
        AccountStatus::Expired => ConnectorStatus::Expired,
        AccountStatus::PendingAuth => ConnectorStatus::PendingAuth,
        AccountStatus::PendingVerification => ConnectorStatus::PendingVerification,
        AccountStatus::Disconnected => ConnectorStatus::Disconnected,
    };
    status.into()
}

/// An account without credentials.
pub(crate) fn details(view: &AccountView) -> ConnectedAccount {
    let account = &view.account;
    ConnectedAccount {
        identifier: account.owner.identifier.to_string(),
        provider: view.connection.provider.as_str().to_owned(),
        status: status(account.status),
        authorization_type: ConnectorType::Oauth.into(),
        authorization_details: None,
        token_expires_at: account.token_expires_at.map(timestamp),
        updated_at: Some(timestamp(account.updated_at)),
        connector: view.connection.name.to_string(),
        last_used_at: account.last_used_at.map(timestamp),
        id: account.id.to_string(),
        connection_id: view.connection.id.to_string(),
        api_config: Some(to_struct(shown_settings(view))),
        is_org_wide_credential: false,
    }
}

/// The account's settings, with the site that it reaches.
fn shown_settings(view: &AccountView) -> Map<String, Value> {
    let mut settings = view.account.api_config.clone();
    if let Some(site) = &view.account.site {
        settings.insert("cloud_id".to_owned(), site.cloud_id.clone().into());
        settings.insert("site_url".to_owned(), site.url.clone().into());
    }
    settings
}

/// An account with its live credentials, for the one call that hands them out.
#[expect(clippy::disallowed_methods, reason = "this call exists to hand an account's tokens to its owner")]
pub(crate) fn credentials(credentials: AccountCredentials) -> ConnectedAccount {
    let mut account = details(&credentials.view);
    if let Some(grant) = credentials.grant {
        let token = OauthToken {
            access_token: grant.access_token.expose().to_owned(),
            refresh_token: grant.refresh_token.map(|token| token.expose().to_owned()).unwrap_or_default(),
            scopes: grant.scopes,
            domain: String::new(),
        };
        account.authorization_details =
            Some(AuthorizationDetails { details: Some(Details::OauthToken(token)) });
    }
    account
}

/// An account as lists show it.
pub(crate) fn for_list(view: &AccountView) -> ConnectedAccountForList {
    let full = details(view);
    ConnectedAccountForList {
        identifier: full.identifier,
        provider: full.provider,
        status: full.status,
        authorization_type: full.authorization_type,
        token_expires_at: full.token_expires_at,
        updated_at: full.updated_at,
        connector: full.connector,
        last_used_at: full.last_used_at,
        id: full.id,
        connection_id: full.connection_id,
        is_org_wide_credential: false,
    }
}

/// What a caller wants changed. Empty tokens count as none: the Node SDK sends them for "no credentials".
pub(crate) fn change(
    details: Option<AuthorizationDetails>,
    api_config: Option<prost_types::Struct>,
) -> Result<AccountChange, ServiceError> {
    let tokens = match details.and_then(|it| it.details) {
        None => None,
        Some(Details::OauthToken(token)) => Some(SuppliedTokens {
            access_token: Secret::new(token.access_token),
            refresh_token: Some(token.refresh_token).filter(|token| !token.is_empty()).map(Secret::new),
            scopes: token.scopes,
        }),
        Some(Details::StaticAuth(_)) => {
            let message =
                "Confluence connections authorize by OAuth; give oauth_token, or use an authorization link";
            return Err(ServiceError::invalid("authorization_details.static_auth", "unsupported", message));
        }
    };
    Ok(AccountChange { tokens, api_config: api_config.map(from_struct) })
}
