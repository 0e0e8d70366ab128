//! Finding a connection by its name.

use headwater_catalog::names::nearest;
use headwater_domain::connection::Connection;
use headwater_domain::name::ConnectionName;
use headwater_domain::page::Page;
use headwater_ports::store::{ConnectionFilter, Tx};

use crate::error::ServiceError;

/// Finds the connection with this name.
///
/// # Errors
/// `NotFound` where there is none, with the names that could have been meant.
pub(crate) async fn find_connection(tx: &mut dyn Tx, name: &str) -> Result<Connection, ServiceError> {
    if let Ok(parsed) = ConnectionName::parse(name)
        && let Some(connection) = tx.connection_named(&parsed).await?
    {
        return Ok(connection);
    }
    Err(unknown_connection(tx, name).await?)
}

/// How many connections are looked through for a name that could have been meant.
const LOOKED_THROUGH: u32 = 200;
/// How many names an error tells.
const TOLD: usize = 3;

/// The error for a name that no connection has, with the names that could have been meant.
pub(super) async fn unknown_connection(tx: &mut dyn Tx, name: &str) -> Result<ServiceError, ServiceError> {
    let page = Page { offset: 0, limit: LOOKED_THROUGH };
    let known = tx.list_connections(&ConnectionFilter::default(), page).await?.items;
    let names = || known.iter().map(|it| it.name.as_str());
    let near = nearest(name, names(), TOLD);
    let advice = if known.is_empty() {
        "there is none yet; create one with `headwater connection create`".to_owned()
    } else if !near.is_empty() {
        format!("did you mean {}?", quoted(near.into_iter()))
    } else {
        let more = if known.len() > TOLD { ", …" } else { "" };
        format!("there is {}{more}", quoted(names().take(TOLD)))
    };
    let name = name.chars().take(100).collect::<String>();
    Ok(ServiceError::not_found(format!("there is no connection named `{name}`; {advice}")))
}

fn quoted<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|it| format!("`{it}`")).collect::<Vec<_>>().join(", ")
}
