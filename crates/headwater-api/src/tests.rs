//! The wire contract as callers see it: real routing, real access tokens and the real Confluence connector; only the
//! provider answers from a script.

mod accounts;
mod authentication;
mod authorization;
mod connections;
mod contract;
mod error_page;
mod garbage;
mod harness;
mod limits;
mod plaintext;
mod proxy;
mod rest;
mod roles;
mod rpc;
mod token;
mod tools;
mod webhooks;
mod work;
