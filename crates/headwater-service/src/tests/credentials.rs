//! Who may read the tokens of an account, and what happens when what was read is written back.

use headwater_domain::account::AccountStatus;
use headwater_domain::audit::Actor;
use headwater_domain::error_code::ErrorCode;
use headwater_domain::id::ClientId;
use headwater_domain::role::{Role, Roles};
use headwater_domain::secret::Secret;
use serde_json::json;

use super::harness::{House, ann, reveal};
use crate::accounts::{AccountChange, AccountCredentials, SuppliedTokens};
use crate::audit::{AuditFilter, calling};
use crate::policy::Credentials;

fn agent() -> Actor {
    Actor::Client(ClientId::parse("skc_7").unwrap())
}

async fn house(credentials: Credentials) -> House {
    let house = House::with(|settings| settings.policy.credentials = credentials).await;
    house.connected(1).await;
    house
}

async fn read(house: &House, roles: Roles) -> AccountCredentials {
    calling(agent(), roles, house.service.accounts.credentials(&ann())).await.unwrap()
}

/// The access token and the refresh token that were handed out.
fn tokens(found: &AccountCredentials) -> (Option<&str>, Option<&str>) {
    let grant = found.grant.as_ref();
    (grant.map(|it| reveal(&it.access_token)), grant.and_then(|it| it.refresh_token.as_ref()).map(reveal))
}

fn change(access: &str, refresh: Option<&str>, scopes: &[&str]) -> AccountChange {
    let secret = |text: &str| Secret::new(text.to_owned());
    let tokens = SuppliedTokens {
        access_token: secret(access),
        refresh_token: refresh.map(secret),
        scopes: scopes.iter().map(|it| (*it).to_owned()).collect(),
    };
    AccountChange { tokens: Some(tokens), api_config: None }
}

#[tokio::test]
async fn d10_credentials_come_out_as_far_as_role_and_policy_allow() {
    let role: Roles = [Role::Credentials].into_iter().collect();
    let (access, refresh) = (Some("access-1"), Some("refresh-1"));
    for (policy, expected) in [
        (Credentials::Nothing, (None, None)),
        (Credentials::Access, (access, None)),
        (Credentials::All, (access, refresh)),
    ] {
        let house = house(policy).await;
        assert_eq!(tokens(&read(&house, role).await), expected, "{policy:?}");
        assert_eq!(tokens(&read(&house, Roles::ALL).await), expected, "{policy:?}");
        for roles in [Roles::USE, Roles::NONE, [Role::Use, Role::Read, Role::Manage].into_iter().collect()] {
            let found = read(&house, roles).await;
            assert_eq!(tokens(&found), (None, None), "{policy:?} {roles}");
            assert_eq!(found.view.account.status, AccountStatus::Active, "the account itself is shown");
        }
        house.service.connections.set_enabled(house.wiki.id.as_str(), false).await.unwrap();
        assert_eq!(tokens(&read(&house, Roles::ALL).await), (None, None), "disabled means disabled");
    }
}

#[tokio::test]
async fn d10_the_log_says_which_credentials_were_handed_out() {
    let house = house(Credentials::Access).await;
    read(&house, Roles::ALL).await;
    read(&house, Roles::USE).await;
    house.service.audit.write().await.unwrap();
    let filter =
        AuditFilter { action: Some("account.read_credentials".to_owned()), ..AuditFilter::default() };
    let found = house.service.audit.read(&filter, 10).await.unwrap();
    let mut subjects: Vec<_> = found.iter().filter_map(|it| it.subject.as_deref()).collect();
    subjects.sort_unstable();
    assert_eq!(subjects, ["access", "nothing"]);
}

#[tokio::test]
async fn d10_writing_back_what_was_read_erases_nothing() {
    let house = house(Credentials::Access).await;
    let before = house.grant(&ann()).await.unwrap();
    for written in [
        change("access-1", None, &[]),
        change("access-1", Some(""), &["read:page:confluence"]),
        change("", None, &[]),
        change("", Some(""), &[]),
        AccountChange::default(),
    ] {
        house.service.accounts.update(&ann(), written).await.unwrap();
        let after = house.grant(&ann()).await.unwrap();
        assert_eq!(reveal(&after.access_token), "access-1");
        assert_eq!(after.refresh_token.as_ref().map(reveal), Some("refresh-1"));
        assert_eq!(
            (after.generation, after.expires_at, &after.scopes),
            (before.generation, before.expires_at, &before.scopes)
        );
        assert_eq!(house.status(&ann()).await, AccountStatus::Active);
    }
}

/// A program read the access token, headwater replaced the pair meanwhile, and the program writes back what it has.
#[tokio::test]
async fn d10_writing_back_a_stale_access_token_keeps_the_refresh_token() {
    let house = house(Credentials::Access).await;
    house.service.accounts.update(&ann(), change("access-0", None, &[])).await.unwrap();
    let after = house.grant(&ann()).await.unwrap();
    assert_eq!(reveal(&after.access_token), "access-0");
    assert_eq!(after.refresh_token.as_ref().map(reveal), Some("refresh-1"));
    assert!(!after.scopes.is_empty(), "what was left out stays");
    house.service.accounts.update(&ann(), change("a", Some("r"), &["x"])).await.unwrap();
    let after = house.grant(&ann()).await.unwrap();
    assert_eq!((reveal(&after.access_token), after.refresh_token.as_ref().map(reveal)), ("a", Some("r")));
}

#[tokio::test]
async fn d10_what_was_written_back_with_other_settings_changes_those_only() {
    let house = house(Credentials::Access).await;
    let api_config = json!({"team": "docs"}).as_object().cloned();
    let written = AccountChange { api_config, ..change("access-1", None, &[]) };
    let view = house.service.accounts.update(&ann(), written).await.unwrap();
    assert_eq!(view.account.api_config["team"], "docs");
    assert_eq!(house.account(&ann()).await.api_config["team"], "docs");
    let grant = house.grant(&ann()).await.unwrap();
    assert_eq!(grant.refresh_token.as_ref().map(reveal), Some("refresh-1"));
}

/// Whoever has no role at all is an API client of which nothing is known.
#[tokio::test]
async fn d9_an_api_client_without_roles_may_do_nothing() {
    let refused =
        calling(agent(), Roles::NONE, async { crate::caller::ensure_any(&[Role::Use]) }).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::RoleMissing);
    assert!(refused.message().contains("headwater client update skc_7 --role use"), "{refused}");
    let both: Roles = [Role::Use, Role::Read].into_iter().collect();
    let refused =
        calling(agent(), both, async { crate::caller::ensure_any(&[Role::Manage]) }).await.unwrap_err();
    assert!(refused.message().contains("skc_7 --role use --role read --role manage`"), "{refused}");
    let unscoped = crate::audit::acting(agent(), async { crate::caller::ensure_any(&Role::EVERY) }).await;
    assert!(unscoped.is_err(), "a client whose roles nobody looked up has none");
}

#[tokio::test]
async fn d9_other_roles_count_at_once_where_they_were_changed() {
    let house = House::new().await;
    let id = house.service.api_clients.create("one", Roles::USE).await.unwrap().client.id;
    assert_eq!(house.service.api_clients.roles(&id).await.unwrap(), Some(Roles::USE));
    house.service.api_clients.set_roles(&id, Roles::NONE).await.unwrap();
    assert_eq!(house.service.api_clients.roles(&id).await.unwrap(), Some(Roles::NONE));
    let stranger = ClientId::parse("skc_7").unwrap();
    assert!(house.service.api_clients.set_roles(&stranger, Roles::ALL).await.is_err());
}
