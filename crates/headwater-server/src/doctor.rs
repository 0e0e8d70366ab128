//! What `headwater doctor` looks at, once configuration, key and database were fine.

use headwater_domain::connection::Connection;
use headwater_domain::deployment::on_this_machine;
use headwater_domain::page::Page;
use headwater_service::Service;
use headwater_service::connect::SecretCheck;
use headwater_service::connections::ConnectionFilter;
use headwater_service::error::ServiceError;

use crate::assembly::deployment;
use crate::config::Config;
use crate::data_dir::DataDir;
use crate::finding::Finding;
use crate::tools::{operator, scopes};

/// What is wrong with a public origin without TLS.
pub(crate) const PLAIN_AND_PUBLIC: &str = "tokens and secrets travel in clear, and Atlassian accepts plain HTTP redirect \
     URIs for localhost only; name an https:// one, and end TLS here or at a proxy in front";

const NO_CLIENT: &str =
    "there is no API client: no program can call headwater. Create one with `headwater client create`";
const NO_CONNECTION: &str = "there is no connection: nobody can connect an account. Create one with \
     `headwater connection create --client-id … --client-secret-file …`, which prints what to enter at Atlassian";

/// What an operator has to do before anybody can use a server that works, and what is dangerous about its origin.
pub async fn next_steps(service: &Service) -> Result<Vec<String>, ServiceError> {
    let mut steps = Vec::new();
    let page = Page { offset: 0, limit: 1 };
    if service.connections.list(&ConnectionFilter::default(), page).await?.items.is_empty() {
        steps.push(NO_CONNECTION.to_owned());
    }
    if service.api_clients.list().await?.is_empty() {
        steps.push(NO_CLIENT.to_owned());
    }
    let url = &service.core.settings().base_url;
    let origin = url.origin().ascii_serialization();
    if url.scheme() == "http" && !on_this_machine(&origin) {
        steps.push(format!("base_url is {origin}: {PLAIN_AND_PUBLIC}"));
    }
    Ok(steps)
}

/// Looks at everything.
pub async fn examine(config: &Config, service: &Service) -> Result<Vec<Finding>, ServiceError> {
    let mut findings = vec![origin(service), certificate(config), database(config, service).await?];
    findings.extend(operator_tools(config));
    findings.push(match service.api_clients.list().await?.len() {
        0 => Finding::Wrong(NO_CLIENT.to_owned()),
        count => Finding::Good(format!("{count} API clients")),
    });
    let page = Page { offset: 0, limit: 1000 };
    let connections = service.connections.list(&ConnectionFilter::default(), page).await?.items;
    if connections.is_empty() {
        findings.push(Finding::Wrong(NO_CONNECTION.to_owned()));
    }
    for connection in &connections {
        findings.extend(examine_connection(service, connection).await);
    }
    Ok(findings)
}

/// The one that is in use, whether it was named now or before.
fn origin(service: &Service) -> Finding {
    let url = &service.core.settings().base_url;
    let origin = url.origin().ascii_serialization();
    if on_this_machine(&origin) {
        return Finding::Note(format!(
            "base_url is {origin}, which only this machine can open; name the public one with --base-url, once"
        ));
    }
    if url.scheme() == "https" {
        return Finding::Good(format!("end users reach headwater at {origin}"));
    }
    Finding::Wrong(format!("{origin} is not encrypted: {PLAIN_AND_PUBLIC}"))
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
    Ok(match service.deployment.examine(remembered.as_ref()).await? {
        None => Finding::Good("the database is this deployment's".to_owned()),
        Some(fence) => Finding::Wrong(format!(
            "no token is refreshed: {fence}. {}",
            service.deployment.end_of_fence(fence)
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
    if connection.configured() {
        findings.extend(client_secret(service, connection).await);
    }
    findings.push(match service.connect.probe(connection).await {
        Ok(skew) if skew.as_secs() <= 60 => Finding::Good(format!("connection {name}: its provider answers, and the clocks agree")),
        Ok(skew) => Finding::Wrong(format!("connection {name}: this machine's clock is {} seconds off the provider's; set it right, or tokens are refreshed at the wrong time", skew.as_secs())),
        Err(reason) => Finding::Wrong(format!("connection {name}: its provider cannot be reached: {reason}")),
    });
    findings
}

/// An endpoint that cannot be reached is told of elsewhere.
async fn client_secret(service: &Service, connection: &Connection) -> Option<Finding> {
    let name = &connection.name;
    match service.connect.check_client_secret(connection).await {
        SecretCheck::Right => {
            Some(Finding::Good(format!("connection {name}: its provider accepts the client secret")))
        }
        SecretCheck::Wrong(refusal) => Some(Finding::Wrong(format!(
            "connection {name}: its provider does not accept the client id and secret ({refusal}). Copy the secret from the \
             developer console and enter it with `headwater connection update {name} --client-secret-file -`"
        ))),
        SecretCheck::Unknown(reason) => Some(Finding::Note(format!(
            "connection {name}: the client secret could not be checked: {reason}"
        ))),
    }
}
