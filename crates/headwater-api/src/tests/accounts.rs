//! Connected accounts over the wire: created, read, listed, changed, disconnected, deleted; tokens come out of one
//! call only.

use http::{Method, StatusCode};
use serde_json::{Value, json};
use tonic::Code;

use super::harness::House;
use crate::proto::connected_accounts::{
    AuthorizationDetails, CreateConnectedAccount, CreateConnectedAccountRequest,
    CreateConnectedAccountResponse, OauthToken, StaticAuth, authorization_details::Details,
};

const ACCOUNTS: &str = "/api/v1/connected_accounts";

fn account(identifier: &str) -> Value {
    json!({"connector": "wiki", "identifier": identifier, "connected_account": {}})
}

async fn create(house: &House, identifier: &str) -> String {
    let answer = house.post(ACCOUNTS, &account(identifier)).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.json());
    answer.json()["connected_account"]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_account_is_created_once() {
    let house = House::new().await;
    let answer = house.post(ACCOUNTS, &account("ann")).await;
    assert_eq!(answer.status, StatusCode::CREATED);
    let made = &answer.json()["connected_account"];
    assert!(made["id"].as_str().unwrap().starts_with("ca_"));
    assert_eq!((&made["status"], &made["authorization_type"]), (&json!("PENDING_AUTH"), &json!("OAUTH")));
    assert_eq!((&made["connector"], &made["provider"]), (&json!("wiki"), &json!("CONFLUENCE")));
    let again = house.post(ACCOUNTS, &account("ann")).await;
    assert_eq!((again.status, again.error_code().as_str()), (StatusCode::CONFLICT, "ALREADY_EXISTS"));
}

#[tokio::test]
async fn empty_credentials_over_grpc_count_as_none() {
    let house = House::new().await;
    let create = async |identifier: &str, details: Details| {
        let wanted = CreateConnectedAccount {
            authorization_details: Some(AuthorizationDetails { details: Some(details) }),
            api_config: None,
        };
        let request = CreateConnectedAccountRequest {
            connector: Some("wiki".to_owned()),
            identifier: Some(identifier.to_owned()),
            connected_account: Some(wanted),
            ..Default::default()
        };
        house.rpc("connected_accounts.ConnectedAccountService/CreateConnectedAccount", &request).await
    };
    let empty = create("ann", Details::OauthToken(OauthToken::default())).await;
    let empty: CreateConnectedAccountResponse = empty.message();
    assert_eq!(empty.connected_account.unwrap().status, 3, "PENDING_AUTH");
    let fixed = create("bob", Details::StaticAuth(StaticAuth::default())).await;
    assert_eq!(fixed.code, Code::InvalidArgument, "{}", fixed.message);
    let violations = fixed.info.unwrap().validation_error_info.unwrap().field_violations;
    assert_eq!(violations[0].field, "authorization_details.static_auth");
}

#[tokio::test]
async fn d4_tokens_come_out_of_one_call_only() {
    let house = House::new().await;
    let id = house.connected().await;
    let by_name = "connector=wiki&identifier=ann";
    let auth = house.get(&format!("{ACCOUNTS}/auth?{by_name}")).await.json();
    let tokens = &auth["connected_account"]["authorization_details"]["oauth_token"];
    assert_eq!(
        (&tokens["access_token"], &tokens["refresh_token"]),
        (&json!("access-1"), &json!("refresh-1"))
    );
    let update = json!({"id": id, "connected_account": {"api_config": {"note": "x"}}});
    let others = [
        house.get(&format!("{ACCOUNTS}/details?{by_name}")).await,
        house.get(&format!("{ACCOUNTS}/{id}")).await,
        house.get(&format!("{ACCOUNTS}/this?id={id}")).await,
        house.get(ACCOUNTS).await,
        house.get(&format!("{ACCOUNTS}:search?query=ann")).await,
        house.call(Method::PUT, ACCOUNTS, &update).await,
        house.post(&format!("{ACCOUNTS}/{id}:disconnect"), &json!({})).await,
    ];
    for answer in others {
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.json());
        let text = String::from_utf8_lossy(&answer.body);
        assert!(text.contains(&id), "{text}");
        assert!(!text.contains("access-1") && !text.contains("refresh-1"), "{text}");
    }
    let auth = house.get(&format!("{ACCOUNTS}/auth?{by_name}")).await.json();
    assert_eq!(auth["connected_account"]["status"], "DISCONNECTED");
    assert!(auth["connected_account"]["authorization_details"].is_null(), "nothing is left: {auth}");
}

