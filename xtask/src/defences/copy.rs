//! A copy of the checkout with other texts in some of its files.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::run::Program;

/// Copies every file that git knows or would take, those in `changed` with the text given there. Returns where the copy is.
/// It stays between runs, so that what was compiled there is of use again.
pub(crate) fn make(root: &Path, changed: &BTreeMap<String, String>) -> Result<PathBuf> {
    let place = root.join("target/defences");
    let listed = Program::new(root, "git").capture(&[
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ])?;
    let names: BTreeSet<&str> =
        listed.split('\0').filter(|name| !name.is_empty() && root.join(name).is_file()).collect();
    for name in &names {
        let bytes = match changed.get(*name) {
            Some(text) => text.clone().into_bytes(),
            None => fs::read(root.join(name)).with_context(|| format!("{name} cannot be read"))?,
        };
        write_if_other(&place.join(name), &bytes)?;
    }
    remove_others(&place, &place, &names)?;
    Ok(place)
}

/// A file that is the same already keeps its age: what was compiled from it is good.
fn write_if_other(file: &Path, bytes: &[u8]) -> Result<()> {
    if fs::read(file).is_ok_and(|there| there == bytes) {
        return Ok(());
    }
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(file, bytes).with_context(|| format!("{} cannot be written", file.display()))
}

/// A file that is gone must not be compiled any more. Links are not followed.
fn remove_others(place: &Path, folder: &Path, names: &BTreeSet<&str>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            remove_others(place, &path, names)?;
        } else if !path.strip_prefix(place)?.to_str().is_some_and(|name| names.contains(name)) {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_has_what_is_there_and_nothing_else() {
        let place = tempfile::tempdir().unwrap();
        fs::create_dir_all(place.path().join("gone")).unwrap();
        fs::write(place.path().join("gone/old.rs"), "old").unwrap();
        write_if_other(&place.path().join("deep/new.rs"), b"new").unwrap();
        remove_others(place.path(), place.path(), &BTreeSet::from(["deep/new.rs"])).unwrap();
        assert_eq!(fs::read(place.path().join("deep/new.rs")).unwrap(), b"new");
        assert!(!place.path().join("gone/old.rs").exists());
    }

    #[test]
    fn a_file_that_is_the_same_is_not_written_again() {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("a.rs");
        write_if_other(&file, b"one").unwrap();
        let mut permissions = fs::metadata(&file).unwrap().permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&file, permissions).unwrap();
        let before = fs::metadata(&file).unwrap().modified().unwrap();
        write_if_other(&file, b"one").unwrap();
        assert_eq!(fs::metadata(&file).unwrap().modified().unwrap(), before);
    }
}
