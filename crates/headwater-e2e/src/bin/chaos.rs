//! `cargo xtask chaos`: does everything to headwater that can lose a grant, and prints what came of it.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool talks to its terminal")]

use std::process::ExitCode;

use headwater_e2e::chaos::{Amount, run};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let amount = if arguments.iter().any(|it| it == "--full") { Amount::FULL } else { Amount::SMALL };
    let wanted = arguments.iter().find(|it| !it.starts_with("--")).map_or("", String::as_str);
    match run(amount, wanted, &mut |row| println!("{row}")) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