#[tokio::test]
async fn an_account_has_three_names_to_be_disconnected_by() {
    let house = House::new().await;
    for (identifier, path) in [("ann", "ID"), ("bob", "-"), ("eve", "this")] {
        let id = create(&house, identifier).await;
        let path = path.replace("ID", &id);
        let answer = house.post(&format!("{ACCOUNTS}/{path}:disconnect"), &json!({"id": id})).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.json());
        assert_eq!(answer.json()["connected_account"]["status"], "DISCONNECTED");
        assert_eq!(answer.json()["connected_account"]["id"], id.as_str());
    }
}

#[tokio::test]
async fn settings_are_merged_and_the_site_is_shown() {
    let house = House::new().await;
    let id = house.connected().await;
    for config in [json!({"a": 1, "b": "x"}), json!({"b": "y"})] {
        let update = json!({"id": id, "connected_account": {"api_config": config}});
        assert_eq!(house.call(Method::PUT, ACCOUNTS, &update).await.status, StatusCode::OK);
    }
    let config =
        house.get(&format!("{ACCOUNTS}/{id}")).await.json()["connected_account"]["api_config"].clone();
    assert_eq!((&config["a"], &config["b"]), (&json!(1), &json!("y")));
    assert_eq!(config["site_url"], "https://notes.atlassian.net");
}

#[tokio::test]
async fn lists_are_narrowed_and_paged() {
    let house = House::new().await;
    for identifier in ["ann", "anna", "bob"] {
        create(&house, identifier).await;
    }
    let table = [
        ("", 3),
        ("?identifier=ann", 1),
        ("?query=ann", 2),
        ("?connector=wiki", 3),
        ("?connector=none", 0),
        ("?connection_names=none&connection_names=wiki", 3),
        ("?provider=CONFLUENCE", 3),
        ("?user_id=x", 0),
        (":search?query=nna", 1),
    ];
    for (query, total) in table {
        let answer = house.get(&format!("{ACCOUNTS}{query}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{query}: {}", answer.json());
        assert_eq!(answer.json()["total_size"], total, "{query}");
    }
    let first = house.get(&format!("{ACCOUNTS}?page_size=2")).await.json();
    assert_eq!(first["connected_accounts"].as_array().unwrap().len(), 2);
    assert_eq!(first["prev_page_token"], "");
    let token = first["next_page_token"].as_str().unwrap();
    let second = house.get(&format!("{ACCOUNTS}?page_size=2&page_token={token}")).await.json();
    assert_eq!(second["connected_accounts"].as_array().unwrap().len(), 1);
    assert_eq!(second["next_page_token"], "");
    for query in
        ["?page_token=nonsense", "?page_size=100", "?connector=a&connection_names=b", ":search?query=an"]
    {
        assert_eq!(house.get(&format!("{ACCOUNTS}{query}")).await.status, StatusCode::BAD_REQUEST, "{query}");
    }
}

#[tokio::test]
async fn a_link_leads_to_our_own_page() {
    let house = House::new().await;
    let answer = house
        .post(&format!("{ACCOUNTS}/magic_link"), &json!({"connector": "wiki", "identifier": "ann"}))
        .await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.json());
    assert!(answer.json()["link"].as_str().unwrap().starts_with("https://headwater.example/"));
    assert!(answer.json()["expiry"].as_str().unwrap().ends_with('Z'));
    assert_eq!(house.get(ACCOUNTS).await.json()["total_size"], 1, "the account is there now");
}

#[tokio::test]
async fn a_deleted_account_is_gone() {
    let house = House::new().await;
    let id = create(&house, "ann").await;
    let delete = json!({"connector": "wiki", "identifier": "ann"});
    let path = format!("{ACCOUNTS}:delete");
    assert_eq!(house.post(&path, &delete).await.status, StatusCode::OK);
    assert_eq!(house.post(&path, &delete).await.status, StatusCode::NOT_FOUND);
    assert_eq!(house.get(&format!("{ACCOUNTS}/{id}")).await.status, StatusCode::NOT_FOUND);
    assert_ne!(create(&house, "ann").await, id, "an id is never used twice");
}
