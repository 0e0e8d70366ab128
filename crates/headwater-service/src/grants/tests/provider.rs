//! Atlassian's token endpoint as a model: rotation, ten minutes of leeway for the token before, and the end of the
//! whole family when an older one is presented.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use headwater_domain::time::Timestamp;
use headwater_ports::clock::Clock;
use headwater_ports::upstream::{Body, Patience, Upstream, UpstreamError, full, read};
use http::{HeaderValue, Request, Response};
use serde_json::{Value, json};

use super::world::SimulatedClock;

pub(super) const LEEWAY: Duration = Duration::from_secs(600);
pub(super) const LIFETIME: Duration = Duration::from_secs(3600);

/// What goes wrong with one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    None,
    /// No connection.
    NotSent,
    /// Never arrives; the caller waits in vain.
    LostRequest,
    /// Has its effect, but the answer never arrives.
    LostAnswer,
    /// Has its effect, and a proxy answers 502.
    BadGateway,
    /// A proxy answers 503 with a page, before any effect.
    Maintenance,
    /// Answered after so many seconds.
    Slow(u64),
    /// 429 with Retry-After in seconds, before any effect.
    TooMany(u64),
    /// A good token is refused.
    Spurious,
    /// The app's credentials are refused.
    WrongSecret,
}

/// A refresh token; its access token has the same number.
#[derive(Clone, Debug)]
struct Token {
    parent: Option<usize>,
    issued_at: Timestamp,
    rotated_at: Option<Timestamp>,
}

/// One request to the token endpoint.
#[derive(Clone, Copy, Debug)]
pub(super) struct Presentation {
    #[expect(dead_code, reason = "shown when a check fails")]
    token: usize,
    pub(super) at: Timestamp,
}

struct Model {
    tokens: Vec<Token>,
    alive: bool,
    /// Every request from now on, unless the script says otherwise.
    weather: Fault,
    script: VecDeque<Fault>,
    presentations: Vec<Presentation>,
    in_flight: usize,
    probes: usize,
    violations: Vec<String>,
}

pub(super) struct Provider {
    clock: SimulatedClock,
    model: Mutex<Model>,
}

impl Provider {
    /// A provider that has issued token 0.
    pub(super) fn new(clock: SimulatedClock) -> Self {
        let first = Token { parent: None, issued_at: clock.now(), rotated_at: None };
        let model = Model {
            tokens: vec![first],
            alive: true,
            weather: Fault::None,
            script: VecDeque::new(),
            presentations: Vec::new(),
            in_flight: 0,
            probes: 0,
            violations: Vec::new(),
        };
        Self { clock, model: Mutex::new(model) }
    }

    fn model<T>(&self, work: impl FnOnce(&mut Model) -> T) -> T {
        work(&mut self.model.lock().unwrap())
    }

    pub(super) fn script(&self, faults: &[Fault]) {
        self.model(|it| it.script.extend(faults));
    }

    pub(super) fn weather(&self, fault: Fault) {
        self.model(|it| it.weather = fault);
    }

    /// The end user takes the consent back.
    pub(super) fn revoke(&self) {
        self.model(|it| it.alive = false);
    }

    pub(super) fn alive(&self) -> bool {
        self.model(|it| it.alive)
    }

    pub(super) fn presentations(&self) -> Vec<Presentation> {
        self.model(|it| it.presentations.clone())
    }

    pub(super) fn probes(&self) -> usize {
        self.model(|it| it.probes)
    }

    pub(super) fn violations(&self) -> Vec<String> {
        self.model(|it| it.violations.clone())
    }

    /// Whether a call with this `Authorization` would be let through.
    pub(super) fn accepts(&self, authorization: &HeaderValue) -> bool {
        let number = authorization.to_str().unwrap().strip_prefix("Bearer access-").unwrap().parse::<usize>();
        let now = self.clock.now();
        self.model(|it| {
            let token = &it.tokens[number.unwrap()];
            let outdated = token.rotated_at.is_some_and(|at| at.until(now) > LEEWAY);
            it.alive && !outdated && token.issued_at.until(now) < LIFETIME
        })
    }

