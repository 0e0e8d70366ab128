//! headwater: gives AI agents authenticated access to Confluence Cloud on behalf of each end user.

mod adopt;
mod arguments;
mod audit;
mod client;
mod command;
mod connection;
mod credentials;
mod demo;
mod dev;
mod doctor;
mod key;
mod migrate;
mod moment;
mod offline;
mod sandbox;
mod serve;
mod terminal;
mod token_key;
mod tools;
mod webhook;

use std::process::ExitCode;

use anyhow::Context as _;
use clap::Parser as _;
use headwater_domain::audit::Actor;
use headwater_server::process::keep_memory_private;
use headwater_service::audit::acting;

use crate::command::{Arguments, Verb};
use crate::terminal::remark;

/// Gives memory back to the system soon after a burst of large calls; the C library's keeps what it once had.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    match run(Arguments::parse().verb) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            remark!("error: {}", terminal::explain(&error));
            ExitCode::FAILURE
        }
    }
}

fn run(verb: Verb) -> anyhow::Result<()> {
    if !matches!(verb, Verb::Dev(_) | Verb::Sandbox(_)) {
        keep_memory_private().context("failed to keep the memory of this process from others")?;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("failed to start the runtime")?;
    runtime.block_on(acting(Actor::Operator, async {
        match verb {
            Verb::Dev(arguments) => dev::run(arguments).await,
            Verb::Serve(arguments) => serve::run(&arguments).await,
            Verb::Sandbox(arguments) => sandbox::run(arguments).await,
            Verb::Client(arguments) => client::run(arguments).await,
            Verb::Connection(arguments) => connection::run(arguments).await,
            Verb::Tools(arguments) => tools::run(&arguments),
            Verb::Webhook(arguments) => webhook::run(arguments).await,
            Verb::Audit(arguments) => audit::run(arguments).await,
            Verb::TokenKey(arguments) => token_key::run(&arguments).await,
            Verb::Key(arguments) => key::run(&arguments).await,
            Verb::Migrate(arguments) => migrate::run(&arguments).await,
            Verb::Adopt(arguments) => adopt::run(&arguments).await,
            Verb::Doctor(arguments) => doctor::run(&arguments).await,
        }
    }))
}
