//! Executing a tool: which account, may it, is the grant fresh, are the arguments right, what came of it.

use std::sync::Arc;

use headwater_catalog::connector::Connector;
use headwater_catalog::definition::Tool;
use headwater_domain::account::AccountStatus;
use headwater_domain::error::ErrorKind;
use headwater_domain::error_code::ErrorCode;
use headwater_domain::id::{AccountId, ExecutionId};
use headwater_domain::page::Page;
use serde_json::{Map, Value};

use super::Tools;
use super::offer::ensure_offered;
use super::{Executed, room};
use crate::accounts::{AccountFilter, AccountLocator, AccountView, ListAccounts};
use crate::audit::{self, Act};
use crate::error::{ServiceError, Violation};
use crate::live::LiveAccount;

/// How many near names an unknown tool's error offers.
const SUGGESTIONS: usize = 3;

/// One call of a tool.
pub struct ExecuteTool {
    /// The tool's name.
    pub name: String,
    /// Its arguments as the caller sent them; numbers may be doubles.
    pub arguments: Map<String, Value>,
    /// Whose account to use. Without a connection, the one account of the identifier with the tool's provider.
    pub account: AccountLocator,
}

/// A tool and the connector it belongs to.
pub(super) struct Found {
    pub(super) connector: Arc<dyn Connector>,
    pub(super) tool: Arc<Tool>,
}

impl Tools {
    /// Executes a tool and returns the provider's JSON. A refusal by the provider carries
    /// [`ServiceError::tool`]; every other error means that nothing was sent.
    ///
    /// # Errors
    /// The provider's refusal, marked by [`ServiceError::tool`]; before anything is sent, `NotFound` for an unknown tool or
    /// account, `InvalidArgument` for arguments that break rules, `FailedPrecondition` for an account that cannot be used,
    /// `PermissionDenied` where the operator does not allow the tool, `ResourceExhausted` where too much is under way.
    pub async fn execute(&self, call: ExecuteTool) -> Result<Executed, ServiceError> {
        let act = Act::call("tool.execute").on(&tool_name(&call.name));
        if self.find_tool(&call.name).is_ok_and(|found| !found.tool.hints.read_only) {
            return self.audit.audited(act, self, |tools| async move { tools.run_tool(call).await }).await;
        }
        self.audit.observed(act, self.run_tool(call)).await
    }

    async fn run_tool(&self, call: ExecuteTool) -> Result<Executed, ServiceError> {
        let found = self.find_tool(&call.name)?;
        let id = self.account_for(&found, &call.account).await?;
        let arguments = found.connector.catalogue().check(&found.tool, call.arguments).map_err(invalid)?;
        let live = match self.grants.usable(&id).await {
            Ok(live) => live,
            Err(error) => return Err(self.with_way_out(error, &id).await),
        };
        audit::touched(&id, &live.connection.id);
        ensure_provider(&found, &live)?;
        ensure_offered(&live.connection, &found.tool)?;
        self.core.settings().policy.ensure_tool(&found.tool)?;
        let execution_id = ExecutionId::generate(self.core.now(), self.core.distinct());
        audit::executing(&execution_id);
        let plan = found.connector.plan(&found.tool, &arguments).map_err(invalid)?;
        let path = plan.read_only.then(|| plan.handle());
        let place = self.admission.admit(&id).await?;
        let (outcome, held) = room::keeping(self.perform(&found, plan, live, &execution_id)).await;
        drop(place);
        tracing::info!(tool = %call.name, account = %id, execution = %execution_id, ok = outcome.is_ok(), "tool executed");
        self.usage.mark(&id);
        match outcome {
            Ok(data) => Ok(Executed { data, execution_id: execution_id.to_string(), path, held }),
            Err(error) => Err(self.with_way_out(error, &id).await),
        }
    }

