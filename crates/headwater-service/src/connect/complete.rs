//! Completing a flow: the site is settled, the account becomes usable.

use headwater_domain::audit::Actor;
use headwater_domain::connection::Connection;
use headwater_domain::event::EventKind;
use headwater_domain::flow::{ChoosingSite, ConnectFlow, FailureReason, Stage};
use headwater_domain::id::FlowId;
use headwater_domain::site::Site;

use super::Connect;
use super::flow::{moved, store_move};
use super::same_user::{Present, ensure_same_user};
use super::{CallbackOutcome, ConnectError, ConnectedSummary, SiteChoice};
use crate::accounts::{Consent, view_of};
use crate::audit::{self, Act};
use crate::grants::NewTokens;
use crate::live::bearer;

impl Connect {
    /// One granted site is taken; of several, the end user picks.
    pub(super) async fn settle_site(
        &self,
        flow: ConnectFlow,
        connection: &Connection,
        tokens: NewTokens,
        browser_digest: Option<[u8; 32]>,
    ) -> Result<CallbackOutcome, ConnectError> {
        let mut sites = self
            .sites
            .list(connection, &bearer(&tokens.access_token)?)
            .await
            .map_err(ConnectError::Exchange)?;
        match (sites.pop(), sites.is_empty()) {
            (None, _) => {
                self.consume(flow, Stage::Failed(FailureReason::NoSite)).await?;
                Err(ConnectError::NoSite)
            }
            (Some(site), true) => self.finish(flow, connection, tokens, site).await,
            (Some(last), false) => {
                sites.push(last);
                self.offer_sites(flow, tokens, sites, browser_digest).await
            }
        }
    }

    async fn offer_sites(
        &self,
        mut flow: ConnectFlow,
        tokens: NewTokens,
        sites: Vec<Site>,
        browser_digest: Option<[u8; 32]>,
    ) -> Result<CallbackOutcome, ConnectError> {
        let candidate = self.seal_candidate(&flow.id, &tokens)?;
        flow.expires_at = self.core.now().plus(self.core.settings().consent_lifetime);
        let stage = Stage::ChoosingSite(ChoosingSite { browser_digest, candidate, sites: sites.clone() });
        let flow = self.consume(flow, stage).await?;
        Ok(CallbackOutcome::ChooseSite(SiteChoice {
            flow: flow.id.to_string(),
            connection_id: flow.connection_id,
            sites,
        }))
    }

    /// Takes the end user's choice among several granted sites.
    ///
    /// # Errors
    /// A [`ConnectError`] for the page that the end user sees.
    pub async fn choose_site(
        &self,
        flow: &str,
        cloud_id: &str,
        browser_token: Option<&str>,
    ) -> Result<CallbackOutcome, ConnectError> {
        let act = Act::new("account.choose_site").by(Actor::EndUser);
        let (flow, cloud_id) = (flow.to_owned(), cloud_id.to_owned());
        let browser_token = browser_token.map(str::to_owned);
        self.audit
            .audited(act, self, |connect| async move {
                connect.take_choice(&flow, &cloud_id, browser_token.as_deref()).await
            })
            .await
    }

    async fn take_choice(
        &self,
        flow: &str,
        cloud_id: &str,
        browser_token: Option<&str>,
    ) -> Result<CallbackOutcome, ConnectError> {
        let id = FlowId::parse(flow).map_err(|_| ConnectError::Unknown)?;
        let flow = self.core.store().read().await?.flow(&id).await?.ok_or(ConnectError::Unknown)?;
        audit::touched(&flow.account_id, &flow.connection_id);
        let Stage::ChoosingSite(choosing) = flow.stage.clone() else { return Err(ConnectError::Used) };
        if self.core.now() >= flow.expires_at {
            return Err(ConnectError::Expired);
        }
        self.check_browser(choosing.browser_digest.as_ref(), browser_token)?;
        let site = choosing
            .sites
            .into_iter()
            .find(|site| site.cloud_id == cloud_id)
            .ok_or(ConnectError::ForeignSite)?;
        let connection = self.connections.get(flow.connection_id.as_str()).await?;
        let tokens = self.open_candidate(&flow.id, choosing.candidate)?;
        self.finish(flow, &connection, tokens, site).await
    }

    /// The site is known. Where the application wants to confirm its end user first, the tokens wait for that.
    async fn finish(
        &self,
        flow: ConnectFlow,
        connection: &Connection,
        tokens: NewTokens,
        site: Site,
    ) -> Result<CallbackOutcome, ConnectError> {
        let authorization = bearer(&tokens.access_token)?;
        let provider_account_id = self.sites.identity(connection, &site, &authorization).await;
        let mut consent = Consent { site, provider_account_id };
        if let Some(url) = flow.user_verify_url.clone() {
            return self.await_verification(flow, tokens, consent, &url).await;
        }
        let present = self.learn_users(&flow.account_id, connection, &mut consent, &authorization).await?;
        let connected = self.activate(flow, connection, tokens, consent, &present).await?;
        Ok(CallbackOutcome::Connected(connected))
    }

    /// Stores the grant, makes the account active and ends the flow, all or nothing.
    async fn activate(
        &self,
        flow: ConnectFlow,
        connection: &Connection,
        tokens: NewTokens,
        consent: Consent,
        present: &Present,
    ) -> Result<ConnectedSummary, ConnectError> {
        let mut tx = self.core.store().write().await?;
        let account = view_of(&mut *tx, &flow.account_id).await?.account;
        if let Err(refusal) = ensure_same_user(&account, present, &consent) {
            drop(tx);
            self.consume(flow, Stage::Failed(FailureReason::OtherUser)).await?;
            return Err(refusal);
        }
        store_move(&mut *tx, &moved(flow, Stage::Completed)).await?;
        let (site, status) = (consent.site.clone(), account.status);
        let account = self.accounts.authorize(&mut *tx, account, tokens, Some(consent)).await?;
        let kinds = [EventKind::TokensFetched, EventKind::OauthSucceeded];
        self.events.record(&mut *tx, &account, connection, &kinds, Some(status)).await?;
        self.audit.commit(tx).await?;
        self.live.forget(&account.id).await;
        tracing::info!(account = %account.id, connection = %connection.name, "connected account authorized");
        Ok(ConnectedSummary {
            provider: self.connectors.of(&connection.provider)?.display_name().to_owned(),
            site,
            identifier: account.owner.identifier.to_string(),
        })
    }
}
