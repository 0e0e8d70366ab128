//! What a browser keeps for the page after the provider's answer. The answer's own address holds a code that works once:
//! the browser is sent on from it at once, and what to show comes back in a cookie that only this server can write and read.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use headwater_domain::flow::Stage;
use headwater_domain::id::FlowId;
use headwater_domain::sealed::Sealed;
use headwater_domain::secret::Secret;
use headwater_domain::site::Site;
use headwater_ports::sealer::SealContext;

use super::Connect;
use super::{ConnectError, SiteChoice};

/// How long what was kept can be shown, in milliseconds.
const LIFETIME: i64 = 30 * 60 * 1000;
/// The longest text that a cookie carries, once sealed and written down.
const LONGEST: usize = 3_800;

impl Connect {
    /// Seals a text for the browser that it is about. Nothing when it is too long for a cookie.
    pub fn seal_for_browser(&self, text: &str) -> Option<String> {
        let lapses = self.core.now().millis() + LIFETIME;
        let sealed = self.core.sealer().seal(context(), &Secret::new(format!("{lapses} {text}"))).ok()?;
        let written = URL_SAFE_NO_PAD.encode(sealed.as_bytes());
        (written.len() <= LONGEST).then_some(written)
    }

    /// Opens what [`Service::seal_for_browser`] has sealed. Nothing for what this server did not seal, and for what is
    /// too old.
    #[expect(clippy::disallowed_methods, reason = "it is shown to the browser that it was sealed for")]
    pub fn open_from_browser(&self, written: &str) -> Option<String> {
        if written.len() > LONGEST {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(written).ok()?;
        let opened = self.core.sealer().open(context(), &Sealed::from_bytes(bytes)).ok()?;
        let (lapses, text) = opened.expose().split_once(' ')?;
        let live = self.core.now().millis() < lapses.parse().ok()?;
        live.then(|| text.to_owned())
    }

    /// Whether the flow that a link started has ended with a usable account.
    ///
    /// # Errors
    /// [`ConnectError::Service`] where the store cannot be read.
    pub async fn link_completed(&self, token: &str) -> Result<bool, ConnectError> {
        let digest = self.core.sealer().sha256(token.as_bytes());
        let flow = self.core.store().read().await?.flow_by_link(&digest).await?;
        Ok(flow.is_some_and(|it| matches!(it.stage, Stage::Completed)))
    }

    /// The sites that an end user can choose from. Changes nothing, so that the page can be loaded again.
    ///
    /// # Errors
    /// A [`ConnectError`] where the flow is not known, has moved on, has expired, or is another browser's.
    pub async fn view_sites(
        &self,
        flow: &str,
        browser_token: Option<&str>,
    ) -> Result<SiteChoice, ConnectError> {
        let id = FlowId::parse(flow).map_err(|_| ConnectError::Unknown)?;
        let flow = self.core.store().read().await?.flow(&id).await?.ok_or(ConnectError::Unknown)?;
        let Stage::ChoosingSite(choosing) = &flow.stage else { return Err(ConnectError::Used) };
        if self.core.now() >= flow.expires_at {
            return Err(ConnectError::Expired);
        }
        self.check_browser(choosing.browser_digest.as_ref(), browser_token)?;
        let sites: Vec<Site> = choosing.sites.clone();
        Ok(SiteChoice { flow: flow.id.to_string(), connection_id: flow.connection_id.clone(), sites })
    }
}

fn context() -> SealContext<'static> {
    SealContext { record: "page", id: "connect", field: "shown", generation: 0 }
}
