//! Which scopes tools need, and whether a connection asks for them.

use std::sync::Arc;

use headwater_catalog::connector::Connector as _;
use headwater_catalog::definition::Tool;
use headwater_catalog::file::LoadError;
pub use headwater_catalog::scopes::Preference;
use headwater_catalog::scopes::{MOST, needed};
use headwater_confluence::Confluence;
use headwater_domain::connection::Connection;
use headwater_service::Service;

use crate::finding::Finding;

/// How many tools a finding names.
const NAMED: usize = 5;

/// The tools whose scopes are wanted.
#[derive(Clone, Debug)]
pub enum Wanted {
    /// The published ones.
    Published,
    /// The published ones and all others.
    All,
    /// Those with these names.
    Named(Vec<String>),
}

/// Scopes that are enough.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopeList {
    /// For the developer console and the connection, in alphabetical order.
    pub scopes: Vec<String>,
    /// The `scope` of the authorize request.
    pub authorize: String,
    /// What is wrong with the list, when the provider will not take it.
    pub problem: Option<String>,
}

/// A name that no tool has.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("there is no tool named `{name}`{}", hint(.near))]
pub struct UnknownTool {
    name: String,
    near: Vec<String>,
}

/// The scopes that are enough for the tools and for knowing whose account it is.
pub fn list(
    confluence: &Confluence,
    wanted: &Wanted,
    preference: Preference,
) -> Result<ScopeList, UnknownTool> {
    let mut scopes = needed(chosen(confluence, wanted)?, preference);
    scopes.push(confluence.identity_scope().to_owned());
    scopes.sort();
    scopes.dedup();
    let problem = (scopes.len() > MOST).then(|| {
        format!(
            "{} scopes are more than the {MOST} that Atlassian accepts in one consent; name the tools that you use \
             with --tool, or make two connections",
            scopes.len()
        )
    });
    let authorize = format!("{} {}", scopes.join(" "), confluence.offline_scope());
    Ok(ScopeList { scopes, authorize, problem })
}

/// The scopes that are enough for all built-in tools: for a sandbox, where asking for much costs nothing.
pub fn every_scope() -> Result<Vec<String>, LoadError> {
    let confluence = Confluence::new()?;
    let mut scopes = needed(confluence.catalogue().tools(), Preference::Fewest);
    scopes.push(confluence.identity_scope().to_owned());
    scopes.sort();
    scopes.dedup();
    Ok(scopes)
}

fn chosen<'a>(confluence: &'a Confluence, wanted: &Wanted) -> Result<Vec<&'a Tool>, UnknownTool> {
    let catalogue = confluence.catalogue();
    match wanted {
        Wanted::Published => Ok(catalogue.tools().filter(|tool| tool.published).collect()),
        Wanted::All => Ok(catalogue.tools().collect()),
        Wanted::Named(names) => names
            .iter()
            .map(|name| {
                catalogue.get(name).map(Arc::as_ref).ok_or_else(|| UnknownTool {
                    name: name.clone(),
                    near: catalogue.nearest(name, 3).into_iter().map(str::to_owned).collect(),
                })
            })
            .collect(),
    }
}

fn hint(near: &[String]) -> String {
    if near.is_empty() {
        "; `headwater tools list` shows them all".to_owned()
    } else {
        format!("; did you mean {}?", near.join(", "))
    }
}

/// Compares what a connection asks for with what its tools need.
pub(crate) fn examine(service: &Service, connection: &Connection) -> Finding {
    let (name, asked) = (&connection.name, &connection.scopes);
    let tools = service.tools.of_connection(connection);
    let short: Vec<&Tool> =
        tools.iter().map(|it| &*it.tool).filter(|tool| !tool.scopes.met_by(asked)).collect();
    if short.is_empty() {
        return Finding::Good(format!(
            "connection {name}: its scopes are enough for its {} tools",
            tools.len()
        ));
    }
    let mut missing: Vec<&str> = short.iter().flat_map(|tool| tool.scopes.missing_from(asked)).collect();
    missing.sort_unstable();
    missing.dedup();
    let named: Vec<&str> = short.iter().take(NAMED).map(|tool| tool.name.as_str()).collect();
    let more = if short.len() > NAMED { ", …" } else { "" };
    let over = if asked.len() + missing.len() > MOST {
        format!("; with them it would ask for more than the {MOST} scopes that Atlassian accepts, so choose")
    } else {
        String::new()
    };
    Finding::Note(format!(
        "connection {name}: {} of its {} tools will be refused for want of scopes ({}{more}). Add `{}` to the OAuth \
         app and the connection, and have end users authorize again{over}",
        short.len(),
        tools.len(),
        named.join(", "),
        missing.join(" ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(names: &[&str]) -> Wanted {
        Wanted::Named(names.iter().map(|name| (*name).to_owned()).collect())
    }

    #[test]
    fn the_list_is_ready_to_be_used() {
        let confluence = Confluence::new().unwrap();
        let wanted = named(&["confluence_page_get", "confluence_search"]);
        let list = |preference| list(&confluence, &wanted, preference).unwrap();
        let fewest = list(Preference::Fewest);
        assert!(fewest.scopes.contains(&"read:page:confluence".to_owned()), "{fewest:?}");
        assert!(fewest.scopes.contains(&confluence.identity_scope().to_owned()), "{fewest:?}");
        assert_eq!(fewest.authorize, format!("{} offline_access", fewest.scopes.join(" ")));
        assert_eq!(fewest.problem, None);
        let granular = list(Preference::Granular);
        assert!(granular.scopes.contains(&"read:content-details:confluence".to_owned()), "{granular:?}");
        assert!(!granular.scopes.contains(&"search:confluence".to_owned()), "{granular:?}");
    }

    #[test]
    fn all_tools_fit_into_one_consent() {
        let confluence = Confluence::new().unwrap();
        for wanted in [Wanted::Published, Wanted::All] {
            let list = list(&confluence, &wanted, Preference::Fewest).unwrap();
            assert_eq!(list.problem, None);
            assert!(confluence.default_scopes().len() < list.scopes.len());
        }
        assert_eq!(
            every_scope().unwrap(),
            list(&confluence, &Wanted::All, Preference::Fewest).unwrap().scopes
        );
    }

    #[test]
    fn a_wrong_name_is_answered_with_the_right_one() {
        let confluence = Confluence::new().unwrap();
        let error = list(&confluence, &named(&["confluence_page_gett"]), Preference::Fewest).unwrap_err();
        assert!(error.to_string().contains("did you mean confluence_page_get"), "{error}");
        let error = list(&confluence, &named(&["zzz"]), Preference::Fewest).unwrap_err();
        assert!(error.to_string().ends_with("`headwater tools list` shows them all"), "{error}");
    }
}
