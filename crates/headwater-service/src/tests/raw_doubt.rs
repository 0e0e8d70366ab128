//! Raw requests that are refused for their token or for what they ask for, and the places that their answers keep.

use std::time::Duration;

use bytes::Bytes;
use futures_util::future::join_all;
use futures_util::{StreamExt as _, stream};
use headwater_domain::error::ErrorKind;
use headwater_domain::error_code::ErrorCode;
use headwater_ports::clock::Clock as _;
use headwater_ports::upstream::{Body, full, read};
use http::{HeaderMap, Method, Response, StatusCode};
use http_body::Frame;
use http_body_util::{BodyExt as _, StreamBody};

use super::doubt::{Mask, house, refreshes};
use super::harness::{House, ann, response};
use crate::error::ServiceError;
use crate::provider_http::read_in_time;
use crate::proxy::ProxyRequest;

fn raw(method: Method, path: &str, body: Body) -> ProxyRequest {
    ProxyRequest {
        account: ann(),
        otherwise: None,
        method,
        path: path.to_owned(),
        query: None,
        headers: HeaderMap::new(),
        body,
    }
}

async fn send(house: &House, method: Method, path: &str, body: Body) -> Result<Response<Body>, ServiceError> {
    house.in_time(house.service.proxy.send(raw(method, path, body))).await
}

