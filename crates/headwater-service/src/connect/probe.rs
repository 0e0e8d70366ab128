//! Looking at a connection's provider without any account.

use std::time::Duration;

use headwater_domain::connection::Connection;
use headwater_domain::time::Timestamp;
use headwater_ports::upstream::full;
use http::header::{DATE, USER_AGENT};
use http::{Method, Request};

use crate::Service;
use crate::provider_http::OUR_NAME;

impl Service {
    /// Asks a connection's provider for anything and returns how far this machine's clock is off the provider's.
    /// The error says why it cannot be reached.
    pub async fn probe_connection(&self, connection: &Connection) -> Result<Duration, String> {
        let request = Request::builder()
            .method(Method::GET)
            .uri(connection.endpoints.resources.as_str())
            .header(USER_AGENT, OUR_NAME)
            .body(full(""))
            .map_err(|error| error.to_string())?;
        let patience = self.settings().token_patience;
        let response = self.upstream().send(request, patience).await.map_err(|error| error.to_string())?;
        let date = response.headers().get(DATE).and_then(|value| value.to_str().ok());
        let theirs = date.and_then(|text| httpdate::parse_http_date(text).ok());
        let theirs = theirs.and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
        // A provider that does not tell its time cannot disagree.
        let Some(theirs) = theirs else { return Ok(Duration::ZERO) };
        let theirs = Timestamp::from_millis(0).plus(theirs);
        let ours = self.now();
        Ok(ours.until(theirs).max(theirs.until(ours)))
    }
}
