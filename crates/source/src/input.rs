//! An open file, pipe or device as plain bytes, decompressed where its first bytes say so.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};

use flate2::bufread::MultiGzDecoder;
use knownet_flow::Stop;

use crate::lines::{Input, Pulled};
use crate::wait::{Ready, wait};

/// Compressed bytes read at once.
const COMPRESSED: usize = 64 << 10;
/// As much as a process without privileges may ask for on Linux.
#[cfg(target_os = "linux")]
const PIPE_SIZE: usize = 1 << 20;
/// As many first bytes as tell the compression.
const MAGIC: usize = 4;

/// Bytes as they were before compression.
pub(crate) struct Stream {
    /// `None` until the first bytes are there.
    decoder: Option<Decoder>,
    gate: Option<Gate>,
    may_pause: bool,
}

enum Decoder {
    Plain(Gate),
    Gzip(Box<MultiGzDecoder<BufReader<Gate>>>),
    Zstd(Box<zstd::Decoder<'static, BufReader<Gate>>>),
}

/// A file that is read only when that cannot block, so that a decoder, which reads when it likes,
/// cannot make a stop wait.
struct Gate {
    file: File,
    /// The first bytes, read to tell the compression, and how many of them were given out.
    head: Vec<u8>,
    given: usize,
    may_pause: bool,
    /// Input was seen waiting and was not read yet.
    ready: bool,
}

impl Stream {
    /// Reads `file` from where it stands.
    pub fn new(file: File) -> io::Result<Stream> {
        let kind = file.metadata()?.file_type();
        let may_pause = !kind.is_file();
        #[cfg(target_os = "linux")]
        {
            use std::os::unix::fs::FileTypeExt;
            if kind.is_fifo() {
                // Fewer switches between two processes; without it everything works, too.
                let _ = rustix::pipe::fcntl_setpipe_size(&file, PIPE_SIZE);
            }
        }
        Ok(Stream {
            decoder: None,
            gate: Some(Gate {
                file,
                head: Vec::new(),
                given: 0,
                may_pause,
                ready: false,
            }),
            may_pause,
        })
    }

    /// Reads the first bytes and chooses the decoder by them; `false` if the stop came first.
    fn begin(&mut self, stop: &Stop) -> io::Result<bool> {
        while let Some(gate) = &mut self.gate {
            let mut byte = [0; MAGIC];
            let wanted = MAGIC - gate.head.len();
            let more = match guess(&gate.head) {
                Guess::Unknown => gate.pull(&mut byte[..wanted], stop)?,
                _ => Pulled::End,
            };
            match more {
                Pulled::Bytes(n) => gate.head.extend_from_slice(&byte[..n]),
                Pulled::Stopped if gate.head.is_empty() => return Ok(false),
                Pulled::Stopped | Pulled::End => {
                    if let Some(gate) = self.gate.take() {
                        self.decoder = Some(gate.decoder()?);
                    }
                }
            }
        }
        Ok(true)
    }
}

impl Input for Stream {
    fn pull(&mut self, into: &mut [u8], stop: &Stop) -> io::Result<Pulled> {
        if self.decoder.is_none() && !self.begin(stop)? {
            return Ok(Pulled::Stopped);
        }
        let Some(decoder) = &mut self.decoder else {
            return Ok(Pulled::End);
        };
        loop {
            let read = match decoder {
                Decoder::Plain(gate) => return gate.pull_all(into, stop),
                Decoder::Gzip(decoder) => decoder.read(into).map_err(|e| damaged("gzip", e)),
                Decoder::Zstd(decoder) => decoder.read(into).map_err(|e| damaged("zstd", e)),
            };
            match read {
                Ok(0) => return Ok(Pulled::End),
                Ok(n) => return Ok(Pulled::Bytes(n)),
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => {
                    if decoder.gate().await_input(stop)? == Ready::Stopped {
                        return Ok(Pulled::Stopped);
                    }
                }
                Err(e) => return Err(e),
            }
        }
    }

