//! The operator's own tools: `tools/*.toml` in the data directory, in the format of the built-in ones.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use headwater_catalog::file::{LoadError, OperatorFile};
use headwater_confluence::Confluence;

/// The folder in the data directory.
const FOLDER: &str = "tools";

/// The connector with the operator's tools, and what is wrong with files that were left out.
#[derive(Debug)]
pub struct Loaded {
    /// The connector.
    pub confluence: Confluence,
    /// What is wrong, a line each: file, line, and what to do.
    pub problems: Vec<String>,
}

/// Reads the built-in tools and the operator's. A file that cannot be used is left out; only built-in ones that cannot
/// be used are an error.
pub fn load(data_dir: &Path) -> Result<Loaded, LoadError> {
    let (files, mut problems) = read(&data_dir.join(FOLDER));
    let (confluence, broken) = Confluence::with_files(&files)?;
    problems.extend(broken.iter().map(ToString::to_string));
    Ok(Loaded { confluence, problems })
}

/// What the folder looks like from outside: names, sizes and times of its files. Another look is taken when this changes.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Outline(Vec<(PathBuf, u64, Option<SystemTime>)>);

/// Looks at the folder without reading its files.
pub fn outline(data_dir: &Path) -> Outline {
    let paths = paths(&data_dir.join(FOLDER)).unwrap_or_default();
    let describe = |path: PathBuf| {
        let metadata = fs::metadata(&path).ok();
        let size = metadata.as_ref().map_or(0, fs::Metadata::len);
        (path, size, metadata.and_then(|it| it.modified().ok()))
    };
    Outline(paths.into_iter().map(describe).collect())
}

/// The files of the folder, by name, and which cannot be read. A folder that is not there has none.
fn read(folder: &Path) -> (Vec<OperatorFile>, Vec<String>) {
    let mut problems = Vec::new();
    let paths = match paths(folder) {
        Ok(paths) => paths,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => {
            problems.push(unreadable(folder, &error));
            Vec::new()
        }
    };
    let mut files = Vec::new();
    for path in paths {
        match fs::read_to_string(&path) {
            Ok(text) => files.push(OperatorFile { name: path.display().to_string(), text }),
            Err(error) => problems.push(unreadable(&path, &error)),
        }
    }
    (files, problems)
}

fn paths(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|it| it == "toml") {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

fn unreadable(path: &Path, error: &io::Error) -> String {
    format!("{}: it cannot be read: {error}; let this user read it, as text in UTF-8", path.display())
}

#[cfg(test)]
mod tests {
    use headwater_catalog::connector::Connector as _;

    use super::*;

    const TOOL: &str = "[[tool]]\nname = \"own_page_count\"\ntitle = \"T\"\ndescription = \"D\"\n\
         request = \"GET /wiki/api/v2/pages\"\nscopes = { granular = [\"read:page:confluence\"] }\n\
         hints = { read_only = true, destructive = false, idempotent = true, open_world = true }\n";

    #[test]
    fn good_files_are_used_and_bad_ones_named() {
        let directory = tempfile::tempdir().unwrap();
        let folder = directory.path().join(FOLDER);
        assert_eq!(load(directory.path()).unwrap().problems, Vec::<String>::new());
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("b.toml"), TOOL).unwrap();
        fs::write(folder.join("a.toml"), TOOL.replace("GET", "GRAB")).unwrap();
        fs::write(folder.join("c.toml"), b"\xff\xfe").unwrap();
        fs::write(folder.join("notes.txt"), "no tool").unwrap();
        fs::create_dir(folder.join("d.toml")).unwrap();
        let loaded = load(directory.path()).unwrap();
        let tool = loaded.confluence.catalogue().get("own_page_count").unwrap();
        assert!(tool.operator_file.as_ref().unwrap().ends_with("tools/b.toml"));
        let problems = loaded.problems;
        assert_eq!(problems.len(), 3, "{problems:?}");
        assert!(
            problems.iter().any(|it| it.contains("tools/a.toml:5: tool `own_page_count`: ")),
            "{problems:?}"
        );
        assert!(problems.iter().any(|it| it.contains("tools/c.toml: it cannot be read")), "{problems:?}");
        assert!(problems.iter().any(|it| it.contains("tools/d.toml: it cannot be read")), "{problems:?}");
    }
}
