//! What tells the database file from a copy of it.

use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// The number of the file in its file system, and when it was made there where the file system knows: a copy has another
/// number, or, where it got the number of a deleted file, another time. Neither changes when the file is written to.
///
/// Returns `file 131 born 1796089288509512266`, in nanoseconds since the Unix epoch. Earlier versions wrote
/// `file 131` only, which [`Deployment::fenced`](headwater_domain::deployment::Deployment::fenced) still takes for it.
pub(super) fn place(path: &Path) -> io::Result<String> {
    let metadata = std::fs::metadata(path)?;
    let born = metadata.created().ok().and_then(nanoseconds);
    Ok(text(metadata.ino(), born))
}

fn text(number: u64, born: Option<u128>) -> String {
    match born {
        Some(born) => format!("file {number} born {born}"),
        None => format!("file {number}"),
    }
}

/// `None` for a moment before 1970, which file systems give for one they do not know.
fn nanoseconds(moment: SystemTime) -> Option<u128> {
    moment.duration_since(UNIX_EPOCH).ok().map(|since| since.as_nanos()).filter(|since| *since > 0)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// As when the data directory is deleted and a backup is put back: file systems give numbers of deleted files to the
    /// next ones. The clock of a file system goes in steps of milliseconds, hence the many attempts.
    #[test]
    fn a8_a_file_with_the_number_of_a_deleted_one_is_another() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("headwater.db");
        fs::write(&path, "original").unwrap();
        let (original, number) = (place(&path).unwrap(), fs::metadata(&path).unwrap().ino());
        let mut alike = 0;
        for _ in 0..20_000 {
            fs::remove_file(&path).unwrap();
            fs::write(&path, "backup").unwrap();
            if fs::metadata(&path).unwrap().ino() == number {
                if place(&path).unwrap() != original {
                    return;
                }
                alike += 1;
            }
        }
        assert_eq!(alike, 0, "copies in the place of {original}");
    }

    #[test]
    fn a_file_stays_where_it_is_when_it_is_written_to() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("headwater.db");
        fs::write(&path, "one").unwrap();
        let before = place(&path).unwrap();
        fs::write(&path, "two").unwrap();
        fs::rename(&path, directory.path().join("moved")).unwrap();
        assert_eq!(place(&directory.path().join("moved")).unwrap(), before);
        assert!(place(&path).is_err());
    }

    #[test]
    fn a_file_system_without_birth_times_leaves_the_number() {
        assert_eq!(text(131, None), "file 131");
        assert_eq!(text(131, Some(5)), "file 131 born 5");
        assert_eq!(nanoseconds(UNIX_EPOCH), None);
    }
}
