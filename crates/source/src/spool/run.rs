//! What a spool's file holds: runs, each one line that says what it is, then its bytes.
//!
//! ```text
//! 2026-11-21T08:26:04.123Z 192.0.2.1:514 2 lines 88 bytes crc32 8e14dce8
//! <134>Nov 21 08:26:04 fw one line as it was received
//! <134>Nov 21 08:26:04 fw another one
//! ```
//!
//! - The time is that of receiving, the address the sender's, `-` where it has none.
//! - Instead of `2 lines` there may stand `only piece`, `first piece`, `middle piece` or `last piece`
//!   (of a line that is longer than an event may be), and `lines heading`, `start heading` or
//!   `no heading` (what stands before the lines that follow). Their bytes are followed by a line feed
//!   that is not counted.
//! - The checksum is over the line up to ` crc32` and the bytes: a run is whole and right, or it is
//!   not handed on.

use std::io::{self, BufRead, Write};
use std::net::SocketAddr;
use std::time::SystemTime;

use flate2::Crc;
use knownet_flow::{Buffer, Piece, time};
use memchr::memchr_iter;

/// Longer than every line that begins a run.
const LONGEST_HEADER: u64 = 256;
/// As many bytes as an event may ever have, and its line feed.
const LARGEST: u64 = (1 << 30) + 1;
/// Room made at once for bytes that are only announced.
const STEP: usize = 1 << 20;
/// ` crc32 ` and its digits.
const SEAL: usize = 15;

/// What a run's bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// So many whole lines.
    Lines(u64),
    /// A part of a line that is too long.
    Piece(Piece),
    /// The lines that stand before the next ones.
    Heading,
    /// The next lines begin their stream.
    Start,
    /// Nothing stands before the next lines.
    NoHeading,
}

/// The line that begins a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Header {
    pub time: SystemTime,
    pub peer: Option<SocketAddr>,
    pub kind: Kind,
    pub size: u64,
    crc: u32,
}

/// Appends a run.
pub(crate) fn write(
    kind: Kind,
    peer: Option<SocketAddr>,
    time: SystemTime,
    bytes: &[u8],
    out: &mut Vec<u8>,
) {
    let from = out.len();
    time::write(time, out);
    // Writing to memory does not fail.
    let _ = match peer {
        Some(peer) => write!(out, " {peer} "),
        None => write!(out, " - "),
    };
    let _ = match kind {
        Kind::Lines(count) => write!(out, "{count} lines"),
        Kind::Piece(piece) => write!(out, "{} piece", word(piece)),
        Kind::Heading => write!(out, "lines heading"),
        Kind::Start => write!(out, "start heading"),
        Kind::NoHeading => write!(out, "no heading"),
    };
    let _ = write!(out, " {} bytes", bytes.len());
    let mut crc = Crc::new();
    crc.update(&out[from..]);
    crc.update(bytes);
    let _ = writeln!(out, " crc32 {:08x}", crc.sum());
    out.extend_from_slice(bytes);
    if !matches!(kind, Kind::Lines(_)) {
        out.push(b'\n');
    }
}

fn word(piece: Piece) -> &'static str {
    match (piece.first, piece.last) {
        (true, true) => "only",
        (true, false) => "first",
        (false, false) => "middle",
        (false, true) => "last",
    }
}

impl Header {
    /// Reads a line without its line feed.
    pub fn parse(line: &[u8]) -> Option<Header> {
        let line = std::str::from_utf8(line).ok()?;
        let mut words = line.split(' ');
        let time = time::parse(words.next()?.as_bytes())?;
        let peer = match words.next()? {
            "-" => None,
            peer => Some(peer.parse().ok()?),
        };
        let piece = |first, last| Kind::Piece(Piece { first, last });
        let kind = match (words.next()?, words.next()?) {
            ("only", "piece") => piece(true, true),
            ("first", "piece") => piece(true, false),
            ("middle", "piece") => piece(false, false),
            ("last", "piece") => piece(false, true),
            ("lines", "heading") => Kind::Heading,
            ("start", "heading") => Kind::Start,
            ("no", "heading") => Kind::NoHeading,
            (count, "lines") => Kind::Lines(number(count)?),
            _ => return None,
        };
        let size = number(words.next()?)?;
        let ("bytes", "crc32", crc) = (words.next()?, words.next()?, words.next()?) else {
            return None;
        };
        let hex = |digit: u8| digit.is_ascii_digit() || (b'a'..=b'f').contains(&digit);
        if crc.len() != 8 || !crc.bytes().all(hex) || words.next().is_some() || size > LARGEST {
            return None;
        }
        let crc = u32::from_str_radix(crc, 16).ok()?;
        Some(Header {
            time,
            peer,
            kind,
            size,
            crc,
        })
    }
}

