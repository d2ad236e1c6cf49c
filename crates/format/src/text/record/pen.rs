//! A buffer that a line is written into, in pieces of constant length.
//!
//! Short text is copied as a whole window, of which only the beginning counts: that is a few
//! instructions, where a copy of just its length is a call. What is behind the pen is overwritten
//! or taken back.

use knownet_flow::text;

use super::window::{self, WINDOW};

/// So many bytes behind the pen may be written at any time.
const SLACK: usize = 96;

/// Objects have at most so many parents.
pub const CLOSE: &[u8; 8] = b"}}}}}}}}";

/// The longest path as JSON is no longer.
pub const PATH: usize = 48;

/// The buffer, and where the next byte goes.
pub struct Pen<'v> {
    out: &'v mut Vec<u8>,
    at: usize,
}

impl<'v> Pen<'v> {
    /// Goes on behind what is there.
    pub fn new(out: &'v mut Vec<u8>) -> Pen<'v> {
        let at = out.len();
        Pen { out, at }
    }

    /// How many bytes there are.
    #[inline]
    pub fn at(&self) -> usize {
        self.at
    }

    /// Ends the line.
    pub fn finish(self) {
        self.out.truncate(self.at);
    }

    /// Makes room for so many bytes and [`SLACK`].
    #[inline]
    fn room(&mut self, length: usize) {
        let end = self.at + length + SLACK;
        if end > self.out.len() {
            grow(self.out, end);
        }
    }

    /// Appends the first `length` bytes of a window.
    #[inline]
    pub fn window<const N: usize>(&mut self, bytes: &[u8; N], length: usize) {
        self.room(N);
        self.out[self.at..self.at + N].copy_from_slice(bytes);
        self.at += length;
    }

    /// Appends a byte.
    #[inline]
    pub fn byte(&mut self, byte: u8) {
        self.room(1);
        self.out[self.at] = byte;
        self.at += 1;
    }

    /// Appends bytes.
    #[inline]
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.room(bytes.len());
        self.out[self.at..self.at + bytes.len()].copy_from_slice(bytes);
        self.at += bytes.len();
    }

    /// Lets others append, who need no room.
    pub fn push(&mut self, append: impl FnOnce(&mut Vec<u8>)) {
        self.out.truncate(self.at);
        append(self.out);
        self.at = self.out.len();
    }

    /// Appends `before` and the first `length` bytes of `text`.
    #[inline]
    pub fn text(&mut self, before: u8, text: &[u8], length: usize) {
        self.room(length + 1);
        if let Some(window) = text.first_chunk::<WINDOW>()
            && length <= WINDOW
            && let Some(place) = self.place()
        {
            place[0] = before;
            place[1..=WINDOW].copy_from_slice(window);
            self.at += length + 1;
        } else {
            self.byte(before);
            self.bytes(&text[..length]);
        }
    }

    /// Appends `before` and the first `length` bytes of `text` as a quoted string; `plain` says
    /// that nothing in them is escaped.
    #[inline]
    pub fn quote(&mut self, before: u8, text: &[u8], length: usize, plain: bool) {
        self.room(length + 3);
        let Some(place) = self.place() else { return };
        (place[0], place[1]) = (before, b'"');
        let clean = match text.first_chunk::<WINDOW>() {
            Some(window) if length <= WINDOW => {
                place[2..2 + WINDOW].copy_from_slice(window);
                place[2 + length] = b'"';
                plain || window::is_plain(window, length)
            }
            _ if length <= window::SHORT => {
                let window = window::short(&text[..length]);
                place[2..2 + window::SHORT].copy_from_slice(&window);
                place[2 + length] = b'"';
                plain || window::is_plain(&window, length)
            }
            _ => {
                let bytes = &text[..length];
                self.out[self.at + 2..self.at + 2 + length].copy_from_slice(bytes);
                self.out[self.at + 2 + length] = b'"';
                plain || text::is_plain(bytes)
            }
        };
        match clean {
            true => self.at += length + 3,
            false => {
                self.at += 1;
                self.escape(&text[..length]);
            }
        }
    }

    /// What is behind the pen, where room was made.
    #[inline]
    fn place(&mut self) -> Option<&mut [u8; 64]> {
        self.out[self.at..].first_chunk_mut()
    }

    /// Appends the end of some objects, a comma, and the first `length` bytes of a path.
    #[inline]
    pub fn path(&mut self, close: usize, path: &[u8; PATH], length: usize) {
        self.room(0);
        if let Some(place) = self.place() {
            let close = close.min(CLOSE.len());
            place[..CLOSE.len()].copy_from_slice(CLOSE);
            place[close] = b',';
            place[close + 1..close + 1 + PATH].copy_from_slice(path);
            self.at += close + 1 + length;
        }
    }

    /// Appends the end of some objects.
    pub fn close(&mut self, close: usize) {
        self.window(CLOSE, close);
    }

    /// Appends a quoted string in which something is escaped.
    pub fn escape(&mut self, text: &[u8]) {
        let start = self.at;
        self.byte(b'"');
        let mut at = 0;
        while let Some(block) = text.get(at..).filter(|rest| !rest.is_empty()) {
            let length = block.len().min(WINDOW);
            // Twice, if each byte gets a backslash.
            self.room(2 * WINDOW);
            let mut last = [b' '; WINDOW];
            let window = match block.first_chunk() {
                Some(window) => window,
                None => {
                    last[..length].copy_from_slice(block);
                    &last
                }
            };
            let mut special = window::special(window);
            // What is still to come of the window is copied again behind each backslash.
            let (begin, mut done) = (self.at, 0);
            self.window(window, length);
            while special != 0 {
                let next = special.trailing_zeros() as usize;
                special &= special - 1;
                let byte = window[next];
                if !matches!(byte, b'"' | b'\\') {
                    self.at = start;
                    return self.push(|out| text::quote(text, out));
                }
                let place = begin + next + done;
                self.out[place] = b'\\';
                done += 1;
                match block[next..].first_chunk::<WINDOW>() {
                    Some(rest) => {
                        self.out[place + 1..place + 1 + WINDOW].copy_from_slice(rest);
                    }
                    None => {
                        let rest = &block[next..];
                        self.out[place + 1..place + 1 + rest.len()].copy_from_slice(rest);
                    }
                }
                self.at += 1;
            }
            at += length;
        }
        self.byte(b'"');
    }
}

#[cold]
fn grow(out: &mut Vec<u8>, end: usize) {
    // Bytes that are reserved already cost little; few steps are enough for a line.
    out.resize(end + 512, 0);
}
