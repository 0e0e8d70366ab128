//! Every use case that needs I/O: connecting accounts, keeping grants fresh, executing tools, proxying.
//!
//! [`Service`] is the one handle that adapters hold. It knows no wire format of ours and no adapter; providers
//! are reached through [`headwater_catalog::connector::Connector`] and the ports.

pub mod accounts;
mod acts;
mod admission;
pub mod api_clients;
pub mod audit;
mod bounds;
pub mod caller;
pub mod chaos;
pub mod connect;
pub mod connections;
mod connectors;
pub mod deployment;
mod endpoints;
pub mod error;
pub mod events;
mod file_hosts;
mod governor;
mod grants;
mod heed;
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
#[cfg(test)]
mod tests;
pub mod tools;
mod usage;
pub mod webhooks;

pub use service::{Parts, Service};
