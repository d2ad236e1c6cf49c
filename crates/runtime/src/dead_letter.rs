//! Where events go that cannot be passed on, each with the reason: a file of NDJSON, or a sink.
//!
//! `{"@timestamp":"…","labels":{"source":"…","sink":"…"},"error":{"message":"…"},"event":{"kind":
//! "pipeline_error","original":"…"}}`, by ECS, so that a search server takes it like any event. `sink` is
//! the one that refused the event and is missing where none did; `original` is the line as a JSON string,
//! a byte that is not UTF-8 as `\xNN`; such an event has `event.bytes`, too, which is it in base64, or if
//! it was too long to be held, `event.lossy`. The file is created when the first letter comes. An entry is
//! safe before its event is confirmed, and two entries never interleave. What a sink for dead letters
//! refuses, or what would be too large to be held in memory for it, goes to the file.

use std::fmt::Display;
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard};
use std::time::SystemTime;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use knownet_flow::{text, time};

use crate::append::Appender;
use crate::halt::Halted;
use crate::message::Message;
use crate::retry::Retry;
use crate::shared::Shared;
use crate::staged::Staged;

mod last;

/// An entry longer than this is not held in memory for a sink.
const LONGEST: u64 = 16 << 20;

/// What the log and the errors call them.
pub(crate) const NAME: &str = "dead letters";

/// An event that cannot be passed on.
pub(crate) struct Letter {
    /// Which sink refused it, if one did.
    pub sink: Option<String>,
    pub reason: String,
    /// Its line, with or without the line feed.
    pub event: Vec<u8>,
}

pub(crate) struct DeadLetters {
    file: Mutex<Appender>,
    /// The place of the sink for them, if there is one.
    sink: Option<usize>,
}

impl DeadLetters {
    /// Into the sink with the index `sink`, or into the file at `path`.
    pub fn new(path: PathBuf, sink: Option<usize>) -> DeadLetters {
        DeadLetters {
            file: Mutex::new(Appender::new(path)),
            sink,
        }
    }

    /// The place of the sink that takes them, if one does.
    pub fn sink(&self) -> Option<usize> {
        self.sink
    }

    /// Makes `letters` of `source` safe, all at once.
    pub fn bury(
        &self,
        shared: &Shared,
        source: &str,
        letters: &mut Vec<Letter>,
    ) -> Result<(), Halted> {
        if letters.is_empty() {
            return Ok(());
        }
        let mut entries = Vec::new();
        write_entries(source, letters, &mut entries);
        self.bury_entries(shared, &entries, letters.len())?;
        letters.clear();
        Ok(())
    }

    /// Makes `count` finished entries safe, all at once.
    pub fn bury_entries(
        &self,
        shared: &Shared,
        entries: &[u8],
        letters: usize,
    ) -> Result<(), Halted> {
        self.add_entries(shared, entries)?;
        count(shared, letters as u64);
        Ok(())
    }

    /// Makes the finished entry in `staged` safe.
    pub fn bury_staged(&self, shared: &Shared, staged: &mut Staged) -> Result<(), Halted> {
        match self.sink {
            Some(_) if staged.len() <= LONGEST => {
                let mut entry = Vec::new();
                retry_add(shared, || {
                    entry.clear();
                    let read = staged.content().and_then(|mut c| c.read_to_end(&mut entry));
                    read.map(drop).map_err(|e| e.to_string())
                })?;
                self.add_entries(shared, &entry)?;
            }
            _ => self.add(shared, |file| file.add_from(&mut staged.content()?))?,
        }
        count(shared, 1);
        Ok(())
    }

    fn add_entries(&self, shared: &Shared, entries: &[u8]) -> Result<(), Halted> {
        let Some(index) = self.sink else {
            return self.add(shared, |file| file.add(entries));
        };
        let outlet = &shared.sinks[index];
        let text = format!("events go to the dead letters: sink {}", outlet.name);
        shared.log_once(Message::trouble(text));
        let refused = last::deliver(shared, outlet, entries)?;
        match refused.is_empty() {
            true => Ok(()),
            false => self.add(shared, |file| file.add(&refused)),
        }
    }

    fn add(
        &self,
        shared: &Shared,
        mut add: impl FnMut(&mut Appender) -> io::Result<()>,
    ) -> Result<(), Halted> {
        retry_add(shared, || {
            let mut file = self.lock();
            add(&mut file).map_err(|e| failure(&file.path().display(), &e))
        })?;
        let path = shared.options.dead_letter.display();
        let text = format!("events go to the dead letters: {path}");
        shared.log_once(Message::trouble(text));
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Appender> {
        self.file.lock().unwrap_or_else(|e| e.into_inner())
    }
}

/// Appends an entry for each letter of `source`.
pub(crate) fn write_entries(source: &str, letters: &[Letter], entries: &mut Vec<u8>) {
    for letter in letters {
        open_entry(source, letter.sink.as_deref(), &letter.reason, entries);
        let event = letter.event.strip_suffix(b"\n").unwrap_or(&letter.event);
        let rest = text::escape(event, entries);
        match std::str::from_utf8(event) {
            Ok(_) => close_entry(rest, entries),
            Err(_) => {
                text::invalid(rest, entries);
                entries.extend_from_slice(b"\",\"bytes\":\"");
                entries.extend_from_slice(BASE64.encode(event).as_bytes());
                close_entry(b"", entries);
            }
        }
    }
}

fn count(shared: &Shared, letters: u64) {
    shared.totals().dead_letters += letters;
    metrics::counter!("knownet_dead_letters_total").increment(letters);
}

/// Repeats `add` until it works.
pub(crate) fn retry_add(
    shared: &Shared,
    mut add: impl FnMut() -> Result<(), String>,
) -> Result<(), Halted> {
    let mut retry = Retry::new(shared, NAME);
    loop {
        match add() {
            Ok(()) => break retry.succeeded(),
            Err(reason) => retry.failed(&reason)?,
        }
    }
    Ok(())
}

/// Says that `file` could not be written.
pub(crate) fn failure(file: &dyn Display, error: &io::Error) -> String {
    format!("{file} cannot be written: {error}; make room or correct the path")
}

/// Begins an entry; the escaped event goes behind it.
pub(crate) fn open_entry(source: &str, sink: Option<&str>, reason: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"@timestamp\":\"");
    time::write(SystemTime::now(), out);
    out.extend_from_slice(b"\",\"labels\":{\"source\":");
    text::quote(source.as_bytes(), out);
    if let Some(sink) = sink {
        out.extend_from_slice(b",\"sink\":");
        text::quote(sink.as_bytes(), out);
    }
    out.extend_from_slice(b"},\"error\":{\"message\":");
    text::quote(reason.as_bytes(), out);
    out.extend_from_slice(b"},\"event\":{\"kind\":\"pipeline_error\",\"original\":\"");
}

/// Ends an entry whose event cannot be told from what stands there; `rest` is what the escaping left
/// over.
pub(crate) fn close_lossy_entry(rest: &[u8], out: &mut Vec<u8>) {
    text::invalid(rest, out);
    out.extend_from_slice(b"\",\"lossy\":true}}\n");
}

/// Ends an entry; `rest` is what the escaping of the event left over.
pub(crate) fn close_entry(rest: &[u8], out: &mut Vec<u8>) {
    text::invalid(rest, out);
    out.extend_from_slice(b"\"}}\n");
}
