//! The replicas as processes: killed, stopped, started again, and the data that they leave.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::Rig;
use crate::chaos::server::{Recipe, Running, until};

impl Rig {
    /// Ends a replica as a power cut would.
    pub(in crate::chaos) fn kill(&mut self, place: usize) -> Result<()> {
        let running = self.replicas.get_mut(place).and_then(Option::take).context("it does not run")?;
        running.kill()
    }

    /// Waits until a replica has been killed, by itself or by whomever.
    pub(in crate::chaos) fn dies(&mut self, place: usize) -> Result<()> {
        let slot = self.replicas.get_mut(place).context("there is no such replica")?;
        let dead = until("a replica to die", || slot.as_mut().is_none_or(|it| it.dead().unwrap_or(false)));
        if dead.is_ok() {
            *slot = None;
        }
        dead.with_context(|| self.state())
    }

    /// Sends a replica a signal.
    pub(in crate::chaos) fn signal(&self, place: usize, name: &str) -> Result<()> {
        self.replicas.get(place).and_then(Option::as_ref).context("it does not run")?.signal(name)
    }

    /// Waits until a replica is stopped.
    pub(in crate::chaos) fn stops(&self, place: usize) -> Result<()> {
        let running = self.replicas.get(place).and_then(Option::as_ref).context("it does not run")?;
        self.until("a replica to stop", |_| running.stopped())
    }

    /// Starts a replica again.
    pub(in crate::chaos) fn restart(&mut self, place: usize) -> Result<()> {
        let running = self.recipes.get(place).context("there is no such replica")?.start()?;
        self.put(place, running);
        Ok(())
    }

    /// How to start a replica that will strike at itself.
    pub(in crate::chaos) fn armed(&self, place: usize, how: &str, point: &str) -> Result<Recipe> {
        Ok(self.recipes.get(place).context("there is no such replica")?.with(how, point))
    }

    /// A replica that was started elsewhere.
    pub(in crate::chaos) fn put(&mut self, place: usize, running: Running) {
        if let Some(slot) = self.replicas.get_mut(place) {
            *slot = Some(running);
        }
    }

    /// Copies a replica's data; returns where to.
    pub(in crate::chaos) fn copy_data(&self, place: usize) -> Result<PathBuf> {
        let to = self.plan.directory.path().join("copy");
        drop(fs::remove_dir_all(&to));
        copy_files(&self.plan.data(place), &to)?;
        Ok(to)
    }

    /// Says that whatever lies there now is this deployment's database.
    pub(in crate::chaos) fn adopt(&self) -> Result<()> {
        self.plan.command("adopt", &[]).map(drop)
    }

    /// Puts a copy in the place of a replica's data.
    pub(in crate::chaos) fn put_back(&self, place: usize, copy: &Path) -> Result<()> {
        let data = self.plan.data(place);
        // Beside the original first. A file that takes the place of one that is gone already may get its number, and
        // that is what a server knows its database by.
        let next = data.with_extension("next");
        copy_files(copy, &next)?;
        fs::remove_dir_all(&data)?;
        Ok(fs::rename(next, data)?)
    }
}

fn copy_files(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}
