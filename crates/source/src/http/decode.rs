//! Bodies as they were before compression, piece by piece.
//!
//! - A piece that comes out is never larger than [`PIECE`], whatever went in.
//! - The sum of what comes out has a bound, and so has its ratio to what went in: a body that swells
//!   without measure is refused long before its end.

use std::cell::RefCell;
use std::io::{self, BufRead, Read};

use flate2::bufread::{MultiGzDecoder, ZlibDecoder};
use hyper::body::Bytes;

/// Bytes that come out at once.
const PIECE: usize = 32 << 10;
/// A body may swell as it likes up to here,
const MODEST: u64 = 8 << 20;
/// and this many times over beyond it. Logs shrink to a tenth or so; zeros, to a thousandth.
const RATIO: u64 = 200;
/// Bytes that zstd may look back, as a power of two: what its fastest nineteen levels use.
const WINDOW_LOG: u32 = 23;

thread_local! {
    /// Where pieces come out. Nothing waits while it holds one.
    static SCRATCH: RefCell<Vec<u8>> = RefCell::new(vec![0; PIECE]);
}

/// How a body is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    Identity,
    Gzip,
    Deflate,
    Zstd,
}

impl Coding {
    /// By the header `Content-Encoding`.
    pub fn of(header: &str) -> Option<Coding> {
        let name = header.trim();
        let is = |known: &str| name.eq_ignore_ascii_case(known);
        Some(match () {
            () if is("") || is("identity") => Coding::Identity,
            () if is("gzip") || is("x-gzip") => Coding::Gzip,
            () if is("deflate") => Coding::Deflate,
            () if is("zstd") => Coding::Zstd,
            () => return None,
        })
    }

    /// Bytes of memory that decoding takes.
    pub fn memory(self) -> usize {
        match self {
            Coding::Identity => 0,
            Coding::Gzip | Coding::Deflate => 64 << 10,
            Coding::Zstd => (1 << WINDOW_LOG) + (256 << 10),
        }
    }
}

/// Why a body cannot be decoded.
#[derive(Debug)]
pub(super) enum Failure {
    /// It is larger than allowed, or swells without measure.
    Large(String),
    /// It is damaged.
    Damaged(io::Error),
}

/// Decodes one body.
pub(super) struct Decode {
    decoder: Decoder,
    /// Bytes that went in, and came out.
    encoded: u64,
    decoded: u64,
    most: u64,
}

enum Decoder {
    Identity(Feed),
    Gzip(Box<MultiGzDecoder<Feed>>),
    Deflate(Box<ZlibDecoder<Feed>>),
    Zstd(Box<zstd::Decoder<'static, Feed>>),
}

/// What has come and is not read. More would come later, unless it has ended.
#[derive(Default)]
struct Feed {
    bytes: Bytes,
    ended: bool,
}

impl Decode {
    /// For a body of at most so many bytes, compressed and decompressed.
    pub fn new(coding: Coding, most: u64) -> io::Result<Decode> {
        let feed = Feed::default();
        let decoder = match coding {
            Coding::Identity => Decoder::Identity(feed),
            Coding::Gzip => Decoder::Gzip(Box::new(MultiGzDecoder::new(feed))),
            Coding::Deflate => Decoder::Deflate(Box::new(ZlibDecoder::new(feed))),
            Coding::Zstd => {
                let mut decoder = zstd::Decoder::with_buffer(feed)?;
                decoder.window_log_max(WINDOW_LOG)?;
                Decoder::Zstd(Box::new(decoder))
            }
        };
        Ok(Decode {
            decoder,
            encoded: 0,
            decoded: 0,
            most,
        })
    }

    /// Takes the next bytes of the body; the ones before them must have been read.
    pub fn feed(&mut self, bytes: Bytes) -> Result<(), Failure> {
        self.encoded += bytes.len() as u64;
        if self.encoded > self.most {
            return Err(self.large());
        }
        self.decoder.feed_mut().bytes = bytes;
        Ok(())
    }

    /// The body has no more bytes.
    pub fn end(&mut self) {
        self.decoder.feed_mut().ended = true;
    }

    /// Shows `take` the next piece; `None` when what came in is read.
    pub fn next<T>(&mut self, take: impl FnOnce(&[u8]) -> T) -> Result<Option<T>, Failure> {
        if let Decoder::Identity(feed) = &mut self.decoder {
            let piece = feed.bytes.split_to(feed.bytes.len().min(PIECE));
            return Ok((!piece.is_empty()).then(|| take(&piece)));
        }
        SCRATCH.with_borrow_mut(|scratch| {
            let n = match self.decoder.read(scratch) {
                Ok(0) => return Ok(None),
                Ok(n) => n,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(None),
                Err(error) => return Err(Failure::Damaged(error)),
            };
            self.decoded += n as u64;
            if self.decoded > self.most {
                return Err(self.large());
            }
            if self.decoded > MODEST && self.decoded / RATIO > self.encoded {
                let message = format!("the body swells to more than {RATIO} times its size");
                return Err(Failure::Large(message));
            }
            Ok(Some(take(&scratch[..n])))
        })
    }

    fn large(&self) -> Failure {
        Failure::Large(format!("the body is larger than {} bytes", self.most))
    }
}

impl Decoder {
    fn feed_mut(&mut self) -> &mut Feed {
        match self {
            Decoder::Identity(feed) => feed,
            Decoder::Gzip(decoder) => decoder.get_mut(),
            Decoder::Deflate(decoder) => decoder.get_mut(),
            Decoder::Zstd(decoder) => decoder.get_mut(),
        }
    }

    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Decoder::Identity(feed) => feed.read(into),
            Decoder::Gzip(decoder) => decoder.read(into),
            Decoder::Deflate(decoder) => decoder.read(into),
            Decoder::Zstd(decoder) => decoder.read(into),
        }
    }
}

impl BufRead for Feed {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        match self.bytes.is_empty() && !self.ended {
            true => Err(io::ErrorKind::WouldBlock.into()),
            false => Ok(&self.bytes),
        }
    }

    fn consume(&mut self, n: usize) {
        drop(self.bytes.split_to(n));
    }
}

impl Read for Feed {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let piece = self.fill_buf()?;
        let n = piece.len().min(into.len());
        into[..n].copy_from_slice(&piece[..n]);
        self.consume(n);
        Ok(n)
    }
}

#[cfg(test)]
#[path = "tests/decode.rs"]
mod tests;
