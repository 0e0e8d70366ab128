//! Consents for accounts that are in use: by whom, and what happens when nobody can tell.

use headwater_domain::account::AccountStatus;
use headwater_domain::secret::Secret;
use headwater_ports::upstream::UpstreamError;
use serde_json::{Value, json};

use super::harness::{House, SITE, ann, reveal};
use crate::accounts::{AccountChange, SuppliedTokens};
use crate::connect::{CallbackOutcome, ConnectError};

/// What the provider says to the question who a user is.
#[derive(Clone)]
enum Told {
    User(&'static str),
    Status(u16, Value),
    Nothing,
}

fn tell(house: &House, told: &Told) {
    match told {
        Told::User(name) => house.provider.answer(200, &json!({"accountId": format!("712020:{name}")})),
        Told::Status(status, body) => house.provider.answer(*status, body),
        Told::Nothing => {
            house.provider.answer_with(Err(UpstreamError::Broken { reason: "reset".to_owned() }));
        }
    }
}

/// Somebody consents for `ann`'s account; the provider answers the question who it is as told.
async fn consent(house: &House, number: u32, answers: &[Told]) -> Result<CallbackOutcome, ConnectError> {
    let visit = house.visit().await;
    house.provider.answer_tokens(number);
    house.provider.answer_sites(&[SITE]);
    for told in answers {
        tell(house, told);
    }
    house.in_time(house.come_back(&visit)).await
}

async fn in_use(house: &House) -> String {
    assert_eq!(house.status(&ann()).await, AccountStatus::Active);
    reveal(&house.grant(&ann()).await.unwrap().access_token).to_owned()
}

/// Everything but the name of the account's own user.
fn unclear() -> Vec<Told> {
    vec![
        Told::Status(403, json!({"message": "Current user not permitted to use Confluence"})),
        Told::Status(401, json!({"code": 401, "message": "Unauthorized; scope does not match"})),
        Told::Status(404, json!({})),
        Told::Status(429, json!({})),
        Told::Status(500, json!({})),
        Told::Status(200, json!({"type": "anonymous"})),
        Told::Status(200, json!({"accountId": ""})),
        Told::Status(200, json!("<html>")),
        Told::Nothing,
    ]
}

/// An attacker has got hold of a link for an account that works, and consents as himself. Were the look-up of who he is
/// not needed, one that fails would be all he needs.
#[tokio::test]
async fn b4_an_unconfirmed_consent_does_not_turn_an_account_over_to_another_user() {
    let house = House::new().await;
    house.connected(1).await;
    let refused = consent(&house, 2, &[Told::User("mallory")]).await;
    assert!(matches!(refused, Err(ConnectError::OtherUser)));
    assert_eq!(in_use(&house).await, "access-1");
    for told in unclear() {
        let refused = consent(&house, 2, &vec![told.clone(); 3]).await;
        assert!(matches!(refused, Err(ConnectError::UserUnknown)), "{refused:?}");
        assert_eq!(in_use(&house).await, "access-1");
        let refused = consent(&house, 2, &[told, Told::User("mallory")]).await;
        assert!(matches!(refused, Err(ConnectError::OtherUser)), "it is asked again: {refused:?}");
        assert_eq!(in_use(&house).await, "access-1");
    }
    house.service.accounts.disconnect(&ann()).await.unwrap();
    let taken = consent(&house, 3, &[Told::User("mallory")]).await;
    assert!(matches!(taken, Ok(CallbackOutcome::Connected(_))), "once it is disconnected, it is anybody's");
}

#[tokio::test]
async fn the_accounts_own_user_is_recognised_after_a_look_up_that_failed() {
    let house = House::new().await;
    house.connected(1).await;
    for (number, told) in (2..).zip(unclear()) {
        let taken = consent(&house, number, &[told, Told::User("ann")]).await;
        assert!(matches!(taken, Ok(CallbackOutcome::Connected(_))), "{taken:?}");
        assert_eq!(in_use(&house).await, format!("access-{number}"));
    }
}

/// Nobody knew whose the account is when it was connected. Its own grant can tell.
#[tokio::test]
async fn b4_an_account_of_an_unknown_user_is_not_turned_over_either() {
    let house = House::new().await;
    let failed = Told::Status(403, json!({}));
    consent(&house, 1, std::slice::from_ref(&failed)).await.unwrap();
    let refused = consent(&house, 2, &[Told::User("mallory"), Told::User("ann")]).await;
    assert!(matches!(refused, Err(ConnectError::OtherUser)), "{refused:?}");
    let still = vec![failed.clone(); 3];
    let refused = consent(&house, 2, &[&[Told::User("mallory")], &still[..]].concat()).await;
    assert!(matches!(refused, Err(ConnectError::UserUnknown)), "{refused:?}");
    assert_eq!(in_use(&house).await, "access-1");
    let taken = consent(&house, 2, &[Told::User("ann"), failed, Told::User("ann")]).await;
    assert!(matches!(taken, Ok(CallbackOutcome::Connected(_))), "{taken:?}");
    assert_eq!(house.account(&ann()).await.provider_account_id.as_deref(), Some("712020:ann"));
}

/// Tokens that an application brings along can be another user's than those before them.
#[tokio::test]
async fn b4_tokens_from_outside_are_not_the_former_users() {
    let house = House::new().await;
    house.connected(1).await;
    let tokens = SuppliedTokens {
        access_token: Secret::new("access-9".to_owned()),
        refresh_token: None,
        scopes: Vec::new(),
    };
    let change = AccountChange { tokens: Some(tokens), api_config: None };
    house.service.accounts.update(&ann(), change).await.unwrap();
    let refused = consent(&house, 2, &[Told::User("ann"), Told::User("bob")]).await;
    assert!(matches!(refused, Err(ConnectError::OtherUser)), "{refused:?}");
    assert_eq!(in_use(&house).await, "access-9");
}

/// An account whose grant was lost, and of which nobody ever knew whose it was, can be authorized again.
#[tokio::test]
async fn an_expired_account_of_an_unknown_user_is_authorized_by_its_link() {
    let house = House::with(|settings| settings.confirm_refusal_after = std::time::Duration::ZERO).await;
    let failed = Told::Status(401, json!({}));
    consent(&house, 1, std::slice::from_ref(&failed)).await.unwrap();
    house.clock.advance(std::time::Duration::from_secs(3600));
    house.provider.answer(403, &json!({"error": "invalid_grant"}));
    house.read_page(&ann()).await.unwrap_err();
    assert_eq!(house.status(&ann()).await, AccountStatus::Expired);
    let taken = consent(&house, 2, std::slice::from_ref(&failed)).await;
    assert!(matches!(taken, Ok(CallbackOutcome::Connected(_))), "{taken:?}");
}
