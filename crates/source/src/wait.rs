//! Waiting until a descriptor can be read, or until the stop is set.

use std::fs::File;
use std::io;

use knownet_flow::Stop;

/// What came first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ready {
    /// There is something to read, an end or an error included.
    Input,
    /// The stop was set.
    Stopped,
}

/// Waits for input in `file` or for `stop`; the stop wins.
#[cfg(unix)]
pub(crate) fn wait(file: &File, stop: &Stop) -> io::Result<Ready> {
    use rustix::event::{PollFd, PollFlags, poll};

    loop {
        if stop.is_set() {
            return Ok(Ready::Stopped);
        }
        let mut both = [
            PollFd::new(file, PollFlags::IN),
            PollFd::new(stop.waker(), PollFlags::IN),
        ];
        match poll(&mut both, None) {
            Ok(_) if !both[1].revents().is_empty() => return Ok(Ready::Stopped),
            Ok(_) if !both[0].revents().is_empty() => return Ok(Ready::Input),
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// Here the read itself has to wait; a stop is seen between two reads.
#[cfg(not(unix))]
pub(crate) fn wait(_: &File, stop: &Stop) -> io::Result<Ready> {
    match stop.is_set() {
        true => Ok(Ready::Stopped),
        false => Ok(Ready::Input),
    }
}
