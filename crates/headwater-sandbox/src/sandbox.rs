//! The sandbox itself: opened, served and controlled.

use std::sync::Arc;

use axum::{Router, middleware};

use crate::clock::Clock;
use crate::control::{ConsentChoice, Control, Fault, LedgerEntry, LedgerFilter, SteeredClock};
use crate::edition::Edition;
use crate::options::{Client, Options};
use crate::random::Random;
use crate::rules::{ConsentOutcome, ConsentSites, ContentRules, RateRules, Switches};
use crate::state::{Settings, State};
use crate::storage::grants::Chosen;
use crate::storage::{Storage, StorageError, api_tokens, clients, editions, site_switches, sites, users};
use crate::{address, bare, gateway, media, oauth, scenario, seed, steering, web, withdrawal};

/// An emulated Confluence Cloud.
#[derive(Clone)]
pub struct Sandbox {
    state: State,
}

/// An error that keeps a sandbox from opening.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The address is not one a browser could use.
    #[error("public address `{address}` is not usable; write it like http://localhost:7444")]
    PublicUrl {
        /// The address that was given.
        address: String,
        /// The error of the URL parser.
        #[source]
        source: url::ParseError,
    },
    /// The database did not open or could not be filled.
    #[error("the sandbox's storage did not open")]
    Storage(#[from] StorageError),
}

