//! An open file: its bytes at any place, decompressed where its first bytes say so.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, BufReader, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

use super::cut::Encoding;
use crate::input::{Guess, damaged, guess};

/// Compressed bytes read at once.
const COMPRESSED: usize = 64 << 10;
/// Bytes decompressed at once.
const PIECE: usize = 64 << 10;

/// How a file's bytes are stored.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Kind {
    pub packed: bool,
    pub encoding: Encoding,
}

pub(super) struct Content {
    file: File,
    packed: Option<Packed>,
}

/// A decompressed stream, of which only what lies behind the last place asked for is kept.
struct Packed {
    decoder: Box<dyn Read + Send>,
    buffer: Vec<u8>,
    /// Where the buffer begins.
    base: u64,
    ended: bool,
    /// What is wrong with the compressed bytes, if it ended before its end.
    error: Option<io::Error>,
}

impl Content {
    /// Opens a regular file.
    pub fn open(path: &Path) -> io::Result<Content> {
        let mut options = OpenOptions::new();
        options.read(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            // A pipe that came to stand there would wait for a writer.
            options.custom_flags(rustix::fs::OFlags::NONBLOCK.bits() as i32);
        }
        let file = options.open(path)?;
        if !file.metadata()?.is_file() {
            return Err(io::Error::other("it is not a regular file"));
        }
        let mut content = Content { file, packed: None };
        if matches!(content.guess()?, Guess::Gzip | Guess::Zstd) {
            content.unpack()?;
        }
        Ok(content)
    }

    pub fn metadata(&self) -> io::Result<Metadata> {
        self.file.metadata()
    }

    pub fn is_packed(&self) -> bool {
        self.packed.is_some()
    }

    /// What the first bytes say; `None` if there are too few of them to tell.
    pub fn kind(&mut self) -> io::Result<Option<Kind>> {
        if self.packed.is_none() {
            match self.guess()? {
                Guess::Unknown => return Ok(None),
                Guess::Plain => {}
                Guess::Gzip | Guess::Zstd => self.unpack()?,
            }
        }
        let mut first = [0; 2];
        let n = self.read_at(0, &mut first)?;
        Ok(Encoding::of(&first[..n]).map(|encoding| Kind {
            packed: self.packed.is_some(),
            encoding,
        }))
    }

    /// What damage kept a decompressed stream from its end, once all before that was read. What the
    /// disk says comes from [`Content::read_at`].
    pub fn error(&self) -> Option<io::Error> {
        let error = self.packed.as_ref()?.error.as_ref()?;
        let same = io::Error::new(error.kind(), error.to_string());
        Some(damaged("compressed", same))
    }

    /// Fills `into` from `offset` on, as far as the file reaches.
    pub fn read_at(&mut self, offset: u64, into: &mut [u8]) -> io::Result<usize> {
        if let Some(packed) = &self.packed
            && offset < packed.base
        {
            self.unpack()?;
        }
        match &mut self.packed {
            Some(packed) => packed.read_at(offset, into),
            None => read_all_at(&self.file, offset, into),
        }
    }

    fn guess(&self) -> io::Result<Guess> {
        let mut first = [0; 4];
        let n = read_all_at(&self.file, 0, &mut first)?;
        Ok(match n {
            0 => Guess::Unknown,
            n => guess(&first[..n]),
        })
    }

    /// Begins to decompress from the start.
    fn unpack(&mut self) -> io::Result<()> {
        use std::io::{Seek, SeekFrom};
        let zstd = self.guess()? == Guess::Zstd;
        let mut file = self.file.try_clone()?;
        file.seek(SeekFrom::Start(0))?;
        let reader = BufReader::with_capacity(COMPRESSED, file);
        let decoder: Box<dyn Read + Send> = match zstd {
            true => Box::new(zstd::Decoder::with_buffer(reader)?),
            false => Box::new(MultiGzDecoder::new(reader)),
        };
        self.packed = Some(Packed {
            decoder,
            buffer: Vec::new(),
            base: 0,
            ended: false,
            error: None,
        });
        Ok(())
    }
}

impl Packed {
    fn read_at(&mut self, offset: u64, into: &mut [u8]) -> io::Result<usize> {
        loop {
            let skip = (offset - self.base).min(self.buffer.len() as u64) as usize;
            self.base += skip as u64;
            self.buffer.drain(..skip);
            let there = self.base == offset;
            if self.ended || (there && self.buffer.len() >= into.len()) {
                let n = match there {
                    true => self.buffer.len().min(into.len()),
                    false => 0,
                };
                into[..n].copy_from_slice(&self.buffer[..n]);
                return Ok(n);
            }
            let had = self.buffer.len();
            self.buffer.resize(had + PIECE, 0);
            let read = loop {
                match self.decoder.read(&mut self.buffer[had..]) {
                    Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                    read => break read,
                }
            };
            let n = *read.as_ref().unwrap_or(&0);
            self.buffer.truncate(had + n);
            match read {
                // It may be otherwise another time.
                Err(e) if e.raw_os_error().is_some() => return Err(e),
                read => {
                    self.ended = n == 0;
                    self.error = read.err();
                }
            }
        }
    }
}

fn read_all_at(file: &File, mut offset: u64, into: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < into.len() {
        match read_at(file, offset, &mut into[filled..]) {
            Ok(0) => break,
            Ok(n) => {
                filled += n;
                offset += n as u64;
            }
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(filled)
}

#[cfg(unix)]
fn read_at(file: &File, offset: u64, into: &mut [u8]) -> io::Result<usize> {
    use std::os::unix::fs::FileExt;
    file.read_at(into, offset)
}

#[cfg(windows)]
fn read_at(file: &File, offset: u64, into: &mut [u8]) -> io::Result<usize> {
    use std::os::windows::fs::FileExt;
    file.seek_read(into, offset)
}

#[cfg(not(any(unix, windows)))]
fn read_at(mut file: &File, offset: u64, into: &mut [u8]) -> io::Result<usize> {
    use std::io::{Seek, SeekFrom};
    file.seek(SeekFrom::Start(offset))?;
    file.read(into)
}

#[cfg(test)]
#[path = "tests/content.rs"]
mod tests;
