//! What the steps learn about one batch: filled by each in turn, reused for the next batch.
//!
//! Plain parallel tables instead of an object per event: nothing is allocated per event once the
//! tables have grown to the size of a batch.

use crate::Span;

/// Index of a wanted field: its place in the list of paths that the format was built with.
pub type FieldId = u16;

/// An address's most specific entry in the label table; 0 where no label covers it or where the
/// text was no address.
pub type Address = u32;

/// How many sinks one pipeline may have: an event's takers are a bit each.
pub const MAX_SINKS: usize = 64;

/// What kind of record an event is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Kind {
    /// A JSON object.
    #[default]
    Json,
    /// Not the format it should be: leaves as an envelope with a failure tag.
    Unparsed,
    /// Too long to be looked at: leaves untouched.
    Long,
}

/// What the rules decided.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Verdict {
    /// It goes on.
    #[default]
    Keep,
    /// It ends here, by the rule with this index.
    Drop(u16),
}

/// One event of the batch. The spans index the tables of [`Work`], except `raw`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Event {
    /// Its bytes in the batch, without the line feed (and without a byte order mark before it).
    pub raw: Span,
    /// What kind of record it is.
    pub kind: Kind,
    /// What [`crate::Format::scan`] wants [`crate::Format::assign`] to know; nobody else's affair.
    pub note: u32,
    /// What the rules decided.
    pub verdict: Verdict,
    /// A bit for each sink that takes it.
    pub sinks: u64,
    /// Its part of [`Work::hits`].
    pub hits: Span,
    /// Its part of [`Work::answers`].
    pub answers: Span,
    /// Its part of [`Work::assignments`].
    pub assignments: Span,
    /// Its part of [`Work::edits`].
    pub edits: Span,
}

/// A wanted field's value as the format found it: one for each scalar, so an array gives several.
#[derive(Clone, Copy, Debug)]
pub struct Hit {
    /// Which wanted field.
    pub field: FieldId,
    /// Whether `text` lies in [`Work::text`] (unescaped there) instead of in the batch.
    pub unescaped: bool,
    /// The value's text, without quotes.
    pub text: Span,
}

/// What the labels say about one tag of one event.
#[derive(Clone, Copy, Debug)]
pub struct Answer {
    /// Which tag: its place in the configuration.
    pub tag: u16,
    /// The entry whose label the tag writes: the most specific one of the first address that has
    /// any; 0 if none has.
    pub first: Address,
    /// Every value of the tag's field, in [`Work::addresses`].
    pub addresses: Span,
}

/// A value that a tag wants to write into an event.
#[derive(Clone, Copy, Debug)]
pub struct Assignment {
    /// Which target: its place in the list that the format was built with.
    pub target: u16,
    /// The value as JSON text, in [`Work::text`].
    pub value: Span,
}

/// Replace `raw` (bytes of the batch; empty for an insertion) with `text` (bytes of
/// [`Work::text`]).
#[derive(Clone, Copy, Debug)]
pub struct Edit {
    /// What is replaced.
    pub raw: Span,
    /// What stands there afterwards.
    pub text: Span,
}

/// What is counted, batch by batch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Events read.
    pub events: u64,
    /// Events that were not what their format says and left as a tagged envelope.
    pub unparsed: u64,
    /// Events of text in no format that is known (`_noformat`).
    pub no_format: u64,
    /// Events too long to be looked at, passed as they came.
    pub long: u64,
    /// Events for which a tag could not be written (`_enrichfailure`).
    pub enrich_failures: u64,
    /// Events with at least one label.
    pub labelled: u64,
    /// Events that no sink took.
    pub unrouted: u64,
    /// Events dropped, all rules together.
    pub dropped: u64,
    /// Events that went to a sink.
    pub passed: u64,
    /// For each label: tags written with it.
    pub labels: Vec<u64>,
    /// For each rule: events that it decided or counted.
    pub rules: Vec<u64>,
    /// For each format that a reader knows: events that it rewrote.
    pub formats: Vec<u64>,
}

impl Counts {
    /// Adds one to `counter[index]`, growing it as needed.
    pub fn bump(counter: &mut Vec<u64>, index: usize) {
        if counter.len() <= index {
            counter.resize(index + 1, 0);
        }
        counter[index] += 1;
    }

    /// Adds `other` to `self`.
    pub fn add(&mut self, other: &Counts) {
        self.add_sums(other);
        for (mine, theirs) in [
            (&mut self.labels, &other.labels),
            (&mut self.rules, &other.rules),
        ] {
            mine.resize(mine.len().max(theirs.len()), 0);
            mine.iter_mut().zip(theirs).for_each(|(a, b)| *a += b);
        }
    }

    /// Adds `other` to `self`, but for its labels and rules, whose places may mean something else
    /// there.
    pub fn add_sums(&mut self, other: &Counts) {
        self.events += other.events;
        self.unparsed += other.unparsed;
        self.no_format += other.no_format;
        self.long += other.long;
        self.enrich_failures += other.enrich_failures;
        self.labelled += other.labelled;
        self.unrouted += other.unrouted;
        self.dropped += other.dropped;
        self.passed += other.passed;
        let (mine, theirs) = (&mut self.formats, &other.formats);
        mine.resize(mine.len().max(theirs.len()), 0);
        mine.iter_mut().zip(theirs).for_each(|(a, b)| *a += b);
    }

    /// Back to zero, keeping the memory.
    pub fn clear(&mut self) {
        let kept = [&mut self.labels, &mut self.rules, &mut self.formats].map(|counter| {
            counter.fill(0);
            std::mem::take(counter)
        });
        let [labels, rules, formats] = kept;
        *self = Counts {
            labels,
            rules,
            formats,
            ..Counts::default()
        };
    }
}

/// Everything that the steps know about one batch.
#[derive(Default)]
pub struct Work {
    /// The events, in the order of their bytes.
    pub events: Vec<Event>,
    /// Values of wanted fields.
    pub hits: Vec<Hit>,
    /// What the labels say; an event without an address has none.
    pub answers: Vec<Answer>,
    /// The looked-up values.
    pub addresses: Vec<Address>,
    /// What tags want to write.
    pub assignments: Vec<Assignment>,
    /// How the bytes change, by position within each event.
    pub edits: Vec<Edit>,
    /// Text that is not in the batch: unescaped values, inserted JSON.
    pub text: Vec<u8>,
    /// What is counted.
    pub counts: Counts,
}

impl Work {
    /// Forgets the batch, keeping the memory.
    pub fn clear(&mut self) {
        self.events.clear();
        self.hits.clear();
        self.answers.clear();
        self.addresses.clear();
        self.assignments.clear();
        self.edits.clear();
        self.text.clear();
        self.counts.clear();
    }

    /// The text of `hit`.
    #[inline]
    pub fn hit_text<'a>(&'a self, bytes: &'a [u8], hit: &Hit) -> &'a [u8] {
        if hit.unescaped {
            &self.text[hit.text]
        } else {
            &bytes[hit.text]
        }
    }

    /// The bytes that rules and matches read of `event`: the envelope where it leaves as one.
    pub fn record<'a>(&'a self, bytes: &'a [u8], event: &Event) -> &'a [u8] {
        match (event.kind, &self.edits[event.edits]) {
            (Kind::Unparsed, [envelope]) => &self.text[envelope.text],
            _ => &bytes[event.raw],
        }
    }
}
