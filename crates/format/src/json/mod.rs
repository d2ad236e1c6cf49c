//! JSON lines: finds the wanted fields in one pass over the raw bytes and writes tags into them.
//!
//! - A record is never parsed into a tree and never written anew; only [`place`] changes bytes.
//! - A first look over the batch finds line ends and the few places that could be a wanted key.
//!   Only there is more done: [`proof`] for what it can prove, [`exact`] for everything else. The
//!   two agree; the tests hold them against serde_json.
//! - A line not delimited by `{` and `}` becomes an envelope tagged `_jsonparsefailure`.
//! - A blank line is no event; a byte order mark before a record is dropped.

pub mod exact;
mod lanes;
mod place;
mod proof;
mod scan;
#[cfg(target_arch = "x86_64")]
mod simd;
mod string;

use knownet_flow::{FieldId, Format, Path, Value, Work};
use memchr::memmem::Finder;

use lanes::{Needles, Portable};
use proof::Walk;
pub use string::unescape;

/// Longer records pass untouched.
pub const DEFAULT_MAX_LINE: usize = 1 << 20;

/// [`knownet_flow::Event::note`] of a record in which every name that matters is spelled plainly.
const PLAIN: u32 = 0;
/// The note of a record in which an escape may spell a name.
const SPELLED: u32 = 1;

/// How JSON lines are read.
#[derive(Clone, Debug)]
pub struct Options {
    /// Let only valid JSON through as JSON; the rest becomes an envelope.
    pub validate: bool,
    /// Records of more bytes pass untouched and untagged.
    pub max_line: usize,
    /// Do without vector instructions. For tests: the result is the same.
    pub portable: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            validate: false,
            max_line: DEFAULT_MAX_LINE,
            portable: false,
        }
    }
}

/// The JSON lines format for one set of wanted fields and targets.
pub struct Json {
    wanted: Wanted,
    targets: place::Targets,
    options: Options,
    #[cfg(target_arch = "x86_64")]
    simd: Option<simd::Avx2>,
    scratch: Scratch,
}

/// What to look for, prepared.
struct Wanted {
    fields: Vec<Box<[u8]>>,
    leaves: Vec<Leaf>,
    needles: Needles,
    /// The keys around the last one: one further on may undo a proof.
    parents: Vec<Parent>,
    /// Characters (ASCII) that an escape would have to spell to make a difference.
    spelled: u128,
    /// Whether some path has a character beyond ASCII.
    wide: bool,
    /// Whether some path has a `/`, which JSON may spell `\/`.
    slash: bool,
}

/// A key on the way to some paths.
struct Parent {
    /// The key with its quotes.
    key: Finder<'static>,
    fields: Vec<FieldId>,
}

/// The last segment of some paths.
struct Leaf {
    text: Box<[u8]>,
    /// Its last eight bytes, and which of them there are.
    end: (u64, u64),
    fields: Vec<FieldId>,
}

impl Leaf {
    fn new(text: &[u8]) -> Leaf {
        let (mut end, mut there) = ([0; 8], [0; 8]);
        for (at, &byte) in text.iter().rev().take(8).enumerate() {
            (end[7 - at], there[7 - at]) = (byte, 0xff);
        }
        let end = (u64::from_le_bytes(end), u64::from_le_bytes(there));
        Leaf {
            text: text.into(),
            end,
            fields: Vec::new(),
        }
    }

    /// Whether the key that ends before `close` ends like this. `last` are its last eight bytes.
    #[inline(always)]
    fn ends(&self, record: &[u8], close: usize, last: u64) -> bool {
        last & self.end.1 == self.end.0
            && (self.text.len() <= 8 || record[..close].ends_with(&self.text))
    }
}

#[derive(Default)]
struct Scratch {
    walk: Walk,
    /// Quotes of the line that end a possible key.
    candidates: Vec<usize>,
    /// For each field, where its value begins in the line.
    found: Vec<Option<usize>>,
    spans: Vec<knownet_flow::Span>,
    spots: Vec<place::Spot>,
    text: Vec<u8>,
    validator: Validator,
}

#[derive(Default)]
struct Validator {
    line: Vec<u8>,
    buffers: simd_json::Buffers,
}

impl Validator {
    /// Whether `line` is valid JSON (RFC 8259) in valid UTF-8.
    fn accepts(&mut self, line: &[u8]) -> bool {
        self.line.clear();
        self.line.extend_from_slice(line);
        simd_json::to_tape_with_buffers(&mut self.line, &mut self.buffers).is_ok()
    }
}

