//! A small client of headwater's REST API.

use anyhow::{Context as _, Result, bail};
use axum::Router;
use axum::body::Body;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{Method, Request};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;
use url::form_urlencoded;

use crate::credentials::Credentials;

/// Whom the demo acts for.
pub(super) const IDENTIFIER: &str = "user_123";
/// Through which connection.
pub(super) const CONNECTION: &str = "confluence";

/// A signed-in client.
pub(super) struct ApiClient {
    router: Router,
    token: String,
}

impl ApiClient {
    /// Exchanges the client's credentials for an access token.
    pub(super) async fn sign_in(router: Router, credentials: &Credentials) -> Result<Self> {
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "client_credentials")
            .append_pair("client_id", &credentials.client_id)
            .append_pair("client_secret", &credentials.client_secret)
            .finish();
        let request = Request::builder()
            .method(Method::POST)
            .uri("/oauth/token")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(form))?;
        let reply = send(&router, request).await?;
        let token =
            reply["access_token"].as_str().context("the token endpoint gave no access token")?.to_owned();
        Ok(Self { router, token })
    }

    /// Reads from the REST API.
    pub(super) async fn get(&self, path: &str) -> Result<Value> {
        send(&self.router, self.request(Method::GET, path).body(Body::empty())?).await
    }

    /// Calls a method of the REST API.
    pub(super) async fn post(&self, path: &str, body: &Value) -> Result<Value> {
        let request = self
            .request(Method::POST, path)
            .header(CONTENT_TYPE, "application/json")
            .body(Body::from(body.to_string()))?;
        send(&self.router, request).await
    }

    /// Executes a tool and returns its data.
    pub(super) async fn execute(&self, tool: &str, params: Value) -> Result<Value> {
        let body =
            json!({ "tool_name": tool, "connector": CONNECTION, "identifier": IDENTIFIER, "params": params });
        Ok(self.post("/api/v1/execute_tool", &body).await?["data"].take())
    }

    /// Sends a raw request through the proxy.
    pub(super) async fn proxy(&self, path: &str) -> Result<Value> {
        let request = self
            .request(Method::GET, &format!("/proxy{path}"))
            .header("connection_name", CONNECTION)
            .header("identifier", IDENTIFIER)
            .body(Body::empty())?;
        send(&self.router, request).await
    }

    fn request(&self, method: Method, path: &str) -> http::request::Builder {
        Request::builder().method(method).uri(path).header(AUTHORIZATION, format!("Bearer {}", self.token))
    }
}

async fn send(router: &Router, request: Request<Body>) -> Result<Value> {
    let path = request.uri().path().to_owned();
    let response = router.clone().oneshot(request).await?;
    let status = response.status();
    let body = response.into_body().collect().await?.to_bytes();
    if !status.is_success() {
        bail!("{path} answered {status}: {}", String::from_utf8_lossy(&body));
    }
    serde_json::from_slice(&body).with_context(|| format!("{path} answered with something that is not JSON"))
}
