//! Frames, wherever their bytes come from: the connection or a compressed frame.

use knownet_flow::flat;
use memchr::memmem::Finder;

use super::{Bounds, Broken, Due, Lines, metadata, pair};

/// Bytes of the longest header.
const HEAD: usize = 10;
/// Bytes of a part of an event that is too long.
const PART: usize = 64 << 10;

/// What has to happen next.
pub(super) enum Next {
    Hungry,
    Window(Due),
    Room,
    Part,
    /// A compressed frame of this length begins.
    Packed(usize),
}

pub(super) struct Frames {
    bounds: Bounds,
    state: State,
    /// What there is of a header or of a length.
    head: [u8; HEAD],
    have: usize,
    window: Window,
    metadata: Finder<'static>,
    cuts: Vec<metadata::Cut>,
}

enum State {
    Head,
    /// The payload of an event, and how much of it is still to come.
    Event(usize),
    /// The same of an event that is too long.
    Long(usize),
    Pairs(Pairs),
}

struct Pairs {
    /// Keys and values still to begin.
    texts: u64,
    /// Bytes they may still take.
    budget: usize,
    /// The one that has begun: where it does in its line, and how much is still to come.
    text: Option<(usize, usize)>,
}

#[derive(Default)]
struct Window {
    version: u8,
    size: u32,
    /// Events still to come. Where a client goes on without a new size, the last one holds.
    left: u32,
    sequence: u32,
    bytes: u64,
}

impl Window {
    fn due(&self) -> Due {
        Due {
            version: self.version,
            sequence: self.sequence,
        }
    }
}

impl Frames {
    pub fn new(bounds: Bounds) -> Frames {
        Frames {
            bounds,
            state: State::Head,
            head: [0; HEAD],
            have: 0,
            window: Window::default(),
            metadata: Finder::new(metadata::KEY),
            cuts: Vec::new(),
        }
    }

    /// Whether no frame has begun.
    pub fn is_between(&self) -> bool {
        self.have == 0 && matches!(self.state, State::Head)
    }

    /// Whether a window has begun.
    pub fn is_inside(&self) -> bool {
        !self.is_between() || self.window.left > 0
    }

    pub fn step(
        &mut self,
        input: &mut &[u8],
        lines: &mut Lines,
        packed: bool,
    ) -> Result<Next, Broken> {
        loop {
            let next = match self.state {
                State::Head => self.head(input, packed)?,
                State::Event(left) => self.event(left, input, lines),
                State::Long(left) => self.long(left, input, lines),
                State::Pairs(_) => self.pairs(input, lines)?,
            };
            if let Some(next) = next {
                return Ok(next);
            }
        }
    }

    /// Whether `want` bytes of a header are there, after taking what is missing.
    fn gather(&mut self, want: usize, input: &mut &[u8]) -> bool {
        let n = want.saturating_sub(self.have).min(input.len());
        let (taken, rest) = input.split_at(n);
        self.head[self.have..self.have + n].copy_from_slice(taken);
        self.have += n;
        *input = rest;
        self.have >= want
    }

    fn number(&self, at: usize) -> u32 {
        let mut bytes = [0; 4];
        bytes.copy_from_slice(&self.head[at..at + 4]);
        u32::from_be_bytes(bytes)
    }

    fn head(&mut self, input: &mut &[u8], packed: bool) -> Result<Option<Next>, Broken> {
        if !self.gather(2, input) {
            return match self.have {
                1 if !matches!(self.head[0], b'1' | b'2') => Err(Broken::Version(self.head[0])),
                _ => Ok(Some(Next::Hungry)),
            };
        }
        let (version, kind) = (self.head[0], self.head[1]);
        if !matches!(version, b'1' | b'2') {
            return Err(Broken::Version(version));
        }
        let size = match kind {
            b'W' | b'C' if packed => return Err(Broken::Nested(kind)),
            b'W' | b'C' => 6,
            b'J' | b'D' => HEAD,
            _ => return Err(Broken::Kind(kind)),
        };
        if !self.gather(size, input) {
            return Ok(Some(Next::Hungry));
        }
        self.have = 0;
        match kind {
            b'W' => Ok(self.window(version, self.number(2))),
            b'C' if self.window.size == 0 => Err(Broken::NoWindow),
            b'C' => Ok(Some(Next::Packed(self.number(2) as usize))),
            b'J' => {
                let len = self.number(6) as usize;
                self.begin(version, len as u64)?;
                self.state = match len > self.bounds.max_event {
                    true => State::Long(len),
                    false => State::Event(len),
                };
                Ok(None)
            }
            _ => {
                // A key and a value have their lengths at least.
                let pairs = self.number(6);
                if u64::from(pairs) * 8 > self.bounds.max_event as u64 {
                    return Err(Broken::Pairs(self.bounds.max_event));
                }
                self.begin(version, u64::from(pairs) * 8)?;
                self.state = State::Pairs(Pairs {
                    texts: u64::from(pairs) * 2,
                    budget: self.bounds.max_event - pairs as usize * 8,
                    text: None,
                });
                Ok(None)
            }
        }
    }

