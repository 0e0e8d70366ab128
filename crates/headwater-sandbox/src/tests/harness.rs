//! A sandbox with two sites and two users, and a client that talks to it.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use http::header::{AUTHORIZATION, CONTENT_TYPE, LOCATION};
use http::{HeaderMap, Method, Request, StatusCode};
use serde_json::{Value, json};
use tower::ServiceExt as _;
use url::Url;

use crate::bare;
use crate::clock::Clock as _;
use crate::clock::manual::ManualClock;
use crate::random::seeded::SeededRandom;
use crate::storage::Storage;
use crate::storage::content::{Kind, Status};
use crate::storage::contents::{self, NewContent};
use crate::storage::grants::{self, Grant};
use crate::storage::sites::{self, Site};
use crate::storage::spaces::{self, NewSpace};
use crate::storage::tokens::{self, AccessToken};
use crate::storage::users::{self, User};
use crate::{Client, Consent, Options, Sandbox, StaleTokens};

pub(super) const PUBLIC_URL: &str = "http://localhost:7444";
pub(super) const CALLBACK: &str = "https://app.example/callback?keep=1";
pub(super) const OTHER_CLOUD_ID: &str = "9b1f0c7e-7f0e-4d33-8a51-3c1f2f8d9e02";
pub(super) const OTHER_ACCOUNT_ID: &str = "712020:5c2b7f10-4f1d-4a86-9a3e-0f4b1d2c3e4f";
/// The bare site's space and homepage: the first two ids there are.
pub(super) const SPACE_ID: i64 = 98305;
pub(super) const HOMEPAGE_ID: i64 = 98306;
pub(super) const SCOPES: &str = "read:page:confluence write:page:confluence delete:page:confluence \
    read:comment:confluence write:comment:confluence read:attachment:confluence read:space:confluence \
    read:hierarchical-content:confluence read:content-details:confluence read:label:confluence \
    write:label:confluence read:me offline_access";

/// A sandbox, its clock, and everything it serves.
pub(super) struct World {
    pub(super) sandbox: Sandbox,
    pub(super) storage: Storage,
    pub(super) clock: Arc<ManualClock>,
    router: Router,
}

/// What came back.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) text: String,
    /// Null when the body is no JSON.
    pub(super) json: Value,
}

/// A client with an access token, on one site.
pub(super) struct Session<'a> {
    pub(super) world: &'a World,
    pub(super) token: String,
    pub(super) cloud_id: String,
}

impl World {
    pub(super) async fn new() -> Self {
        Self::with(Consent::Auto, StaleTokens::Masked).await
    }

    pub(super) async fn with(consent: Consent, stale_tokens: StaleTokens) -> Self {
        let clock = Arc::new(ManualClock::new());
        let options = Options {
            public_url: format!("{PUBLIC_URL}/"),
            data: None,
            consent,
            clients: vec![client("app", &[])],
            demo_content: false,
            stale_tokens,
            token_rules: crate::TokenRules::default(),
        };
        let random = Arc::new(SeededRandom::new(7));
        let sandbox = Sandbox::open(options, clock.clone(), random).await.unwrap();
        let storage = sandbox.storage().clone();
        add_second_site_and_user(&storage).await;
        Self { router: sandbox.router(), sandbox, storage, clock }
    }

    /// Sends a request as it is.
    pub(super) async fn send(&self, request: Request<Body>) -> Reply {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        Reply {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
            json: serde_json::from_slice(&bytes).unwrap_or_default(),
        }
    }

