//! Elasticsearch's bulk format: a line that says what to do, and for most actions a line with the
//! document behind it.
//!
//! - `index` and `create` bring an event each. It goes on as it is, JSON or not.
//! - `delete`, `update` and an action whose document is missing bring none: they are refused, each by
//!   itself, in its place in the answer.
//! - What an action says besides (`_index`, `_id`, `pipeline`) is about the transport. It is repeated
//!   in the answer and not kept.
//!
//! The shapes are those of the bulk API's reference page:
//! <https://www.elastic.co/guide/en/elasticsearch/reference/8.17/docs-bulk.html>.

use std::borrow::Cow;
use std::fmt::Write as _;

use memchr::memchr;
use serde::Deserialize;

use super::{Malformed, Out, Parse};

/// Bytes of the longest action; an `_id` has 512 at most.
const LONGEST_ACTION: usize = 64 << 10;
/// Bytes of the longest answer.
const LONGEST_ANSWER: usize = 32 << 20;

/// Reads one bulk request and writes the items of its answer.
pub(crate) struct Bulk {
    /// The unfinished action.
    action: Vec<u8>,
    /// The last action that was read, its answer up to the `_id`, and what it wants.
    known: Vec<u8>,
    head: String,
    then: Then,
    /// The `_id` that it names, as JSON; otherwise one is made.
    id: Option<String>,
    place: Place,
    line: u64,
    items: String,
    refused: u64,
    ids: Ids,
    options: Options,
}

/// What a request wants.
#[derive(Default)]
pub(crate) struct Options {
    /// The index of actions that name none.
    pub index: String,
    /// Only statuses and errors are asked for, by `filter_path`.
    pub terse: bool,
}

/// Makes an `_id` where none is given: 20 characters, as Elasticsearch's own are.
pub(crate) struct Ids {
    prefix: u64,
    count: u32,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Action,
    Document,
}

