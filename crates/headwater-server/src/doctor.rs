//! What `headwater doctor` looks at, once configuration, key and database were fine.

use headwater_domain::connection::Connection;
use headwater_domain::page::Page;
use headwater_service::Service;
use headwater_service::connections::ConnectionFilter;
use headwater_service::error::ServiceError;

use crate::assembly::deployment;
use crate::config::Config;
use crate::data_dir::DataDir;
use crate::tools::{operator, scopes};

/// One thing that was looked at.
#[derive(Debug, PartialEq, Eq)]
pub enum Finding {
    /// It is as it should be.
    Good(String),
    /// It works, but the operator should know.
    Note(String),
    /// It must be mended.
    Wrong(String),
}

/// Looks at everything.
pub async fn examine(config: &Config, service: &Service) -> Result<Vec<Finding>, ServiceError> {
    let mut findings = vec![origin(config), certificate(config), database(config, service).await?];
    findings.extend(operator_tools(config));
    findings.push(match service.list_api_clients().await?.len() {
        0 => Finding::Wrong("there is no API client: no program can call headwater. Create one with `headwater client create`".to_owned()),
        count => Finding::Good(format!("{count} API clients")),
    });
    let page = Page { offset: 0, limit: 1000 };
    let connections = service.list_connections(&ConnectionFilter::default(), page).await?.items;
    if connections.is_empty() {
        findings.push(Finding::Wrong("there is no connection: nobody can connect an account. Create one with `headwater connection create`".to_owned()));
    }
    for connection in &connections {
        findings.extend(examine_connection(service, connection).await);
    }
    Ok(findings)
}

fn origin(config: &Config) -> Finding {
    match &config.base_url {
        Some(url) if url.encrypted() => {
            Finding::Good(format!("end users reach headwater at {}", url.as_str()))
        }
        Some(url) => Finding::Note(format!(
            "{} is not encrypted; Atlassian accepts plain HTTP redirect URIs for localhost only",
            url.as_str()
        )),
        None => Finding::Note(
            "base_url is not set: links lead to https://localhost, which only this machine can open"
                .to_owned(),
        ),
    }
}

fn certificate(config: &Config) -> Finding {
    if config.tls.provided().is_some() {
        Finding::Good("the certificate is the operator's".to_owned())
    } else {
        Finding::Note("the certificate is of headwater's own authority: clients must be told to trust tls/ca.pem in the data directory".to_owned())
    }
}

async fn database(config: &Config, service: &Service) -> Result<Finding, ServiceError> {
    let unreadable = |error| ServiceError::internal("the data directory cannot be read", error);
    let remembered =
        DataDir::beside(&config.data_dir).and_then(|it| deployment::remembered(&it)).map_err(unreadable)?;
    Ok(match service.examine_database(remembered.as_ref()).await? {
        None => Finding::Good("the database is this deployment's".to_owned()),
        Some(fence) => Finding::Wrong(format!(
            "no token is refreshed: {fence}. If no other deployment uses this database, run `headwater adopt`"
        )),
    })
}

fn operator_tools(config: &Config) -> Vec<Finding> {
    match operator::load(&config.data_dir) {
        Ok(loaded) => loaded.problems.into_iter().map(Finding::Wrong).collect(),
        Err(error) => vec![Finding::Wrong(error.to_string())],
    }
}

async fn examine_connection(service: &Service, connection: &Connection) -> Vec<Finding> {
    let name = &connection.name;
    let mut findings = Vec::new();
    if !connection.enabled {
        findings.push(Finding::Note(format!("connection {name} is disabled")));
    }
    if !connection.configured() {
        findings.push(Finding::Wrong(format!(
            "connection {name} has no client id and secret; update it with those of your Atlassian app"
        )));
    }
    findings.push(scopes::examine(service, connection));
    findings.push(match service.probe_connection(connection).await {
        Ok(skew) if skew.as_secs() <= 60 => Finding::Good(format!("connection {name}: its provider answers, and the clocks agree")),
        Ok(skew) => Finding::Wrong(format!("connection {name}: this machine's clock is {} seconds off the provider's; set it right, or tokens are refreshed at the wrong time", skew.as_secs())),
        Err(reason) => Finding::Wrong(format!("connection {name}: its provider cannot be reached: {reason}")),
    });
    findings
}
