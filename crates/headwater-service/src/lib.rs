//! Every use case that needs I/O: connecting accounts, keeping grants fresh, executing tools, proxying.
//!
//! There is one type for each aggregate, such as [`accounts::Accounts`] and [`tools::Tools`], which holds the parts that it
//! uses; [`Service`] puts them together. None knows a wire format of ours or an adapter; providers are reached through
//! [`headwater_catalog::connector::Connector`] and the ports.

pub mod accounts;
pub mod acts;
mod admission;
pub mod api_clients;
pub mod audit;
mod bounds;
pub mod caller;
pub mod chaos;
pub mod connect;
pub mod connections;
pub mod connectors;
pub mod core;
pub mod deployment;
pub mod error;
pub mod events;
mod file_hosts;
mod governor;
pub mod grants;
mod live;
pub mod memory;
pub mod policy;
mod provider_http;
pub mod proxy;
mod recent;
mod retry_after;
pub mod rewrap;
mod service;
pub mod settings;
pub mod signing_keys;
mod site_limits;
mod sites;
#[cfg(test)]
mod tests;
mod token_endpoint;
pub mod tools;
pub mod usage;
pub mod webhooks;

pub use service::{Parts, Service};
