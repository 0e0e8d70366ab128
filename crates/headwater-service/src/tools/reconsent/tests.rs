//! When an error comes with a link, and when it must not.

use headwater_domain::error_code::ErrorCode;
use headwater_domain::id::AccountId;

use crate::connections::ConnectionSettings;
use crate::tests::bench::Bench;

use super::*;

const NO_SCOPE: &str = r#"{"code":401,"message":"Unauthorized; scope does not match"}"#;
const IDENTITY: &str = "read:confluence-user";
const NEEDED: &str = "write:note:bench";

/// An account of a known user, on a connection that asks for these scopes.
async fn known(bench: &Bench, status: AccountStatus, asked: &[&str]) -> AccountId {
    let wiki = bench.connection("wiki").await;
    let scopes = asked.iter().map(|scope| (*scope).to_owned()).collect();
    let settings = ConnectionSettings { scopes: Some(scopes), ..ConnectionSettings::default() };
    bench.service.connections.update(wiki.id.as_str(), None, settings).await.unwrap();
    let account = bench.account(&wiki, "ann", status, &["read:me"]).await;
    bench.belongs_to(&account, "712020:ann").await;
    account
}

/// A call that fails.
async fn refused(bench: &Bench, account: &AccountId) -> ServiceError {
    bench.upstream.answer(401, NO_SCOPE.to_owned());
    bench.call("bench_note_pin", account).await.unwrap_err()
}

#[tokio::test]
async fn a_scope_that_the_connection_asks_for_by_now_comes_with_a_link() {
    let bench = Bench::new();
    let account = known(&bench, AccountStatus::Active, &["read:jira-work", NEEDED, IDENTITY]).await;
    let error = refused(&bench, &account).await;
    let help = error.help().expect("a link");
    assert!(help.url.starts_with("https://headwater.example/oauth/connect?token="), "{}", help.url);
    assert!(error.message().ends_with(&help.url), "{error}");
    assert_eq!(error.tool().unwrap().message, error.message());
    let token = help.url.split_once("token=").unwrap().1;
    assert!(bench.service.connect.view_link(token).await.is_ok());
}

#[tokio::test]
async fn an_agent_that_tries_again_is_given_the_same_link() {
    let bench = Bench::new();
    let account = known(&bench, AccountStatus::Active, &[NEEDED, IDENTITY]).await;
    let first = refused(&bench, &account).await;
    let second = refused(&bench, &account).await;
    assert!(first.help().is_some());
    assert_eq!(first.help(), second.help());
}

#[tokio::test]
async fn an_expired_account_comes_with_a_link_before_anything_is_sent() {
    let bench = Bench::new();
    let account = known(&bench, AccountStatus::Expired, &[IDENTITY]).await;
    let error = bench.call("bench_note_pin", &account).await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::AccountNotActive);
    assert!(error.help().is_some(), "{error}");
    assert!(bench.upstream.seen().is_empty());
}

#[tokio::test]
async fn no_link_is_shown_that_does_not_help_or_that_somebody_else_could_use() {
    let useless = Bench::new();
    let account = known(&useless, AccountStatus::Active, &["read:jira-work", IDENTITY]).await;
    assert_eq!(refused(&useless, &account).await.help(), None, "the connection does not ask for the scope");

    let untold = Bench::new();
    let account = known(&untold, AccountStatus::Active, &["read:jira-work", NEEDED]).await;
    assert_eq!(refused(&untold, &account).await.help(), None, "nobody would know who consented");

    for status in [AccountStatus::PendingAuth, AccountStatus::Disconnected] {
        let open = Bench::new();
        let account = known(&open, status, &["read:jira-work", NEEDED, IDENTITY]).await;
        let error = open.call("bench_note_pin", &account).await.unwrap_err();
        assert_eq!(
            (error.code(), error.help()),
            (ErrorCode::AccountNotActive, None),
            "anybody could connect it"
        );
    }
}

#[tokio::test]
async fn where_end_users_must_be_confirmed_no_link_goes_past_the_application() {
    let bench = Bench::with(|settings| settings.verification.required = true);
    let account = known(&bench, AccountStatus::Active, &[NEEDED, IDENTITY]).await;
    let error = refused(&bench, &account).await;
    assert_eq!(error.tool().unwrap().missing_scopes, [NEEDED]);
    assert_eq!(error.help(), None);
}

#[tokio::test]
async fn other_failures_come_without_a_link() {
    let bench = Bench::new();
    let account = known(&bench, AccountStatus::Active, &[NEEDED, IDENTITY]).await;
    bench.upstream.answer(404, "{}".to_owned());
    assert_eq!(bench.call("bench_note_pin", &account).await.unwrap_err().help(), None);
}
