//! The short way to a path: a key that ends like it, proven by walking out through the objects that
//! enclose it.
//!
//! A quote behind a byte that is no backslash ends a string, and a string with a colon behind it is
//! a key; so a needle's hit is a key at unknown depth. The masks of the bytes before it, with strings
//! blanked out, then show each enclosing brace, and the key before that brace.
//!
//! The proof says yes, no, or [`Proof::Unsure`]: arrays on the way, spellings that need unescaping
//! and records built to make the walk long are left to [`super::exact`].

use knownet_flow::Span;
use memchr::memmem::Finder;
use memchr::memrchr;

use super::exact;
use super::lanes::{Lanes, Task};

/// Braces and brackets outside strings, 64 bytes of a record.
#[derive(Clone, Copy, Default)]
struct Block {
    open: u64,
    close: u64,
    /// How many are open before the first byte.
    depth: u32,
}

/// What the walk found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Proof {
    /// The key is this path, spelled plainly, through objects only.
    Yes,
    /// It is another.
    No,
    /// Ask the exact way.
    Unsure,
}

/// The exact way must be asked.
pub struct Unsure;

/// One object on the way out.
#[derive(Clone, Copy)]
enum Level {
    /// The record itself.
    Top,
    /// The value of the key `start..end` (without quotes).
    Member { start: usize, end: usize },
    /// Not JSON, or not worth walking.
    Unsure,
}

/// The masks of one record as far as they were needed, and the way out from one key.
#[derive(Default)]
pub struct Walk {
    blocks: Vec<Block>,
    /// Whether the first byte of the next block is escaped.
    escaped: u64,
    /// All ones if the next block begins inside a string.
    in_string: u64,
    /// How many are open before the next block.
    depth: u32,
    /// Steps that this record may still cost.
    steps: usize,
    /// The brace or bracket that the current key lies in, if it can be told.
    inner: Option<usize>,
    /// The objects around it as far as they were asked for, innermost first.
    levels: Vec<Level>,
    /// Whether an array lies between two of them.
    arrays: bool,
}

impl Walk {
    /// Forgets the record.
    #[inline]
    pub fn reset(&mut self, len: usize) {
        self.blocks.clear();
        self.levels.clear();
        self.arrays = false;
        self.inner = None;
        (self.escaped, self.in_string, self.depth) = (0, 0, 0);
        // A walk of one step a byte is the price of the exact way.
        self.steps = 64 + len / 8;
    }

    /// Begins at the key with the opening quote `open`. Neighbours share their way out.
    #[inline(always)]
    pub fn turn<L: Lanes>(&mut self, lanes: L, record: &[u8], open: usize) {
        self.cover(lanes, record, open);
        let inner = self.around(open);
        if inner != self.inner {
            self.inner = inner;
            self.levels.clear();
            self.arrays = false;
        }
    }

    /// Whether the key `start..end` (without quotes) that it turned to and the keys around it are
    /// `path`.
    #[inline(always)]
    pub fn prove(&mut self, record: &[u8], (start, end): (usize, usize), path: &[u8]) -> Proof {
        let Some(mut left) = strip(path, &record[start..end]) else {
            return Proof::No;
        };
        let (mut level, mut around) = (0, self.inner);
        loop {
            if level == self.levels.len() {
                let found = self.outward(record, around);
                self.levels.push(found);
            }
            match self.levels[level] {
                Level::Top if left > 0 => return Proof::No,
                Level::Top if self.arrays => return Proof::Unsure,
                Level::Top => return Proof::Yes,
                Level::Unsure => return Proof::Unsure,
                Level::Member { start, end } => {
                    match strip(&path[..left], &record[start..end]) {
                        Some(less) if left > 0 => left = less,
                        _ => return Proof::No,
                    }
                    level += 1;
                    if level == self.levels.len() {
                        around = self.around(start - 1);
                    }
                }
            }
        }
    }

