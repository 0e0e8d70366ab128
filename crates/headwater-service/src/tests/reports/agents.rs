//! Reports about how agents and their developers meet a connector.

use serde_json::json;

use crate::tests::harness::House;

/// Scalekit's documentation of AgentKit: an example for Confluence calls a tool, `confluence_list`, that its list lacks.
#[tokio::test]
async fn a_tool_that_does_not_exist_is_answered_with_those_that_do() {
    let house = House::new().await;
    let account = house.connected(1).await;
    let error = house.call("confluence_list", &account, &json!({})).await.unwrap_err();
    assert!(error.to_string().contains("confluence_page_list"), "{error}");
    assert!(house.provider.requests().is_empty());
}