impl Json {
    /// A reader of `fields` that can write `targets`.
    ///
    /// [`FieldId`]s and target indices count along these lists.
    pub fn new(fields: &[Path], targets: &[Path], options: Options) -> Json {
        #[cfg(target_arch = "x86_64")]
        let simd = if options.portable {
            None
        } else {
            simd::Avx2::detect()
        };
        Json {
            wanted: Wanted::new(fields, targets),
            targets: place::Targets::new(targets),
            options,
            #[cfg(target_arch = "x86_64")]
            simd,
            scratch: Scratch::default(),
        }
    }

    fn dispatch<T: lanes::Task>(&self, task: T) -> T::Out {
        #[cfg(target_arch = "x86_64")]
        if let Some(simd) = self.simd {
            return simd.run(task);
        }
        task.run(Portable)
    }
}

impl Wanted {
    fn new(fields: &[Path], targets: &[Path]) -> Wanted {
        let mut wanted = Wanted {
            fields: fields
                .iter()
                .map(|path| path.as_str().as_bytes().into())
                .collect(),
            leaves: Vec::new(),
            needles: Needles::default(),
            parents: Vec::new(),
            spelled: 0,
            wide: false,
            slash: false,
        };
        let mut parents: Vec<(&str, Vec<FieldId>)> = Vec::new();
        for (id, path) in fields.iter().enumerate() {
            let text = path.leaf().as_bytes();
            let at = wanted.leaves.iter().position(|leaf| &*leaf.text == text);
            let at = at.unwrap_or_else(|| {
                wanted.leaves.push(Leaf::new(text));
                wanted.leaves.len() - 1
            });
            wanted.leaves[at].fields.push(id as FieldId);
            for parent in path.segments().rev().skip(1) {
                match parents.iter_mut().find(|known| known.0 == parent) {
                    Some(known) => known.1.push(id as FieldId),
                    None => parents.push((parent, vec![id as FieldId])),
                }
            }
        }
        let parent = |(key, fields): (&str, Vec<FieldId>)| Parent {
            key: Finder::new(&format!("\"{key}\"")).into_owned(),
            fields,
        };
        wanted.parents = parents.into_iter().map(parent).collect();
        for (index, leaf) in wanted.leaves.iter().enumerate() {
            match *leaf.text {
                // A key of one character has a quote or the dot of a flat spelling before it.
                [only] => [b'"', b'.']
                    .into_iter()
                    .for_each(|c| wanted.needles.add(index, [c, only])),
                [.., a, b] => wanted.needles.add(index, [a, b]),
                [] => {}
            }
        }
        for byte in fields
            .iter()
            .chain(targets)
            .flat_map(|path| path.as_str().bytes())
        {
            match byte {
                0..0x80 => wanted.spelled |= 1 << byte,
                _ => wanted.wide = true,
            }
            wanted.slash |= byte == b'/';
        }
        wanted
    }

    /// Whether the escape `\uXXXX` at `at` could be part of a name that matters.
    fn spells(&self, line: &[u8], at: usize) -> bool {
        let run = line[..at].iter().rev().take_while(|&&c| c == b'\\').count();
        if run % 2 == 1 {
            return false; // the backslash is itself escaped
        }
        match string::unit(&line[at..]) {
            Some(unit @ 0..0x80) => self.spelled >> unit & 1 == 1,
            Some(_) => self.wide,
            None => false,
        }
    }
}

impl Format for Json {
    fn scan(&mut self, bytes: &[u8], work: &mut Work) {
        let mut scratch = std::mem::take(&mut self.scratch);
        self.dispatch(scan::Scan {
            json: self,
            scratch: &mut scratch,
            bytes,
            work,
        });
        self.scratch = scratch;
    }

    fn values(&mut self, record: &[u8], path: &Path, each: &mut dyn FnMut(Value<'_>)) -> bool {
        let Scratch { spans, text, .. } = &mut self.scratch;
        spans.clear();
        let open = exact::space(record, 0);
        let there = exact::find(record, open, path.as_str().as_bytes(), spans);
        for value in spans {
            exact::scalars(record, value.start(), |scalar| {
                each(scalar.value(record, text))
            });
        }
        there
    }

    fn assign(&mut self, bytes: &[u8], work: &mut Work, event: usize) {
        let mut scratch = std::mem::take(&mut self.scratch);
        let Scratch { walk, spots, .. } = &mut scratch;
        let mut member = |record: &[u8], key: &Finder<'static>| {
            self.dispatch(proof::TopLevel { walk, record, key })
        };
        self.targets.assign(bytes, work, event, spots, &mut member);
        self.scratch = scratch;
    }
}
