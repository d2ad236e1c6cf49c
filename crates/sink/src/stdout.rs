//! Standard output, written without a buffer.
//!
//! When the reader goes away the sink is closed; a descriptor that another program made
//! non-blocking is waited for.

use std::fs::File;
use std::io::{self, ErrorKind};

use knownet_flow::{Events, Sink, WriteError};

use crate::resume::Resume;

/// As much as a process without privileges may ask for on Linux.
#[cfg(target_os = "linux")]
const PIPE_SIZE: usize = 1 << 20;

/// The sink of `type = "stdout"`.
pub struct Stdout {
    out: Resume<File>,
}

impl Stdout {
    /// Writes to the standard output of the process, past the buffer of [`std::io::Stdout`], which
    /// nobody else may use.
    ///
    /// # Errors
    /// If the process has none.
    pub fn new() -> io::Result<Stdout> {
        Ok(Stdout::over(descriptor()?))
    }

    fn over(file: File) -> Stdout {
        #[cfg(target_os = "linux")]
        {
            use std::os::unix::fs::FileTypeExt;
            if file.metadata().is_ok_and(|m| m.file_type().is_fifo()) {
                // Fewer switches between two processes; without it everything works, too.
                let _ = rustix::pipe::fcntl_setpipe_size(&file, PIPE_SIZE);
            }
        }
        Stdout {
            out: Resume::new(file),
        }
    }
}

impl Sink for Stdout {
    fn write(&mut self, events: &Events<'_>) -> Result<(), WriteError> {
        loop {
            match self.out.write(events) {
                Ok(()) => return Ok(()),
                Err(e) if e.kind() == ErrorKind::BrokenPipe => return Err(WriteError::Closed),
                Err(e) if e.kind() == ErrorKind::WouldBlock => wait(self.out.get_ref()),
                Err(e) => {
                    let reason = format!("standard output cannot be written: {e}");
                    return Err(WriteError::Unreachable(reason));
                }
            }
        }
    }
}

/// Waits until a write can go on. What goes wrong here the next write says.
#[cfg(unix)]
fn wait(file: &File) {
    use rustix::event::{PollFd, PollFlags, poll};
    let _ = poll(&mut [PollFd::new(file, PollFlags::OUT)], None);
}

/// Here standard output does not come non-blocking.
#[cfg(not(unix))]
fn wait(_: &File) {
    std::thread::yield_now();
}

#[cfg(unix)]
fn descriptor() -> io::Result<File> {
    use std::os::fd::AsFd;
    Ok(io::stdout().as_fd().try_clone_to_owned()?.into())
}

#[cfg(windows)]
fn descriptor() -> io::Result<File> {
    use std::os::windows::io::AsHandle;
    Ok(io::stdout().as_handle().try_clone_to_owned()?.into())
}

#[cfg(all(test, unix))]
#[path = "tests/stdout.rs"]
mod tests;
