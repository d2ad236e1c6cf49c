//! Standard input, read to its end.
//!
//! Reads the descriptor itself, past the buffer of [`std::io::Stdin`], which nobody else may use.

use std::fs::File;
use std::io;

use knownet_flow::{Batch, Read, Source, SourceError, Stop};

use crate::input::Stream;
use crate::lines::{Limits, Lines};

/// The source of `type = "stdin"`.
pub struct Stdin {
    stream: Stream,
    lines: Lines,
}

impl Stdin {
    /// Reads standard input from where it stands.
    ///
    /// # Errors
    /// If the process has none.
    pub fn new(limits: Limits) -> Result<Stdin, SourceError> {
        let file = descriptor().map_err(cannot)?;
        Ok(Stdin {
            stream: Stream::new(file).map_err(cannot)?,
            lines: Lines::new(limits),
        })
    }
}

impl Source for Stdin {
    fn read(&mut self, batch: &mut Batch, stop: &Stop) -> Result<Read, SourceError> {
        let read = self.lines.read(&mut self.stream, batch, stop);
        read.map_err(cannot)
    }
}

fn cannot(error: io::Error) -> SourceError {
    SourceError(format!("standard input cannot be read: {error}"))
}

#[cfg(unix)]
pub(crate) fn descriptor() -> io::Result<File> {
    use std::os::fd::AsFd;
    Ok(io::stdin().as_fd().try_clone_to_owned()?.into())
}

#[cfg(windows)]
pub(crate) fn descriptor() -> io::Result<File> {
    use std::os::windows::io::AsHandle;
    Ok(io::stdin().as_handle().try_clone_to_owned()?.into())
}
