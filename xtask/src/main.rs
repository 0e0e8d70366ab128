//! The project's chores: `cargo xtask tidy` checks the invariants, `cargo xtask docs` writes the reference of the
//! tools, `cargo xtask test` runs all checks and tests, `cargo xtask chaos` tries to lose grants, `cargo xtask defences` takes
//! defences away, `cargo xtask full` does all of that.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool talks to its terminal")]

mod chaos;
mod chromium;
mod defences;
mod docs;
mod postgres;
mod run;
mod test;
mod tidy;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use self::chaos::Size;

/// The project's chores.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Checks the invariants of ARCHITECTURE.md that a machine can check.
    Tidy {
        /// The checkout to look at.
        #[arg(long, default_value = env!("CARGO_MANIFEST_DIR"), hide_default_value = true)]
        root: PathBuf,
    },
    /// Kills, starves and lies to the binary, and prints what became of the grants.
    Chaos {
        /// More of everything: half an hour.
        #[arg(long, conflicts_with = "full")]
        large: bool,
        /// As much as for a release: hours.
        #[arg(long)]
        full: bool,
        /// Another amount than the usual one, such as `callers=10000` or `seed=7`; may be given several times.
        #[arg(long = "amount", value_name = "NAME=NUMBER")]
        amounts: Vec<String>,
        /// Only experiments whose name holds this text.
        only: Option<String>,
    },
    /// Takes each defence away in turn, and demands that the tests fail that were written for it.
    Defences {
        /// Writes the published table, and runs nothing.
        #[arg(long, conflicts_with = "only")]
        table: bool,
        /// Only defences of this row, or whose file, function or test holds this text.
        only: Option<String>,
    },
    /// Everything: all checks and tests, more chaos, and each defence taken away. Hours.
    Full {
        /// Leaves out the tests that run the published SDKs, which need Python and Node.
        #[arg(long)]
        without_sdks: bool,
    },
    /// Writes the reference of the tools, with answers that the sandbox gives now.
    Docs {
        /// Writes nothing, and fails when the reference is not what the tools' data say.
        #[arg(long)]
        check: bool,
    },
    /// Runs all checks and tests, and installs what they need.
    Test {
        /// Leaves out the tests that run the published SDKs, which need Python and Node.
        #[arg(long)]
        without_sdks: bool,
    },
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().chore {
        Chore::Tidy { root } => tidy::run(&checkout(root)),
        Chore::Chaos { large, full, amounts, only } => {
            let size = if full {
                Size::Full
            } else if large {
                Size::Large
            } else {
                Size::Small
            };
            chaos::run(&own_checkout(), size, &amounts, only.as_deref())
        }
        Chore::Defences { table: true, .. } => defences::write_table(&own_checkout()),
        Chore::Defences { table: false, only } => defences::run(&own_checkout(), only.as_deref()),
        Chore::Full { without_sdks } => full(&own_checkout(), without_sdks),
        Chore::Docs { check: true } => docs::check(&own_checkout()),
        Chore::Docs { check: false } => docs::write(&own_checkout()),
        Chore::Test { without_sdks } => test::run_all(&own_checkout(), without_sdks),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Everything there is to run.
fn full(root: &Path, without_sdks: bool) -> Result<()> {
    test::run_all(root, without_sdks)?;
    chaos::run(root, Size::Large, &[], None)?;
    defences::run(root, None)
}

/// The checkout that this program was built in.
fn own_checkout() -> PathBuf {
    checkout(PathBuf::from(env!("CARGO_MANIFEST_DIR")))
}

/// The default names this crate's own folder; the checkout is the folder above it.
fn checkout(path: PathBuf) -> PathBuf {
    if path.ends_with("xtask") { path.parent().map_or(path.clone(), PathBuf::from) } else { path }
}
