//! Attacks on the running binary. Each test is named after the row of docs/threats.md that it carries out.

mod agents;
mod browser;
mod connect;
mod data;
mod depth;
mod floods;
mod http2;
mod memory;
mod paths;
mod proxy;
mod recorder;
mod service;
mod smuggling;
mod strangers;
mod target;
mod tenancy;
mod wire;
