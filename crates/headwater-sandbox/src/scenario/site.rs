//! The sites of a scenario: added, or changed in their editions and switches.

use sqlx::SqliteConnection;

use super::ScenarioError;
use super::file::{ClassicContent, SiteEntry, SpaceRoles};
use crate::state::State;
use crate::storage::sites::{self, Site};
use crate::storage::{editions, site_switches};

/// Adds the site of an entry or finds the sites it names, and changes them as it says.
pub(super) async fn apply(
    state: &State,
    connection: &mut SqliteConnection,
    entry: &SiteEntry,
) -> Result<(), ScenarioError> {
    if let (Some(cloud_id), Some(name)) = (&entry.cloud_id, &entry.name) {
        let url = state.settings.public_url.clone();
        let site = Site { cloud_id: cloud_id.clone(), url, name: name.clone() };
        sites::insert(&mut *connection, &site).await?;
    }
    let mut meant = sites::all(&mut *connection).await?;
    meant.retain(|site| entry.name.as_ref().is_none_or(|name| site.name == *name));
    if meant.is_empty() {
        let name = entry.name.clone().unwrap_or_default();
        return Err(ScenarioError::Content(format!("site `{name}` does not exist and has no cloud_id")));
    }
    for site in meant {
        change(connection, &site.cloud_id, entry).await?;
    }
    Ok(())
}

async fn change(
    connection: &mut SqliteConnection,
    cloud_id: &str,
    entry: &SiteEntry,
) -> Result<(), ScenarioError> {
    if let Some(edition) = entry.edition {
        editions::set(&mut *connection, cloud_id, edition).await?;
    }
    let mut switches = Vec::new();
    if let Some(classic) = entry.classic_content {
        switches.push((site_switches::CLASSIC_CONTENT_GONE, classic == ClassicContent::Gone));
    }
    if let Some(roles) = entry.space_roles {
        switches.push((site_switches::NO_ROLES, roles == SpaceRoles::None));
        switches.push((site_switches::ONLY_ROLES, roles == SpaceRoles::Only));
    }
    for (name, on) in switches {
        site_switches::set(&mut *connection, cloud_id, name, on).await?;
    }
    Ok(())
}
