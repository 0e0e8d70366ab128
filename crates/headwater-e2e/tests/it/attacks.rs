//! Attacks on the running binary. Each test is named after the row of docs/threats.md that it carries out.

mod agents;
mod browser;
mod connect;
mod data;
mod floods;
mod http2;
mod paths;
mod proxy;
mod recorder;
mod service;
mod smuggling;
mod target;
mod tenancy;
mod wire;
