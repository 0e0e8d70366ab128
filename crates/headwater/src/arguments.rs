//! What each command of the command line is given.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use headwater_domain::role::Role;
use headwater_server::config::overrides::Overrides;

/// Where the server's settings come from.
#[derive(Args, Clone)]
pub(crate) struct ServerArguments {
    /// A TOML file with settings.
    #[arg(long, value_name = "FILE", env = "HEADWATER_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// Where everything is kept [default: headwater-data].
    #[arg(long, value_name = "DIRECTORY")]
    pub(crate) data_dir: Option<PathBuf>,
    /// A PostgreSQL database, `postgres://user:password@host/database`, instead of the one in the data directory.
    /// Other users of the machine can see a command line; `HEADWATER_DATABASE__URL` hides the password from them.
    #[arg(long, value_name = "URL")]
    pub(crate) database_url: Option<String>,
    /// The address and port to listen on [default: 0.0.0.0:7443].
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) listen: Option<SocketAddr>,
    /// The origin that clients and browsers use, such as `https://headwater.example`. It is kept: once named, it need
    /// not be named again.
    #[arg(long, value_name = "URL")]
    pub(crate) base_url: Option<String>,
}

impl ServerArguments {
    /// The settings that were given explicitly.
    pub(crate) fn overrides(&self) -> Overrides {
        Overrides {
            base_url: self.base_url.clone(),
            data_dir: self.data_dir.clone(),
            listen_address: self.listen,
            ..Overrides::default()
        }
    }
}

/// Who consents in the sandbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Consent {
    /// A person, on the sandbox's consent page.
    Ask,
    /// The sandbox itself, at once: for scripts.
    Auto,
}

/// `headwater dev`
#[derive(Args)]
pub(crate) struct DevArguments {
    /// Walks through a first session, printing each call and its outcome, and then goes on serving.
    #[arg(long)]
    pub(crate) demo: bool,
    /// Who consents in the sandbox [default: ask, or auto with --demo].
    #[arg(long, value_enum)]
    pub(crate) consent: Option<Consent>,
    /// Has browsers and SDKs use https. They must be told to trust headwater's own certificate authority; plain http on
    /// this machine needs no such thing.
    #[arg(long)]
    pub(crate) https: bool,
    /// The server's port; 0 takes a free one.
    #[arg(long, default_value_t = 7443)]
    pub(crate) port: u16,
    /// The sandbox's port; 0 takes a free one.
    #[arg(long, default_value_t = 7444)]
    pub(crate) sandbox_port: u16,
    /// A port for controlling the sandbox (expire tokens, script faults); off unless given, 0 takes a free one.
    #[arg(long)]
    pub(crate) sandbox_control_port: Option<u16>,
    /// Where everything is kept.
    #[arg(long, value_name = "DIRECTORY", default_value = ".headwater")]
    pub(crate) data_dir: PathBuf,
    /// Also writes the environment for SDKs to this file, as KEY=value lines.
    #[arg(long, value_name = "PATH")]
    pub(crate) env_file: Option<PathBuf>,
}

