//! A headwater behind its router, called without a socket.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use bytes::{BufMut as _, Bytes, BytesMut};
use headwater_confluence::Confluence;
use headwater_domain::id::ClientId;
use headwater_domain::provider::ProviderKey;
use headwater_domain::role::Roles;
use headwater_domain::secret::Secret;
use headwater_ports::fakes::{ManualClock, MemoryStore, ScriptedUpstream, SeededEntropy, SeenRequest};
use headwater_seal::KeyRing;
use headwater_service::connections::{ConnectionSettings, NewConnection};
use headwater_service::policy::Credentials;
use headwater_service::settings::Settings;
use headwater_service::{Parts, Service};
use http::header::{AUTHORIZATION, CONTENT_TYPE, TE};
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use prost::Message;
use serde_json::{Value, json};
use tonic::{Code, Status};
use tower::ServiceExt as _;

use crate::proto::errdetails::ErrorInfo;
use crate::proto::rpc;
use crate::{Limits, OpenDoor, jwt, router, with_single_slashes};

/// The site that every grant reaches.
pub(super) const SITE: &str = "11111111-1111-4111-8111-111111111111";
/// How long access tokens live.
pub(super) const TOKEN_LIFETIME: Duration = Duration::from_secs(3600);
/// The largest body of an API request, in bytes.
pub(super) const BODY_LIMIT: usize = 64 * 1024;

/// Making an RSA key takes a while: the tests share one.
static SIGNING_KEY: LazyLock<String> = LazyLock::new(|| reveal(&jwt::generate().unwrap()).to_owned());

/// The private key that signs access tokens, as PEM.
pub(super) fn signing_key() -> &'static str {
    &SIGNING_KEY
}

/// So does reading the tools.
static CONFLUENCE: LazyLock<Arc<Confluence>> = LazyLock::new(|| Arc::new(Confluence::new().unwrap()));

/// A headwater with one API client and a connection named `wiki`.
pub(super) struct House {
    pub(super) service: Service,
    pub(super) provider: Arc<ScriptedUpstream>,
    pub(super) clock: Arc<ManualClock>,
    pub(super) client: ClientId,
    pub(super) secret: String,
    pub(super) token: String,
    pub(super) router: Router,
}

/// A whole HTTP answer.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    trailers: HeaderMap,
}

/// A whole gRPC answer.
pub(super) struct Reply {
    pub(super) code: Code,
    pub(super) message: String,
    /// The details of an error.
    pub(super) info: Option<ErrorInfo>,
    /// The message of a success.
    bytes: Bytes,
}

impl House {
    pub(super) async fn new() -> Self {
        Self::with(limits()).await
    }

    /// One with other bounds.
    pub(super) async fn with(limits: Limits) -> Self {
        let entropy = Arc::new(SeededEntropy::new(5));
        let provider = Arc::new(ScriptedUpstream::default());
        let clock = Arc::new(ManualClock::default());
        let mut settings = Settings::new("https://headwater.example".parse().unwrap());
        settings.policy.credentials = Credentials::All;
        let service = Service::new(Parts {
            store: Arc::new(MemoryStore::default()),
            sealer: Arc::new(KeyRing::single(&[9; 32], entropy.clone())),
            clock: clock.clone(),
            entropy,
            upstream: provider.clone(),
            connectors: vec![CONFLUENCE.clone()],
            settings,
        });
        service
            .signing_keys
            .all(|| Ok::<_, std::fmt::Error>(Secret::new(SIGNING_KEY.clone())))
            .await
            .unwrap();
        service.connections.create(new_connection("wiki")).await.unwrap();
        let created = service.api_clients.create("tests", Roles::ALL).await.unwrap();
        let router = with_single_slashes(router(service.clone(), limits, OpenDoor::default()).await.unwrap());
        let (client, secret) = (created.client.id, reveal(&created.secret).to_owned());
        let token = String::new();
        let mut house = Self { service, provider, clock, client, secret, token, router };
        house.token = house.new_token().await;
        house
    }

