//! The use cases from outside: real key ring, the real Confluence connector, a store in memory or in a file; only the
//! provider answers from a script.

mod accounts;
mod acts;
mod admission;
mod api_clients;
mod attacks;
mod audit;
pub(crate) mod bench;
mod callback;
mod connections;
mod credentials;
mod deployment;
mod doubt;
mod endpoints;
mod events;
mod files;
mod grants;
mod harness;
mod links;
mod outages;
mod proxy;
mod quotas;
mod raw_doubt;
mod reauthorization;
mod refusals;
mod reports;
mod restarts;
mod rewrap;
mod same_user;
mod sites;
mod tools;
mod usage;
mod verification;
mod webhooks;
