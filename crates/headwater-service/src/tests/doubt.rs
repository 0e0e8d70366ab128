//! Refusals that can be about the access token as well as about what was asked for: what callers are told.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::join_all;
use headwater_domain::account::AccountStatus;
use headwater_domain::error::ErrorKind;
use headwater_domain::error_code::ErrorCode;
use headwater_domain::secret::Secret;
use headwater_ports::upstream::UpstreamError;
use http::Response;
use http::request::Parts;
use serde_json::{Value, json};

use super::harness::{House, SITE, ann, bearer, response, sites, tokens};
use crate::accounts::{AccountChange, SuppliedTokens};
use crate::connections::ConnectionSettings;
use crate::error::ServiceError;

/// How Atlassian's gateway answers a token that it does not accept.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Mask {
    /// As the version of the API in the path does.
    ByVersion,
    /// With a 401.
    Openly,
}

/// An Atlassian with one grant.
pub(super) struct World {
    /// The number of the token that it accepts.
    pub(super) accepted: Option<u32>,
    /// The number of the last token that it has issued.
    pub(super) issued: u32,
    /// Whether the grant was revoked.
    pub(super) revoked: bool,
    /// Whether the token endpoint is out of order.
    pub(super) away: bool,
    pub(super) mask: Mask,
}

/// A house whose account `ann` has token 1, and its Atlassian, which has page 7 only.
pub(super) async fn house() -> (House, Arc<Mutex<World>>) {
    let house = House::new().await;
    house.connected(1).await;
    let settings = ConnectionSettings { additional_tools: Some(true), ..ConnectionSettings::default() };
    house.service.connections.update(house.wiki.id.as_str(), None, settings).await.unwrap();
    let world = World { accepted: Some(1), issued: 1, revoked: false, away: false, mask: Mask::ByVersion };
    let world = Arc::new(Mutex::new(world));
    let rule = Arc::clone(&world);
    house.provider.answer_by(Box::new(move |head| rule.lock().unwrap().answer(head)));
    (house, world)
}

impl World {
    fn answer(&mut self, head: &Parts) -> Response<bytes::Bytes> {
        let (status, body) = self.judge(head);
        response(status, &[("content-type", "application/json")], &body.to_string())
    }

    fn judge(&mut self, head: &Parts) -> (u16, Value) {
        let path = head.uri.path();
        let token = head.headers.get("authorization").map(|it| it.to_str().unwrap().to_owned());
        let accepted = self.accepted.is_some_and(|it| token == Some(format!("Bearer access-{it}")));
        match path {
            "/oauth/token" if self.away => (503, json!({})),
            "/oauth/token" if self.revoked => (403, json!({"error": "invalid_grant"})),
            "/oauth/token" => {
                self.issued += 1;
                self.accepted = Some(self.issued);
                (200, tokens(self.issued))
            }
            "/oauth/token/accessible-resources" if accepted => (200, sites(&[SITE])),
            "/oauth/token/accessible-resources" => (401, json!({"code": 401, "message": "Unauthorized"})),
            _ if accepted && path.ends_with("/pages/404") => (404, stale()),
            _ if accepted => {
                (200, json!({"id": "7", "body": {"storage": {"value": "x", "representation": "storage"}}}))
            }
            _ if self.mask == Mask::Openly => (401, json!({"code": 401, "message": "Unauthorized"})),
            _ if path.contains("/api/v2/") => (404, stale()),
            _ => (403, json!({"message": "Current user not permitted to use Confluence", "statusCode": 403})),
        }
    }

    /// The token in use is not accepted any more; the grant is good.
    pub(super) fn expire(&mut self) {
        self.accepted = None;
    }

    /// Neither the token in use nor the grant is good any more.
    pub(super) fn revoke(&mut self) {
        (self.accepted, self.revoked) = (None, true);
    }
}

/// What Confluence says to a stale token, and of a thing that it does not want to name.
fn stale() -> Value {
    json!({"errors": [{"status": 404, "code": "NOT_FOUND", "title": "Not Found", "detail": null}]})
}

/// How often the token endpoint was asked since this was called last.
pub(super) fn refreshes(house: &House) -> usize {
    house.provider.requests().iter().filter(|it| it.uri.path() == "/oauth/token").count()
}

