//! The operator's own tools, read when the server starts and again whenever a file of theirs has changed.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use headwater_catalog::connector::Connector;
use headwater_catalog::file::LoadError;
use headwater_service::Service;
use parking_lot::Mutex;

use crate::tools::operator::{self, Outline};

/// What was read last.
pub(super) struct OperatorTools {
    data_dir: PathBuf,
    seen: Mutex<Outline>,
}

impl OperatorTools {
    /// Takes what is there as read.
    pub(super) fn new(data_dir: &Path) -> Self {
        Self { data_dir: data_dir.to_path_buf(), seen: Mutex::new(operator::outline(data_dir)) }
    }

    /// Reads the files again, if one of them has come, gone or changed.
    pub(super) fn look_again(&self, service: &Service) -> Result<(), LoadError> {
        if self.has_changed() {
            service.connectors.replace(read(&self.data_dir)?);
            tracing::info!("the operator's tools were read again");
        }
        Ok(())
    }

    fn has_changed(&self) -> bool {
        let outline = operator::outline(&self.data_dir);
        let mut seen = self.seen.lock();
        let changed = *seen != outline;
        *seen = outline;
        changed
    }
}

/// The connectors with the operator's tools. What is wrong with a file is logged, and the file left out.
pub(super) fn read(data_dir: &Path) -> Result<Vec<Arc<dyn Connector>>, LoadError> {
    let tools = operator::load(data_dir)?;
    for problem in &tools.problems {
        tracing::error!(%problem, "a tool file of the operator was left out");
    }
    Ok(vec![Arc::new(tools.confluence)])
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn files_are_read_again_only_when_one_has_changed() {
        let directory = tempfile::tempdir().unwrap();
        let tools = OperatorTools::new(directory.path());
        assert!(!tools.has_changed());
        let folder = directory.path().join("tools");
        fs::create_dir(&folder).unwrap();
        assert!(!tools.has_changed(), "an empty folder is as good as none");
        for text in ["a", "ab", ""] {
            fs::write(folder.join("own.toml"), text).unwrap();
            assert!(tools.has_changed(), "{text:?}");
            assert!(!tools.has_changed());
        }
        fs::write(folder.join("notes.txt"), "no tool").unwrap();
        assert!(!tools.has_changed());
        fs::remove_file(folder.join("own.toml")).unwrap();
        assert!(tools.has_changed());
    }
}