    /// An access token of the API client, as SDKs get theirs.
    pub(super) async fn new_token(&self) -> String {
        let form =
            format!("grant_type=client_credentials&client_id={}&client_secret={}", self.client, self.secret);
        let answer = self.ask_token(&form, &[]).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.json());
        answer.json()["access_token"].as_str().unwrap().to_owned()
    }

    /// From now on calls come from another API client, which has these roles.
    pub(super) async fn become_client_with(&mut self, roles: Roles) {
        let created = self.service.api_clients.create("other", roles).await.unwrap();
        (self.client, self.secret) = (created.client.id, reveal(&created.secret).to_owned());
        self.token = self.new_token().await;
    }

    /// Asks the token endpoint.
    pub(super) async fn ask_token(&self, form: &str, headers: &[(&'static str, &str)]) -> Answer {
        let mut request = request(Method::POST, "/oauth/token", Body::from(form.to_owned()));
        let kind = "application/x-www-form-urlencoded".parse().unwrap();
        request.headers_mut().insert(CONTENT_TYPE, kind);
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        self.send(request).await
    }

    /// Sends a request as it is.
    pub(super) async fn send(&self, request: Request<Body>) -> Answer {
        let (head, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        let collected = body.collect().await.unwrap();
        let trailers = collected.trailers().cloned().unwrap_or_default();
        Answer { status: head.status, headers: head.headers, body: collected.to_bytes(), trailers }
    }

    /// Sends a request with the access token.
    pub(super) async fn send_authorized(&self, mut request: Request<Body>) -> Answer {
        request.headers_mut().insert(AUTHORIZATION, format!("Bearer {}", self.token).parse().unwrap());
        self.send(request).await
    }

    /// Reads something of the REST surface.
    pub(super) async fn get(&self, path: &str) -> Answer {
        self.send_authorized(request(Method::GET, path, Body::empty())).await
    }

    /// Sends JSON to the REST surface.
    pub(super) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.call(Method::POST, path, body).await
    }

    /// Sends JSON to the REST surface, with any method.
    pub(super) async fn call(&self, method: Method, path: &str, body: &Value) -> Answer {
        self.send_authorized(request(method, path, Body::from(body.to_string()))).await
    }

    /// Calls a gRPC method of the published contract, such as `tools.ToolService/ListTools`.
    pub(super) async fn rpc(&self, method: &str, message: &impl Message) -> Reply {
        self.rpc_at(&format!("/scalekit.v1.{method}"), message).await
    }

    /// Calls a gRPC method by its whole path.
    pub(super) async fn rpc_at(&self, path: &str, message: &impl Message) -> Reply {
        Reply::read(&self.send_authorized(rpc_request(path, message)).await)
    }

    /// An active account of `ann` on `wiki`, whose site is known; answers its id.
    pub(super) async fn connected(&self) -> String {
        let account = json!({"connector": "wiki", "identifier": "ann", "connected_account": {
            "authorization_details": {"oauth_token": {"access_token": "access-1", "refresh_token": "refresh-1"}},
        }});
        let created = self.post("/api/v1/connected_accounts", &account).await;
        assert_eq!(created.status, StatusCode::CREATED, "{}", created.json());
        self.answer_sites();
        self.answer(200, &json!({}));
        let read = json!({"tool_name": "confluence_page_get", "connector": "wiki", "identifier": "ann",
                          "params": {"id": "1"}});
        let read = self.post("/api/v1/execute_tool", &read).await;
        assert_eq!(read.status, StatusCode::OK, "{}", read.json());
        created.json()["connected_account"]["id"].as_str().unwrap().to_owned()
    }

    /// The provider's next answer.
    pub(super) fn answer(&self, status: u16, body: &Value) {
        self.provider.answer(status, body.to_string());
    }

    /// The provider's next answer is a list of one site.
    pub(super) fn answer_sites(&self) {
        let url = "https://notes.atlassian.net";
        self.answer(200, &json!([{"id": SITE, "url": url, "name": "notes", "scopes": []}]));
    }

    /// What the provider was asked last.
    pub(super) fn asked(&self) -> SeenRequest {
        self.provider.seen().pop().unwrap()
    }
}

impl Answer {
    /// The body.
    pub(super) fn json(&self) -> Value {
        let text = String::from_utf8_lossy(&self.body);
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {} {text}", self.status))
    }

    /// The `error_code` of an error's details.
    pub(super) fn error_code(&self) -> String {
        assert!(!self.status.is_success(), "{}", self.json());
        self.json()["details"][0]["error_code"].as_str().unwrap().to_owned()
    }

    /// A header's text.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

impl Reply {
    /// Reads an HTTP answer as gRPC has it: status in the trailers, or in the headers where there is no message.
    pub(super) fn read(answer: &Answer) -> Self {
        assert_eq!(answer.status, StatusCode::OK, "gRPC tells its errors elsewhere");
        assert_eq!(answer.header("content-type"), Some("application/grpc"));
        let mut headers = [&answer.headers, &answer.trailers].into_iter();
        let status = headers.find_map(Status::from_header_map);
        let status = status.expect("every gRPC answer has a status");
        let info = rpc::Status::decode(status.details()).ok().and_then(|it| it.details.into_iter().next());
        Self {
            code: status.code(),
            message: status.message().to_owned(),
            info: info.map(|it| ErrorInfo::decode(&it.value[..]).unwrap()),
            bytes: answer.body.clone(),
        }
    }

    /// The message of a success.
    pub(super) fn message<M: Message + Default>(&self) -> M {
        assert_eq!(self.code, Code::Ok, "{}", self.message);
        M::decode(&self.bytes[5..]).unwrap()
    }

    /// The `error_code` of an error.
    pub(super) fn error_code(&self) -> &str {
        assert_ne!(self.code, Code::Ok);
        &self.info.as_ref().expect("every error has details").error_code
    }
}

/// A request without headers.
pub(super) fn request(method: Method, path: &str, body: Body) -> Request<Body> {
    Request::builder().method(method).uri(path).body(body).unwrap()
}

/// A gRPC request without an access token.
pub(super) fn rpc_request(path: &str, message: &impl Message) -> Request<Body> {
    let mut framed = BytesMut::new();
    framed.put_u8(0);
    framed.put_u32(u32::try_from(message.encoded_len()).unwrap());
    framed.put_slice(&message.encode_to_vec());
    let mut request = request(Method::POST, path, Body::from(framed.freeze()));
    request.headers_mut().insert(CONTENT_TYPE, "application/grpc".parse().unwrap());
    request.headers_mut().insert(TE, "trailers".parse().unwrap());
    request
}

/// A secret in the clear.
#[expect(clippy::disallowed_methods, reason = "tests use the secrets that they made")]
pub(super) fn reveal(secret: &Secret) -> &str {
    secret.expose()
}

/// Bounds that are small enough for tests.
pub(super) fn limits() -> Limits {
    Limits {
        body_bytes: BODY_LIMIT,
        proxy_body_bytes: 1024,
        request_timeout: Duration::from_secs(60),
        token_lifetime: TOKEN_LIFETIME,
    }
}

fn new_connection(name: &str) -> NewConnection {
    let settings = ConnectionSettings {
        client_id: Some("the-app".to_owned()),
        client_secret: Some(Secret::new("the-secret".to_owned())),
        scopes: Some(vec!["read:page:confluence".to_owned()]),
        ..ConnectionSettings::default()
    };
    NewConnection { name: Some(name.to_owned()), provider: ProviderKey::new("CONFLUENCE"), settings }
}
