//! Looking into a spool's file: what is in it, and whether it is what was written.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::time::SystemTime;

use knownet_flow::Buffer;

use super::run::{Fault, Header, Kind, Runs};

/// The largest window a file may ask for, as a power of two: far above what is written.
const WINDOW: u32 = 23;

/// Decompressed bytes of a file.
pub(super) fn open(path: &Path) -> std::io::Result<Box<dyn BufRead + Send>> {
    let mut decoder = zstd::Decoder::new(File::open(path)?)?;
    decoder.window_log_max(WINDOW)?;
    Ok(Box::new(BufReader::with_capacity(64 << 10, decoder)))
}

/// One run of a file: the line that says what it is, and its bytes.
#[derive(Debug)]
pub struct Frame<'a> {
    /// The line, with its line feed.
    pub header: &'a [u8],
    /// What was received.
    pub bytes: &'a [u8],
    /// Whether `bytes` are events or a part of one, not what stands before them.
    pub event: bool,
    /// Whether they are whole lines.
    pub lines: bool,
    /// Whether the event goes on in the next run.
    pub goes_on: bool,
}

/// What a file holds.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Content {
    /// Events in it.
    pub events: u64,
    /// Their bytes.
    pub bytes: u64,
    /// When the first and the last run were received.
    pub times: Option<(SystemTime, SystemTime)>,
    /// Runs that are not what was written.
    pub wrong: u64,
    /// Why the rest cannot be read, if there is one.
    pub fault: Option<String>,
}

impl Content {
    /// Whether all of it can be read.
    pub fn is_whole(&self) -> bool {
        self.fault.is_none() && self.wrong == 0
    }

    fn count(&mut self, header: &Header) {
        self.events += match header.kind {
            Kind::Lines(count) => count,
            Kind::Piece(piece) => u64::from(piece.first),
            Kind::Heading | Kind::Start | Kind::NoHeading => return,
        };
        self.bytes += header.size;
        let (first, last) = self.times.unwrap_or((header.time, header.time));
        self.times = Some((first.min(header.time), last.max(header.time)));
    }
}

/// Shows `each` good run of the file and says what is in it; a run that is not what was written is
/// left out and counted.
///
/// # Errors
/// If `each` says so.
pub fn look<E>(
    path: &Path,
    mut each: impl FnMut(&Frame<'_>) -> Result<(), E>,
) -> Result<Content, E> {
    let mut content = Content::default();
    let mut runs = match open(path) {
        Ok(input) => Runs::new(input),
        Err(error) => {
            content.fault = Some(error.to_string());
            return Ok(content);
        }
    };
    let mut bytes = Buffer::default();
    let mut any = false;
    loop {
        bytes.clear(1 << 20);
        let taken = match runs.peek() {
            Ok(None) => break,
            Ok(Some(header)) => runs.take(&mut bytes).map(|right| right.then_some(header)),
            Err(fault) => Err(fault),
        };
        any = true;
        match taken {
            Ok(Some(header)) => {
                content.count(&header);
                each(&Frame {
                    header: runs.line(),
                    bytes: bytes.filled(),
                    event: matches!(header.kind, Kind::Lines(_) | Kind::Piece(_)),
                    lines: matches!(header.kind, Kind::Lines(_)),
                    goes_on: matches!(header.kind, Kind::Piece(piece) if !piece.last),
                })?;
            }
            Ok(None) => content.wrong += 1,
            Err(Fault::Disk(error)) => {
                content.fault = Some(error.to_string());
                return Ok(content);
            }
            Err(Fault::Damaged(reason)) => {
                content.fault = Some(reason);
                return Ok(content);
            }
        }
    }
    if !any {
        content.fault = Some("it is empty".to_owned());
    }
    Ok(content)
}
