//! Endpoints of a connection: where secrets are sent. Whoever may change a connection must not thereby learn what only
//! headwater knows.
//!
//! The token endpoint gets the client secret, codes and refresh tokens; the authorize endpoint gets end users, who sign in
//! there; the others get access tokens. So an API client that moves one to another origin has to prove that it knows the
//! client secret already. The operator, who owns the database and its key, need not.

use headwater_domain::audit::Actor;
use headwater_domain::connection::{Connection, Endpoints};
use headwater_domain::error::ErrorKind;
use headwater_domain::error_code::ErrorCode;
use headwater_domain::secret::Secret;
use headwater_ports::store::{AccountFilter, Tx};
use subtle::ConstantTimeEq as _;
use url::Url;

use super::{Connections, client_secret};
use crate::bounds;
use crate::caller::caller;
use crate::error::ServiceError;

impl Connections {
    /// Checks the endpoints that `connection` is to have. What stays as it is was checked before.
    ///
    /// # Errors
    /// `InvalidArgument` for an endpoint that is not https, where the operator does not allow its host
    /// (`upstream.allow_hosts`), has a user name or password, or is too long. `PermissionDenied` where an API client
    /// moves one to another origin without giving the present client secret, and `FailedPrecondition` where there is none
    /// to give, but accounts whose tokens would go along.
    pub(super) async fn check_endpoints(
        &self,
        tx: &mut dyn Tx,
        connection: &Connection,
        wanted: &Endpoints,
        secret: Option<&Secret>,
    ) -> Result<(), ServiceError> {
        let present = &connection.endpoints;
        let changed: Vec<(&str, &Url, &Url)> =
            pairs(present, wanted).filter(|(_, old, new)| old != new).collect();
        for (field, _, url) in &changed {
            self.check_endpoint(field, url)?;
        }
        let moved = changed.iter().find(|(_, old, new)| old.origin() != new.origin());
        let by_client = matches!(caller().actor, Actor::Client(_));
        match moved {
            Some((field, ..)) if by_client => self.prove_move(tx, connection, field, secret).await,
            _ => Ok(()),
        }
    }

    fn check_endpoint(&self, field: &str, url: &Url) -> Result<(), ServiceError> {
        let field = format!("connection.oauth_config.{field}");
        bounds::text(&field, url.as_str(), bounds::URL)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(ServiceError::invalid(
                &field,
                "no user name",
                "must not hold a user name or password",
            ));
        }
        let by_client = matches!(caller().actor, Actor::Client(_));
        let allowed = match url.scheme() {
            "https" => true,
            // Who runs headwater on the command line may name a sandbox; it is called where addresses allow it only.
            "http" => !by_client || self.core.settings().plain_host(url),
            _ => false,
        };
        if allowed && url.has_host() {
            return Ok(());
        }
        let message = "must be an absolute https URL; http is for hosts that the operator allows in upstream.allow_hosts";
        Err(ServiceError::invalid(&field, "https URL", message))
    }

    async fn prove_move(
        &self,
        tx: &mut dyn Tx,
        connection: &Connection,
        field: &str,
        secret: Option<&Secret>,
    ) -> Result<(), ServiceError> {
        if connection.client_secret.is_some() {
            let stored = client_secret(&self.core, connection)?;
            return match secret.filter(|it| !it.is_empty()) {
                Some(given) if same(&stored, given) => Ok(()),
                Some(_) => Err(wrong_proof(field)),
                None => Err(no_proof(field)),
            };
        }
        let filter =
            AccountFilter { connections: Some(vec![connection.id.clone()]), ..AccountFilter::default() };
        let one = headwater_domain::page::Page { offset: 0, limit: 1 };
        if tx.list_accounts(&filter, one).await?.total == 0 {
            return Ok(());
        }
        let message = format!(
            "{field} cannot be moved to another origin: the connection has accounts and no client secret to prove with that \
             it is yours. Set the client secret first, or ask the operator"
        );
        Err(ServiceError::new(ErrorKind::FailedPrecondition, ErrorCode::ClientSecretNeeded, message))
    }
}

fn pairs<'a>(
    present: &'a Endpoints,
    wanted: &'a Endpoints,
) -> impl Iterator<Item = (&'static str, &'a Url, &'a Url)> {
    [
        ("authorize_uri", &present.authorize, &wanted.authorize),
        ("token_uri", &present.token, &wanted.token),
        ("resources_uri", &present.resources, &wanted.resources),
        ("api_base", &present.api_base, &wanted.api_base),
    ]
    .into_iter()
}

#[expect(
    clippy::disallowed_methods,
    reason = "a client secret is compared with the one that proves a change"
)]
fn same(stored: &Secret, given: &Secret) -> bool {
    stored.expose().as_bytes().ct_eq(given.expose().as_bytes()).into()
}

fn no_proof(field: &str) -> ServiceError {
    let message = format!(
        "{field} is where secrets of this connection are sent; to move it to another origin, give the connection's present \
         client_secret in the same request"
    );
    ServiceError::new(ErrorKind::PermissionDenied, ErrorCode::ClientSecretNeeded, message)
}

fn wrong_proof(field: &str) -> ServiceError {
    let message = format!(
        "{field} was not moved: the client_secret in this request is not the connection's present one. Change the secret and \
         the endpoint in two requests"
    );
    ServiceError::new(ErrorKind::PermissionDenied, ErrorCode::ClientSecretNeeded, message)
}
