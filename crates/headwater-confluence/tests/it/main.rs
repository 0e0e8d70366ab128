//! Every tool, carried out against the emulated Confluence: once as it should be called, and wrongly.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod calls;
mod conformance;
mod every_tool;
mod examples;
mod openapi;
mod shorten;
mod world;
