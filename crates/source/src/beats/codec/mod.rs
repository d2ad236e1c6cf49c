//! The Lumberjack protocol, versions 1 and 2: a client's bytes into windows of lines.
//!
//! - Bytes are pushed in as they come, in any pieces; a payload is copied once, to the end of the
//!   window's lines. An event in JSON with line ends in it is copied once more and written anew, and
//!   so is each text of an event of keys and values; nothing is allocated for others.
//! - A line never holds a line feed but the one at its end.
//! - Compressed frames are inflated through a buffer of fixed size, and what they hold counts
//!   against the bound of the window before it is inflated. They cannot be nested, and a window
//!   that ends in one is whole once the frame's checksum is found right.
//! - An event that is longer than an event may be is handed on in parts; it ends nothing.
//! - Memory grows with what was received and only as far as [`Lines::room`] goes, never with what
//!   a length promises. Writing anew takes the copy on top, and what is written may be longer than
//!   that: twice for JSON, as a line end becomes an escape of two characters, and six times for
//!   texts, as a control character becomes one of six.
//!
//! ```text
//! W  version 'W' events:u32                                  a window of so many events
//! J  version 'J' sequence:u32 length:u32 payload             an event in JSON
//! D  version 'D' sequence:u32 pairs:u32 (length:u32 text)*   an event of keys and values
//! C  version 'C' length:u32 payload                          frames, as a zlib stream
//! A  version 'A' sequence:u32                                to the client: safe up to here
//! ```
//! The version is the character `1` or `2`, numbers are big endian. From go-lumber v0.1.0
//! (`protocol/v1`, `protocol/v2`, `server/v2/reader.go`), logstash-input-beats
//! (`BeatsParser.java`) and logstash-forwarder (`PROTOCOL.md`).

mod frame;
mod metadata;
mod pack;
mod pair;

use frame::{Frames, Next};
use pack::{Inflated, Pack};

/// What is taken of a client.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// Bytes of the longest event.
    pub max_event: usize,
    /// Bytes of the longest window, inflated.
    pub max_window: u64,
    /// Whether `@metadata` stays in the events.
    pub keep_metadata: bool,
}

/// Events of a window, one a line.
#[derive(Default)]
pub(crate) struct Lines {
    /// Whole lines, then what there is of the next.
    pub bytes: Vec<u8>,
    /// Where the whole lines end.
    pub whole: usize,
    /// How many bytes there may be.
    pub room: usize,
}

impl Lines {
    /// Forgets the whole lines, and keeps what there is of the next.
    pub fn forget_whole(&mut self) {
        self.bytes.drain(..self.whole);
        self.whole = 0;
    }
}

/// The answer to a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Due {
    /// Of the protocol, as the client spells it.
    pub version: u8,
    /// Of the window's last event: not every client counts from 1 in each window.
    pub sequence: u32,
}

/// What has to happen next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// All input is taken.
    Hungry,
    /// The window is whole: all lines are its own.
    Window(Due),
    /// The lines are as long as they may be, but for this line feed: make room.
    Room,
    /// What follows the whole lines is a part of an event that is too long: take everything.
    Part,
}

/// Why a client is not understood. There is no way back into its stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Broken {
    /// A frame must begin with a version.
    #[error("a frame begins with byte {0:#04x} instead of a protocol version{hint}", hint = hint(*.0))]
    Version(u8),
    /// No such frame, or none that a client may send.
    #[error("frames of type {0:#04x} are not known")]
    Kind(u8),
    /// Only events may be compressed.
    #[error("a compressed frame holds a frame of type {0:#04x}; only events may be compressed")]
    Nested(u8),
    /// An event that belongs to no window.
    #[error("an event came before the size of its window")]
    NoWindow,
    /// More than a window may hold.
    #[error(
        "the window holds more than {0} bytes; lower the client's bulk_max_size or raise max_window"
    )]
    Window(u64),
    /// More than an event of keys and values may hold.
    #[error("the pairs of an event take more than {0} bytes")]
    Pairs(usize),
    /// No client does that, and it would be handed on before its checksum is known.
    #[error("a compressed frame holds more than the rest of its window")]
    Overfull,
    /// Not a zlib stream of whole frames.
    #[error("a compressed frame is damaged")]
    Compressed,
}

impl Broken {
    /// For the `reason` of a metric.
    pub fn reason(&self) -> &'static str {
        match self {
            Broken::Version(_) => "version",
            Broken::Kind(_) => "frame",
            Broken::Nested(_) => "nested",
            Broken::NoWindow => "no_window",
            Broken::Window(_) => "window",
            Broken::Pairs(_) => "pairs",
            Broken::Overfull | Broken::Compressed => "compressed",
        }
    }
}

fn hint(first: u8) -> &'static str {
    match first {
        0x16 => "; the client seems to speak TLS, and this source does not",
        b'A'..=b'Z' => "; the client seems to speak HTTP or another protocol of text",
        _ => "",
    }
}

/// The acknowledgement of everything up to `due`; of sequence 0 it says that work goes on.
pub(crate) fn ack(due: Due) -> [u8; 6] {
    let [a, b, c, d] = due.sequence.to_be_bytes();
    [due.version, b'A', a, b, c, d]
}

/// Reads one client's stream.
pub(crate) struct Decoder {
    frames: Frames,
    pack: Option<Box<Pack>>,
    /// Of a window that ended in the compressed frame, whose checksum is still to come.
    due: Option<Due>,
}

impl Decoder {
    pub fn new(bounds: Bounds) -> Decoder {
        Decoder {
            frames: Frames::new(bounds),
            pack: None,
            due: None,
        }
    }

    /// Whether a window has begun and is not whole yet.
    pub fn is_inside(&self) -> bool {
        self.frames.is_inside() || self.pack.as_ref().is_some_and(|pack| pack.is_open())
    }

    /// Takes bytes from the beginning of `input` until something has to happen.
    pub fn step(&mut self, input: &mut &[u8], lines: &mut Lines) -> Result<Step, Broken> {
        loop {
            let next = match &mut self.pack {
                Some(pack) if pack.is_open() => {
                    let mut ready = pack.ready();
                    let len = ready.len();
                    if len == 0 {
                        match pack.inflate(input)? {
                            Inflated::Some => continue,
                            Inflated::Hungry => return Ok(Step::Hungry),
                            Inflated::End if !self.frames.is_between() => {
                                return Err(Broken::Compressed);
                            }
                            Inflated::End => match self.due.take() {
                                Some(due) => return Ok(Step::Window(due)),
                                None => continue,
                            },
                        }
                    }
                    if self.due.is_some() {
                        return Err(Broken::Overfull);
                    }
                    let next = self.frames.step(&mut ready, lines, true)?;
                    let taken = len - ready.len();
                    pack.take(taken);
                    match next {
                        Next::Hungry => continue,
                        Next::Window(due) => {
                            self.due = Some(due);
                            continue;
                        }
                        next => next,
                    }
                }
                _ => self.frames.step(input, lines, false)?,
            };
            return Ok(match next {
                Next::Hungry => Step::Hungry,
                Next::Window(due) => Step::Window(due),
                Next::Room => Step::Room,
                Next::Part => Step::Part,
                Next::Packed(len) => {
                    self.pack.get_or_insert_default().begin(len);
                    continue;
                }
            });
        }
    }
}

#[cfg(test)]
#[path = "../../tests/beats/codec.rs"]
mod tests;
