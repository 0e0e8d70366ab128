//! The use cases from outside: real key ring, the real Confluence connector, a store in memory; only the provider answers
//! from a script.

mod accounts;
mod api_clients;
mod callback;
mod connections;
mod grants;
mod harness;
mod links;
mod proxy;
mod refusals;
mod sites;
mod tools;
mod usage;
mod verification;
