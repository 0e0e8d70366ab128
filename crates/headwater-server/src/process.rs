//! What the operating system may show of this process to others.
//!
//! Keys and tokens lie in memory in the clear. A core dump would write them to a disk that nobody thinks of as secret,
//! and `/proc/<pid>/mem` and a debugger would show them to every other program of the same user.

use std::io;

use rustix::process::{Resource, Rlimit, setrlimit};

/// Forbids core dumps, and on Linux also that programs of the same user read the memory or attach a debugger. Only
/// the superuser still can.
///
/// # Errors
/// When the operating system refuses. Nothing else depends on it: the caller decides whether to go on.
pub fn keep_memory_private() -> io::Result<()> {
    setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })?;
    forbid_reading()
}

#[cfg(target_os = "linux")]
fn forbid_reading() -> io::Result<()> {
    use rustix::process::{DumpableBehavior, set_dumpable_behavior};
    Ok(set_dumpable_behavior(DumpableBehavior::NotDumpable)?)
}

#[cfg(not(target_os = "linux"))]
fn forbid_reading() -> io::Result<()> {
    Ok(())
}
