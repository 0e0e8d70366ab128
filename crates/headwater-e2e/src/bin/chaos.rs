//! `cargo xtask chaos`: does everything to headwater that can lose a grant, and prints what came of it.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool talks to its terminal")]

use std::process::ExitCode;

use headwater_e2e::chaos::{Amount, run};

fn main() -> ExitCode {
    let amount = if std::env::args().any(|it| it == "--full") { Amount::FULL } else { Amount::SMALL };
    match run(amount, &mut |row| println!("{row}")) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