impl Sandbox {
    /// Opens a sandbox. Demo content goes into databases that hold no site yet.
    pub async fn open(
        options: Options,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Result<Self, OpenError> {
        let public_url = options.public_url.trim_end_matches('/').to_owned();
        url::Url::parse(&public_url)
            .map_err(|source| OpenError::PublicUrl { address: public_url.clone(), source })?;
        let storage = Storage::open(options.data.as_deref()).await?;
        let settings = Settings { public_url, consent: options.consent };
        let clock = Arc::new(SteeredClock::new(clock));
        let switches = Switches {
            stale_tokens: options.stale_tokens,
            tokens: options.token_rules,
            rates: RateRules::default(),
            content: ContentRules::default(),
        };
        let control = Arc::new(Control::new(clock.clone(), switches));
        let state = State { storage, clock, random, settings: Arc::new(settings), control };
        let sandbox = Self { state };
        sandbox.fill(options.demo_content).await?;
        for client in options.clients {
            sandbox.register_client(client).await?;
        }
        Ok(sandbox)
    }

    /// Returns the routes of everything the sandbox serves.
    pub fn router(&self) -> Router {
        let state = self.state.clone();
        oauth::router(state.clone())
            .merge(gateway::router(state.clone()))
            .merge(media::router(state.clone()))
            .fallback_service(web::router(state.clone()))
            .layer(middleware::from_fn_with_state(state, steering::intercept))
    }

    /// Returns the routes of the controls over HTTP, for a port of their own: whoever reaches it can break the
    /// sandbox.
    pub fn control_router(&self) -> Router {
        steering::router(self.state.clone())
    }

    /// Adds an app, or replaces the one with the same client id.
    pub async fn register_client(&self, client: Client) -> Result<(), StorageError> {
        let mut tx = self.state.storage.begin().await?;
        clients::insert(&mut tx, &client).await?;
        Ok(tx.commit().await?)
    }

    /// Gives the user with this e-mail address an API token, for programs that sign in to the site's own address.
    /// False when nobody has the address.
    pub async fn register_api_token(&self, email: &str, token: &str) -> Result<bool, StorageError> {
        let mut tx = self.state.storage.begin().await?;
        let known = api_tokens::insert(&mut tx, email, token).await?;
        tx.commit().await?;
        Ok(known)
    }

    /// Returns the e-mail addresses of the users, in the order in which they were added.
    pub async fn emails(&self) -> Result<Vec<String>, StorageError> {
        let mut tx = self.state.storage.begin().await?;
        Ok(users::all(&mut tx).await?.into_iter().map(|user| user.email).collect())
    }

    /// Adds this many pages to the first site, in spaces of their own; the same ones for the same number and seed.
    pub async fn generate_pages(&self, pages: u64, seed: u64) -> Result<(), StorageError> {
        seed::generate(&self.state.storage, pages, seed, self.state.clock.now_ms()).await
    }

    /// Expires every access token.
    pub async fn expire_access_tokens(&self) -> Result<(), StorageError> {
        withdrawal::expire_access_tokens(&self.state, &Chosen::default()).await
    }

    /// Revokes every grant, as if all users had removed all apps.
    pub async fn revoke_grants(&self) -> Result<(), StorageError> {
        withdrawal::revoke_grants(&self.state, &Chosen::default()).await
    }

    /// Revokes the grants of this user, as if the password had been changed.
    pub async fn revoke_user(&self, account_id: &str) -> Result<(), StorageError> {
        let chosen = Chosen { account_id: Some(account_id.to_owned()), ..Chosen::default() };
        withdrawal::revoke_grants(&self.state, &chosen).await
    }

    /// Limits how much apps may ask for; without numbers nothing is limited, as at first.
    pub fn limit_rates(&self, rates: RateRules) {
        let switches = self.state.control.switches();
        self.state.control.switch(Switches { rates, ..switches });
    }

    /// Chooses how automatic consents of the first user end from now on.
    pub fn choose_consent(&self, outcome: ConsentOutcome, sites: ConsentSites) {
        self.state.control.choose_consent(ConsentChoice { outcome, sites, account_id: None });
    }

    /// Moves the sandbox's clock, back when the number is negative.
    pub fn advance_clock(&self, milliseconds: i64) {
        self.state.control.clock.advance(milliseconds);
    }

    /// Releases the requests that faults hold under this name. Returns how many they were.
    pub fn release(&self, hold: &str) -> usize {
        self.state.control.holds.release(hold)
    }

    /// Waits until this many requests are held under this name.
    pub async fn held(&self, hold: &str, count: usize) {
        self.state.control.holds.filled(hold, count).await;
    }

    /// Returns the entries of the log that fit, oldest first. The marks of tokens show the tokens themselves.
    pub fn ledger(&self, filter: &LedgerFilter) -> Vec<LedgerEntry> {
        self.state.control.ledger.entries_that_fit(filter)
    }

    /// Removes every fault.
    pub fn clear_faults(&self) {
        self.state.control.clear_faults();
    }

    /// Loads a scenario: the text of a file, or the name of one that comes with the sandbox.
    pub async fn load_scenario(&self, text_or_name: &str) -> Result<(), scenario::ScenarioError> {
        scenario::play(&self.state, text_or_name).await
    }

    /// Changes the edition of a site; every site starts with the largest.
    pub async fn set_edition(&self, cloud_id: &str, edition: Edition) -> Result<(), StorageError> {
        let mut tx = self.state.storage.begin().await?;
        editions::set(&mut tx, cloud_id, edition).await?;
        Ok(tx.commit().await?)
    }

    /// Chooses whether a site still answers the v1 operations on content that are no longer documented, or says that
    /// they are gone. Both are seen at the vendor; every site starts with answering.
    pub async fn set_classic_content(&self, cloud_id: &str, answered: bool) -> Result<(), StorageError> {
        let mut tx = self.state.storage.begin().await?;
        site_switches::set(&mut tx, cloud_id, site_switches::CLASSIC_CONTENT_GONE, !answered).await?;
        Ok(tx.commit().await?)
    }

    /// Scripts the next answers of an operation.
    pub fn next_responses(&self, fault: Fault) {
        self.state.control.script(fault);
    }

    #[cfg(test)]
    pub(crate) fn storage(&self) -> &Storage {
        &self.state.storage
    }

    async fn fill(&self, demo_content: bool) -> Result<(), StorageError> {
        let mut tx = self.state.storage.begin().await?;
        let fresh = sites::all(&mut tx).await?.is_empty();
        drop(tx);
        match (fresh, demo_content) {
            (false, _) => {}
            (true, true) => seed::load(&self.state.storage, self.state.clock.now_ms()).await?,
            (true, false) => bare::load(&self.state).await?,
        }
        // Every time: a database that moved to another port finds its sites there.
        address::settle(&self.state).await
    }
}
