//! D2, D3, D4, D5 and D8: one caller's names, ids and tokens that are to mean another's.

use serde_json::json;

use super::target::{ACCESS_TOKEN, REFRESH_TOKEN, Target};

/// Another deployment is another world: neither its tokens nor its ids nor its credentials mean anything here.
#[test]
fn d2_what_one_deployment_gave_out_opens_nothing_in_another() {
    let (here, there) = (Target::start(), Target::start());
    let account =
        there.create("wiki", "bob", "access").json()["connected_account"]["id"].as_str().unwrap().to_owned();
    assert!(account.starts_with("ca_"));
    let foreign = here.raw("GET", "/wiki/x", "ann", "").replace(&here.token, &there.token);
    assert_eq!(here.wire().send(foreign.as_bytes()).status, 401, "its access token");
    let form =
        format!("grant_type=client_credentials&client_id={}&client_secret={}", there.client, there.secret);
    let kind = "content-type: application/x-www-form-urlencoded\r\n";
    assert_eq!(here.wire().request("POST", "/oauth/token", kind, &form).status, 401, "its credentials");
    let execute =
        json!({"tool_name": "confluence_page_get", "connected_account_id": account, "params": {"id": "7"}});
    assert_eq!(here.call("POST", "/api/v1/execute_tool", &execute).status, 404, "its accounts");
    assert!(here.provider.requests().is_empty());
    for cursor in ["-1", "18446744073709551616", "MTA=", "' OR 1=1 --", "%00"] {
        let listed = here.call(
            "GET",
            &format!("/api/v1/connected_accounts?page_token={cursor}&page_size=10"),
            &json!({}),
        );
        assert!(listed.status < 500, "{cursor}: {}", listed.body);
        assert!(!listed.body.contains("bob"));
    }
}

/// Names may hold what joins them: `a:b` + `c` and `a` + `b:c` would be one key if keys were joined texts.
#[test]
fn d3_names_that_look_the_same_when_joined_are_different_accounts() {
    let target = Target::start();
    let pairs = [
        ("a:b", "c"),
        ("a", "b:c"),
        ("a b", "c"),
        ("a", "b c"),
        ("a", "b"),
        ("a-b", "c"),
        ("a", "b-c"),
        ("A", "b:c"),
    ];
    let mut connections: Vec<&str> = pairs.iter().map(|it| it.0).collect();
    connections.sort_unstable();
    connections.dedup();
    for connection in connections {
        target.add_connection(connection, None);
    }
    for (number, (connection, identifier)) in pairs.iter().enumerate() {
        assert_eq!(target.create(connection, identifier, &format!("access-{number}")).status, 201);
    }
    // Twice: from the store first, from memory then.
    for _ in 0..2 {
        for (number, (connection, identifier)) in pairs.iter().enumerate() {
            let request = target.raw("GET", "/wiki/d3", identifier, "");
            let request = request.replace("connection_name: wiki", &format!("connection_name: {connection}"));
            assert_eq!(target.wire().send(request.as_bytes()).status, 200);
            let arrived = target.provider.requests();
            assert!(
                arrived[0].contains(&format!("Bearer access-{number}\r\n")),
                "{connection} {identifier}: {}",
                arrived[0]
            );
        }
    }
}

#[test]
fn d4_a_caller_cannot_set_what_is_not_its_to_set() {
    let target = Target::start();
    let wanted = json!({"connector": "wiki", "identifier": "eve", "status": "ACTIVE", "id": "ca_1",
        "connected_account": {"status": "ACTIVE", "id": "ca_1", "identifier": "ann", "last_used_at": "2020-01-01T00:00:00Z",
            "connection_id": "conn_1", "scopes": ["admin"], "created_at": "2020-01-01T00:00:00Z"}});
    let created = target.call("POST", "/api/v1/connected_accounts", &wanted);
    if created.status == 201 {
        let account = &created.json()["connected_account"];
        assert_ne!(account["status"], "ACTIVE", "{account}");
        assert_ne!(account["id"], "ca_1", "{account}");
        assert_eq!(account["identifier"], "eve", "{account}");
        assert!(!account.to_string().contains("2020-01-01"), "{account}");
    } else {
        assert_eq!(created.status, 400, "{}", created.body);
    }
    let eve = target.raw("GET", "/wiki/d4", "eve", "");
    assert!(target.wire().send(eve.as_bytes()).status >= 400);
    assert!(target.provider.requests().is_empty());
    // Nor does reading hand out more than is meant to be read.
    let listed = target.call("GET", "/api/v1/connected_accounts?page_size=10", &json!({}));
    assert!(listed.body.contains("ann"), "{}", listed.body);
    for secret in [ACCESS_TOKEN, REFRESH_TOKEN, "app-secret-canary"] {
        assert!(!listed.body.contains(secret));
    }
}

#[test]
fn d5_no_text_becomes_sql() {
    let target = Target::start();
    let texts = [
        "' OR '1'='1",
        "\" OR \"\"=\"",
        "ann'--",
        "ann'/*",
        "'; DROP TABLE accounts; --",
        "%",
        "_",
        "an_",
        "a%n",
        "ann\\",
        "ann' UNION SELECT 1,2,3 --",
        "$1",
        "?1",
        ":name",
        "{{identifier}}",
        "CHAR(97)",
        "ann') OR ('1'='1",
        "[ann]",
        "a*",
    ];
    let count = |body: &str| body.matches("\"identifier\":\"ann\"").count();
    for text in texts {
        let encoded = text.bytes().map(|byte| format!("%{byte:02X}")).collect::<Vec<_>>().concat();
        for field in ["identifier", "connector", "query", "status", "page_token", "organization_id"] {
            let path = format!("/api/v1/connected_accounts?page_size=10&{field}={encoded}");
            let listed = target.call("GET", &path, &json!({}));
            assert!(listed.status < 500, "{path}: {}", listed.body);
            assert_eq!(
                count(&listed.body.replace("\": \"", "\":\"")),
                usize::from(listed.status == 200 && listed.body.contains("ann\"")),
                "{path}"
            );
            assert!(
                !listed.body.to_ascii_lowercase().contains("sqlite") && !listed.body.contains("syntax error"),
                "{}",
                listed.body
            );
        }
        let created = target.create("wiki", text, "access");
        assert_eq!(created.status, 201, "{text}: {}", created.body);
        assert_eq!(created.json()["connected_account"]["identifier"], text);
        let execute = json!({"tool_name": "confluence_page_get", "connector": "wiki", "identifier": text, "params": {"id": text}});
        assert!(target.call("POST", "/api/v1/execute_tool", &execute).status < 500);
    }
    let ann = target.wire().send(target.raw("GET", "/wiki/d5", "ann", "").as_bytes());
    assert_eq!(ann.status, 200, "she is still there");
}
