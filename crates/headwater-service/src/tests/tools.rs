//! Calling tools: whose account, which request, what comes back.

use headwater_domain::error::ErrorKind;
use headwater_domain::error_code::ErrorCode;
use headwater_domain::page::Page;
use serde_json::{Value, json};

use super::harness::{House, SITE, ann, bearer, body};
use crate::accounts::AccountLocator;
use crate::tools::ListTools;

#[tokio::test]
async fn a_call_becomes_one_request_with_the_accounts_token() {
    let house = House::new().await;
    let account = house.connected(1).await;
    house.provider.answer(200, &json!({"id": "9", "status": "current"}));
    let arguments =
        json!({"spaceId": "65538", "title": "Notes", "body_representation": "storage", "body_value": "<p/>"});
    let done = house.call("confluence_page_create", &account, &arguments).await.unwrap();
    assert_eq!(Value::Object(done.data), json!({"id": "9", "status": "current"}));
    let requests = house.provider.requests();
    assert_eq!(requests.len(), 1);
    let request = &requests[0];
    assert_eq!(request.method, "POST");
    let prefix = format!("https://api.atlassian.com/ex/confluence/{SITE}/wiki/api/v2/pages");
    assert!(request.uri.to_string().starts_with(&prefix), "{}", request.uri);
    assert_eq!(bearer(request), "access-1");
    assert_eq!(request.headers["content-type"], "application/json");
    assert!(request.headers["user-agent"].to_str().unwrap().starts_with("headwater/"));
    let sent = body(request);
    assert_eq!((&sent["spaceId"], &sent["title"]), (&json!("65538"), &json!("Notes")));
}

#[tokio::test]
async fn any_success_becomes_an_object() {
    let house = House::new().await;
    let account = house.connected(1).await;
    let table = [
        (204, "", json!({"success": true, "status": 204})),
        (200, "[1,2]", json!({"items": [1, 2]})),
        (200, "\"x\"", json!({"value": "x"})),
        (200, "{\"n\":12345678901234567890}", json!({"n": 12_345_678_901_234_567_890_u64})),
    ];
    for (status, text, expected) in table {
        house.provider.answer_with(Ok(super::harness::response(status, &[], text)));
        let done = house.call("confluence_page_delete", &account, &json!({"id": "7"})).await.unwrap();
        assert_eq!(Value::Object(done.data), expected);
        assert!(!done.execution_id.is_empty());
    }
}

#[tokio::test]
async fn wrong_arguments_send_nothing_and_name_every_field() {
    let house = House::new().await;
    let account = house.connected(1).await;
    let table = [
        (json!({}), vec!["id"]),
        (json!({"id": "seven"}), vec!["id"]),
        (json!({"id": "7/../8"}), vec!["id"]),
        (json!({"id": "7", "body_format": "pdf"}), vec!["body_format"]),
        (json!({"id": "7", "colour": "red"}), vec!["colour"]),
        (json!({"id": {"a": 1}, "version": "x"}), vec!["id", "version"]),
    ];
    for (arguments, fields) in table {
        let error = house.call("confluence_page_get", &account, &arguments).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{arguments}");
        let named: Vec<&str> = error.violations().iter().map(|it| it.field.as_str()).collect();
        assert_eq!(named, fields, "{arguments}: {error}");
        assert!(error.tool().is_none());
    }
    assert!(house.provider.requests().is_empty());
}

#[tokio::test]
async fn numbers_may_come_as_doubles() {
    let house = House::new().await;
    let account = house.connected(1).await;
    house.provider.answer(200, &json!({"results": []}));
    house.call("confluence_space_list", &account, &json!({"limit": 5.0})).await.unwrap();
    let query = house.provider.requests()[0].uri.query().unwrap_or_default().to_owned();
    assert!(query.split('&').any(|it| it == "limit=5"), "{query}");
}

#[tokio::test]
async fn an_unknown_tool_is_answered_with_the_nearest_ones() {
    let house = House::new().await;
    let account = house.connected(1).await;
    for (name, near) in
        [("confluence_get_page", "confluence_page_get"), ("confluence_page_gte", "confluence_page_get")]
    {
        let error = house.call(name, &account, &json!({})).await.unwrap_err();
        assert_eq!((error.kind(), error.code()), (ErrorKind::NotFound, ErrorCode::ResourceNotFound));
        assert!(error.message().contains(name) && error.message().contains(near), "{error}");
    }
    let error = house.call(&"x".repeat(100_000), &account, &json!({})).await.unwrap_err();
    assert!(error.message().len() < 500, "a long name is not echoed whole");
    let error = house.call("", &account, &json!({})).await.unwrap_err();
    assert_eq!(error.violations()[0].field, "tool_name");
}

