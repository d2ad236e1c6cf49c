//! Where events go that cannot be passed on, each with the reason: a file of NDJSON.
//!
//! `{"@timestamp":"…","source":"…","reason":"…","event":"…"}`; `event` is the line as a JSON
//! string, a byte that is not UTF-8 as `\xNN`. The file is created when the first letter comes. An
//! entry is on disk before its event is confirmed, and two entries never interleave.

use std::fmt::Display;
use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard};
use std::time::SystemTime;

use knownet_flow::{text, time};

use crate::append::Appender;
use crate::halt::Halted;
use crate::message::Message;
use crate::retry::Retry;
use crate::shared::Shared;
use crate::staged::Staged;

/// What the log and the errors call them.
pub(crate) const NAME: &str = "dead letters";

/// An event that cannot be passed on.
pub(crate) struct Letter {
    pub reason: String,
    /// Its line, with or without the line feed.
    pub event: Vec<u8>,
}

pub(crate) struct DeadLetters(Mutex<Appender>);

impl DeadLetters {
    pub fn new(path: PathBuf) -> DeadLetters {
        DeadLetters(Mutex::new(Appender::new(path)))
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
        for letter in letters.iter() {
            open_entry(source, &letter.reason, &mut entries);
            let event = letter.event.strip_suffix(b"\n").unwrap_or(&letter.event);
            let rest = text::escape(event, &mut entries);
            close_entry(rest, &mut entries);
        }
        self.add(shared, |file| file.add(&entries))?;
        shared.totals().dead_letters += letters.len() as u64;
        metrics::counter!("knownet_dead_letters_total").increment(letters.len() as u64);
        letters.clear();
        Ok(())
    }

    /// Makes the finished entry in `staged` safe.
    pub fn bury_staged(&self, shared: &Shared, staged: &mut Staged) -> Result<(), Halted> {
        self.add(shared, |file| file.add_from(&mut staged.content()?))?;
        shared.totals().dead_letters += 1;
        metrics::counter!("knownet_dead_letters_total").increment(1);
        Ok(())
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
        self.0.lock().unwrap_or_else(|e| e.into_inner())
    }
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
pub(crate) fn open_entry(source: &str, reason: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"@timestamp\":\"");
    time::write(SystemTime::now(), out);
    out.extend_from_slice(b"\",\"source\":");
    text::quote(source.as_bytes(), out);
    out.extend_from_slice(b",\"reason\":");
    text::quote(reason.as_bytes(), out);
    out.extend_from_slice(b",\"event\":\"");
}

/// Ends an entry; `rest` is what the escaping of the event left over.
pub(crate) fn close_entry(rest: &[u8], out: &mut Vec<u8>) {
    text::invalid(rest, out);
    out.extend_from_slice(b"\"}\n");
}
