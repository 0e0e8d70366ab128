//! Core values and rules: what a connection, a connected account and a grant are, and what may happen to them.
//!
//! Nothing here does I/O, reads the clock or draws random numbers: time and randomness are arguments.

pub mod account;
pub mod api_client;
pub mod audit;
pub mod bounds;
pub mod connection;
pub mod delivery;
pub mod deployment;
pub mod document;
pub mod error;
pub mod error_code;
pub mod event;
pub mod flow;
pub mod grant;
pub mod id;
pub mod name;
pub mod page;
pub mod provider;
pub mod refresh;
pub mod role;
pub mod sealed;
pub mod secret;
pub mod site;
pub mod target;
pub mod time;
pub mod token_reply;
pub mod webhook;
