//! Writes a batch's slices and remembers how far it came.
//!
//! After an error the same events are written again from the byte where it failed.

use std::io::{self, ErrorKind, IoSlice, Write};

use knownet_flow::Events;

/// Slices handed to the system at once.
const AT_ONCE: usize = 64;

pub(crate) struct Resume<W> {
    inner: W,
    /// Bytes of the current events that are written.
    done: usize,
}

impl<W: Write> Resume<W> {
    pub fn new(inner: W) -> Resume<W> {
        Resume { inner, done: 0 }
    }

    /// Goes on with the current events behind their first `done` bytes.
    pub fn at(inner: W, done: usize) -> Resume<W> {
        Resume { inner, done }
    }

    /// Bytes of the current events that are written; none between two batches.
    pub fn done(&self) -> usize {
        self.done
    }

    pub fn get_ref(&self) -> &W {
        &self.inner
    }

    /// Writes what is not written yet of `events`.
    pub fn write(&mut self, events: &Events<'_>) -> io::Result<()> {
        let mut skip = self.done;
        let mut slices = events.slices().filter_map(|slice| {
            let passed = skip.min(slice.len());
            skip -= passed;
            Some(&slice[passed..]).filter(|rest| !rest.is_empty())
        });
        loop {
            let mut some = [IoSlice::new(&[]); AT_ONCE];
            let mut count = 0;
            // In this order no slice is taken without a place for it.
            for (place, slice) in some.iter_mut().zip(&mut slices) {
                *place = IoSlice::new(slice);
                count += 1;
            }
            if count == 0 {
                break;
            }
            self.write_slices(&mut some[..count])?;
        }
        self.done = 0;
        Ok(())
    }

    fn write_slices(&mut self, mut slices: &mut [IoSlice<'_>]) -> io::Result<()> {
        while !slices.is_empty() {
            let written = match &mut *slices {
                [only] => self.inner.write(only),
                several => self.inner.write_vectored(several),
            };
            match written {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(n) => {
                    self.done += n;
                    IoSlice::advance_slices(&mut slices, n);
                }
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "tests/resume.rs"]
mod tests;
