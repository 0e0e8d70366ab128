//! The list of what is taken away.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;

/// Where the list is.
pub(crate) const FILE: &str = "xtask/defences.toml";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct List {
    /// What is taken away.
    pub(crate) defence: Vec<Defence>,
    /// Rows of which nothing is taken away.
    #[serde(default)]
    pub(crate) left_out: Vec<LeftOut>,
}

/// A row of the table of threats of which nothing is taken away, although it has tests.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LeftOut {
    /// The row.
    pub(crate) row: String,
    /// Why, as the end of a sentence.
    pub(crate) because: String,
}

/// A defence, and how it is taken away: the body of a function is replaced, or a piece of text in it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Defence {
    /// The row of the table of threats, such as `B2`.
    pub(crate) row: String,
    /// What the server is like without it, as the end of "a server that …".
    pub(crate) without: String,
    /// The file, from the checkout's root.
    pub(crate) file: String,
    /// The function in it; there must be one of that name.
    pub(crate) function: String,
    /// What its body becomes.
    pub(crate) body: Option<String>,
    /// Or: the text in it that is replaced, which must be there once,
    pub(crate) from: Option<String>,
    /// and what it becomes.
    pub(crate) to: Option<String>,
    /// The package of the tests.
    pub(crate) package: String,
    /// The target in it, as an argument of `cargo test`.
    #[serde(default = "library")]
    pub(crate) target: String,
    /// The tests that must fail, each of them.
    pub(crate) tests: Vec<String>,
}

fn library() -> String {
    "--lib".to_owned()
}

impl Defence {
    /// What it is called in the environment of the tests.
    pub(crate) fn key(&self) -> String {
        format!("{} {}", self.row, self.without)
    }

    /// Whether it has this text in it.
    pub(crate) fn mentions(&self, text: &str) -> bool {
        let fields = [&self.row, &self.file, &self.function, &self.package];
        self.row == text
            || fields.iter().skip(1).any(|it| it.contains(text))
            || self.tests.iter().any(|it| it.contains(text))
    }
}

/// One for the tests of this chore.
#[cfg(test)]
pub(crate) fn example(row: &str, test: &str) -> Defence {
    Defence {
        row: row.to_owned(),
        without: "opens to everybody".to_owned(),
        file: "gate.rs".to_owned(),
        function: "opens".to_owned(),
        body: None,
        from: None,
        to: None,
        package: "gate".to_owned(),
        target: library(),
        tests: vec![test.to_owned()],
    }
}

/// Reads the list.
pub(crate) fn read(root: &Path) -> Result<List> {
    let text = fs::read_to_string(root.join(FILE)).with_context(|| format!("{FILE} cannot be read"))?;
    let list: List = toml::from_str(&text).with_context(|| format!("{FILE} is not as it should be"))?;
    for defence in &list.defence {
        ensure!(!defence.tests.is_empty(), "{FILE}: {} names no test", defence.without);
    }
    Ok(list)
}
