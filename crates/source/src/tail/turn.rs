//! Takes the next batch from the files that wait for their turn, one batch from each.
//!
//! - The place in a file is trusted only after the bytes behind it are read: then its first bytes
//!   and those before the place must still be what they were, or it is another content.
//! - An unfinished line is read again when it has grown, but is searched for its end only once.
//! - A line that is too long is handed out in pieces once its end is known, without other files'
//!   batches between them.

use std::io;
use std::time::{Duration, Instant};

use knownet_flow::{self as flow, Batch, Read};

use super::content::{Content, Kind};
use super::cut::{Cutter, Encoding, Rest};
use super::find::Found;
use super::ledger::Mark;
use super::table::{Pieces, Place, Table, Tracked, Why};
use crate::lines::head;

/// How far one turn searches for the end of a line.
const SEARCH: u64 = 64 << 20;
/// After an error a file is tried again after so long.
pub(super) const RETRY: Duration = Duration::from_secs(2);

/// What became of a turn.
enum Turn {
    Read(Read),
    /// There is nothing to hand out.
    Idle,
    /// The file holds other content than before.
    Replaced,
}

impl Table {
    /// Fills `batch`, which comes cleared; `None` if no file has anything.
    pub fn next(&mut self, batch: &mut Batch, now: Instant) -> Option<Read> {
        if let Some(read) = self.piece(batch, now) {
            return Some(read);
        }
        self.ring(now);
        while let Some(id) = self.ready.pop_front() {
            if let Some(read) = self.turn(id, batch, now) {
                return Some(read);
            }
        }
        None
    }

    fn turn(&mut self, id: u32, batch: &mut Batch, now: Instant) -> Option<Read> {
        let file = self.files.get_mut(&id)?;
        file.queued = false;
        if !file.is_somewhere() || file.skip {
            return None;
        }
        let mut content = self.content(id, now)?;
        if content.is_packed() {
            // One at a time, for a decoder may need much memory.
            if *self.unpacking.get_or_insert(id) != id {
                self.unopened.push_back(id);
                return None;
            }
        }
        let turn = self.read(id, &mut content, batch, now);
        let deleted = |file: &Tracked| file.place == Place::Deleted;
        let deleted = self.files.get(&id).is_some_and(deleted);
        match turn {
            Ok(Turn::Read(read)) => {
                self.begun.insert(id);
                self.open.put(id, content, deleted, now);
                self.trouble(id, None, now);
                self.enqueue(id);
                Some(read)
            }
            Ok(Turn::Idle) => {
                batch.bytes.truncate(0);
                let queued = self.files.get(&id).is_some_and(|file| file.queued);
                if !content.is_packed() || deleted || queued || self.pieces.is_some() {
                    self.open.put(id, content, deleted, now);
                } else {
                    self.unpacked(id);
                }
                self.trouble(id, None, now);
                self.settle(id, now);
                self.piece(batch, now)
            }
            Ok(Turn::Replaced) => {
                batch.bytes.truncate(0);
                self.replaced(id, now);
                None
            }
            Err(error) => {
                batch.bytes.truncate(0);
                self.unpacked(id);
                match deleted {
                    true => self.lose(id, Why::Gone, now),
                    false => self.trouble(id, Some(error), now),
                }
                None
            }
        }
    }

    /// Nothing more is to be decompressed of this file now: the next one may be.
    pub(super) fn unpacked(&mut self, id: u32) {
        if self.unpacking == Some(id) {
            self.unpacking = None;
            for id in std::mem::take(&mut self.unopened) {
                if let Some(file) = self.files.get_mut(&id) {
                    file.queued = false;
                }
                self.enqueue(id);
            }
        }
    }

    /// The open file, unless something else came to stand at its path.
    pub(super) fn content(&mut self, id: u32, now: Instant) -> Option<Content> {
        if let Some(content) = self.open.take(id) {
            return Some(content);
        }
        let file = self.files.get(&id)?;
        if file.place == Place::Deleted {
            self.lose(id, Why::Gone, now);
            return None;
        }
        let opened = Content::open(&file.path);
        match opened.and_then(|content| Ok((content.metadata()?, content))) {
            Ok((meta, content)) => {
                let same = Some(Found::of(&file.path, &meta).key) == file.key;
                if !same {
                    self.hurry(now);
                }
                same.then_some(content)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.hurry(now);
                None
            }
            Err(error) => {
                self.trouble(id, Some(error), now);
                None
            }
        }
    }

