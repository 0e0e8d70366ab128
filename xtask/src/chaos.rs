//! `cargo xtask chaos`: experiments with the real binary, which is killed, starved and lied to.

use std::path::Path;

use anyhow::Result;

use crate::postgres;
use crate::run::Program;

/// How much of everything.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Size {
    /// A few of everything, as in every test run.
    Small,
    /// Half an hour.
    Large,
    /// Hours, for a release.
    Full,
}

/// Runs the experiments whose names hold the text `only`. Other `amounts` than the usual ones are written like
/// `callers=10000`.
///
/// # Errors
/// When a grant was lost, a rule broken or a control not found out, or when an experiment could not be carried out.
pub(crate) fn run(root: &Path, size: Size, amounts: &[String], only: Option<&str>) -> Result<()> {
    postgres::ensure(root)?;
    let mut arguments =
        vec!["run", "--quiet", "--package", "headwater-e2e", "--bin", "chaos", "--locked", "--"];
    arguments.extend(match size {
        Size::Small => None,
        Size::Large => Some("--large"),
        Size::Full => Some("--full"),
    });
    let amounts: Vec<String> = amounts.iter().map(|amount| format!("--{amount}")).collect();
    arguments.extend(amounts.iter().map(String::as_str));
    arguments.extend(only);
    Program::new(root, "cargo").run(&arguments)
}