/// `headwater sandbox`
#[derive(Args)]
pub(crate) struct SandboxArguments {
    /// The port; 0 takes a free one.
    #[arg(long, default_value_t = 7444)]
    pub(crate) port: u16,
    /// A port for controlling the sandbox; off unless given, 0 takes a free one.
    #[arg(long)]
    pub(crate) control_port: Option<u16>,
    /// Keeps the content in this file; in memory when not given.
    #[arg(long, value_name = "FILE")]
    pub(crate) data: Option<PathBuf>,
    /// Who consents.
    #[arg(long, value_enum, default_value_t = Consent::Ask)]
    pub(crate) consent: Consent,
    /// The client id of the OAuth app to register.
    #[arg(long, default_value = "sandbox-app")]
    pub(crate) client_id: String,
    /// Its client secret; made up and printed when not given.
    #[arg(long, env = "SANDBOX_CLIENT_SECRET", hide_env_values = true)]
    pub(crate) client_secret: Option<String>,
    /// An API token for the first user; made up and printed when not given.
    #[arg(long, env = "SANDBOX_API_TOKEN", hide_env_values = true)]
    pub(crate) api_token: Option<String>,
    /// A redirect URI of the app; may be given several times.
    #[arg(long = "redirect-uri", value_name = "URI")]
    pub(crate) redirect_uris: Vec<String>,
    /// Adds this many made-up pages, for trying things at scale. A file that already has content gets none.
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    pub(crate) pages: u64,
    /// What the made-up pages are made from; the same seed makes the same pages.
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub(crate) seed: u64,
    /// A scenario to load: one of the sandbox's own, or a file; may be given several times.
    #[arg(long = "scenario", value_name = "NAME OR FILE")]
    pub(crate) scenarios: Vec<String>,
}

/// `headwater key`
#[derive(Args)]
pub(crate) struct KeyArguments {
    #[command(flatten)]
    pub(crate) server: ServerArguments,
    #[command(subcommand)]
    pub(crate) action: KeyAction,
}

/// What can be done with keys.
#[derive(Subcommand)]
pub(crate) enum KeyAction {
    /// Shows the ids of the keys, and how many stored secrets each of them seals.
    List,
    /// Adds a key, which opens but does not seal yet.
    Add,
    /// Makes a key the one that seals.
    Activate {
        /// Its id.
        id: String,
    },
    /// Seals every stored secret anew with the key that seals. Servers do the same by themselves, once an hour.
    Rewrap,
    /// Takes out a key that seals nothing any more.
    Remove {
        /// Its id.
        id: String,
    },
    /// Has the key file wrapped by a key management service; what is already wrapped is wrapped anew.
    Wrap {
        /// The key that wraps, as encryption.kms names it; by default the one that is set there. Naming another one
        /// moves the key file to it.
        #[arg(long, value_name = "KEY")]
        kms: Option<String>,
    },
    /// Puts the key file back as it is, without a key management service.
    Unwrap,
}

/// `headwater client`
#[derive(Args)]
pub(crate) struct ClientArguments {
    #[command(flatten)]
    pub(crate) server: ServerArguments,
    #[command(subcommand)]
    pub(crate) action: ClientAction,
}

/// What can be done with API clients.
#[derive(Subcommand)]
pub(crate) enum ClientAction {
    /// Creates an API client and prints its id and secret, once.
    Create {
        /// What to call it.
        #[arg(long, default_value = "default")]
        name: String,
        /// What it may do; can be given several times: `use` (accounts, links, tools, raw requests), `read` (see
        /// everything but credentials), `manage` (connections and webhooks), `credentials` (read tokens).
        #[arg(long = "role", value_name = "ROLE", value_parser = Role::parse, value_delimiter = ',', default_value = "use")]
        roles: Vec<Role>,
    },
    /// Lists API clients with their roles.
    List,
    /// Gives an API client other roles, in place of those that it has.
    Update {
        /// Its id (skc_…).
        id: String,
        /// What it may do from now on; can be given several times: `use`, `read`, `manage`, `credentials`.
        #[arg(long = "role", value_name = "ROLE", value_parser = Role::parse, value_delimiter = ',', required = true)]
        roles: Vec<Role>,
    },
    /// Gives an API client a new secret.
    Rotate {
        /// Its id (skc_…).
        id: String,
        /// How many hours the earlier secrets keep working.
        #[arg(long, default_value_t = 24)]
        grace_hours: u64,
    },
    /// Removes an API client; its access tokens stop working.
    Delete {
        /// Its id (skc_…).
        id: String,
    },
}

/// `headwater connection`
#[derive(Args)]
pub(crate) struct ConnectionArguments {
    #[command(flatten)]
    pub(crate) server: ServerArguments,
    #[command(subcommand)]
    pub(crate) action: ConnectionAction,
}

