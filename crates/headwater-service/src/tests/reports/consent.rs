//! Reports about connecting: sites, admins, and connecting again.

use std::time::Duration;

use headwater_domain::account::AccountStatus;
use serde_json::json;

use crate::connect::{CallbackOutcome, CallbackQuery, ConnectError};
use crate::tests::harness::{House, OTHER_SITE, SITE, ann};

/// mattermost-plugin-jira #1264 and #1268: after the account broke, connecting again was refused as "already connected".
#[tokio::test]
async fn an_account_that_broke_can_be_connected_again_at_once() {
    let house = House::new().await;
    let account = house.connected(1).await;
    house.clock.advance(Duration::from_secs(3600));
    for _ in 0..2 {
        house.provider.answer(403, &json!({"error": "invalid_grant"}));
        house.read_page(&account).await.unwrap_err();
        house.clock.advance(Duration::from_secs(30));
    }
    assert_eq!(house.status(&account).await, AccountStatus::Expired);
    house.connected(2).await;
    house.provider.answer(200, &json!({"id": "7"}));
    house.read_page(&account).await.unwrap();
}

/// pipeshub #1964 and claude-ai-mcp #866: of several sites the wrong one was taken, or only one could be used. Nango binds
/// the first site of the list, or one whose name contains what was asked for.
#[tokio::test]
async fn of_several_sites_none_is_guessed() {
    let house = House::new().await;
    let visit = house.visit().await;
    house.provider.answer_tokens(1);
    house.provider.answer_sites(&[SITE, OTHER_SITE]);
    let outcome = house.come_back(&visit).await.unwrap();
    let CallbackOutcome::ChooseSite(choice) = outcome else { panic!("the end user is asked") };
    assert_eq!(choice.sites.len(), 2);
    assert_eq!(house.status(&ann()).await, AccountStatus::PendingAuth);
}

/// mcp-atlassian #698 and #1323, confluence-markdown-exporter #207: the connection was tested with a call that Atlassian
/// has switched off (410), so that good credentials looked bad.
#[tokio::test]
async fn connecting_asks_for_nothing_that_atlassian_has_switched_off() {
    let house = House::new().await;
    let visit = house.visit().await;
    house.provider.requests();
    house.provider.answer_tokens(1);
    house.provider.answer_sites(&[SITE]);
    house.provider.answer(200, &json!({"accountId": "712020:ann"}));
    house.come_back(&visit).await.unwrap();
    let requests = house.provider.requests();
    let paths: Vec<&str> = requests.iter().map(|it| it.uri.path()).collect();
    let current_user = format!("/ex/confluence/{SITE}/wiki/rest/api/user/current");
    assert_eq!(paths, ["/oauth/token", "/oauth/token/accessible-resources", current_user.as_str()]);
}

/// Atlassian's own server, README: "Your site admin must authorize this app" is told at consent, and must reach the end user.
#[tokio::test]
async fn what_the_provider_says_at_consent_is_passed_on() {
    let house = House::new().await;
    let visit = house.visit().await;
    let query = CallbackQuery {
        state: Some(visit.state.clone()),
        error: Some("access_denied".to_owned()),
        error_description: Some("Your site admin must authorize this app".to_owned()),
        ..CallbackQuery::default()
    };
    let id = house.wiki.id.clone();
    let error = house.service.connect.callback(id.as_str(), query, Some(&visit.cookie)).await.unwrap_err();
    let ConnectError::Provider { description, .. } = error else { panic!("{error:?}") };
    assert_eq!(description, "Your site admin must authorize this app");
}
