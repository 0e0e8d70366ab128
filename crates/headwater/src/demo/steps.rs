//! The steps of the demo.

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use super::browser::Browser;
use super::client::{ApiClient, CONNECTION, IDENTIFIER};
use crate::arguments::Consent;
use crate::terminal::say;

const FIRST_BODY: &str = "<p>Written by an agent, on behalf of <strong>user_123</strong>.</p>";
const SECOND_BODY: &str = "<p>Written by an agent, on behalf of <strong>user_123</strong>.</p><ul><li>Read the page</li><li>Updated it</li><li>Found it again by search</li></ul>";

/// Walks through all steps; returns the page's path in the sandbox's web view.
pub(super) async fn all(client: &ApiClient, browser: &Browser, consent: Consent) -> Result<String> {
    connect(client, browser, consent).await?;
    let space = list_spaces(client).await?;
    let page = create(client, &space).await?;
    update(client, &page).await?;
    search(client).await?;
    proxy(client).await?;
    let webui = page.pointer("/_links/webui").and_then(Value::as_str).unwrap_or_default();
    Ok(format!("/wiki{webui}"))
}

async fn connect(client: &ApiClient, browser: &Browser, consent: Consent) -> Result<()> {
    let request = json!({ "connector": CONNECTION, "identifier": IDENTIFIER });
    let reply = client.post("/api/v1/connected_accounts/magic_link", &request).await?;
    let link = reply["link"].as_str().context("no link came back")?;
    step("get an authorization link", &format!("{IDENTIFIER} on {CONNECTION}"));
    outcome(link);
    if consent == Consent::Ask {
        say!("     Open the link in a browser, allow access, and press Enter here.");
        tokio::task::spawn_blocking(|| std::io::stdin().read_line(&mut String::new())).await??;
    } else {
        step("the end user opens it and allows access", "by the sandbox's automatic consent");
        let status = browser.open(link).await?;
        if !status.is_success() {
            bail!("the connect flow ended with {status}");
        }
    }
    let path = format!("/api/v1/connected_accounts/details?connector={CONNECTION}&identifier={IDENTIFIER}");
    let account = client.get(&path).await?;
    outcome(&format!(
        "connected account is {}",
        account["connected_account"]["status"].as_str().unwrap_or("unknown")
    ));
    Ok(())
}

async fn list_spaces(client: &ApiClient) -> Result<String> {
    step("confluence_space_list", "{}");
    let reply = client.execute("confluence_space_list", json!({})).await?;
    let spaces = reply["results"].as_array().context("no list of spaces came back")?;
    let names: Vec<&str> = spaces.iter().filter_map(|space| space["name"].as_str()).collect();
    outcome(&names.join(", "));
    let first = spaces.first().context("the sandbox has no space")?;
    Ok(first["id"].as_str().context("a space has no id")?.to_owned())
}

async fn create(client: &ApiClient, space: &str) -> Result<Value> {
    let title = free_title(client, space).await?;
    step("confluence_page_create", &format!("\"{title}\" in space {space}"));
    let body = json!({ "spaceId": space, "title": title, "body_representation": "storage", "body_value": FIRST_BODY });
    let page = client.execute("confluence_page_create", body).await?;
    outcome(&format!("page {} at version {}", page["id"].as_str().unwrap_or("?"), page["version"]["number"]));
    Ok(page)
}

/// Titles are unique in a space, and the demo can be run again.
async fn free_title(client: &ApiClient, space: &str) -> Result<String> {
    for number in 1..1000 {
        let title = if number == 1 {
            "Hello from headwater".to_owned()
        } else {
            format!("Hello from headwater ({number})")
        };
        let found =
            client.execute("confluence_page_list", json!({ "space_id": space, "title": title })).await?;
        if found["results"].as_array().is_none_or(Vec::is_empty) {
            return Ok(title);
        }
    }
    bail!("the demo was run very often; start with another --data-dir")
}

async fn update(client: &ApiClient, page: &Value) -> Result<()> {
    let id = page["id"].as_str().context("the page has no id")?;
    step("confluence_page_get", &format!("page {id}, with its body"));
    let read = client.execute("confluence_page_get", json!({ "id": id, "body_format": "storage" })).await?;
    outcome(read.pointer("/body/storage/value").and_then(Value::as_str).unwrap_or_default());
    let next = read["version"]["number"].as_f64().context("the page has no version")? + 1.0;
    step("confluence_page_update", &format!("page {id}, to version {next}"));
    let body = json!({
        "id": id,
        "status": "current",
        "title": read["title"],
        "version_number": next,
        "body_representation": "storage",
        "body_value": SECOND_BODY,
        "version_message": "Second thoughts",
    });
    let updated = client.execute("confluence_page_update", body).await?;
    outcome(&format!("page {id} is at version {}", updated["version"]["number"]));
    Ok(())
}

async fn search(client: &ApiClient) -> Result<()> {
    let cql = "type = page AND title ~ \"Hello from headwater\"";
    step("confluence_search", cql);
    let reply = client.execute("confluence_search", json!({ "cql": cql, "limit": 5 })).await?;
    let titles: Vec<&str> = reply["results"]
        .as_array()
        .context("no search results came back")?
        .iter()
        .filter_map(|row| row.pointer("/content/title").and_then(Value::as_str))
        .collect();
    outcome(&titles.join(", "));
    Ok(())
}

async fn proxy(client: &ApiClient) -> Result<()> {
    step("proxy GET", "/wiki/rest/api/user/current");
    let user = client.proxy("/wiki/rest/api/user/current").await?;
    outcome(&format!("acting as {}", user["displayName"].as_str().unwrap_or("?")));
    Ok(())
}

fn step(call: &str, with: &str) {
    say!("  -> {call}: {with}");
}

fn outcome(text: &str) {
    say!("     {text}");
}
