//! Every tool, carried out against the emulated Confluence: once as it should be called, and wrongly.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod calls;
mod every_tool;
mod shorten;
mod world;