    fn find_tool(&self, name: &str) -> Result<Found, ServiceError> {
        if name.is_empty() {
            return Err(ServiceError::invalid(
                "tool_name",
                "required",
                "give the name of a tool, such as confluence_page_get",
            ));
        }
        let edition = self.connectors.latest();
        for connector in edition.all() {
            if let Some(tool) = connector.catalogue().get(name) {
                return Ok(Found { connector: Arc::clone(connector), tool: Arc::clone(tool) });
            }
        }
        let near: Vec<&str> =
            edition.all().iter().flat_map(|it| it.catalogue().nearest(name, SUGGESTIONS)).collect();
        let shown: String = name.chars().take(100).collect();
        let hint =
            if near.is_empty() { String::new() } else { format!("; did you mean {}?", near.join(", ")) };
        Err(ServiceError::not_found(format!("there is no tool named `{shown}`{hint}")))
    }

    async fn account_for(&self, found: &Found, locator: &AccountLocator) -> Result<AccountId, ServiceError> {
        let by_connection = locator.account_id()?.is_some() || locator.connection_name().is_some();
        if by_connection {
            self.accounts.id_of(locator).await
        } else {
            self.only_account(found, locator).await
        }
    }

    /// Finds the one account of an identifier with the tool's provider; refuses to guess among several.
    async fn only_account(&self, found: &Found, locator: &AccountLocator) -> Result<AccountId, ServiceError> {
        let Some(owner) = locator.owner()? else {
            let message =
                "name the end user by identifier and connection name, or give the connected account's id";
            return Err(ServiceError::invalid("identifier", "required", message));
        };
        let filter = AccountFilter {
            identifier: Some(owner.identifier.to_string()),
            organization_id: owner.organization_id,
            user_id: owner.user_id,
            ..AccountFilter::default()
        };
        let provider = Some(found.connector.provider().as_str().to_owned());
        let wanted = ListAccounts { provider, filter, ..ListAccounts::default() };
        let accounts = self.accounts.list(wanted, Page { offset: 0, limit: 50 }).await?.items;
        choose(accounts, owner.identifier.as_str())
    }
}

/// A name for the audit log, if it can be one: callers may send anything.
fn tool_name(name: &str) -> String {
    let plain = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '_';
    if name.len() <= 100 && name.chars().all(plain) { name.to_owned() } else { "?".to_owned() }
}

fn choose(mut accounts: Vec<AccountView>, identifier: &str) -> Result<AccountId, ServiceError> {
    if accounts.len() > 1 {
        accounts.retain(|view| view.account.status == AccountStatus::Active && view.connection.enabled);
    }
    let names: Vec<String> = accounts.iter().map(|view| view.connection.name.to_string()).collect();
    match (accounts.pop(), accounts.is_empty()) {
        (Some(view), true) => Ok(view.account.id),
        (None, _) => Err(ServiceError::not_found(format!(
            "`{identifier}` has no connected account for this tool; get an authorization link for it first"
        ))),
        (Some(_), false) => {
            let message = format!(
                "`{identifier}` has accounts on several connections ({}); name one",
                names.join(", ")
            );
            Err(ServiceError::invalid("connector", "required", message))
        }
    }
}

fn ensure_provider(found: &Found, live: &LiveAccount) -> Result<(), ServiceError> {
    if found.connector.provider() == &live.connection.provider {
        return Ok(());
    }
    let message = format!(
        "{} is a tool of {}, but the account is connected to {}",
        found.tool.name,
        found.connector.provider(),
        live.connection.provider
    );
    Err(ServiceError::new(ErrorKind::InvalidArgument, ErrorCode::ProviderMismatch, message))
}

fn invalid(violations: Vec<headwater_catalog::arguments::Violation>) -> ServiceError {
    let convert = |it: headwater_catalog::arguments::Violation| Violation {
        field: it.field,
        description: it.description,
        constraint: it.constraint,
    };
    ServiceError::invalid_fields(violations.into_iter().map(convert).collect())
}