    /// The name of an object around the key that it turned to, innermost first: `Ok(None)` at the
    /// top, an error where it is not to be told.
    #[inline]
    pub fn parent(&mut self, record: &[u8], level: usize) -> Result<Option<Span>, Unsure> {
        while self.levels.len() <= level {
            let around = match self.levels.last() {
                None => self.inner,
                Some(Level::Member { start, .. }) => self.around(start - 1),
                Some(Level::Top) => return Ok(None),
                Some(Level::Unsure) => return Err(Unsure),
            };
            let found = self.outward(record, around);
            self.levels.push(found);
        }
        match self.levels[level] {
            Level::Top => Ok(None),
            Level::Member { start, end } => Ok(Some(Span::new(start, end))),
            Level::Unsure => Err(Unsure),
        }
    }

    /// How many objects and arrays the key at `at` that it turned to lies in, and where the
    /// innermost opens.
    #[inline]
    pub fn place(&self, at: usize) -> Option<(u32, usize)> {
        Some((self.depth(at), self.inner?))
    }

    /// How many objects and arrays the byte `at`, before the key that it turned to, lies in.
    #[inline]
    pub fn depth_at(&self, at: usize) -> u32 {
        self.depth(at)
    }

    /// The object that begins at `open`, or the one around it if that is an array.
    #[inline(always)]
    fn outward(&mut self, record: &[u8], mut open: Option<usize>) -> Level {
        loop {
            let Some(at) = open else {
                return Level::Unsure;
            };
            if at == 0 {
                return match record[0] {
                    b'{' => Level::Top,
                    _ => Level::Unsure,
                };
            }
            let before = trim(record, at);
            match record[..before].last() {
                Some(b':') => {
                    let close = trim(record, before - 1);
                    if record[..close].last() != Some(&b'"') {
                        return Level::Unsure;
                    }
                    self.arrays |= record[at] == b'[';
                    // A key that holds a quote is no path's: stand in for it with an empty one.
                    let end = close - 1;
                    let start = key_start(record, end).unwrap_or(end);
                    return Level::Member { start, end };
                }
                // An element: the array around it comes next.
                Some(b',' | b'[') => {
                    self.arrays = true;
                    open = self.around(at);
                }
                _ => return Level::Unsure,
            }
        }
    }

    /// Computes the masks up to and with byte `at`.
    #[inline(always)]
    fn cover<L: Lanes>(&mut self, lanes: L, record: &[u8], at: usize) {
        let blocks = at / 64 + 1;
        if self.blocks.len() >= blocks {
            return;
        }
        self.blocks.reserve(blocks - self.blocks.len());
        while self.blocks.len() < blocks {
            let start = self.blocks.len() * 64;
            let s = match record[start..].first_chunk::<64>() {
                Some(block) => lanes.structure(block),
                None => {
                    let mut block = [b' '; 64];
                    block[..record.len() - start].copy_from_slice(&record[start..]);
                    lanes.structure(&block)
                }
            };
            let escaped = escapes(s.backslash, &mut self.escaped);
            let strings = lanes.prefix_xor(s.quote & !escaped) ^ self.in_string;
            self.in_string = ((strings as i64) >> 63) as u64;
            let (open, close) = (s.open & !strings, s.close & !strings);
            self.blocks.push(Block {
                open,
                close,
                depth: self.depth,
            });
            self.depth = self
                .depth
                .wrapping_add(open.count_ones())
                .wrapping_sub(close.count_ones());
        }
    }

    /// How many objects and arrays the byte `at` lies in.
    #[inline(always)]
    fn depth(&self, at: usize) -> u32 {
        let Block { open, close, depth } = self.blocks[at / 64];
        let before = (1u64 << (at % 64)) - 1;
        depth
            .wrapping_add((open & before).count_ones())
            .wrapping_sub((close & before).count_ones())
    }

