//! A small disk that can be filled: a file system in memory, mounted where only root may.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};

/// The file that takes what is left.
const FILLER: &str = "filler";
/// What is written at a time, so that nothing is left that a database page would fit in.
const PIECES: [usize; 3] = [65_536, 4_096, 512];

/// The mounted disk; unmounted when dropped.
pub(super) struct Volume(PathBuf);

impl Volume {
    /// Mounts a disk of so many MiB at `path`, or says why that cannot be done.
    pub(super) fn mount(path: &Path, mebibytes: u32) -> Result<Self> {
        fs::create_dir_all(path)?;
        let size = format!("size={mebibytes}m,mode=700");
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &size, "headwater-chaos"])
            .arg(path)
            .stderr(Stdio::null())
            .status();
        ensure!(mount.is_ok_and(|it| it.success()), "only root can mount a small disk to fill");
        Ok(Self(path.to_path_buf()))
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// Leaves no room.
    pub(super) fn fill(&self) -> Result<()> {
        let mut filler = File::create(self.0.join(FILLER)).context("the disk cannot be filled")?;
        for size in PIECES {
            let piece = vec![0; size];
            while filler.write_all(&piece).is_ok() {}
        }
        Ok(())
    }

    /// Makes room again.
    pub(super) fn free(&self) -> Result<()> {
        fs::remove_file(self.0.join(FILLER)).context("the disk cannot be freed")
    }
}

impl Drop for Volume {
    fn drop(&mut self) {
        drop(Command::new("umount").arg("--lazy").arg(&self.0).status());
    }
}
