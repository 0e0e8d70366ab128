//! Requests as a client makes them.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use ureq::{Agent, Body};

/// Longer than the server lets any caller wait.
const PATIENCE: Duration = Duration::from_secs(300);

/// A client with a memory for cookies, like a browser, that takes every status as an answer.
pub(super) fn browser() -> Agent {
    let config = Agent::config_builder()
        .timeout_global(Some(PATIENCE))
        .http_status_as_error(false)
        .max_redirects(10)
        .redirect_auth_headers(ureq::config::RedirectAuthHeaders::Never)
        .build();
    Agent::new_with_config(config)
}

/// Posts JSON; returns the status and the answer's JSON, `null` where it has none.
pub(super) fn post(agent: &Agent, url: &str, token: Option<&str>, body: &Value) -> Result<(u16, Value)> {
    let mut request = agent.post(url);
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    read(request.send_json(body).with_context(|| format!("POST {url}"))?)
}

/// Posts a form and follows where it leads; returns the page, which must be a good one.
pub(super) fn submit(agent: &Agent, url: &str, fields: &[(&str, &str)]) -> Result<String> {
    let fields = fields.iter().copied();
    let mut response = agent.post(url).send_form(fields).with_context(|| format!("POST {url}"))?;
    let text = response.body_mut().read_to_string()?;
    ensure!(response.status().is_success(), "POST {url}: {} {text}", response.status());
    Ok(text)
}

/// The text behind an address.
pub(super) fn get(agent: &Agent, url: &str) -> Result<String> {
    let mut response = agent.get(url).call().with_context(|| format!("GET {url}"))?;
    ensure!(response.status().is_success(), "GET {url}: {}", response.status());
    Ok(response.body_mut().with_config().limit(1 << 30).read_to_string()?)
}

/// The status of an answer and its JSON, `null` where it has none.
pub(super) fn read(mut response: ureq::http::Response<Body>) -> Result<(u16, Value)> {
    let text = response.body_mut().read_to_string()?;
    Ok((response.status().as_u16(), serde_json::from_str(&text).unwrap_or_default()))
}
