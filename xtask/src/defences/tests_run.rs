//! Compiling and running some tests of a package.

use std::env;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};

use super::mutation::MISSING;

/// How often to look whether the tests have ended, and how often before they are ended: a defence that is missing may
/// well be one against going on for ever.
const LOOK_EVERY: Duration = Duration::from_millis(200);
const LOOKS: u32 = 5 * 180;

/// The package whose tests work on the binary, which they build themselves.
const END_TO_END: &str = "headwater-e2e";

/// Tests by their names, without modules.
pub(crate) struct Tests<'a> {
    pub(crate) root: &'a Path,
    pub(crate) package: &'a str,
    pub(crate) target: &'a str,
    pub(crate) names: &'a [&'a str],
}

/// What became of a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Passed,
    Failed,
    /// It is not there, or did not end.
    Missing,
}

impl Tests<'_> {
    /// Compiles them.
    ///
    /// # Errors
    /// With what the compiler said.
    pub(crate) fn compile(&self) -> Result<()> {
        compiled(self.cargo(&["--no-run"]))?;
        if self.package == END_TO_END {
            let mut binary = self.in_copy();
            binary.args(["build", "--locked", "--package", "headwater"]);
            compiled(binary)?;
        }
        Ok(())
    }

    /// Runs them, once they are compiled, without the defence that is `missing`.
    pub(crate) fn outcomes(&self, missing: Option<&str>) -> Result<Vec<(String, Outcome)>> {
        let said = self.root.join("target-output");
        let output = File::create(&said)?;
        let mut arguments = vec!["--no-fail-fast", "--"];
        arguments.extend(self.names);
        let mut cargo = self.cargo(&arguments);
        cargo.envs(missing.map(|it| (MISSING, it))).stdout(output).stderr(Stdio::null());
        let mut running = cargo.spawn()?;
        for _ in 0..LOOKS {
            if running.try_wait()?.is_some() {
                let text = fs::read_to_string(&said)?;
                return Ok(self
                    .names
                    .iter()
                    .map(|name| ((*name).to_owned(), outcome(&text, name)))
                    .collect());
            }
            pause(LOOK_EVERY);
        }
        running.kill()?;
        running.wait()?;
        bail!("the tests did not end")
    }

    fn cargo(&self, arguments: &[&str]) -> Command {
        let mut cargo = self.in_copy();
        cargo
            .args(["test", "--locked", "--all-features", "--package", self.package])
            .args(self.target.split_whitespace())
            .args(arguments);
        cargo
    }

    /// The copy shares what was compiled of the libraries.
    fn in_copy(&self) -> Command {
        let mut cargo = Command::new("cargo");
        #[expect(clippy::disallowed_methods, reason = "where cargo puts things is no configuration of ours")]
        if env::var_os("CARGO_TARGET_DIR").is_none() {
            cargo.env("CARGO_TARGET_DIR", self.root.join(".."));
        }
        cargo.current_dir(self.root);
        cargo
    }
}

fn compiled(mut cargo: Command) -> Result<()> {
    let output = cargo.output().context("cargo could not be started")?;
    ensure!(output.status.success(), "it does not compile:\n{}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}

/// What the output of the test programs says about a test.
fn outcome(output: &str, name: &str) -> Outcome {
    let mut found = Outcome::Missing;
    for line in output.lines() {
        let Some((test, result)) = line.strip_prefix("test ").and_then(|it| it.rsplit_once(" ... ")) else {
            continue;
        };
        // A test that should panic says so behind its name.
        let test = test.split(' ').next().unwrap_or_default();
        if test.rsplit("::").next() != Some(name) {
            continue;
        }
        match result.trim() {
            "ok" if found == Outcome::Missing => found = Outcome::Passed,
            "FAILED" => return Outcome::Failed,
            _ => {}
        }
    }
    found
}

fn pause(duration: Duration) {
    let (_keep, never) = mpsc::channel::<()>();
    let _timed_out = never.recv_timeout(duration);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_test_of_this_very_name_counts() {
        let output = "test a::tests::a1_one ... ok\ntest b::a1_one_more ... FAILED\ntest a1_two - should panic ... FAILED\ntest c::a1_three ... ignored\n";
        for (name, expected) in [
            ("a1_one", Outcome::Passed),
            ("a1_one_more", Outcome::Failed),
            ("a1_two", Outcome::Failed),
            ("a1_three", Outcome::Missing),
            ("a1_four", Outcome::Missing),
        ] {
            assert_eq!(outcome(output, name), expected, "{name}");
        }
    }
}