    pub(super) async fn get(&self, path: &str) -> Reply {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    /// Sends the user to the consent form with these parameters instead of the usual ones.
    pub(super) async fn authorize(&self, changes: &[(&str, Option<&str>)]) -> Reply {
        let mut parameters = vec![
            ("audience", "api.atlassian.com"),
            ("client_id", "app"),
            ("scope", SCOPES),
            ("redirect_uri", CALLBACK),
            ("state", "s/1 +&"),
            ("response_type", "code"),
            ("prompt", "consent"),
        ];
        for (name, value) in changes {
            parameters.retain(|(known, _)| known != name);
            parameters.extend(value.map(|value| (*name, value)));
        }
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
        self.get(&format!("/authorize?{query}")).await
    }

    /// Asks the token endpoint, with the client's id and secret added.
    pub(super) async fn token(&self, members: Value) -> Reply {
        let mut body = json!({ "client_id": "app", "client_secret": "app-secret" });
        body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        let request = Request::post("/oauth/token").header(CONTENT_TYPE, "application/json");
        self.send(request.body(Body::from(body.to_string())).unwrap()).await
    }

    /// Consents automatically and exchanges the code.
    pub(super) async fn connect_with(&self, scope: &str) -> Value {
        let reply = self.authorize(&[("scope", Some(scope))]).await;
        let code = reply.redirected("code").unwrap_or_else(|| panic!("no code: {reply:?}"));
        let reply = self
            .token(json!({ "grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK }))
            .await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply.json
    }

    pub(super) async fn refresh(&self, refresh_token: &Value) -> Reply {
        self.token(json!({ "grant_type": "refresh_token", "refresh_token": refresh_token })).await
    }

    /// The first user on the first site, with all scopes.
    pub(super) async fn session(&self) -> Session<'_> {
        self.session_with(SCOPES).await
    }

    pub(super) async fn session_with(&self, scope: &str) -> Session<'_> {
        let pair = self.connect_with(scope).await;
        self.holding(pair["access_token"].as_str().unwrap())
    }

    /// A client of the first site with this token.
    pub(super) fn holding(&self, token: &str) -> Session<'_> {
        Session { world: self, token: token.to_owned(), cloud_id: bare::CLOUD_ID.to_owned() }
    }

    /// The second user, who never saw a consent form.
    pub(super) async fn other_user(&self) -> Session<'_> {
        self.other_user_with(SCOPES).await
    }

    /// The second user with these scopes.
    pub(super) async fn other_user_with(&self, scope: &str) -> Session<'_> {
        let grant = Grant {
            grant_id: "grant-of-the-other".to_owned(),
            client_id: "app".to_owned(),
            account_id: OTHER_ACCOUNT_ID.to_owned(),
            scope: scope.to_owned(),
            created_at: ManualClock::START,
            revoked_at: None,
        };
        let token = AccessToken {
            token: "token-of-the-other".to_owned(),
            grant_id: grant.grant_id.clone(),
            scope: scope.to_owned(),
            refresh_token: None,
            generation: 0,
            expires_at: i64::MAX,
        };
        let mut tx = self.storage.begin().await.unwrap();
        grants::insert(&mut tx, &grant, &[bare::CLOUD_ID.to_owned()]).await.unwrap();
        tokens::insert_access(&mut tx, &token).await.unwrap();
        tx.commit().await.unwrap();
        self.holding("token-of-the-other")
    }

    /// Adds content below the storage's own surface, for what the API cannot make yet.
    pub(super) async fn insert(&self, kind: Kind, title: &str, container_id: Option<i64>) -> i64 {
        let mut tx = self.storage.begin().await.unwrap();
        let new = NewContent {
            id: None,
            cloud_id: bare::CLOUD_ID,
            kind,
            subtype: None,
            status: Status::Current,
            title,
            space_id: SPACE_ID,
            parent_id: None,
            container_id,
            author_id: bare::ACCOUNT_ID,
            created_at: self.clock.now_ms(),
            body: "",
            private: false,
            share_id: "e1b6f0a2-1111-4222-8333-444455556666",
        };
        let id = contents::insert(&mut tx, &new).await.unwrap().id;
        tx.commit().await.unwrap();
        id
    }
}

