//! An emulated Confluence Cloud: authorization server, gateway, REST, search and a web view. Uses no crate of ours.
//!
//! Open a [`Sandbox`], serve its [`Sandbox::router`], and point an OAuth client at it. Everything is kept in one
//! SQLite database, in memory unless a file is given; time and randomness are arguments.
//!
#![doc = include_str!("../OPERATIONS.md")]

mod access;
mod address;
mod adf;
mod bare;
mod clock;
mod control;
mod cql;
mod edition;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod gateway;
mod media;
mod oauth;
mod options;
mod random;
mod references;
mod render;
mod rest;
mod sandbox;
mod scenario;
mod seed;
mod state;
mod storage;
mod task_list;
mod timestamp;
mod web;
mod wiki;
mod withdrawal;

pub use clock::{Clock, SystemClock};
pub use control::{
    BlogTitles, ChildrenOfTrashed, ConsentOutcome, ConsentSites, ContentRules, Event, Fault, FaultDelay,
    FaultOutcome, FaultPhase, FaultStep, FaultTarget, LateRefresh, LedgerEntry, LedgerFilter, RateRefusal,
    RateRules, RepeatedRefresh, Rotation, ScriptedResponse, TokenMark, TokenRules, VersionConflict,
    ZeroLimit,
};
pub use edition::Edition;
pub use options::{Client, Consent, Options, StaleTokens};
pub use random::{Random, SystemRandom};
pub use sandbox::{OpenError, Sandbox};
pub use scenario::ScenarioError;
pub use storage::StorageError;

#[cfg(test)]
mod tests;
