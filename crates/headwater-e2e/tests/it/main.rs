//! headwater from outside: the binary, the published SDKs, the README.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod attacks;
mod command_line;
mod demo;
mod newcomer;
mod pages;
mod readme;
mod sandbox;
mod sdk;
