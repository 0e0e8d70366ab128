//! What API clients of each role may do, over gRPC, REST and the proxy.

use axum::body::Body;
use headwater_domain::role::{Role, Roles};
use http::{Method, StatusCode};
use serde_json::json;
use tonic::Code;

use super::harness::{House, Reply, request, rpc_request};
use crate::proto::connected_accounts::{
    GetConnectedAccountByIdentifierRequest, GetConnectedAccountByIdentifierResponse,
    authorization_details::Details,
};
use crate::roles::METHODS;

const MISSING: &str = "ROLE_MISSING";
const CREDENTIALS: &str = "connected_accounts.ConnectedAccountService/GetConnectedAccountAuth";

#[tokio::test]
async fn d9_no_rpc_serves_a_client_that_lacks_the_role() {
    let mut house = House::new().await;
    for role in Role::EVERY {
        house.become_client_with([role].into_iter().collect()).await;
        for (method, roles) in METHODS {
            let path = format!("/{method}");
            let reply = Reply::read(&house.send_authorized(rpc_request(&path, &())).await);
            let refused = reply.code == Code::PermissionDenied && reply.error_code() == MISSING;
            assert_eq!(refused, !roles.contains(&role), "{method} as {}: {}", role.as_str(), reply.message);
            if refused {
                let needed = format!("--role {}", roles[0].as_str());
                assert!(reply.message.contains(&needed), "{method}: {}", reply.message);
                assert!(reply.message.contains(house.client.as_str()), "{method}: {}", reply.message);
            }
            assert_ne!(
                reply.code,
                Code::Unauthenticated,
                "{method}: that would make SDKs ask for a token again"
            );
        }
        let unknown = rpc_request("/scalekit.v1.tools.ToolService/Surprise", &());
        assert_eq!(Reply::read(&house.send_authorized(unknown).await).code, Code::Unimplemented);
    }
}

#[tokio::test]
async fn d9_rest_and_proxy_know_the_same_roles() {
    let mut house = House::new().await;
    house.connected().await;
    let asked = house.provider.seen().len();
    house.become_client_with([Role::Read, Role::Credentials].into_iter().collect()).await;
    let execute = json!({"tool_name": "confluence_page_get", "connector": "wiki", "identifier": "ann", "params": {"id": "1"}});
    let account = json!({"connector": "wiki", "identifier": "bob"});
    let webhook = json!({"url": "https://app.example/"});
    for (method, path, body) in [
        (Method::POST, "/api/v1/execute_tool", &execute),
        (Method::POST, "/api/v1/connected_accounts", &account),
        (Method::PUT, "/api/v1/connected_accounts", &account),
        (Method::POST, "/api/v1/connections", &json!({"provider_key": "CONFLUENCE"})),
        (Method::PATCH, "/api/v1/connections/conn_1", &json!({})),
        (Method::POST, "/api/v1/webhooks", &webhook),
    ] {
        let answer = house.call(method.clone(), path, body).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{method} {path}: {}", answer.json());
        assert_eq!(answer.error_code(), MISSING, "{method} {path}");
        assert!(answer.header("www-authenticate").is_none());
    }
    let mut raw = request(Method::GET, "/proxy/wiki/rest/api/user/current", Body::empty());
    for (name, value) in [("connection_name", "wiki"), ("identifier", "ann")] {
        raw.headers_mut().insert(name, value.parse().unwrap());
    }
    let answer = house.send_authorized(raw).await;
    assert_eq!((answer.status, answer.error_code().as_str()), (StatusCode::FORBIDDEN, MISSING));
    assert_eq!(house.provider.seen().len(), asked, "nothing was sent");
    for path in ["/api/v1/connections", "/api/v1/webhooks", "/api/v1/connected_accounts", "/api/v1/tools"] {
        assert_eq!(house.get(path).await.status, StatusCode::OK, "{path}");
    }
}

#[tokio::test]
async fn d10_without_the_role_for_credentials_the_answer_holds_none() {
    let mut house = House::new().await;
    house.connected().await;
    let ask = GetConnectedAccountByIdentifierRequest {
        connector: Some("wiki".to_owned()),
        identifier: Some("ann".to_owned()),
        ..Default::default()
    };
    for (roles, expected) in [
        (Roles::USE, None),
        ([Role::Use, Role::Read, Role::Manage].into_iter().collect(), None),
        ([Role::Credentials].into_iter().collect(), Some(("access-1", "refresh-1"))),
        (Roles::ALL, Some(("access-1", "refresh-1"))),
    ] {
        house.become_client_with(roles).await;
        let found: GetConnectedAccountByIdentifierResponse = house.rpc(CREDENTIALS, &ask).await.message();
        let account = found.connected_account.unwrap();
        assert_eq!(account.identifier, "ann");
        let details = account.authorization_details.and_then(|it| it.details);
        let tokens = match &details {
            Some(Details::OauthToken(token)) => {
                Some((token.access_token.as_str(), token.refresh_token.as_str()))
            }
            Some(Details::StaticAuth(_)) | None => None,
        };
        assert_eq!(tokens, expected, "{roles}");
        let absent =
            GetConnectedAccountByIdentifierRequest { identifier: Some("eve".to_owned()), ..ask.clone() };
        assert_eq!(house.rpc(CREDENTIALS, &absent).await.code, Code::NotFound, "{roles}: so SDKs create it");
    }
}

#[tokio::test]
async fn d9_a_role_that_was_taken_away_is_gone_for_tokens_that_are_out_already() {
    let mut house = House::new().await;
    house.become_client_with(Roles::ALL).await;
    assert_eq!(house.get("/api/v1/webhooks").await.status, StatusCode::OK);
    house.service.api_clients.set_roles(&house.client, Roles::USE).await.unwrap();
    assert_eq!(house.get("/api/v1/webhooks").await.status, StatusCode::FORBIDDEN);
}