fn says_doubt(error: &ServiceError) {
    let told = (error.kind(), error.code(), error.tool().map(|it| it.code.as_str()));
    assert_eq!(told, (ErrorKind::Unavailable, ErrorCode::ToolError, Some("GRANT_IN_DOUBT")), "{error}");
    assert!(error.message().contains("had no effect") && error.message().contains("in doubt"), "{error}");
    assert!(!error.message().to_ascii_lowercase().contains("check the id"), "{error}");
}

/// Calls of every kind: reads and writes, both versions of the API, one with two requests, one with a file.
fn calls() -> [(&'static str, Value); 7] {
    [
        ("confluence_page_get", json!({"id": "7"})),
        ("confluence_page_create", json!({"spaceId": "1", "title": "t", "private": true})),
        ("confluence_page_delete", json!({"id": "7"})),
        ("confluence_search", json!({"cql": "type = page"})),
        ("confluence_content_labels_add", json!({"id": "7", "labels": [{"prefix": "global", "name": "a"}]})),
        ("confluence_attachment_download", json!({"id": "7", "attachment_id": "att7"})),
        (
            "confluence_blogpost_update",
            json!({"id": "7", "status": "current", "title": "t", "version_number": 2}),
        ),
    ]
}

#[tokio::test]
async fn a_call_whose_token_has_died_is_made_again_with_a_new_one() {
    for mask in [Mask::ByVersion, Mask::Openly] {
        for (tool, arguments) in calls() {
            let (house, world) = house().await;
            world.lock().unwrap().mask = mask;
            world.lock().unwrap().expire();
            if let Err(error) = house.call(tool, &ann(), &arguments).await {
                panic!("{tool} {mask:?}: {error}");
            }
            assert_eq!(refreshes(&house), 1, "{tool} {mask:?}");
        }
    }
}

#[tokio::test]
async fn of_many_callers_with_a_dead_token_nobody_hears_of_it() {
    let (house, world) = house().await;
    for _ in 0..3 {
        world.lock().unwrap().expire();
        let (account, arguments) = (ann(), json!({"spaceId": "1", "title": "t", "private": true}));
        let writes = (0..60).map(|_| house.call("confluence_page_create", &account, &arguments));
        let outcomes = join_all(writes).await;
        let failed: Vec<_> = outcomes.iter().filter_map(|it| it.as_ref().err()).collect();
        assert!(failed.is_empty(), "{:?}", failed.first());
        assert_eq!(refreshes(&house), 1, "the token is replaced once for all of them");
    }
}

#[tokio::test]
async fn after_a_revocation_reads_speak_of_the_grant_from_the_first_one_on() {
    for mask in [Mask::ByVersion, Mask::Openly] {
        let (house, world) = house().await;
        world.lock().unwrap().mask = mask;
        world.lock().unwrap().revoke();
        let mut lost = false;
        for second in (0..60).step_by(5) {
            for (tool, arguments) in calls() {
                let error = house.call(tool, &ann(), &arguments).await.unwrap_err();
                lost = lost || error.code() == ErrorCode::AccountNotActive;
                if lost {
                    assert_eq!(error.code(), ErrorCode::AccountNotActive, "{tool} after {second} s: {error}");
                } else {
                    says_doubt(&error);
                }
            }
            house.clock.advance(Duration::from_secs(5));
        }
        assert!(lost, "within a minute it is known");
        assert_eq!(house.status(&ann()).await, AccountStatus::Expired);
    }
}

/// The token was replaced because of a refusal moments before, so no refusal is a reason to replace it again.
#[tokio::test]
async fn a_revocation_right_after_a_replacement_is_not_taken_for_a_wrong_id() {
    let (house, world) = house().await;
    world.lock().unwrap().expire();
    house.read_page(&ann()).await.unwrap();
    world.lock().unwrap().revoke();
    says_doubt(&house.read_page(&ann()).await.unwrap_err());
    house.clock.advance(Duration::from_secs(5));
    says_doubt(&house.read_page(&ann()).await.unwrap_err());
}

#[tokio::test]
async fn tokens_that_die_again_and_again_are_replaced_again() {
    let (house, world) = house().await;
    for round in 0..5 {
        world.lock().unwrap().expire();
        house.read_page(&ann()).await.unwrap_or_else(|error| panic!("{round}: {error}"));
    }
    assert_eq!(refreshes(&house), 5);
}

/// Not without bound: a provider that refuses what it has just issued is asked for a few tokens only.
#[tokio::test]
async fn a_provider_that_refuses_its_own_tokens_is_not_asked_for_ever_more() {
    let (house, world) = house().await;
    for _ in 0..50 {
        world.lock().unwrap().expire();
        drop(house.read_page(&ann()).await);
        world.lock().unwrap().expire();
    }
    assert!(refreshes(&house) <= 7);
    says_doubt(&house.read_page(&ann()).await.unwrap_err());
}

#[tokio::test]
async fn pages_that_are_missing_cause_one_refresh_a_minute_and_are_called_missing() {
    let (house, _) = house().await;
    for second in 0..120 {
        let error = house.call("confluence_page_get", &ann(), &json!({"id": "404"})).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.code()),
            (ErrorKind::NotFound, ErrorCode::ToolError),
            "{second}: {error}"
        );
        assert!(error.message().contains("The access token is not the reason"), "{error}");
        house.clock.advance(Duration::from_secs(1));
    }
    assert_eq!(refreshes(&house), 2);
}

