//! One run for one folder of state.
//!
//! Two that share spools and positions would lose and double events. The lock is the system's, so it
//! is gone with its process, however that ends.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::Path;
use std::process;

use anyhow::{Context, bail};

/// Held as long as it lives.
#[derive(Debug)]
pub struct Lock(#[allow(dead_code)] File);

impl Lock {
    /// Makes the folder `state`, for its owner alone, and locks it.
    ///
    /// # Errors
    /// If it cannot be made or written to, or another process holds it.
    pub fn take(state: &Path) -> anyhow::Result<Lock> {
        let place = state.display();
        let told = || format!("state_dir {place} cannot be used; correct it or its permissions");
        folder(state).with_context(told)?;
        let path = state.join("lock");
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let mut file = options.open(&path).with_context(told)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let holder = holder(&mut file);
                bail!(
                    "state_dir {place} is used by {holder} already; stop that, or give this run a \
                     state_dir of its own"
                );
            }
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {
                tracing::warn!(
                    "state_dir {place} is on a file system without locks; see to it that no other \
                     run uses it"
                );
            }
            Err(TryLockError::Error(error)) => return Err(error).with_context(told),
        }
        let note = || -> io::Result<()> {
            file.set_len(0)?;
            (&file).write_all(format!("{}\n", process::id()).as_bytes())
        };
        note().with_context(told)?;
        Ok(Lock(file))
    }
}

/// Who holds the lock; where a lock forbids reading nobody can tell.
fn holder(file: &mut File) -> String {
    let mut text = String::new();
    let read = file.take(32).read_to_string(&mut text);
    match read.ok().and_then(|_| text.trim().parse::<u32>().ok()) {
        Some(id) => format!("process {id}"),
        None => "another process".to_owned(),
    }
}

fn folder(state: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(state)
}

#[cfg(test)]
#[path = "tests/lock.rs"]
mod tests;
