//! Files with keys in them: used only when nobody else can have read or written them.
//!
//! A key that another user of the machine can read is no secret; one that another user can write is theirs to choose, and
//! with it what everything is sealed with from then on.

use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use rustix::process::geteuid;

const ROOT: u32 = 0;
const GROUP_MAY_WRITE: u32 = 0o020;
const GROUP_MAY_READ: u32 = 0o040;
const OTHERS_MAY: u32 = 0o007;
/// What is in such a directory can be replaced by its owner only, as in `/tmp`.
const STICKY: u32 = 0o1000;

/// Why a file is not used.
#[derive(Debug, thiserror::Error)]
pub enum ExposedFile {
    /// Others can read or write it.
    #[error(
        "{} can be read or written by other users of this machine (mode {mode:o}), who may know or have chosen what is in it; \
         if you are sure that none did, run: chmod 600 {}", path.display(), path.display()
    )]
    Mode {
        /// The file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// Somebody else put it there.
    #[error(
        "{} belongs to another user of this machine (uid {owner}), who may have chosen what is in it; make it the file of the \
         user that runs headwater, or of root", path.display()
    )]
    Owner {
        /// The file or directory.
        path: PathBuf,
        /// Whose it is.
        owner: u32,
    },
    /// Others can put another file in its place.
    #[error(
        "other users of this machine can replace files in {} (mode {mode:o}); run: chmod go-w {}", path.display(), path.display()
    )]
    Directory {
        /// The directory.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// It cannot be looked at.
    #[error("look at {}", path.display())]
    Unknown {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Checks a file with a key in it, and the directory that it is in. A file that is not there is fine.
///
/// The file must be this user's or root's, and for nobody else. Only where root owns it may the group read it: that is how
/// orchestrators hand secrets to a process that is not root.
pub(crate) fn check(path: &Path) -> Result<(), ExposedFile> {
    let us = geteuid().as_raw();
    let Some(file) = metadata(path)? else { return Ok(()) };
    let mode = file.permissions().mode() & 0o7777;
    if ![us, ROOT].contains(&file.uid()) {
        return Err(ExposedFile::Owner { path: path.to_path_buf(), owner: file.uid() });
    }
    let group =
        if file.uid() == ROOT && us != ROOT { GROUP_MAY_WRITE } else { GROUP_MAY_WRITE | GROUP_MAY_READ };
    if mode & (group | OTHERS_MAY) != 0 {
        return Err(ExposedFile::Mode { path: path.to_path_buf(), mode });
    }
    let parent = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let Some(directory) = metadata(parent)? else { return Ok(()) };
    check_directory(parent, &directory, us)
}

fn check_directory(path: &Path, directory: &Metadata, us: u32) -> Result<(), ExposedFile> {
    let mode = directory.permissions().mode() & 0o7777;
    if ![us, ROOT].contains(&directory.uid()) {
        return Err(ExposedFile::Owner { path: path.to_path_buf(), owner: directory.uid() });
    }
    if mode & 0o022 != 0 && mode & STICKY == 0 {
        return Err(ExposedFile::Directory { path: path.to_path_buf(), mode });
    }
    Ok(())
}

/// Of what a link leads to: that is what will be read.
fn metadata(path: &Path) -> Result<Option<Metadata>, ExposedFile> {
    match fs::metadata(path) {
        Ok(metadata) => Ok(Some(metadata)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(ExposedFile::Unknown { path: path.to_path_buf(), source }),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::chown;

    use super::*;

    fn set(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn a9_a_key_that_others_can_read_or_write_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("key");
        check(&file).expect("none is there");
        fs::write(&file, "key").unwrap();
        for (mode, good) in [
            (0o600, true),
            (0o400, true),
            (0o666, false),
            (0o644, false),
            (0o640, false),
            (0o602, false),
            (0o601, false),
        ] {
            set(&file, mode);
            let outcome = check(&file);
            assert_eq!(outcome.is_ok(), good, "{mode:o}: {outcome:?}");
            if let Err(error) = outcome {
                assert!(error.to_string().contains("chmod 600"), "{error}");
            }
        }
    }

    #[test]
    fn a9_a_key_in_a_directory_that_others_can_write_to_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let inner = directory.path().join("keys");
        fs::create_dir(&inner).unwrap();
        let file = inner.join("key");
        fs::write(&file, "key").unwrap();
        set(&file, 0o600);
        for (mode, good) in [(0o700, true), (0o755, true), (0o777, false), (0o775, false), (0o1777, true)] {
            set(&inner, mode);
            assert_eq!(check(&file).is_ok(), good, "{mode:o}");
        }
    }

    /// Only root can give files away, and only then can this be played.
    #[test]
    fn a9_a_key_that_another_user_planted_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("key");
        fs::write(&file, "key").unwrap();
        set(&file, 0o600);
        if chown(&file, Some(4711), None).is_err() {
            return;
        }
        assert!(matches!(check(&file), Err(ExposedFile::Owner { owner: 4711, .. })));
        chown(&file, Some(geteuid().as_raw()), None).unwrap();
        chown(directory.path(), Some(4711), None).unwrap();
        assert!(
            matches!(check(&file), Err(ExposedFile::Owner { owner: 4711, .. })),
            "its owner can replace it"
        );
    }
}