#[tokio::test]
async fn without_a_connection_the_only_account_is_taken_and_none_is_guessed() {
    let house = House::new().await;
    let bare = AccountLocator { identifier: Some("ann".to_owned()), ..AccountLocator::default() };
    assert_eq!(house.read_page(&bare).await.unwrap_err().kind(), ErrorKind::NotFound);
    house.connected(1).await;
    house.provider.answer(200, &json!({}));
    house.read_page(&bare).await.unwrap();
    let second = house.connection("second").await;
    house.link_for(&AccountLocator::of("second", "ann")).await;
    house.provider.requests();
    house.provider.answer(200, &json!({}));
    house.read_page(&bare).await.unwrap();
    assert_eq!(bearer(&house.provider.requests()[0]), "access-1", "a pending account is no rival");
    house.connect(&second, "ann", 2).await;
    let error = house.read_page(&bare).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert!(error.message().contains("wiki") && error.message().contains("second"), "{error}");
    assert!(house.provider.requests().is_empty());
    house.service.connections.set_enabled(second.id.as_str(), false).await.unwrap();
    house.provider.answer(200, &json!({}));
    house.read_page(&bare).await.unwrap();
    assert_eq!(bearer(&house.provider.requests()[0]), "access-1", "a disabled connection offers no choice");
    let nobody = house.read_page(&AccountLocator::default()).await.unwrap_err();
    assert_eq!(nobody.violations()[0].field, "identifier");
}

#[tokio::test]
async fn an_account_can_be_named_by_its_id() {
    let house = House::new().await;
    let id = house.account(&house.connected(1).await).await.id;
    let by_id = AccountLocator { id: Some(id.to_string()), ..AccountLocator::default() };
    house.provider.answer(200, &json!({}));
    house.read_page(&by_id).await.unwrap();
    for id in ["ca_1", "x", "conn_1", "ca_'; DROP TABLE accounts"] {
        let unknown = AccountLocator { id: Some(id.to_owned()), ..AccountLocator::default() };
        let kind = house.read_page(&unknown).await.unwrap_err().kind();
        assert!([ErrorKind::NotFound, ErrorKind::InvalidArgument].contains(&kind), "{id}: {kind:?}");
    }
}

#[tokio::test]
async fn accounts_that_are_not_active_send_nothing() {
    let house = House::new().await;
    house.link().await;
    let pending = house.read_page(&ann()).await.unwrap_err();
    assert_eq!(
        (pending.kind(), pending.code()),
        (ErrorKind::FailedPrecondition, ErrorCode::AccountNotActive)
    );
    house.connected(1).await;
    house.service.accounts.disconnect(&ann()).await.unwrap();
    assert_eq!(house.read_page(&ann()).await.unwrap_err().code(), ErrorCode::AccountNotActive);
    house.connected(2).await;
    house.service.connections.set_enabled(house.wiki.id.as_str(), false).await.unwrap();
    assert_eq!(house.read_page(&ann()).await.unwrap_err().code(), ErrorCode::ConnectionDisabled);
    house.service.accounts.delete(&ann()).await.unwrap();
    assert_eq!(house.read_page(&ann()).await.unwrap_err().kind(), ErrorKind::NotFound);
    assert!(house.provider.requests().is_empty());
}

#[tokio::test]
async fn lists_are_narrowed_by_provider_name_and_words() {
    let house = House::new().await;
    let all = Page { offset: 0, limit: 10_000 };
    let total = house.service.tools.list(&ListTools::default(), all).await.unwrap().total;
    let table = [
        (ListTools { provider: Some("confluence".to_owned()), ..ListTools::default() }, total),
        (ListTools { provider: Some("JIRA".to_owned()), ..ListTools::default() }, 0),
        (ListTools { names: vec!["confluence_page_get".to_owned()], ..ListTools::default() }, 1),
        (ListTools { names: vec!["confluence_page".to_owned()], ..ListTools::default() }, 0),
        (ListTools { query: Some("title page".to_owned()), ..ListTools::default() }, 1),
        (
            ListTools { query: Some(String::new()), provider: Some(String::new()), ..ListTools::default() },
            total,
        ),
    ];
    for (wanted, expected) in table {
        assert_eq!(house.service.tools.list(&wanted, all).await.unwrap().total, expected, "{wanted:?}");
    }
    let wanted = ListTools { account: ann(), ..ListTools::default() };
    assert_eq!(house.service.tools.list(&wanted, all).await.err().unwrap().kind(), ErrorKind::NotFound);
}