    async fn token(&self, request: &Value, patience: Patience) -> Result<Response<Bytes>, UpstreamError> {
        let number = request["refresh_token"].as_str().unwrap().strip_prefix("refresh-").unwrap();
        let number: usize = number.parse().unwrap();
        let fault = self.begin(number);
        let answer = match fault {
            Fault::NotSent => Err(UpstreamError::NotSent { reason: "no route".to_owned() }),
            Fault::LostRequest => Err(self.silence(patience).await),
            Fault::LostAnswer => {
                self.exchange(number);
                Err(self.silence(patience).await)
            }
            Fault::BadGateway => {
                self.exchange(number);
                Ok(reply(502, "<html>bad gateway</html>".to_owned()))
            }
            Fault::Maintenance => Ok(reply(503, "<html>back soon</html>".to_owned())),
            Fault::TooMany(seconds) => {
                let mut reply = reply(429, String::new());
                reply.headers_mut().insert("retry-after", HeaderValue::from(seconds));
                Ok(reply)
            }
            Fault::Spurious => Ok(refusal("invalid_grant", "Unknown or invalid refresh token.")),
            Fault::WrongSecret => Ok(refusal("access_denied", "Unauthorized")),
            Fault::None => Ok(self.exchange(number)),
            Fault::Slow(seconds) => {
                self.clock.wait(Duration::from_secs(seconds)).await;
                Ok(self.exchange(number))
            }
        };
        self.model(|it| it.in_flight -= 1);
        answer
    }

    fn begin(&self, token: usize) -> Fault {
        let at = self.clock.now();
        self.model(|it| {
            let fault = it.script.pop_front().unwrap_or(it.weather);
            if it.in_flight > 0 {
                it.violations
                    .push(format!("token {token} was presented while another request was under way"));
            }
            it.in_flight += 1;
            if fault != Fault::NotSent {
                it.presentations.push(Presentation { token, at });
            }
            fault
        })
    }

    async fn silence(&self, patience: Patience) -> UpstreamError {
        self.clock.wait(patience.response).await;
        UpstreamError::TimedOut(patience.response)
    }

    /// The effect: a new pair, or the end of the family.
    fn exchange(&self, number: usize) -> Response<Bytes> {
        let now = self.clock.now();
        self.model(|it| {
            let grandchild = |token: &Token| token.parent == Some(number) && token.rotated_at.is_some();
            let too_late = it.tokens[number].rotated_at.is_some_and(|at| at.until(now) > LEEWAY);
            if it.alive && (too_late || it.tokens.iter().any(grandchild)) {
                it.alive = false;
                it.violations.push(format!("token {number} was presented after its time"));
            }
            if !it.alive {
                return refusal("invalid_grant", "Unknown or invalid refresh token.");
            }
            it.tokens[number].rotated_at.get_or_insert(now);
            let child = it.tokens.len();
            it.tokens.push(Token { parent: Some(number), issued_at: now, rotated_at: None });
            let pair = json!({
                "access_token": format!("access-{child}"),
                "refresh_token": format!("refresh-{child}"),
                "expires_in": LIFETIME.as_secs(),
                "scope": "a b",
                "token_type": "bearer",
            });
            reply(200, pair.to_string())
        })
    }
}

fn refusal(code: &str, description: &str) -> Response<Bytes> {
    let status = if code == "access_denied" { 401 } else { 403 };
    reply(status, json!({ "error": code, "error_description": description }).to_string())
}

fn reply(status: u16, body: String) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = status.try_into().unwrap();
    response
}

#[async_trait]
impl Upstream for Provider {
    async fn send(
        &self,
        request: Request<Body>,
        patience: Patience,
    ) -> Result<Response<Body>, UpstreamError> {
        let (head, body) = request.into_parts();
        if head.uri.path().ends_with("accessible-resources") {
            self.model(|it| it.probes += 1);
            return match self.model(|it| it.weather) {
                Fault::Maintenance | Fault::BadGateway => Ok(reply(503, String::new()).map(full)),
                Fault::LostRequest | Fault::LostAnswer => Err(self.silence(patience).await),
                Fault::NotSent => Err(UpstreamError::NotSent { reason: "no route".to_owned() }),
                _ => Ok(reply(401, String::new()).map(full)),
            };
        }
        let body = read(body, 1 << 20).await.unwrap();
        let answer = self.token(&serde_json::from_slice(&body).unwrap(), patience).await;
        answer.map(|response| response.map(full))
    }
}
