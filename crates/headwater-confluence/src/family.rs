//! The tools by family, for reference pages and tests.

use headwater_catalog::definition::Tool;
use headwater_catalog::file::{LoadError, read};

use crate::FILES;

/// The tools of one file.
#[derive(Debug)]
pub struct Family {
    /// What the file is called, such as `blog_posts`.
    pub name: String,
    /// Its tools, as they stand there.
    pub tools: Vec<Tool>,
}

/// All families, in the order of their names.
pub fn families() -> Result<Vec<Family>, LoadError> {
    let family = |(file, text): &(&str, &str)| {
        let name = file.trim_end_matches(".toml").to_owned();
        Ok(Family { name, tools: read(file, text)? })
    };
    FILES.iter().map(family).collect()
}
