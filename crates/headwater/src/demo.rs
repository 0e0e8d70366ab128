//! `headwater dev --demo`: a first session, step by step, through the same HTTP API that everybody uses.

mod browser;
mod client;
mod steps;

use anyhow::Result;
use axum::Router;
use headwater_server::assembly::Server;

use crate::arguments::Consent;
use crate::credentials::Credentials;
use crate::demo::browser::Browser;
use crate::demo::client::ApiClient;
use crate::sandbox::RunningSandbox;
use crate::terminal::say;

/// Everything the walk needs. The requests go through the same routers that the ports serve.
pub(crate) struct Walk {
    server: Router,
    sandbox: Router,
    origin: String,
    sandbox_url: String,
    credentials: Credentials,
}

impl Walk {
    /// Prepares the walk.
    pub(crate) fn new(server: &Server, sandbox: &RunningSandbox, credentials: Credentials) -> Self {
        Self {
            server: server.router(),
            sandbox: sandbox.sandbox.router(),
            origin: server.origin().to_owned(),
            sandbox_url: sandbox.url.clone(),
            credentials,
        }
    }

    /// Walks, printing each call and its outcome.
    pub(crate) async fn run(self, consent: Consent) -> Result<()> {
        say!("--- demo: an agent reads and writes Confluence pages ---");
        let client = ApiClient::sign_in(self.server.clone(), &self.credentials).await?;
        let browser = Browser::new([(self.origin, self.server), (self.sandbox_url.clone(), self.sandbox)]);
        let page = steps::all(&client, &browser, consent).await?;
        say!("--- done. See the page for yourself: {}{page}", self.sandbox_url);
        say!("    The server keeps running; press Ctrl-C to stop it.");
        Ok(())
    }
}