    /// A new window. One that is not whole goes on as it is, as in Logstash.
    fn window(&mut self, version: u8, size: u32) -> Option<Next> {
        let begun = self.window.left > 0 && self.window.left < self.window.size;
        let due = match begun {
            true => Some(self.window.due()),
            false if size == 0 => Some(Due {
                version,
                sequence: 0,
            }),
            false => None,
        };
        self.window = Window {
            version,
            size,
            left: size,
            ..Window::default()
        };
        due.map(Next::Window)
    }

    /// An event begins, of so many bytes behind its header.
    fn begin(&mut self, version: u8, len: u64) -> Result<(), Broken> {
        let window = &mut self.window;
        if window.size == 0 {
            return Err(Broken::NoWindow);
        }
        if window.left == 0 {
            window.left = window.size;
            window.bytes = 0;
        }
        window.version = version;
        window.sequence =
            u32::from_be_bytes([self.head[2], self.head[3], self.head[4], self.head[5]]);
        self.count(HEAD as u64 + len)
    }

    fn count(&mut self, bytes: u64) -> Result<(), Broken> {
        self.window.bytes += bytes;
        match self.window.bytes > self.bounds.max_window {
            true => Err(Broken::Window(self.bounds.max_window)),
            false => Ok(()),
        }
    }

    fn event(&mut self, left: usize, input: &mut &[u8], lines: &mut Lines) -> Option<Next> {
        let left = copy(left, input, lines);
        self.state = State::Event(left);
        if left > 0 {
            return Some(lack(input));
        }
        flat::flatten(&mut lines.bytes, lines.whole);
        if !self.bounds.keep_metadata {
            metadata::remove(
                &mut lines.bytes,
                lines.whole,
                &self.metadata,
                &mut self.cuts,
            );
        }
        self.end(lines)
    }

    fn long(&mut self, left: usize, input: &mut &[u8], lines: &mut Lines) -> Option<Next> {
        let tail = lines.bytes.len() - lines.whole;
        if left == 0 && tail == 0 {
            return self.end(lines);
        }
        if left == 0 || tail >= PART {
            return Some(Next::Part);
        }
        let wanted = (PART - tail).min(left);
        let missing = copy(wanted, input, lines);
        flat::level(&mut lines.bytes[lines.whole + tail..]);
        self.state = State::Long(left - (wanted - missing));
        match missing {
            0 => None,
            // Taking what is there makes room.
            _ if !input.is_empty() => Some(Next::Part),
            _ => Some(Next::Hungry),
        }
    }

    fn pairs(&mut self, input: &mut &[u8], lines: &mut Lines) -> Result<Option<Next>, Broken> {
        // The braces, quotes and colons of a pair.
        if lines.bytes.len() + 8 > lines.room {
            return Ok(Some(Next::Room));
        }
        let State::Pairs(pairs) = &mut self.state else {
            return Ok(None);
        };
        if lines.bytes.len() == lines.whole {
            lines.bytes.push(b'{');
        }
        let Some((start, left)) = pairs.text else {
            if pairs.texts == 0 {
                pair::close(&mut lines.bytes);
                return Ok(self.end(lines));
            }
            if !self.gather(4, input) {
                return Ok(Some(Next::Hungry));
            }
            self.have = 0;
            let len = self.number(0) as usize;
            let State::Pairs(pairs) = &mut self.state else {
                return Ok(None);
            };
            if len > pairs.budget {
                return Err(Broken::Pairs(self.bounds.max_event));
            }
            pairs.budget -= len;
            pairs.text = Some((lines.bytes.len() - lines.whole, len));
            return self.count(len as u64).map(|()| None);
        };
        let left = copy(left, input, lines);
        if left > 0 {
            pairs.text = Some((start, left));
            return Ok(Some(lack(input)));
        }
        let is_key = pairs.texts.is_multiple_of(2);
        pair::spell(&mut lines.bytes, lines.whole + start, is_key);
        pairs.texts -= 1;
        pairs.text = None;
        Ok(None)
    }

    /// The event is whole: a line, unless it is empty.
    fn end(&mut self, lines: &mut Lines) -> Option<Next> {
        if lines.bytes.len() > lines.whole {
            lines.bytes.push(b'\n');
            lines.whole = lines.bytes.len();
        }
        self.state = State::Head;
        self.window.left -= 1;
        (self.window.left == 0).then(|| Next::Window(self.window.due()))
    }
}

/// Copies what there is of `left` bytes, as far as there is room for them and a line feed; returns
/// how many are missing.
fn copy(left: usize, input: &mut &[u8], lines: &mut Lines) -> usize {
    let room = lines.room.saturating_sub(lines.bytes.len() + 1);
    let (taken, rest) = input.split_at(left.min(input.len()).min(room));
    lines.bytes.extend_from_slice(taken);
    *input = rest;
    left - taken.len()
}

/// What a copy lacks that is not whole.
fn lack(input: &[u8]) -> Next {
    match input.is_empty() {
        true => Next::Hungry,
        false => Next::Room,
    }
}