/// What comes behind an action.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Then {
    /// A document.
    Event,
    /// A document that is no event.
    Update,
    /// Nothing.
    Delete,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Action<'a> {
    #[serde(borrow)]
    Index(Meta<'a>),
    Create(Meta<'a>),
    Update(Meta<'a>),
    Delete(Meta<'a>),
}

#[derive(Deserialize)]
struct Meta<'a> {
    #[serde(borrow)]
    _index: Option<Cow<'a, str>>,
    #[serde(borrow)]
    _id: Option<Id<'a>>,
}

/// Elasticsearch takes numbers, too.
#[derive(Deserialize)]
#[serde(untagged)]
enum Id<'a> {
    Text(#[serde(borrow)] Cow<'a, str>),
    Number(serde_json::Number),
}

impl Bulk {
    pub fn new(options: Options, ids: Ids) -> Bulk {
        Bulk {
            action: Vec::new(),
            known: Vec::new(),
            head: String::new(),
            then: Then::Event,
            id: None,
            place: Place::Action,
            line: 0,
            items: String::new(),
            refused: 0,
            ids,
            options,
        }
    }

    /// The answer to the request, which took so many milliseconds.
    pub fn answer(&self, took: u128) -> String {
        // In this order: Fluent Bit looks for `"errors":false,"items":[` in an answer that is longer
        // than its buffer.
        let errors = self.refused > 0;
        format!(
            r#"{{"took":{took},"errors":{errors},"items":[{}]}}"#,
            self.items
        )
    }

    /// Actions that were refused.
    pub fn refused(&self) -> u64 {
        self.refused
    }

    fn take_action(&mut self) -> Result<(), Malformed> {
        let action = self.action.trim_ascii();
        if action.is_empty() {
            self.action.clear();
            return Ok(());
        }
        // Most senders repeat one action.
        if self.known != action {
            let (verb, then, meta) = match serde_json::from_slice(action) {
                Ok(Action::Index(meta)) => ("index", Then::Event, meta),
                Ok(Action::Create(meta)) => ("create", Then::Event, meta),
                Ok(Action::Update(meta)) => ("update", Then::Update, meta),
                Ok(Action::Delete(meta)) => ("delete", Then::Delete, meta),
                Err(error) => {
                    // Its own words would repeat what may be a misplaced event.
                    return Err(Malformed::Syntax(format!(
                        "line {} is no action such as {{\"index\":{{}}}}, from column {} on",
                        self.line,
                        error.column()
                    )));
                }
            };
            let index = meta._index.as_deref().unwrap_or(&self.options.index);
            self.head = match self.options.terse {
                true => format!(r#"{{"{verb}":{{"#),
                false => format!(r#"{{"{verb}":{{"_index":{},"_id":"#, quoted(index)),
            };
            self.id = meta._id.map(|id| match id {
                Id::Text(text) => quoted(&text),
                Id::Number(number) => quoted(&number.to_string()),
            });
            self.then = then;
            self.known.clear();
            self.known.extend_from_slice(action);
        }
        self.action.clear();
        match self.then {
            Then::Delete => self.refuse("documents are passed on, so none can be deleted"),
            Then::Event | Then::Update => {
                self.place = Place::Document;
                Ok(())
            }
        }
    }

    fn take_document(&mut self, out: &mut Out) -> Result<(), Malformed> {
        self.place = Place::Action;
        match self.then {
            Then::Event if out.end_line() => self.accept(),
            Then::Event => self.refuse("the document is missing"),
            Then::Update | Then::Delete => {
                self.refuse("documents are passed on, so none can be updated")
            }
        }
    }

    fn accept(&mut self) -> Result<(), Malformed> {
        self.begin_item();
        self.items.push_str(match self.options.terse {
            true => r#""status":201}}"#,
            false => {
                r#","_version":1,"result":"created","_shards":{"total":1,"successful":1,"failed":0},"_seq_no":0,"_primary_term":1,"status":201}}"#
            }
        });
        self.check_size()
    }

    fn refuse(&mut self, reason: &str) -> Result<(), Malformed> {
        self.refused += 1;
        self.begin_item();
        if !self.options.terse {
            self.items.push(',');
        }
        // Writing to a string does not fail.
        let _ = write!(
            self.items,
            r#""status":400,"error":{{"type":"illegal_argument_exception","reason":"{reason}"}}}}}}"#
        );
        self.check_size()
    }

    fn begin_item(&mut self) {
        if !self.items.is_empty() {
            self.items.push(',');
        }
        self.items.push_str(&self.head);
        if self.options.terse {
            return;
        }
        match &self.id {
            Some(id) => self.items.push_str(id),
            None => {
                self.items.push('"');
                self.ids.write_next(&mut self.items);
                self.items.push('"');
            }
        }
    }

    fn check_size(&self) -> Result<(), Malformed> {
        match self.items.len() > LONGEST_ANSWER {
            true => Err(Malformed::Large(format!(
                "line {}: too many actions for one request; send fewer at once",
                self.line
            ))),
            false => Ok(()),
        }
    }
}

impl Parse for Bulk {
    fn push(&mut self, piece: &[u8], out: &mut Out) -> Result<(), Malformed> {
        let mut rest = piece;
        while !rest.is_empty() {
            let end = memchr(b'\n', rest);
            let part = &rest[..end.unwrap_or(rest.len())];
            match self.place {
                Place::Action if self.action.len() + part.len() > LONGEST_ACTION => {
                    return Err(Malformed::Syntax(format!(
                        "line {} is longer than an action may be, {LONGEST_ACTION} bytes",
                        self.line + 1
                    )));
                }
                Place::Action => self.action.extend_from_slice(part),
                Place::Document if self.then == Then::Event => out.extend(part),
                Place::Document => {}
            }
            let Some(end) = end else { break };
            rest = &rest[end + 1..];
            self.line += 1;
            match self.place {
                Place::Action => self.take_action()?,
                Place::Document => self.take_document(out)?,
            }
        }
        Ok(())
    }

    fn end(&mut self, out: &mut Out) -> Result<(), Malformed> {
        // The last line may lack its line feed.
        self.line += 1;
        if self.place == Place::Action {
            self.take_action()?;
        }
        match self.place {
            Place::Action => Ok(()),
            Place::Document => self.take_document(out),
        }
    }

    fn memory(&self) -> usize {
        self.action.capacity() + self.known.capacity() + self.items.capacity()
    }
}

impl Ids {
    /// With a number that hardly any other request has.
    pub fn new(prefix: u64) -> Ids {
        Ids { prefix, count: 0 }
    }

    /// The next one.
    pub fn next(&mut self) -> String {
        let mut id = String::new();
        self.write_next(&mut id);
        id
    }

    fn write_next(&mut self, out: &mut String) {
        // Writing to a string does not fail.
        let _ = write!(out, "{:012x}{:08x}", self.prefix >> 16, self.count);
        self.count = self.count.wrapping_add(1);
    }
}

/// `text` as a JSON string.
pub(crate) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