    fn read(
        &mut self,
        id: u32,
        content: &mut Content,
        batch: &mut Batch,
        now: Instant,
    ) -> io::Result<Turn> {
        let Some(file) = self.files.get_mut(&id) else {
            return Ok(Turn::Idle);
        };
        let meta = content.metadata()?;
        let (size, modified) = (meta.len(), meta.modified().ok());
        if (size, modified) != (file.size, file.modified) {
            (file.size, file.modified) = (size, modified);
            file.changed = now;
        }
        if size < file.scanned && file.offset == 0 {
            // Nothing of it was handed out: it is as good as new.
            file.scanned = 0;
        }
        let quiet = now.saturating_duration_since(file.changed);
        let leaves = matches!(file.place, Place::Moved | Place::Deleted);
        let gone = leaves && quiet >= self.options.close_after;
        let kind = match file.kind {
            Some(kind) if kind.packed == content.is_packed() => kind,
            _ => match content.kind()? {
                Some(kind) => kind,
                None if gone && size > 0 => Kind {
                    packed: false,
                    encoding: Encoding::Bytes,
                },
                None if size < file.offset => return Ok(Turn::Replaced),
                None => return Ok(Turn::Idle),
            },
        };
        // Compressed content is looked at once, on the way to where reading goes on.
        let looked = kind.packed && !file.trail.last.is_empty();
        if kind.packed && !looked && !file.trail.is_still_in(content, file.offset)? {
            return Ok(Turn::Replaced);
        }
        file.kind = Some(kind);
        let multiline = self.options.multiline.as_ref();
        let timeout = multiline.map(|multiline| multiline.timeout);
        let at_end = match () {
            () if gone || kind.packed => Rest::Nothing,
            () if timeout.is_some_and(|timeout| quiet >= timeout) => Rest::Lines,
            () => Rest::Waits,
        };
        let unit = kind.encoding.unit();
        let max = match kind.encoding {
            Encoding::Bytes => self.limits.max_event,
            // Three bytes of UTF-8 for two of UTF-16 at most.
            _ => self.limits.max_event / 3 * 2,
        };
        let cutter = Cutter {
            encoding: kind.encoding,
            multiline: multiline.map(|multiline| &multiline.pattern),
            framing: self.limits.framing,
            max_event: self.limits.max_event,
            offset: file.offset,
        };
        let mut want = self.limits.batch.min(max).max(2) & !1;
        if file.scanned > file.offset {
            let (found, end_seen) = file.search(content, kind.encoding, want)?;
            let (end, behind) = match found {
                Some(behind) => (behind - unit as u64, behind),
                None if !end_seen => {
                    // There is more to search.
                    self.enqueue(id);
                    return Ok(Turn::Idle);
                }
                None if at_end == Rest::Nothing => (file.scanned, file.scanned),
                None => {
                    return Ok(
                        match kind.packed || file.trail.is_still_in(content, file.offset)? {
                            true => Turn::Idle,
                            false => Turn::Replaced,
                        },
                    );
                }
            };
            let long = end - file.offset;
            if long > max as u64 {
                if !kind.packed && !file.trail.is_still_in(content, file.offset)? {
                    return Ok(Turn::Replaced);
                }
                let at = file.offset;
                self.pieces = Some(Pieces {
                    id,
                    at,
                    end,
                    behind,
                    before: file.trail.clone(),
                });
                return Ok(Turn::Idle);
            }
            want = want.max(long as usize + unit);
        }
        loop {
            batch.bytes.truncate(0);
            let n = content.read_at(file.offset, &mut batch.bytes.spare(want)[..want])?;
            batch.bytes.advance(n);
            if !kind.packed
                && (size < file.offset || !file.trail.is_still_in(content, file.offset)?)
            {
                return Ok(Turn::Replaced);
            }
            let eof = n < want;
            let error = if eof { content.error() } else { None };
            let rest = match eof && error.is_none() {
                true => at_end,
                false => Rest::Waits,
            };
            let mut taken = cut(&cutter, batch, rest);
            let raw_lines = kind.encoding.first_line(taken.raw(batch)).is_some();
            if taken.len == 0 && !eof && want > max && raw_lines {
                // What began as a record is too long for one: its lines are events.
                taken = cut(&cutter, batch, Rest::Lines);
            }
            if taken.len > 0 {
                let read = file.hand_out(id, taken, batch, &self.limits.framing, &self.ledger);
                if !read {
                    // A mark at the beginning, and nothing else.
                    self.enqueue(id);
                    return Ok(Turn::Idle);
                }
                return Ok(Turn::Read(Read::Lines));
            }
            if !raw_lines && (eof || want > max) {
                file.scanned = file.offset + (n & !(unit - 1)) as u64;
            }
            match error {
                Some(error) => return Err(error),
                None if eof => return Ok(Turn::Idle),
                None if want > max => {
                    self.enqueue(id);
                    return Ok(Turn::Idle);
                }
                None => want = (want * 2).min(max + unit) & !(unit - 1),
            }
        }
    }

