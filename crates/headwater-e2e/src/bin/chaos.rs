//! `cargo xtask chaos`: does everything to headwater that can lose a grant, and prints what came of it.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool talks to its terminal")]

use std::process::ExitCode;

use anyhow::{Context as _, Result};
use headwater_e2e::chaos::{Amount, run};

fn main() -> ExitCode {
    match perform() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// `[--large | --full] [--NAME=NUMBER]... [TEXT]`: the text is a part of the names of the experiments that are wanted. A
/// number of its own can be given for each amount, such as `--callers=10000`.
fn perform() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut amount = Amount::SMALL;
    let mut wanted = "";
    for argument in &arguments {
        match argument.strip_prefix("--") {
            None => wanted = argument,
            Some("large") => amount = Amount::LARGE,
            Some("full") => amount = Amount::FULL,
            Some(option) => {
                let (name, value) = option.split_once('=').context("write --name=number")?;
                let number = value.parse().with_context(|| format!("{value} is no number"))?;
                amount.set(name, number)?;
            }
        }
    }
    println!("amounts: {amount:?}");
    run(amount, wanted, &mut |row| println!("{row}"))
}