    fn may_pause(&self) -> bool {
        self.may_pause
    }
}

impl Decoder {
    fn gate(&mut self) -> &mut Gate {
        match self {
            Decoder::Plain(gate) => gate,
            Decoder::Gzip(decoder) => decoder.get_mut().get_mut(),
            Decoder::Zstd(decoder) => decoder.get_mut().get_mut(),
        }
    }
}

impl Gate {
    fn decoder(mut self) -> io::Result<Decoder> {
        let found = guess(&self.head);
        if !self.may_pause {
            // Read again from where it began: whole pages copy faster than shifted ones.
            self.file
                .seek(SeekFrom::Current(-(self.head.len() as i64)))?;
            self.head.clear();
        }
        Ok(match found {
            Guess::Gzip => {
                let reader = BufReader::with_capacity(COMPRESSED, self);
                Decoder::Gzip(Box::new(MultiGzDecoder::new(reader)))
            }
            Guess::Zstd => {
                let reader = BufReader::with_capacity(COMPRESSED, self);
                Decoder::Zstd(Box::new(zstd::Decoder::with_buffer(reader)?))
            }
            Guess::Plain | Guess::Unknown => Decoder::Plain(self),
        })
    }

    /// Reads from the file, waiting for it if need be.
    fn pull(&mut self, into: &mut [u8], stop: &Stop) -> io::Result<Pulled> {
        loop {
            if self.may_pause && !self.ready && self.await_input(stop)? == Ready::Stopped {
                return Ok(Pulled::Stopped);
            }
            self.ready = false;
            match self.file.read(into) {
                Ok(0) => return Ok(Pulled::End),
                Ok(n) => return Ok(Pulled::Bytes(n)),
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => {}
                Err(e) => return Err(e),
            }
        }
    }

    /// As [`Gate::pull`], the first bytes first.
    fn pull_all(&mut self, into: &mut [u8], stop: &Stop) -> io::Result<Pulled> {
        match self.give(into) {
            0 => self.pull(into, stop),
            n => Ok(Pulled::Bytes(n)),
        }
    }

    /// Copies what is left of the first bytes.
    fn give(&mut self, into: &mut [u8]) -> usize {
        let rest = &self.head[self.given..];
        let n = rest.len().min(into.len());
        into[..n].copy_from_slice(&rest[..n]);
        self.given += n;
        n
    }

    fn await_input(&mut self, stop: &Stop) -> io::Result<Ready> {
        let ready = wait(&self.file, stop)?;
        self.ready = ready == Ready::Input;
        Ok(ready)
    }
}

impl Read for Gate {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self.give(into) {
            0 if self.may_pause && !self.ready => Err(io::ErrorKind::WouldBlock.into()),
            0 => {
                self.ready = false;
                self.file.read(into)
            }
            n => Ok(n),
        }
    }
}

/// The compression of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Guess {
    /// Not enough bytes to tell.
    Unknown,
    Plain,
    Gzip,
    Zstd,
}

/// What the first bytes of a stream say: gzip (RFC 1952, section 2.3.1, with deflate as its
/// method), zstd (RFC 8878, sections 3.1.1 and, for a skippable frame, 3.1.2).
pub(crate) fn guess(head: &[u8]) -> Guess {
    let fits = |magic: &[u8]| head.iter().zip(magic).all(|(a, b)| a == b);
    let skippable = head.first().is_none_or(|b| (0x50..0x60).contains(b))
        && head[1.min(head.len())..]
            .iter()
            .zip(b"\x2a\x4d\x18")
            .all(|(a, b)| a == b);
    let gzip = fits(b"\x1f\x8b\x08");
    let zstd = fits(b"\x28\xb5\x2f\xfd") || skippable;
    match () {
        () if gzip && head.len() >= 3 => Guess::Gzip,
        () if zstd && head.len() >= MAGIC => Guess::Zstd,
        () if gzip || zstd => Guess::Unknown,
        () => Guess::Plain,
    }
}

pub(crate) fn damaged(kind: &str, error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted => error,
        io::ErrorKind::UnexpectedEof => {
            io::Error::new(error.kind(), format!("the {kind} data is cut short"))
        }
        _ if error.raw_os_error().is_some() => error,
        _ => io::Error::new(error.kind(), format!("the {kind} data is damaged: {error}")),
    }
}

#[cfg(test)]
#[path = "tests/input.rs"]
mod tests;
