//! The SDK's requests, sent through the outbound port: it opens no sockets of its own.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use headwater_ports::upstream::{BoxError, Patience, Upstream, UpstreamError, full, read};

/// When the SDK names no limit of its own.
const PATIENCE: Duration = Duration::from_secs(10);
/// Answers hold a wrapped key, credentials or a sentence.
const MAX_ANSWER: usize = 256 * 1024;

/// Sends for the SDK.
#[derive(Clone)]
pub(super) struct UpstreamClient {
    upstream: Arc<dyn Upstream>,
    patience: Duration,
}

impl UpstreamClient {
    pub(super) fn new(upstream: Arc<dyn Upstream>) -> Self {
        Self { upstream, patience: PATIENCE }
    }

    async fn send(self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
        // Only streamed uploads have no bytes, and none is made here.
        let request = request.map(|body| full(body.bytes().unwrap_or_default().to_vec()));
        let patience = Patience { response: self.patience, idle: self.patience };
        let response = self.upstream.send(request, patience).await.map_err(failure)?;
        let (head, body) = response.into_parts();
        let body = read(body, MAX_ANSWER).await.map_err(|error| ConnectorError::io(error.into()))?;
        let response = http::Response::from_parts(head, SdkBody::from(body.to_vec()));
        HttpResponse::try_from(response).map_err(|error| ConnectorError::other(error.into(), None))
    }
}

impl fmt::Debug for UpstreamClient {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("UpstreamClient")
    }
}

impl HttpClient for UpstreamClient {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        _components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let patience = settings.read_timeout().unwrap_or(self.patience);
        SharedHttpConnector::new(Self { patience, ..self.clone() })
    }
}

impl HttpConnector for UpstreamClient {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::new(self.clone().send(request))
    }
}

fn failure(error: UpstreamError) -> ConnectorError {
    match error {
        UpstreamError::TimedOut(_) => ConnectorError::timeout(BoxError::from(error)),
        UpstreamError::NotSent { .. } | UpstreamError::Broken { .. } | UpstreamError::Forbidden(_) => {
            ConnectorError::io(error.into())
        }
    }
}
