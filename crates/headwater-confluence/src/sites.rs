//! Which sites a grant reaches: Atlassian's list of accessible resources.

use headwater_catalog::connector::SitesError;
use headwater_domain::site::Site;
use serde::Deserialize;

/// The longest cloud id that is believed; they are UUIDs.
const MAX_CLOUD_ID: usize = 64;

#[derive(Deserialize)]
struct Resource {
    id: String,
    #[serde(default)]
    url: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    scopes: Vec<String>,
}

/// Reads the list. A site stands in it once per product, told apart by scopes only: its entries are put
/// together. Sites without a Confluence scope are left out, unless none has one.
pub(crate) fn read(status: u16, body: &[u8]) -> Result<Vec<Site>, SitesError> {
    match status {
        200 => {}
        401 | 403 => return Err(SitesError::Unauthorized(status)),
        _ => return Err(SitesError::Refused(status)),
    }
    let resources: Vec<Resource> = serde_json::from_slice(body).map_err(SitesError::Unreadable)?;
    if !resources.iter().all(|it| plausible(&it.id)) {
        return Err(SitesError::BadCloudId);
    }
    let sites = merged(resources);
    let usable: Vec<Site> = sites.iter().filter(|site| reaches_confluence(site)).cloned().collect();
    Ok(if usable.is_empty() { sites } else { usable })
}

/// Whether a cloud id can stand in a path without changing its meaning.
fn plausible(id: &str) -> bool {
    (1..=MAX_CLOUD_ID).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn merged(resources: Vec<Resource>) -> Vec<Site> {
    let mut sites: Vec<Site> = Vec::new();
    for Resource { id, url, name, scopes } in resources {
        if let Some(site) = sites.iter_mut().find(|site| site.cloud_id == id) {
            site.scopes.extend(scopes);
        } else {
            let url = url.trim_end_matches('/').to_owned();
            sites.push(Site { cloud_id: id, url, name, scopes });
        }
    }
    for site in &mut sites {
        site.scopes.sort();
        site.scopes.dedup();
    }
    sites
}

fn reaches_confluence(site: &Site) -> bool {
    site.scopes.iter().any(|scope| scope.contains("confluence"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "11111111-aaaa-4bbb-8ccc-000000000001";
    const B: &str = "22222222-aaaa-4bbb-8ccc-000000000002";

    fn entry(id: &str, name: &str, scopes: &[&str]) -> String {
        let scopes: Vec<String> = scopes.iter().map(|scope| format!("\"{scope}\"")).collect();
        format!(
            r#"{{"id":"{id}","url":"https://{name}.atlassian.net/","name":"{name}","scopes":[{}],"avatarUrl":"x"}}"#,
            scopes.join(",")
        )
    }

    fn list(entries: &[String]) -> Vec<Site> {
        read(200, format!("[{}]", entries.join(",")).as_bytes()).unwrap()
    }

    #[test]
    fn a_site_that_stands_once_per_product_is_one_site() {
        let sites = list(&[
            entry(A, "acme", &["read:jira-work"]),
            entry(B, "beta", &["read:page:confluence"]),
            entry(A, "acme", &["search:confluence", "read:jira-work"]),
        ]);
        let ids: Vec<&str> = sites.iter().map(|site| site.cloud_id.as_str()).collect();
        assert_eq!(ids, [A, B]);
        assert_eq!(sites[0].scopes, ["read:jira-work", "search:confluence"]);
        assert_eq!(sites[0].url, "https://acme.atlassian.net");
    }

    #[test]
    fn sites_of_other_products_are_left_out_unless_there_is_nothing_else() {
        let jira = entry(A, "acme", &["read:jira-work"]);
        let wiki = entry(B, "beta", &["read:confluence-user"]);
        assert_eq!(list(&[jira.clone(), wiki]).len(), 1);
        assert_eq!(list(&[jira]).len(), 1);
        assert!(list(&[]).is_empty());
    }

    #[test]
    fn anything_but_a_list_of_sites_is_an_error() {
        assert!(matches!(read(401, b"{}"), Err(SitesError::Unauthorized(401))));
        assert!(matches!(read(503, b"[]"), Err(SitesError::Refused(503))));
        assert!(matches!(read(200, b"{\"a\":1}"), Err(SitesError::Unreadable(_))));
        for id in ["", "..", "a/b", "a%2fb", "a b", "é"] {
            let body = format!("[{}]", entry(id, "x", &[]));
            assert!(matches!(read(200, body.as_bytes()), Err(SitesError::BadCloudId)), "{id}");
        }
    }
}
