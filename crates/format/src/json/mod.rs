//! JSON lines: finds the wanted fields in one pass over the raw bytes and writes tags into them.
//!
//! - A record is never parsed into a tree and never written anew; only `place` changes bytes.
//! - A first look over the batch finds line ends and the few places that could be a wanted key.
//!   Only there is more done: `proof` for what it can prove, [`exact`] for everything else. The
//!   two agree; the tests hold them against serde_json.
//! - A line not delimited by `{` and `}` becomes an envelope tagged `_jsonparsefailure`.
//! - A blank line is no event; a byte order mark before a record is dropped.

pub mod exact;
mod lanes;
pub mod name;
pub mod nsg;
mod place;
mod plan;
mod proof;
mod scan;
#[cfg(target_arch = "x86_64")]
mod simd;
mod string;
mod wanted;

use std::sync::Arc;

use knownet_flow::{Event, Format, Hit, Kind, Lines, Path, Roles, Span, Value, Work};
use memchr::memmem::Finder;

use crate::text::alias::Aliases;
use lanes::Portable;
use proof::Walk;
pub use string::unescape;
use wanted::Wanted;

/// Longer records pass untouched.
pub const DEFAULT_MAX_LINE: usize = 1 << 20;

/// [`knownet_flow::Event::note`] of a record in which every name that matters is spelled plainly.
const PLAIN: u32 = 0;
/// The note of a record in which an escape may spell a name.
const SPELLED: u32 = 1;
/// The note of a record that a reader of text wrote.
const WRITTEN: u32 = 2;

/// How JSON lines are read.
#[derive(Clone, Debug)]
pub struct Options {
    /// Let only valid JSON through as JSON; the rest becomes an envelope.
    pub validate: bool,
    /// Records of more bytes pass untouched and untagged.
    pub max_line: usize,
    /// Do without vector instructions. For tests: the result is the same.
    pub portable: bool,
    /// Vendors' names: where a wanted role (`source.ip` and the like) is not there under its own
    /// name, it is looked for under these.
    pub aliases: Option<Arc<Aliases>>,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            validate: false,
            max_line: DEFAULT_MAX_LINE,
            portable: false,
            aliases: None,
        }
    }
}

/// The JSON lines format for one set of wanted fields and targets.
pub struct Json {
    wanted: Wanted,
    targets: place::Targets,
    options: Options,
    instructions: Instructions,
    scratch: Scratch,
}

#[derive(Default)]
struct Scratch {
    walk: Walk,
    /// Quotes of the line that end a possible key.
    candidates: Vec<usize>,
    /// For each field, where its value begins in the line.
    found: Vec<Option<usize>>,
    /// The members that have roles by their names.
    roles: name::Found,
    spans: Vec<Span>,
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
            || Self::accepts_by_grammar(line)
    }

    /// The same without a look at what the values mean: a number too large for a machine and half of
    /// a surrogate pair are valid all the same.
    #[cold]
    fn accepts_by_grammar(line: &[u8]) -> bool {
        std::str::from_utf8(line).is_ok()
            && serde_json::from_slice::<serde::de::IgnoredAny>(line).is_ok()
    }
}

impl Json {
    /// A reader of `fields` that can write `targets`.
    ///
    /// Field numbers and target indices count along these lists.
    pub fn new(fields: &[Path], targets: &[Path], options: Options) -> Json {
        Json {
            wanted: Wanted::new(fields, targets, options.aliases.clone()),
            targets: place::Targets::new(targets),
            instructions: Instructions::choose(options.portable),
            options,
            scratch: Scratch::default(),
        }
    }
}

/// The instructions to use.
#[derive(Clone, Copy)]
enum Instructions {
    Portable,
    #[cfg(target_arch = "x86_64")]
    Avx2(simd::Avx2),
}

impl Instructions {
    fn choose(portable: bool) -> Instructions {
        #[cfg(target_arch = "x86_64")]
        if let Some(simd) = simd::Avx2::detect().filter(|_| !portable) {
            return Instructions::Avx2(simd);
        }
        let _ = portable;
        Instructions::Portable
    }

    fn run<T: lanes::Task>(self, task: T) -> T::Out {
        match self {
            Instructions::Portable => task.run(Portable),
            #[cfg(target_arch = "x86_64")]
            Instructions::Avx2(simd) => simd.run(task),
        }
    }
}

impl Json {
    /// Scans from `from` on; where it is `strict` it stops at a line that is no object and returns
    /// `false`.
    fn pass(&mut self, bytes: &[u8], from: usize, work: &mut Work, strict: bool) -> bool {
        let Json {
            wanted,
            options,
            scratch,
            ..
        } = self;
        macro_rules! run {
            ($named:literal) => {
                self.instructions.run(scan::Scan::<$named> {
                    wanted,
                    options,
                    scratch,
                    bytes,
                    work,
                    from,
                    strict,
                    foreign: false,
                })
            };
        }
        match wanted.named.is_some() {
            true => run!(true),
            false => run!(false),
        }
    }
}

impl Json {
    /// Makes an event of a line that a reader wrote, whose names have no escapes.
    fn written(&mut self, bytes: &[u8], line: Span, roles: &Roles, work: &mut Work) {
        let hits = work.hits.len();
        let raw = Span::new(line.start(), line.end() - 1);
        let mut event = Event {
            raw,
            note: WRITTEN,
            ..Event::default()
        };
        if raw.len() > self.options.max_line {
            event.kind = Kind::Long;
            work.counts.long += 1;
        } else {
            for &(role, field) in &self.wanted.written.roles {
                let text = roles[role];
                if !text.is_empty() {
                    work.hits.push(Hit {
                        field,
                        unescaped: false,
                        text,
                    });
                }
            }
            for &field in &self.wanted.written.others {
                let path = &self.wanted.fields[usize::from(field)];
                self.scratch.spans.clear();
                exact::find(&bytes[raw], 0, path, &mut self.scratch.spans);
                for span in &self.scratch.spans {
                    let place = (raw.start(), span.start(), raw.end());
                    scan::value(bytes, work, field, place);
                }
            }
        }
        event.hits = Span::new(hits, work.hits.len());
        work.counts.events += 1;
        work.events.push(event);
    }
}

impl Format for Json {
    fn scan(&mut self, bytes: &[u8], work: &mut Work) {
        self.pass(bytes, 0, work, false);
    }

    fn scan_lines(&mut self, lines: &Lines, work: &mut Work) {
        let bytes = &lines.bytes;
        let mut at = 0;
        for (line, roles) in &lines.written {
            if at < line.start() {
                self.pass(&bytes[..line.start()], at, work, false);
            }
            self.written(bytes, *line, roles, work);
            at = line.end();
        }
        if at < bytes.len() {
            self.pass(bytes, at, work, false);
        }
    }

    fn scan_own(&mut self, bytes: &[u8], work: &mut Work) -> bool {
        self.pass(bytes, 0, work, true)
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

    fn strings(&mut self, record: &[u8], each: &mut dyn FnMut(&[u8])) {
        exact::strings(record, &mut self.scratch.text, each);
    }

    fn assign(&mut self, bytes: &[u8], work: &mut Work, event: usize) {
        let Scratch { walk, spots, .. } = &mut self.scratch;
        let mut member = |record: &[u8], key: &Finder<'static>| {
            self.instructions.run(proof::TopLevel { walk, record, key })
        };
        self.targets.assign(bytes, work, event, spots, &mut member);
    }
}
