//! Where events go that cannot be passed on, each with the reason: a file of NDJSON, or a sink.
//!
//! `{"@timestamp":"…","labels":{"source":"…","sink":"…"},"error":{"message":"…"},"event":{"kind":
//! "pipeline_error","original":"…","id":"…"}}`, by ECS, so that a search server takes it like any event.
//! `sink` is the one that refused the event and is missing where none did; `original` is the line as a JSON
//! string, a byte that is not UTF-8 as `\xNN`; such an event has `event.bytes`, too, which is it in base64,
//! or if it was too long to be held, `event.lossy`.
//!
//! `event.id` is the event's own where that is known, so that it stays the same event when the letter is
//! sent, or when it was read and refused once more; else no other letter has it. `event.heading` is what
//! stood before an event that no sink was given, such as the line that names its columns: empty if the
//! event began its stream, and not there if nothing stood before it.
//!
//! The file is created when the first letter comes. An entry is safe before its event is confirmed, and
//! two entries never interleave.

use std::fmt::Display;
use std::io;
use std::time::SystemTime;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use knownet_flow::{Heading, Id, text, time};

use crate::fresh;
use crate::halt::Halted;
use crate::retry::Retry;
use crate::shared::Shared;
use crate::trace::derived;

/// What the log and the errors call them.
pub(crate) const NAME: &str = "dead letters";

/// An event that cannot be passed on.
pub(crate) struct Letter {
    /// Which sink refused it, if one did.
    pub sink: Option<String>,
    pub reason: String,
    /// Its line, with or without the line feed.
    pub event: Vec<u8>,
    /// What tells it from others, where that is known.
    pub id: Option<Id>,
    /// What stands before it; nothing, if it was given to a sink.
    pub heading: Heading,
}

/// Finished entries.
#[derive(Default)]
pub(crate) struct Entries {
    /// Each with a line feed.
    pub bytes: Vec<u8>,
    /// What tells each entry from others.
    pub ids: Vec<Id>,
}

impl Entries {
    /// The entry behind the last one, of an event that no sink was given, is there as a whole.
    pub fn finished(&mut self, event: Id) {
        self.ids.push(entry_id(event, None));
    }

    /// Appends an entry for each letter of `source`.
    pub fn write(&mut self, source: &str, letters: &[Letter]) {
        let entries = &mut self.bytes;
        for letter in letters {
            let id = letter.id.unwrap_or_else(fresh::id);
            self.ids.push(entry_id(id, letter.sink.as_deref()));
            open_entry(source, letter.sink.as_deref(), &letter.reason, entries);
            let event = letter.event.strip_suffix(b"\n").unwrap_or(&letter.event);
            let rest = text::escape(event, entries);
            match std::str::from_utf8(event) {
                Ok(_) => close_entry(rest, id, &letter.heading, false, entries),
                Err(_) => {
                    text::invalid(rest, entries);
                    entries.extend_from_slice(b"\",\"bytes\":\"");
                    entries.extend_from_slice(BASE64.encode(event).as_bytes());
                    close_entry(b"", id, &letter.heading, false, entries);
                }
            }
        }
    }
}

/// What tells an entry from others: not the event's own id, since several sinks may refuse it, and it may
/// be somewhere itself in the end.
fn entry_id(event: Id, sink: Option<&str>) -> Id {
    derived(
        event,
        &["dead letter ", sink.unwrap_or_default()]
            .concat()
            .into_bytes(),
    )
}

/// Repeats `add` until it works. Meanwhile nothing more is read.
pub(crate) fn retry_add(
    shared: &Shared,
    mut add: impl FnMut() -> Result<(), String>,
) -> Result<(), Halted> {
    let (mut retry, mut held) = (Retry::new(shared, NAME), None);
    loop {
        match add() {
            Ok(()) => break retry.succeeded(),
            Err(reason) => {
                held.get_or_insert_with(|| shared.budget.claim(shared.options.in_flight));
                retry.failed(&reason)?;
            }
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

/// Ends the entry of the event `id` behind `heading`; `rest` is what the escaping of the event left over.
/// `lossy` if the event cannot be told from what stands there.
pub(crate) fn close_entry(rest: &[u8], id: Id, heading: &Heading, lossy: bool, out: &mut Vec<u8>) {
    text::invalid(rest, out);
    out.extend_from_slice(b"\",\"id\":\"");
    out.extend_from_slice(id.to_string().as_bytes());
    out.push(b'"');
    let heading: Option<&[u8]> = match heading {
        Heading::None => None,
        Heading::Start => Some(b""),
        Heading::Lines(lines) => Some(lines),
    };
    if let Some(heading) = heading {
        out.extend_from_slice(b",\"heading\":");
        text::quote(heading, out);
    }
    // Without its heading it is another event.
    if lossy || heading.is_some_and(|heading| std::str::from_utf8(heading).is_err()) {
        out.extend_from_slice(b",\"lossy\":true");
    }
    out.extend_from_slice(b"}}\n");
}