/// Reads and writes, both versions of the API.
fn requests() -> [(Method, &'static str); 6] {
    [
        (Method::GET, "/wiki/api/v2/pages/7"),
        (Method::HEAD, "/wiki/api/v2/pages/7"),
        (Method::POST, "/wiki/api/v2/pages"),
        (Method::DELETE, "/wiki/api/v2/pages/7"),
        (Method::GET, "/wiki/rest/api/search"),
        (Method::PUT, "/wiki/rest/api/content/7/child/attachment"),
    ]
}

#[tokio::test]
async fn a_raw_request_whose_token_has_died_is_sent_again_with_its_body() {
    for mask in [Mask::ByVersion, Mask::Openly] {
        for (method, path) in requests() {
            let (house, world) = house().await;
            world.lock().unwrap().mask = mask;
            world.lock().unwrap().expire();
            let answer = send(&house, method.clone(), path, full("the body")).await.unwrap();
            assert_eq!(answer.status(), 200, "{method} {path} {mask:?}");
            assert!(!answer.headers().contains_key("headwater-grant"));
            let sent: Vec<_> =
                house.provider.requests().into_iter().filter(|it| it.method == method).collect();
            let bodies: Vec<_> =
                sent.iter().filter(|it| it.uri.path().ends_with(path)).map(|it| &it.body[..]).collect();
            assert_eq!(bodies, [b"the body", b"the body"], "{method} {path}");
        }
    }
}

#[tokio::test]
async fn of_many_raw_requests_with_a_dead_token_none_is_refused() {
    let (house, world) = house().await;
    world.lock().unwrap().expire();
    let sent = (0..16).map(|_| send(&house, Method::POST, "/wiki/api/v2/pages", full("x")));
    for outcome in join_all(sent).await {
        assert_eq!(outcome.unwrap().status(), 200);
    }
    assert_eq!(refreshes(&house), 1);
}

#[tokio::test]
async fn after_a_revocation_raw_requests_speak_of_the_grant_from_the_first_one_on() {
    for mask in [Mask::ByVersion, Mask::Openly] {
        let (house, world) = house().await;
        world.lock().unwrap().mask = mask;
        world.lock().unwrap().revoke();
        let mut lost = false;
        for second in (0..60).step_by(5) {
            for (method, path) in requests() {
                let error = send(&house, method.clone(), path, full("x")).await.err().unwrap();
                lost = lost || error.code() == ErrorCode::AccountNotActive;
                let expected = if lost { ErrorCode::AccountNotActive } else { ErrorCode::GrantInDoubt };
                assert_eq!(error.code(), expected, "{method} {path} after {second} s: {error}");
            }
            house.clock.advance(Duration::from_secs(5));
        }
        assert!(lost, "within a minute it is known");
    }
}

/// A stream whose end is not in sight is not kept, so it cannot be sent again. The caller is told that the answer may be
/// about the token.
#[tokio::test]
async fn a_body_that_cannot_be_sent_again_leaves_the_answer_marked() {
    let (house, world) = house().await;
    world.lock().unwrap().expire();
    let large = full(vec![b'x'; 2 * 1024 * 1024]);
    let answer = send(&house, Method::POST, "/wiki/api/v2/pages", large).await.unwrap();
    assert_eq!(
        (answer.status(), &answer.headers()["headwater-grant"]),
        (StatusCode::NOT_FOUND, &"in-doubt".parse().unwrap())
    );
    let again = full(vec![b'x'; 2 * 1024 * 1024]);
    let answer = send(&house, Method::POST, "/wiki/api/v2/pages", again).await.unwrap();
    assert_eq!(answer.status(), 200, "the token was replaced meanwhile");
}

#[tokio::test]
async fn a_page_that_is_missing_is_passed_on_as_missing() {
    let (house, _) = house().await;
    for _ in 0..30 {
        let answer = send(&house, Method::GET, "/wiki/api/v2/pages/404", full("")).await.unwrap();
        assert_eq!(answer.status(), 404);
        assert!(!answer.headers().contains_key("headwater-grant"));
        let body = read(answer.into_body(), 1000).await.unwrap();
        assert!(String::from_utf8_lossy(&body).contains("Not Found"));
        house.clock.advance(Duration::from_secs(1));
    }
    assert_eq!(refreshes(&house), 1);
}

/// Lets the tasks that run beside this one go as far as they can.
async fn others_run() {
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn c9_an_answer_that_nobody_reads_keeps_its_place() {
    let house = House::with(|settings| settings.calls_per_account = 2).await;
    house.connected(1).await;
    let mut unread = Vec::new();
    for _ in 0..2 {
        house.provider.answer_with(Ok(response(200, &[], "an answer")));
        unread.push(send(&house, Method::GET, "/wiki/x", full("")).await.unwrap());
    }
    let error = send(&house, Method::GET, "/wiki/x", full("")).await.err().unwrap();
    assert_eq!((error.kind(), error.code()), (ErrorKind::ResourceExhausted, ErrorCode::TooManyCalls));
    house.provider.answer_with(Ok(response(200, &[], "an answer")));
    assert_eq!(read(unread.remove(0).into_body(), 100).await.unwrap(), "an answer");
    unread.push(send(&house, Method::GET, "/wiki/x", full("")).await.unwrap());
    // Whoever reads too slowly is cut off, so that nobody can keep a place for good.
    others_run().await;
    house.clock.advance(house.service.core.settings().proxy_answer_limit);
    others_run().await;
    for slow in unread {
        assert!(read(slow.into_body(), 100).await.is_err());
    }
    house.provider.answer_with(Ok(response(200, &[], "an answer")));
    send(&house, Method::GET, "/wiki/x", full("")).await.unwrap();
}

/// All accounts of a site share its places, so a reader that rests does not keep the one at the site for as long.
#[tokio::test]
async fn c9_a_slow_reader_does_not_keep_a_site_from_the_others() {
    let house = House::with(|settings| settings.site_concurrency = 1).await;
    house.connected(1).await;
    let bob = house.connect(&house.wiki, "bob", 2).await;
    house.provider.answer_with(Ok(response(200, &[], "an answer")));
    let unread = send(&house, Method::GET, "/wiki/x", full("")).await.unwrap();
    others_run().await;
    let raw_of_bob = || ProxyRequest { account: bob.clone(), ..raw(Method::GET, "/wiki/x", full("")) };
    let crowded = house.in_time(house.service.proxy.send(raw_of_bob())).await;
    assert_eq!(crowded.err().unwrap().code(), ErrorCode::RateLimited);
    house.clock.advance(house.service.core.settings().proxy_patience.response);
    others_run().await;
    house.provider.answer_with(Ok(response(200, &[], "another")));
    house.in_time(house.service.proxy.send(raw_of_bob())).await.unwrap();
    assert_eq!(read(unread.into_body(), 100).await.unwrap(), "an answer", "it is not cut off");
}

#[tokio::test]
async fn c1_a_provider_cannot_switch_protocols() {
    let house = House::new().await;
    house.connected(1).await;
    house.provider.answer_with(Ok(response(101, &[("upgrade", "websocket")], "")));
    let error = send(&house, Method::GET, "/wiki/x", full("")).await.err().unwrap();
    assert_eq!(error.code(), ErrorCode::ProviderUnreachable, "{error}");
}

/// The length of a body is told to the provider where the caller told it.
#[tokio::test]
async fn a_body_of_unknown_length_that_is_small_is_sent_again() {
    let (house, world) = house().await;
    world.lock().unwrap().expire();
    let frames = ["a", "b"].map(|it| Ok(Frame::data(Bytes::from_static(it.as_bytes()))));
    let body = StreamBody::new(stream::iter(frames)).boxed_unsync();
    let answer = send(&house, Method::POST, "/wiki/api/v2/pages", body).await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(house.provider.requests().last().unwrap().body, "ab");
}

/// Each piece comes in time, and the last one never.
#[tokio::test]
async fn c8_an_answer_that_drips_gives_its_place_back() {
    let house = House::new().await;
    let drops = stream::repeat_with(|| Ok(Frame::data(Bytes::from_static(b"."))));
    let clock = std::sync::Arc::clone(&house.clock);
    let dripping = drops.then(move |drop| {
        let clock = std::sync::Arc::clone(&clock);
        async move {
            clock.wait(Duration::from_secs(1)).await;
            drop
        }
    });
    let body = StreamBody::new(dripping).boxed_unsync();
    let reading = read_in_time(&house.service.core, body, usize::MAX, Duration::from_secs(50));
    assert!(house.in_time(reading).await.is_none());
}
