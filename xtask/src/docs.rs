//! `cargo xtask docs`: the reference of the tools, from their data and from what the sandbox answered.

mod limits;
mod outputs;
mod page;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use headwater_confluence::families;
use serde_json::Value;

use crate::run::Program;

/// What came of carrying out every tool; a test of headwater-confluence writes it.
const ANSWERS: &str = "crates/headwater-confluence/tests/golden/tools.json";
/// What tools return; it is compiled in.
const OUTPUTS: &str = "crates/headwater-confluence/tools/outputs.json";
/// Which operations have no tool, and why.
const LEFT_OUT: &str = "crates/headwater-confluence/tools/left_out.json";
/// Where the reference lies. Nothing else lies there.
const FOLDER: &str = "docs/tools";

/// The page of limits.
const LIMITS: &str = "docs/limits.md";

/// Carries out every tool against the sandbox and writes the reference.
pub(crate) fn write(root: &Path) -> Result<()> {
    fs::write(root.join(LIMITS), limits::page()).with_context(|| format!("{LIMITS} cannot be written"))?;
    let cargo = || Program::new(root, "cargo").with("UPDATE_GOLDEN", "1");
    cargo().run(&["test", "--package", "headwater-confluence", "--test", "it", "--locked"])?;
    cargo().run(&[
        "test",
        "--package",
        "headwater-sandbox",
        "--lib",
        "--locked",
        "the_reference_of_operations",
    ])?;
    cargo().run(&["test", "--package", "headwater-api", "--lib", "--locked", "the_page_of_errors"])?;
    let pages = render(root)?;
    let folder = root.join(FOLDER);
    fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    for path in present(root)?.into_iter().filter(|path| !pages.contains_key(path)) {
        fs::remove_file(&path).with_context(|| format!("{} cannot be removed", path.display()))?;
    }
    for (path, text) in &pages {
        fs::write(path, text).with_context(|| format!("{} cannot be written", path.display()))?;
    }
    println!("docs: wrote {} files", pages.len());
    Ok(())
}

/// Fails when the reference is not what the data say.
pub(crate) fn check(root: &Path) -> Result<()> {
    let pages = render(root)?;
    let stale = |(path, text): &(&PathBuf, &String)| fs::read_to_string(path).ok().as_ref() != Some(text);
    let mut wrong: Vec<&PathBuf> = pages.iter().filter(stale).map(|(path, _)| path).collect();
    let present = present(root)?;
    wrong.extend(present.iter().filter(|path| !pages.contains_key(*path)));
    for path in &wrong {
        eprintln!("docs: {} is not what the data say", path.display());
    }
    if !wrong.is_empty() {
        bail!("{} files are stale; run `cargo xtask docs`", wrong.len());
    }
    println!("docs: {} files are up to date", pages.len());
    Ok(())
}

/// All pages, by path.
fn render(root: &Path) -> Result<BTreeMap<PathBuf, String>> {
    let (answers, left_out) = (json(root, ANSWERS)?, json(root, LEFT_OUT)?);
    let families = families().context("the tool files do not load")?;
    let folder = root.join(FOLDER);
    let mut pages: BTreeMap<PathBuf, String> = families
        .iter()
        .map(|family| (folder.join(format!("{}.md", family.name)), page::family(family, &answers)))
        .collect();
    pages.insert(folder.join("README.md"), page::index(&families, &answers, &left_out));
    pages.insert(root.join(LIMITS), limits::page());
    pages.insert(root.join(OUTPUTS), outputs::render(&families, &answers));
    Ok(pages)
}

fn json(root: &Path, name: &str) -> Result<Value> {
    let text = fs::read_to_string(root.join(name)).with_context(|| format!("{name} cannot be read"))?;
    serde_json::from_str(&text).with_context(|| format!("{name} is not JSON"))
}

fn present(root: &Path) -> Result<Vec<PathBuf>> {
    let folder = root.join(FOLDER);
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(&folder).with_context(|| format!("{} cannot be read", folder.display()))?;
    entries.map(|entry| Ok(entry?.path())).collect()
}
