//! The directory that holds everything a server keeps: database, keys, its certificate authority.
//!
//! It belongs to one running server at a time, and to one user of the machine.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

#[cfg(test)]
mod tests;

const LOCK_FILE: &str = "headwater.lock";
const OWNER_ONLY_DIRECTORY: u32 = 0o700;
const OWNER_ONLY_FILE: u32 = 0o600;
const PUBLIC_FILE: u32 = 0o644;

/// An opened data directory. While it lives, no other server can open the same one.
#[derive(Debug)]
pub struct DataDir {
    path: PathBuf,
    lock: Option<File>,
}

/// The data directory, or a file in it, could not be used.
#[derive(Debug, thiserror::Error)]
pub enum DataDirError {
    /// It cannot be made or reached.
    #[error("use {} as the data directory; check that it is a directory that this user may write to", path.display())]
    Unusable {
        /// The data directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Somebody else has it open.
    #[error(
        "{} is in use by another headwater; stop that one, or choose another directory with HEADWATER_DATA_DIR",
        path.display()
    )]
    InUse {
        /// The data directory.
        path: PathBuf,
    },
    /// A file in it cannot be read.
    #[error("read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file in it cannot be written.
    #[error("write {}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl DataDir {
    /// Creates the directory if need be, readable by its owner only, and locks it.
    pub fn open(path: &Path) -> Result<Self, DataDirError> {
        let Self { path, .. } = Self::beside(path)?;
        let held = lock(&path)?;
        Ok(Self { path, lock: Some(held) })
    }

    /// Whether nobody else can have it open.
    pub(crate) fn is_exclusive(&self) -> bool {
        self.lock.is_some()
    }

    /// The same without the lock, for a command that works beside a running server. The database takes care of
    /// itself.
    pub fn beside(path: &Path) -> Result<Self, DataDirError> {
        let unusable = |source| DataDirError::Unusable { path: path.to_path_buf(), source };
        create_directory(path).map_err(unusable)?;
        // Absolute, so that what is printed about it works from anywhere.
        let path = fs::canonicalize(path).map_err(unusable)?;
        warn_if_others_may_enter(&path);
        Ok(Self { path, lock: None })
    }

    /// Where it is, as an absolute path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The path of the file `name` in it; `name` may contain folders.
    pub fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// The content of `name`, wiped from memory on drop; `None` when there is no such file.
    pub fn read(&self, name: &str) -> Result<Option<Zeroizing<String>>, DataDirError> {
        let path = self.file(name);
        match fs::read_to_string(&path) {
            Ok(content) => Ok(Some(Zeroizing::new(content))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(DataDirError::Read { path, source }),
        }
    }

    /// Writes a file that only its owner may read. Readers see the old content or the new, never a part, also after
    /// a power failure.
    pub fn write_secret(&self, name: &str, content: &[u8]) -> Result<PathBuf, DataDirError> {
        self.write(name, content, OWNER_ONLY_FILE)
    }

    /// The same for a file that is no secret.
    pub fn write_public(&self, name: &str, content: &[u8]) -> Result<PathBuf, DataDirError> {
        self.write(name, content, PUBLIC_FILE)
    }

    fn write(&self, name: &str, content: &[u8], mode: u32) -> Result<PathBuf, DataDirError> {
        let path = self.file(name);
        match write_atomically(&path, content, mode) {
            Ok(()) => Ok(path),
            Err(source) => Err(DataDirError::Write { path, source }),
        }
    }
}

fn create_directory(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(OWNER_ONLY_DIRECTORY).create(path)
}

/// A warning and not a refusal: container platforms open mounted volumes to a group on purpose.
fn warn_if_others_may_enter(path: &Path) {
    let Ok(metadata) = fs::metadata(path) else { return };
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        tracing::warn!(
            path = %path.display(),
            mode = format!("{mode:o}"),
            "other users of this machine may enter the data directory; chmod 700 closes it",
        );
    }
}

fn lock(directory: &Path) -> Result<File, DataDirError> {
    let unusable = |source| DataDirError::Unusable { path: directory.to_path_buf(), source };
    let opened = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(OWNER_ONLY_FILE)
        .open(directory.join(LOCK_FILE));
    let file = opened.map_err(unusable)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(DataDirError::InUse { path: directory.to_path_buf() }),
        Err(TryLockError::Error(source)) => Err(unusable(source)),
    }
}

/// Writes a file that only its owner may read, whole or not at all.
pub(crate) fn write_secret_file(path: &Path, content: &[u8]) -> io::Result<()> {
    write_atomically(path, content, OWNER_ONLY_FILE)
}

fn write_atomically(path: &Path, content: &[u8], mode: u32) -> io::Result<()> {
    let directory = path.parent().unwrap_or_else(|| Path::new("."));
    create_directory(directory)?;
    let mut temporary_name = path.file_name().unwrap_or_default().to_os_string();
    temporary_name.push(".new");
    let temporary = directory.join(temporary_name);
    // Left over from a crash. It is removed rather than overwritten, so that its mode cannot be the wrong one.
    match fs::remove_file(&temporary) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(&temporary)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&temporary, path)?;
    File::open(directory)?.sync_all()
}
