//! Signatures in the manner of Standard Webhooks: HMAC-SHA256 over id, time and body.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use headwater_domain::secret::Secret;
use headwater_domain::time::Timestamp;
use headwater_domain::webhook::Webhook;

use super::Webhooks;
use super::{SECRET_PREFIX, secret_context};
use crate::error::ServiceError;

impl Webhooks {
    /// The value of the header `webhook-signature`: one signature for each secret that is live, newest first.
    pub(super) fn signatures(
        &self,
        webhook: &Webhook,
        id: &str,
        now: Timestamp,
        body: &[u8],
    ) -> Result<String, ServiceError> {
        let signed = [format!("{id}.{}.", now.seconds()).as_bytes(), body].concat();
        let mut signatures = Vec::new();
        for secret in webhook.live_secrets(now) {
            let context = secret_context(&webhook.id, secret.generation);
            let key = key(&self.core.sealer().open(context, &secret.sealed)?)?;
            signatures.push(format!("v1,{}", STANDARD.encode(self.core.sealer().hmac_sha256(&key, &signed))));
        }
        Ok(signatures.join(" "))
    }
}

#[expect(clippy::disallowed_methods, reason = "deliveries are signed with the webhook's secret")]
fn key(secret: &Secret) -> Result<Vec<u8>, ServiceError> {
    let text = secret.expose();
    let encoded = text.strip_prefix(SECRET_PREFIX).unwrap_or(text);
    STANDARD
        .decode(encoded)
        .map_err(|error| ServiceError::internal("a stored webhook secret cannot be read", error))
}