#[tokio::test]
async fn a_missing_page_and_a_token_that_died_are_told_apart_at_the_same_time() {
    let (house, world) = house().await;
    world.lock().unwrap().expire();
    let (missing, there) = (json!({"id": "404"}), json!({"id": "7"}));
    let account = ann();
    let calls = (0..20).map(|number| {
        house.call("confluence_page_get", &account, if number % 2 == 0 { &missing } else { &there })
    });
    for (number, outcome) in join_all(calls).await.into_iter().enumerate() {
        assert_eq!(outcome.is_ok(), number % 2 == 1, "{number}");
        if let Err(error) = outcome {
            assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
        }
    }
    assert_eq!(refreshes(&house), 1);
}

#[tokio::test]
async fn a_token_that_cannot_be_replaced_now_leaves_the_refusal_in_doubt() {
    let (house, world) = house().await;
    world.lock().unwrap().expire();
    world.lock().unwrap().away = true;
    for _ in 0..3 {
        says_doubt(&house.read_page(&ann()).await.unwrap_err());
        house.clock.advance(Duration::from_secs(5));
    }
    assert_eq!(house.status(&ann()).await, AccountStatus::Active);
    world.lock().unwrap().away = false;
    house.clock.advance(Duration::from_secs(60));
    house.read_page(&ann()).await.unwrap();
}

#[tokio::test]
async fn a_provider_that_cannot_be_reached_leaves_the_refusal_in_doubt() {
    let house = House::new().await;
    let account = house.connected(1).await;
    house.provider.answer(404, &stale());
    (0..20).for_each(|_| {
        house.provider.answer_with(Err(UpstreamError::NotSent { reason: "no route".to_owned() }));
    });
    let error = house.read_page(&account).await.unwrap_err();
    says_doubt(&error);
    assert!(error.message().contains("no route"), "{error}");
    assert_eq!(house.status(&ann()).await, AccountStatus::Active);
}

/// Without a refresh token nothing can be replaced; the provider is asked about the token instead. A suspicion loses
/// no account.
#[tokio::test]
async fn a_token_that_nothing_can_replace_is_asked_about() {
    let house = House::new().await;
    let tokens = SuppliedTokens {
        access_token: Secret::new("access-9".to_owned()),
        refresh_token: None,
        scopes: Vec::new(),
    };
    let change = AccountChange { tokens: Some(tokens), api_config: None };
    house.service.accounts.create(&ann(), change).await.unwrap();
    house.provider.answer_sites(&[SITE]);
    house.provider.answer(404, &stale());
    house.provider.answer_sites(&[SITE]);
    let error = house.read_page(&ann()).await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::NotFound, ErrorCode::ToolError), "{error}");
    for status in [401, 503] {
        house.provider.answer(404, &stale());
        house.provider.answer(status, &json!({}));
        says_doubt(&house.read_page(&ann()).await.unwrap_err());
    }
    assert_eq!(house.status(&ann()).await, AccountStatus::Active);
}

#[tokio::test]
async fn a_refusal_that_names_the_thing_is_about_the_thing() {
    let house = House::new().await;
    let account = house.connected(1).await;
    let missing = json!({"errors": [{"status": 404, "code": "NOT_FOUND", "title": "Cannot find a page with id [7]", "detail": null}]});
    house.provider.answer(404, &missing);
    let error = house.read_page(&account).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
    let requests = house.provider.requests();
    assert_eq!((requests.len(), bearer(&requests[0])), (1, "access-1"));
}