impl Session<'_> {
    pub(super) async fn send(&self, method: Method, path: &str, body: Body) -> Reply {
        let uri = format!("/ex/confluence/{}{path}", self.cloud_id);
        let request = Request::builder().method(method).uri(uri);
        let request = request.header(AUTHORIZATION, format!("Bearer {}", self.token));
        self.world.send(request.body(body).unwrap()).await
    }

    pub(super) async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, Body::empty()).await
    }

    pub(super) async fn post(&self, path: &str, body: &Value) -> Reply {
        self.send(Method::POST, path, Body::from(body.to_string())).await
    }

    pub(super) async fn put(&self, path: &str, body: &Value) -> Reply {
        self.send(Method::PUT, path, Body::from(body.to_string())).await
    }

    pub(super) async fn delete(&self, path: &str) -> Reply {
        self.send(Method::DELETE, path, Body::empty()).await
    }

    /// Creates a page in the bare space, with more members than the title, and returns it.
    pub(super) async fn create_page(&self, title: &str, more: Value) -> Value {
        let mut body = json!({ "spaceId": SPACE_ID.to_string(), "title": title });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let reply = self.post("/wiki/api/v2/pages", &body).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply.json
    }

    /// Updates a page to this title and body.
    pub(super) async fn update_page(&self, id: &str, number: i64, title: &str, body: &str) -> Reply {
        self.put(&format!("/wiki/api/v2/pages/{id}"), &update(id, number, title, body)).await
    }

    /// Follows the links of a list to its end; returns this member of every row.
    pub(super) async fn walk(&self, path: &str, member: &str) -> Vec<String> {
        let mut next = Some(path.to_owned());
        let mut found = Vec::new();
        while let Some(path) = next {
            let reply = self.get(&path).await;
            assert_eq!(reply.status, 200, "{}", reply.text);
            for row in reply.json["results"].as_array().unwrap() {
                found.push(row[member].as_str().unwrap().to_owned());
            }
            next = reply.json["_links"]["next"].as_str().map(str::to_owned);
        }
        found
    }
}

impl Reply {
    /// A parameter of the address the reply redirects to.
    pub(super) fn redirected(&self, name: &str) -> Option<String> {
        let location = Url::parse(self.headers.get(LOCATION)?.to_str().ok()?).ok()?;
        location.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The title of the first v2 error.
    pub(super) fn title(&self) -> &str {
        self.json["errors"][0]["title"].as_str().unwrap_or("")
    }
}

/// A body for updating pages and blog posts.
pub(super) fn update(id: &str, number: i64, title: &str, body: &str) -> Value {
    json!({
        "id": id,
        "status": "current",
        "title": title,
        "body": { "representation": "storage", "value": body },
        "version": { "number": number },
    })
}

/// The id of an entity.
pub(super) fn id(entity: &Value) -> String {
    entity["id"].as_str().unwrap_or_else(|| panic!("no id in {entity}")).to_owned()
}

pub(super) fn client(client_id: &str, scopes: &[&str]) -> Client {
    Client {
        client_id: client_id.to_owned(),
        client_secret: format!("{client_id}-secret"),
        redirect_uris: vec![CALLBACK.to_owned()],
        name: "Test <App>".to_owned(),
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
    }
}

async fn add_second_site_and_user(storage: &Storage) {
    let mut tx = storage.begin().await.unwrap();
    let site = Site {
        cloud_id: OTHER_CLOUD_ID.to_owned(),
        url: "http://labs.localhost:7444".to_owned(),
        name: "labs".to_owned(),
    };
    sites::insert(&mut tx, &site).await.unwrap();
    let user = User {
        account_id: OTHER_ACCOUNT_ID.to_owned(),
        display_name: "Kim Other".to_owned(),
        email: "kim@example.com".to_owned(),
        time_zone: "+02:00".to_owned(),
    };
    users::insert(&mut tx, &user).await.unwrap();
    let space = NewSpace {
        id: None,
        cloud_id: OTHER_CLOUD_ID,
        key: "LABS",
        name: "Labs",
        kind: "global",
        author_id: bare::ACCOUNT_ID,
        created_at: ManualClock::START,
        description: "<p>Trying <em>things</em></p>",
    };
    spaces::insert(&mut tx, &space).await.unwrap();
    tx.commit().await.unwrap();
}