    /// The brace or bracket that the byte `at` lies in.
    #[inline(always)]
    fn around(&mut self, at: usize) -> Option<usize> {
        if self.depth(at) == 1 {
            return Some(0);
        }
        let mut depth = 0;
        let mut index = at / 64;
        let mut before = (1u64 << (at % 64)) - 1;
        loop {
            let Block { open, close, .. } = self.blocks[index];
            let (open, close) = (open & before, close & before);
            self.steps = self.steps.checked_sub(1)?;
            if open.count_ones() <= depth {
                depth = depth + close.count_ones() - open.count_ones();
            } else {
                let mut any = open | close;
                while any != 0 {
                    self.steps = self.steps.checked_sub(1)?;
                    let bit = 63 - any.leading_zeros();
                    any ^= 1 << bit;
                    match (close >> bit & 1, depth) {
                        (1, _) => depth += 1,
                        (_, 0) => return Some(index * 64 + bit as usize),
                        _ => depth -= 1,
                    }
                }
            }
            index = index.checked_sub(1)?;
            before = !0;
        }
    }
}

/// The bytes that a backslash escapes. `carry` says whether the first one is, and is left saying
/// whether the first byte behind these 64 is.
///
/// A run of backslashes escapes every second of its bytes and, if it is odd, the byte behind it; the
/// addition carries each run's beginning to its end, so that runs from odd places meet the even
/// ones turned around.
#[inline(always)]
fn escapes(backslash: u64, carry: &mut u64) -> u64 {
    const EVEN: u64 = 0x5555_5555_5555_5555;
    let backslash = backslash & !*carry;
    let follows = backslash << 1 | *carry;
    let odd_starts = backslash & !EVEN & !follows;
    let (runs, over) = odd_starts.overflowing_add(backslash);
    *carry = u64::from(over);
    (EVEN ^ runs << 1) & follows
}

/// What is left of `path` in front of its last segments `key`; `None` if it does not end so.
#[inline(always)]
fn strip(path: &[u8], key: &[u8]) -> Option<usize> {
    let left = path.len().checked_sub(key.len())?;
    // The cheap tests first: most keys are not on the way.
    if (left > 0 && path[left - 1] != b'.') || path.get(left) != key.first() {
        return None;
    }
    (&path[left..] == key).then_some(left.saturating_sub(1))
}

/// One past the last byte before `end` that is no white space.
#[inline(always)]
fn trim(b: &[u8], mut end: usize) -> usize {
    while end > 0 && b[end - 1] <= b' ' {
        end -= 1;
    }
    end
}

/// Where the key begins whose last segment begins at `leaf`. `None` where more than a dot is before
/// it, or the key holds a quote of its own, and so is no path's.
#[inline(always)]
pub fn key_of_leaf(b: &[u8], leaf: usize) -> Option<usize> {
    match b[..leaf].last() {
        Some(b'"') => unescaped(b, leaf - 1),
        Some(b'.') => key_start(b, leaf),
        _ => None,
    }
}

/// Where the key begins that ends before `end`; `None` as with [`key_of_leaf`].
#[inline(always)]
pub fn key_start(b: &[u8], end: usize) -> Option<usize> {
    unescaped(b, memrchr(b'"', &b[..end])?)
}

/// One past the quote at `open`, unless a backslash is before it.
#[inline(always)]
fn unescaped(b: &[u8], open: usize) -> Option<usize> {
    (open == 0 || b[open - 1] != b'\\').then_some(open + 1)
}

/// Where the value of a record's top-level member begins, by the member's key with its quotes: the
/// last one of that name.
pub struct TopLevel<'a> {
    pub walk: &'a mut Walk,
    pub record: &'a [u8],
    pub key: &'a Finder<'static>,
}

impl Task for TopLevel<'_> {
    type Out = Option<usize>;

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> Option<usize> {
        let TopLevel { walk, record, key } = self;
        let mut member = None;
        let (mut from, mut fresh) = (0, true);
        while let Some(at) = key.find(&record[from..]).map(|at| from + at) {
            from = at + key.needle().len();
            let colon = exact::space(record, from);
            // A quote behind a backslash would belong to a longer key.
            if record.get(colon) != Some(&b':') || (at > 0 && record[at - 1] == b'\\') {
                continue;
            }
            if std::mem::take(&mut fresh) {
                walk.reset(record.len());
            }
            walk.cover(lanes, record, at);
            if walk.depth(at) == 1 {
                member = Some(exact::space(record, colon + 1));
            }
        }
        member
    }
}