/// Digits alone, without a sign or zeros before them.
fn number(text: &str) -> Option<u64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit());
    let plain = plain && (text == "0" || !text.starts_with('0'));
    plain.then(|| text.parse().ok())?
}

/// Why reading runs ended before their end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    /// The disk said so; it may be otherwise another time.
    #[error("{0}")]
    Disk(io::Error),
    /// The bytes are not what was written.
    #[error("{0}")]
    Damaged(String),
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Fault {
        // The decoder's own errors carry no number of the system.
        match error.raw_os_error() {
            Some(_) => Fault::Disk(error),
            None => Fault::Damaged(error.to_string()),
        }
    }
}

/// The runs of one file, one after the other.
pub(crate) struct Runs<R> {
    input: R,
    /// The header that was read last.
    line: Vec<u8>,
    ahead: Option<Header>,
    /// Bytes behind which it stands.
    offset: u64,
}

impl<R: BufRead> Runs<R> {
    /// Of decompressed bytes.
    pub fn new(input: R) -> Runs<R> {
        Runs {
            input,
            line: Vec::new(),
            ahead: None,
            offset: 0,
        }
    }

    /// The header of the next run; `None` at the end.
    pub fn peek(&mut self) -> Result<Option<Header>, Fault> {
        if self.ahead.is_some() {
            return Ok(self.ahead);
        }
        self.line.clear();
        let mut bounded = io::Read::take(&mut self.input, LONGEST_HEADER);
        bounded.read_until(b'\n', &mut self.line)?;
        self.offset += self.line.len() as u64;
        if self.line.is_empty() {
            return Ok(None);
        }
        let line = self.line.strip_suffix(b"\n");
        self.ahead = line.and_then(Header::parse);
        match (self.ahead, line) {
            (Some(header), _) => Ok(Some(header)),
            (None, Some(_)) => Err(Fault::Damaged("a line that begins no run".to_owned())),
            (None, None) if self.line.len() as u64 == LONGEST_HEADER => {
                Err(Fault::Damaged("a line that begins no run".to_owned()))
            }
            (None, None) => Err(torn()),
        }
    }

    /// Where the bytes of the run begin that [`Runs::peek`] showed, from the beginning of the input.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// The bytes of the last header, as they stand there.
    pub fn line(&self) -> &[u8] {
        &self.line
    }

    /// Appends the bytes of the run that [`Runs::peek`] showed. `false` if they are not what was
    /// written: nothing is appended then, and the next run may be good.
    pub fn take(&mut self, into: &mut Buffer) -> Result<bool, Fault> {
        let Some(header) = self.ahead.take() else {
            return Ok(true);
        };
        let from = into.filled().len();
        let taken = self.bytes(header, into);
        match taken {
            Ok(true) => {}
            _ => into.truncate(from),
        }
        taken
    }

    fn bytes(&mut self, header: Header, into: &mut Buffer) -> Result<bool, Fault> {
        let from = into.filled().len();
        let mut left = usize::try_from(header.size).map_err(|_| torn())?;
        // A size is a claim: room for it is made as it comes true.
        while left > 0 {
            let step = left.min(STEP);
            let read = self.input.read(&mut into.spare(step)[..step]);
            match read {
                Ok(0) => return Err(torn()),
                Ok(n) => {
                    into.advance(n);
                    left -= n;
                    self.offset += n as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        let bytes = &into.filled()[from..];
        let mut crc = Crc::new();
        crc.update(&self.line[..self.line.len() - 1 - SEAL]);
        crc.update(bytes);
        let right = crc.sum() == header.crc;
        Ok(match header.kind {
            Kind::Lines(count) => {
                right
                    && bytes.last() == Some(&b'\n')
                    && memchr_iter(b'\n', bytes).count() as u64 == count
            }
            Kind::Start | Kind::NoHeading => self.line_feed()? && right && bytes.is_empty(),
            Kind::Piece(_) | Kind::Heading => self.line_feed()? && right,
        })
    }

    fn line_feed(&mut self) -> Result<bool, Fault> {
        let next = self.input.fill_buf()?.first().copied();
        let byte = next.ok_or_else(torn)?;
        self.input.consume(1);
        self.offset += 1;
        Ok(byte == b'\n')
    }
}

fn torn() -> Fault {
    Fault::Damaged("it ends in the middle of a run".to_owned())
}

#[cfg(test)]
#[path = "tests/run.rs"]
mod tests;
