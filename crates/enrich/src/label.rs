//! Says whose network the addresses of an event belong to.
//!
//! - Of a tag's fields the first that holds an address decides, with all its addresses.
//! - What is written is the label of the first address that has one, its most specific.
//! - A value that is no address counts as one that no label covers, unless it says that there is
//!   none (empty or `-`): so a rule that asks for every address can not be met by a riddle.

use std::sync::Arc;

use knownet_flow::{Address, Answer, Assignment, Counts, FieldId, Format, Span, Stage, Work, text};
use knownet_label::endpoint::endpoint;
use knownet_label::{Addr, LabelId, Table};

/// One tag of the configuration.
#[derive(Clone, Debug)]
pub struct Tag {
    /// The fields to read, in order of preference.
    pub from: Vec<FieldId>,
    /// The target for the label's name.
    pub into: u16,
    /// The target for the names of all labels.
    pub all: Option<u16>,
}

/// The stage that answers every tag from one table.
pub struct Labels {
    table: Arc<Table>,
    tags: Vec<Tag>,
    /// Each label's name as JSON text.
    names: Vec<Box<[u8]>>,
    seen: Vec<LabelId>,
}

impl Labels {
    /// Answers `tags`, whose position is their index in [`Answer::tag`].
    pub fn new(table: Arc<Table>, tags: Vec<Tag>) -> Labels {
        let name = |label: usize| {
            let mut quoted = Vec::new();
            text::quote(table.label_name(label as LabelId).as_bytes(), &mut quoted);
            quoted.into_boxed_slice()
        };
        let names = (0..table.label_count()).map(name).collect();
        Labels {
            names,
            table,
            tags,
            seen: Vec::new(),
        }
    }

    /// Looks up the values that `field` has in the event; whether one of them is an address.
    fn look_up(&self, bytes: &[u8], work: &mut Work, hits: Span, field: FieldId) -> bool {
        let mut held = false;
        for index in hits.range() {
            let hit = work.hits[index];
            if hit.field != field {
                continue;
            }
            let text = work.hit_text(bytes, &hit);
            let addr = Addr::parse(text).or_else(|| Addr::parse(endpoint(text)?.ip));
            let entry: Address = match addr {
                Some(addr) => {
                    held = true;
                    self.table.lookup(addr)
                }
                None if matches!(text.trim_ascii(), b"" | b"-") => continue,
                None => 0,
            };
            work.addresses.push(entry);
        }
        held
    }

    /// Records what the tag writes for these addresses, if any of them has a label.
    fn write(&mut self, tag: usize, addresses: Span, work: &mut Work) -> Option<LabelId> {
        let first = work.addresses[addresses]
            .iter()
            .find_map(|&id| self.table.label_of(id))?;
        let Tag { into, all, .. } = self.tags[tag];
        let start = work.text.len();
        work.text.extend_from_slice(&self.names[usize::from(first)]);
        let value = Span::new(start, work.text.len());
        work.assignments.push(Assignment {
            target: into,
            value,
        });
        if let Some(target) = all {
            let value = self.every(addresses, work);
            work.assignments.push(Assignment { target, value });
        }
        Some(first)
    }

    /// The names of all labels that cover one of the addresses, as a JSON array.
    fn every(&mut self, addresses: Span, work: &mut Work) -> Span {
        self.seen.clear();
        let start = work.text.len();
        work.text.push(b'[');
        for index in addresses.range() {
            for entry in self.table.chain(work.addresses[index]) {
                if self.seen.contains(&entry.label) {
                    continue;
                }
                if !self.seen.is_empty() {
                    work.text.push(b',');
                }
                self.seen.push(entry.label);
                work.text
                    .extend_from_slice(&self.names[usize::from(entry.label)]);
            }
        }
        work.text.push(b']');
        Span::new(start, work.text.len())
    }
}

impl Stage for Labels {
    fn apply(&mut self, bytes: &[u8], work: &mut Work, _: &mut dyn Format) {
        for event in 0..work.events.len() {
            let hits = work.events[event].hits;
            if hits.is_empty() {
                continue;
            }
            let (answers, assignments) = (work.answers.len(), work.assignments.len());
            let mut labelled = false;
            for tag in 0..self.tags.len() {
                let start = work.addresses.len();
                let found = (0..self.tags[tag].from.len()).any(|i| {
                    work.addresses.truncate(start);
                    self.look_up(bytes, work, hits, self.tags[tag].from[i])
                });
                if !found {
                    work.addresses.truncate(start);
                    continue;
                }
                let addresses = Span::new(start, work.addresses.len());
                let first = work.addresses[addresses]
                    .iter()
                    .copied()
                    .find(|&id| id != 0);
                work.answers.push(Answer {
                    tag: tag as u16,
                    first: first.unwrap_or(0),
                    addresses,
                });
                if let Some(label) = self.write(tag, addresses, work) {
                    Counts::bump(&mut work.counts.labels, usize::from(label));
                    labelled = true;
                }
            }
            work.counts.labelled += u64::from(labelled);
            work.events[event].answers = Span::new(answers, work.answers.len());
            work.events[event].assignments = Span::new(assignments, work.assignments.len());
        }
    }
}
