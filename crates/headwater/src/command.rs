//! The command line.

use clap::{Parser, Subcommand};

use crate::arguments::{
    ClientArguments, ConnectionArguments, DevArguments, KeyArguments, SandboxArguments, ServerArguments,
    ToolsArguments,
};
use crate::audit::AuditArguments;
use crate::token_key::TokenKeyArguments;
use crate::webhook::WebhookArguments;

/// Gives AI agents authenticated access to Confluence Cloud on behalf of each end user.
#[derive(Parser)]
#[command(version)]
pub(crate) struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

/// What can be done.
#[derive(Subcommand)]
pub(crate) enum Verb {
    /// Runs everything on this machine: server, Confluence sandbox and a connection between them.
    Dev(DevArguments),
    /// Runs the server.
    Serve(ServerArguments),
    /// Runs the Confluence sandbox alone.
    Sandbox(SandboxArguments),
    /// Manages the programs that may call headwater.
    Client(ClientArguments),
    /// Manages connections: the OAuth apps through which end users connect.
    Connection(ConnectionArguments),
    /// Shows the tools.
    Tools(ToolsArguments),
    /// Manages webhooks: endpoints that are told what happens to connected accounts.
    Webhook(WebhookArguments),
    /// Prints the audit log: who did what to which account.
    Audit(AuditArguments),
    /// Shows and changes the keys that stored secrets are locked with.
    Key(KeyArguments),
    /// Shows and changes the keys that sign the access tokens of API clients.
    TokenKey(TokenKeyArguments),
    /// Brings the database's schema up to date, and ends. Safe while servers of the release before run. Servers do the
    /// same when they start, unless `HEADWATER_DATABASE__MIGRATE=false`.
    Migrate(ServerArguments),
    /// Says that a database which was restored from a backup, copied or moved is this deployment's: only then are its
    /// tokens refreshed. Never do so on a copy of a database that is in use: the provider would end its grants.
    /// With --base-url, also says that the deployment is reached there from now on.
    Adopt(ServerArguments),
    /// Checks configuration, clock, database and reachability, and says in words what is wrong.
    Doctor(ServerArguments),
}