/// What can be done with connections.
#[derive(Subcommand)]
pub(crate) enum ConnectionAction {
    /// Registers an OAuth app and prints the redirect URI to enter in the Atlassian developer console.
    Create(NewConnectionArguments),
    /// Changes a connection; what is not given stays.
    Update(ChangedConnectionArguments),
    /// Lists connections.
    List,
}

/// What a new connection is made of.
#[derive(Args)]
pub(crate) struct NewConnectionArguments {
    /// The name that callers will use.
    #[arg(long, default_value = "confluence")]
    pub(crate) name: String,
    /// The client id from the developer console.
    #[arg(long)]
    pub(crate) client_id: String,
    /// A file with the client secret, or `-` for standard input: a secret on the command line would be seen by others.
    #[arg(long, value_name = "FILE")]
    pub(crate) client_secret_file: PathBuf,
    /// The scopes to ask for, separated by commas or spaces [default: what the tools need].
    #[arg(long)]
    pub(crate) scopes: Option<String>,
    /// Whether its accounts can use tools beyond the published ones; `headwater tools list` marks them.
    #[arg(long, value_name = "true|false")]
    pub(crate) additional_tools: Option<bool>,
    /// The base of all provider endpoints, for a sandbox or a gateway of your own [default: Atlassian's].
    #[arg(long, value_name = "URL")]
    pub(crate) provider_url: Option<String>,
}

/// What changes on a connection.
#[derive(Args)]
pub(crate) struct ChangedConnectionArguments {
    /// Its name.
    pub(crate) name: String,
    /// The client id from the developer console.
    #[arg(long)]
    pub(crate) client_id: Option<String>,
    /// A file with the client secret, or `-` for standard input.
    #[arg(long, value_name = "FILE")]
    pub(crate) client_secret_file: Option<PathBuf>,
    /// The scopes to ask for, separated by commas or spaces; end users must then authorize again.
    #[arg(long)]
    pub(crate) scopes: Option<String>,
    /// Whether its accounts can use tools beyond the published ones; `headwater tools list` marks them.
    #[arg(long, value_name = "true|false")]
    pub(crate) additional_tools: Option<bool>,
}

/// `headwater tools`
#[derive(Args)]
pub(crate) struct ToolsArguments {
    #[command(flatten)]
    pub(crate) server: ServerArguments,
    #[command(subcommand)]
    pub(crate) action: ToolsAction,
}

/// What can be done with tools.
#[derive(Subcommand)]
pub(crate) enum ToolsAction {
    /// Reads the tool files of the data directory and fails when one is wrong, saying where and what to do.
    Check,
    /// Lists the tools: `+` marks additions to the published ones, `*` those of your own files.
    List,
    /// Prints the scopes that tools need, ready for the developer console and for an authorize request.
    Scopes(ScopesArguments),
    /// Shows one tool: what it does, its parameters and scopes.
    Show {
        /// Its name.
        name: String,
    },
}

/// Which scopes to print.
#[derive(Args)]
pub(crate) struct ScopesArguments {
    /// A tool that will be used; may be given several times [default: all published tools].
    #[arg(long = "tool", value_name = "NAME")]
    pub(crate) tools: Vec<String>,
    /// Counts the additional tools too, when no tool is named.
    #[arg(long, conflicts_with = "tools")]
    pub(crate) additional: bool,
    /// Which scopes to take where a tool can do with either kind.
    #[arg(long, value_enum, default_value_t = Prefer::Fewest)]
    pub(crate) prefer: Prefer,
}

/// Which kind of scopes is preferred.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Prefer {
    /// Whatever makes the shortest list.
    Fewest,
    /// Granular scopes, such as `read:page:confluence`.
    Granular,
    /// Classic scopes, such as `search:confluence`.
    Classic,
}