    /// What is to be done with a file that has nothing more at the moment.
    fn settle(&mut self, id: u32, now: Instant) {
        if self.pieces.is_some() {
            return;
        }
        let Some(file) = self.files.get_mut(&id) else {
            return;
        };
        if file.queued {
            return;
        }
        let close = file.changed + self.options.close_after;
        match file.place {
            Place::Moved if now >= close && file.listed => file.place = Place::Here,
            Place::Moved | Place::Deleted if now >= close => return self.lose(id, Why::Gone, now),
            Place::Moved | Place::Deleted => drop(self.timers.insert((close, id))),
            Place::Here | Place::Lost(..) => {}
        }
        if let Some(multiline) = &self.options.multiline
            && file.offset < file.size
            && now < file.changed + multiline.timeout
        {
            self.timers.insert((file.changed + multiline.timeout, id));
        }
    }

    /// Says so when a file cannot be read, once, and when it can be again.
    pub(super) fn trouble(&mut self, id: u32, error: Option<io::Error>, now: Instant) {
        let Some(file) = self.files.get_mut(&id) else {
            return;
        };
        let (source, path) = (&self.source, file.path.display());
        match error {
            Some(error) => {
                let packed = file.kind.is_some_and(|kind| kind.packed);
                // Reading it once more changes nothing, unlike with what the system says.
                let damaged = packed && error.raw_os_error().is_none();
                let quiet = file.changed + self.options.close_after;
                if damaged && now < quiet {
                    // It may be in the making.
                    self.timers.insert((quiet, id));
                    return;
                }
                if !std::mem::replace(&mut file.troubled, true) {
                    let then = match damaged {
                        true => "it is left until it changes",
                        false => "it is tried again",
                    };
                    tracing::warn!(source, "{path} cannot be read: {error}; {then}");
                }
                if !damaged {
                    self.timers.insert((now + RETRY, id));
                    self.hurry(now);
                }
            }
            None if std::mem::replace(&mut file.troubled, false) => {
                tracing::info!(source, "{path} can be read again");
            }
            None => {}
        }
    }
}

/// What was taken of the raw bytes.
struct Taken {
    len: usize,
    /// They, if the batch holds something else now.
    raw: Option<Vec<u8>>,
}

impl Taken {
    fn raw<'a>(&'a self, batch: &'a Batch) -> &'a [u8] {
        match &self.raw {
            Some(raw) => raw,
            None => batch.bytes.filled(),
        }
    }
}

/// Finds the whole records in the batch, and leaves them in it if there are any.
fn cut(cutter: &Cutter<'_>, batch: &mut Batch, rest: Rest) -> Taken {
    if cutter.is_plain() {
        let len = cutter.whole(batch.bytes.filled(), rest);
        return Taken { len, raw: None };
    }
    let mut out = Vec::new();
    let raw = batch.bytes.filled().to_vec();
    batch.places.clear();
    let len = cutter.cut(&raw, rest, &mut out, &mut batch.places);
    if len > 0 {
        batch.bytes.truncate(0);
        batch.bytes.extend(&out);
    }
    Taken {
        len,
        raw: Some(raw),
    }
}

impl Tracked {
    /// Searches for the end of the line that is unfinished: the place behind its line feed, and
    /// whether the file ended before it.
    fn search(
        &mut self,
        content: &mut Content,
        encoding: Encoding,
        size: usize,
    ) -> io::Result<(Option<u64>, bool)> {
        let mut bytes = vec![0; size];
        let until = self.scanned + SEARCH;
        while self.scanned < until {
            let n = content.read_at(self.scanned, &mut bytes)?;
            if let Some(behind) = encoding.first_line(&bytes[..n]) {
                return Ok((Some(self.scanned + behind as u64), false));
            }
            self.scanned += (n & !(encoding.unit() - 1)) as u64;
            if n < size {
                return Ok((None, true));
            }
        }
        Ok((None, false))
    }

    /// Completes the batch; `false` if there is nothing in it.
    fn hand_out(
        &mut self,
        id: u32,
        taken: Taken,
        batch: &mut Batch,
        framing: &flow::Framing,
        ledger: &super::ledger::Ledger,
    ) -> bool {
        let raw = taken.raw(batch);
        self.trail.pass(self.offset, &raw[..taken.len]);
        let begin = self.offset;
        self.offset += taken.len as u64;
        self.scanned = self.offset;
        if taken.raw.is_none() {
            batch.bytes.truncate(taken.len);
            if batch.bytes.filled().last() != Some(&b'\n') {
                batch.bytes.extend(b"\n");
            }
            batch.places.clear();
            batch.places.push(flow::Place {
                end: batch.bytes.filled().len(),
                position: begin,
            });
        }
        if batch.bytes.filled().is_empty() {
            return false;
        }
        let next = head(framing, batch, &mut self.heading);
        batch.stream = Some(self.stream.clone());
        batch.partition = id;
        batch.position = self.offset;
        ledger.hand_out(id, self.mark(next));
        true
    }

    pub(super) fn mark(&self, heading: Option<flow::Heading>) -> Mark {
        Mark {
            offset: self.offset,
            head: self.trail.head,
            tail: self.trail.tail,
            heading,
        }
    }
}
