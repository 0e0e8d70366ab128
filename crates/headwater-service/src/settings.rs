//! What the operator decides about use cases.

use std::time::Duration;

use headwater_domain::bounds;
use headwater_domain::id::ConnectionId;
use headwater_ports::upstream::Patience;
use url::{Host, Url};

pub use crate::bounds::Quotas;
use crate::chaos::Chaos;
use crate::policy::Policy;

/// How long events are kept by default.
const EVENT_RETENTION: Duration = Duration::from_secs(30 * 86_400);
/// How long entries of the audit log are kept by default.
const AUDIT_RETENTION: Duration = Duration::from_secs(90 * 86_400);

/// What the operator decides about use cases.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The public origin, such as `https://headwater.example`, without a path.
    pub base_url: Url,
    /// Whether the operator named `base_url`. Otherwise it is the one that the database had, or a default.
    pub origin_named: bool,
    /// How long an authorization link can be used.
    pub link_lifetime: Duration,
    /// How long an end user may take at the provider, and again for picking a site; and how long the application
    /// may take to confirm its end user.
    pub consent_lifetime: Duration,
    /// Whether and where applications confirm their end users.
    pub verification: Verification,
    /// Whether opening a link starts the flow at once and without tying it to the browser, so that scripts can
    /// walk it. Only for development against a sandbox: assembly refuses it on a public address.
    pub unattended_connect: bool,
    /// How long a tool call to the provider may take.
    pub tool_patience: Patience,
    /// How long a proxied call to the provider may take.
    pub proxy_patience: Patience,
    /// How long the whole answer to a proxied call may take to be read. Until then, it counts as a call under way.
    pub proxy_answer_limit: Duration,
    /// How long a call to a token endpoint may take.
    pub token_patience: Patience,
    /// How long after a provider's first refusal of a refresh token it is presented once more before the account
    /// counts as lost. Zero believes the first refusal.
    pub confirm_refusal_after: Duration,
    /// How long a grant lives after the consent, however often it is refreshed.
    pub grant_lifetime: Duration,
    /// The most requests to one site at a time, over all callers.
    pub site_concurrency: u32,
    /// The most calls for one connected account at a time; more wait.
    pub calls_per_account: u32,
    /// The most calls of one API client at a time; more wait.
    pub calls_per_client: u32,
    /// The largest answer that a tool passes on, in bytes.
    pub tool_reply_limit: usize,
    /// How much memory calls and answers under way may take together, in bytes.
    pub memory_bytes: usize,
    /// How long a resolved account may be served from memory before the store is asked again.
    pub cache_lifetime: Duration,
    /// Hosts, with one port or all, whose webhooks may be called without TLS.
    pub plain_hosts: Vec<(Host, Option<u16>)>,
    /// The most that agents may do.
    pub policy: Policy,
    /// How long events are kept.
    pub event_retention: Duration,
    /// How long entries of the audit log are kept.
    pub audit_retention: Duration,
    /// How many rows API clients can create.
    pub quotas: Quotas,
    /// Whether what is to be recorded is refused while the audit log cannot be written: credential reads, and changes of
    /// accounts, connections, API clients and webhooks.
    pub audit_required: bool,
    /// How long an act may go on after its caller has left.
    pub act_patience: Duration,
    /// Experiments on this process; none in builds that are for use.
    pub chaos: Chaos,
}

/// Whether and where applications confirm their end users before an account becomes usable.
#[derive(Clone, Debug, Default)]
pub struct Verification {
    /// Whether links without a `user_verify_url` are refused. Where they are not, a consent alone is enough for
    /// them: good for trying things out, open to somebody who gets another person to use a link.
    pub required: bool,
    /// The origins that a `user_verify_url` may have. None allows every `https` origin, and `http` on this machine.
    pub origins: Vec<url::Origin>,
}

impl Settings {
    /// Sensible values for a server reachable at `base_url`.
    pub fn new(base_url: Url) -> Self {
        let seconds = Duration::from_secs;
        Self {
            base_url,
            origin_named: false,
            link_lifetime: seconds(600),
            consent_lifetime: seconds(600),
            verification: Verification::default(),
            unattended_connect: false,
            tool_patience: Patience { response: seconds(50), idle: seconds(20) },
            proxy_patience: Patience { response: seconds(60), idle: seconds(60) },
            proxy_answer_limit: seconds(600),
            token_patience: Patience { response: seconds(10), idle: seconds(5) },
            confirm_refusal_after: seconds(30),
            grant_lifetime: seconds(365 * 86_400),
            site_concurrency: 16,
            calls_per_account: 16,
            calls_per_client: 256,
            tool_reply_limit: bounds::ANSWER_BYTES,
            memory_bytes: bounds::MEMORY_BYTES,
            cache_lifetime: seconds(5),
            plain_hosts: Vec::new(),
            policy: Policy::default(),
            event_retention: EVENT_RETENTION,
            audit_retention: AUDIT_RETENTION,
            quotas: Quotas::default(),
            audit_required: true,
            act_patience: seconds(120),
            chaos: Chaos::default(),
        }
    }

    /// Returns the redirect URI of a connection, to be registered at the provider.
    pub fn redirect_uri(&self, connection: &ConnectionId) -> String {
        self.url(&format!("/sso/v1/oauth/{connection}/callback"))
    }

    /// Whether the operator allows plain http to this host and port.
    pub(crate) fn plain_host(&self, url: &Url) -> bool {
        let port = url.port_or_known_default();
        url.host().is_some_and(|host| {
            self.plain_hosts
                .iter()
                .any(|(name, own)| *name == host && own.is_none_or(|own| Some(own) == port))
        })
    }

    /// Returns an absolute URL on the public origin. `path` begins with a slash.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base_url.as_str().trim_end_matches('/'))
    }
}
