//! An emulated Confluence Cloud: authorization server, gateway, REST, search and a web view. Uses no crate of ours.
//!
//! Open a [`Sandbox`], serve its [`Sandbox::router`], and point an OAuth client at it. Everything is kept in one
//! SQLite database, in memory unless a file is given; time and randomness are arguments.
//!
#![doc = include_str!("../OPERATIONS.md")]

mod access;
mod address;
mod bare;
mod clock;
mod control;
mod cql;
mod edition;
mod formats;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod gateway;
mod links;
mod media;
mod oauth;
mod operations;
mod options;
mod random;
mod references;
mod request;
mod rest;
mod rules;
mod sandbox;
mod scenario;
mod search;
mod seed;
mod state;
mod steering;
mod storage;
mod timestamp;
mod web;
mod withdrawal;

pub use clock::{Clock, SystemClock};
pub use control::{
    Event, Fault, FaultDelay, FaultOutcome, FaultPhase, FaultStep, FaultTarget, LedgerEntry, LedgerFilter,
    ScriptedResponse, TokenMark,
};
pub use edition::Edition;
pub use options::{Client, Consent, Options};
pub use random::{Random, SystemRandom};
pub use rules::{
    BlogTitles, ChildrenOfTrashed, ConsentOutcome, ConsentSites, ContentRules, LateRefresh, RateRefusal,
    RateRules, RepeatedRefresh, Rotation, StaleTokens, TokenRules, VersionConflict, ZeroLimit,
};
pub use sandbox::{OpenError, Sandbox};
pub use scenario::ScenarioError;
pub use storage::StorageError;

#[cfg(test)]
mod tests;
