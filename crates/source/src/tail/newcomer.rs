//! Finds out what a file is that no look saw before: a lost file again, a copy, or a new one.
//!
//! | what is seen | what it means |
//! |---|---|
//! | an unknown inode where a lost file stood, whatever its content | a new file: read from its beginning |
//! | an unknown inode elsewhere, the content of a lost file | a copy or its compression: read on from there |
//! | an unknown inode, the content of a file that is there | held until that one is truncated or removed, or a while has passed |
//! | an unknown inode | a new file: read from its beginning |

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::Start;
use super::content::Content;
use super::cut::Encoding;
use super::find::Found;
use super::journal::Record;
use super::print::{Print, TAIL};
use super::table::{Held, Place, Table, Tracked, Why};
use super::trail::{Trail, first_bytes};

/// How long after a truncation its copy is known by whatever little content.
const RECENT: Duration = Duration::from_secs(60);
/// A lost file is known again by this much content, or else by more than its content.
const ENOUGH: u64 = TAIL as u64;
/// Where the last whole line is looked for when reading begins at the end.
const LAST_LINE: u64 = 1 << 20;
/// How much of a shorter file is compared with the one that it may be a copy of.
const COMPARED: usize = 64 << 10;

impl Table {
    /// Goes on with files that were lost and are what they were, and returns the others.
    pub(super) fn resume(&mut self, unknown: Vec<Found>, now: Instant) -> Vec<Found> {
        if unknown.is_empty() {
            return unknown;
        }
        let mut lost: HashMap<_, Vec<u32>> = HashMap::new();
        for id in &self.lost {
            if let Some(key) = self.files.get(id).and_then(|file| file.key) {
                lost.entry(key).or_default().push(*id);
            }
        }
        let mut others = Vec::new();
        for found in unknown {
            let same = lost.get(&found.key).and_then(|ids| {
                let mut ids = ids.iter().copied();
                ids.find(|id| {
                    self.is_trusted(*id, &found, false, now)
                        && self.has_content(*id, &found).is_ok_and(|same| same)
                })
            });
            match same {
                Some(id) => self.found_again(id, &found, now),
                None => others.push(found),
            }
        }
        others
    }

    pub(super) fn found_again(&mut self, id: u32, found: &Found, now: Instant) {
        let Some(file) = self.files.get_mut(&id) else {
            return;
        };
        let (path, key) = (file.path != found.path, file.key != Some(found.key));
        file.place = match path {
            true => Place::Moved,
            false => Place::Here,
        };
        file.listed = true;
        file.kind = None;
        file.trail.last.clear();
        (file.size, file.modified) = (found.size, found.modified);
        file.changed = now;
        self.place(id, found);
        if path || key {
            self.ledger.moved(id, found.path.clone(), Some(found.key));
        }
        self.enqueue(id);
    }

    /// Whether a lost file whose content is found there is that file, and not one that happens to
    /// begin like it.
    fn is_trusted(&self, id: u32, found: &Found, packed: bool, now: Instant) -> bool {
        let Some(file) = self.files.get(&id) else {
            return false;
        };
        let Place::Lost(why, since) = file.place else {
            return false;
        };
        let unseen = matches!(why, Why::Loaded | Why::Away);
        if file.key != Some(found.key) && file.stood_at(&found.path) {
            // Content that is at its place again without being the same file was most likely written
            // again, as by a job whose lines have no times in them. What was moved to another disk
            // and back comes again, too: better twice than never.
            return match (file.key.and_then(|key| key.born), found.key.born) {
                // A share that numbers its files anew.
                (Some(before), Some(born)) => before == born,
                // As far as can be seen.
                _ if file.key.is_none() => false,
                _ => unseen || (file.size, file.modified) == (found.size, found.modified),
            };
        }
        (file.key == Some(found.key) && (found.key.born.is_some() || unseen))
            || (why == Why::Replaced && now.saturating_duration_since(since) < RECENT)
            || (packed && is_compression_of(&found.path, &file.path))
            || (packed && self.held.get(&found.key).is_some_and(|held| held.of == id))
            || file.offset.max(file.trail.head.len.into()) >= ENOUGH
    }

    /// Whether the file holds what was read of the one with this number.
    pub(super) fn has_content(&self, id: u32, found: &Found) -> io::Result<bool> {
        let Some(file) = self.files.get(&id) else {
            return Ok(false);
        };
        if file.skip {
            return Ok(true);
        }
        let mut content = Content::open(&found.path)?;
        let first = first_bytes(&mut content)?;
        file.trail.is_in(&mut content, &first, file.offset)
    }

    /// Finds out what an unknown file is.
    pub(super) fn decide(&mut self, found: &Found, first: bool, now: Instant) -> io::Result<()> {
        if found.size == 0 {
            // Nothing to be told from, and nothing to be read.
            return Ok(());
        }
        if let Some((of, len)) = self.copies.get(&found.key).copied() {
            return self.copied(found, of, len, now);
        }
        if first && self.fresh && self.options.start == Start::End {
            return self.begin_at_end(found, now);
        }
        if let Some(held) = self.held.get(&found.key)
            && held.packed
            && (held.size, held.modified) == (found.size, found.modified)
            && self.files.get(&held.of).is_some_and(|f| f.is_somewhere())
        {
            return Ok(());
        }
        let mut content = Content::open(&found.path)?;
        if content.kind()?.is_none() {
            // Too little to tell; more will come.
            return Ok(());
        }
        let bytes = first_bytes(&mut content)?;
        if let Some(id) = self.lost_with(&mut content, &bytes, found, now)? {
            if let Some(file) = self.files.get(&id) {
                self.say_copy(found, &file.path, file.offset);
            }
            self.found_again(id, found, now);
            if let Some(file) = self.files.get_mut(&id) {
                file.place = Place::Moved;
            }
            self.held.remove(&found.key);
            return Ok(());
        }
        if let Some(held) = self.held.get(&found.key)
            && held.prefix
            && let Some(file) = self.files.get(&held.of)
            && matches!(file.place, Place::Lost(Why::Replaced, _))
        {
            let of = held.of;
            self.held.remove(&found.key);
            self.copies.insert(found.key, (of, found.size));
            return self.copied(found, of, found.size, now);
        }
        let files = &self.files;
        let deleted = |id: &u32| files.get(id).filter(|file| file.place == Place::Deleted);
        self.deleted.retain(|id| deleted(id).is_some());
        let unread = |file: &Tracked| file.offset == 0 && file.queued;
        if self.deleted.iter().filter_map(deleted).any(unread) {
            // This may be its copy, which only what is read of it can tell.
            self.rescan = self.rescan.min(now + super::HOLD);
            return Ok(());
        }
        let alike = self.alike(&mut content, &bytes, found)?;
        // Compression that is still at work: what is to come may make it a copy.
        let unfinished = alike.is_none() && content.error().is_some();
        if alike.is_some() || unfinished {
            let (of, prefix) = alike.unwrap_or_default();
            let packed = content.is_packed() && !unfinished;
            let held = self.held.entry(found.key).or_insert(Held {
                of,
                prefix,
                packed,
                size: found.size,
                modified: found.modified,
                changed: now,
            });
            if (held.size, held.modified) != (found.size, found.modified) {
                (held.size, held.modified) = (found.size, found.modified);
                held.changed = now;
            }
            (held.of, held.packed) = (of, packed);
            held.prefix |= prefix;
            let until = held.changed + self.options.close_after;
            if packed || now < until {
                if !packed {
                    self.rescan = self.rescan.min(until.min(now + super::HOLD));
                }
                return Ok(());
            }
        }
        self.held.remove(&found.key);
        let record = self.begin(found);
        let id = self.track(found, record, Trail::default(), now);
        if let Some(file) = self.files.get_mut(&id) {
            (file.size, file.modified) = (found.size, found.modified);
        }
        Ok(())
    }

    /// The lost file that this one holds the content of.
    fn lost_with(
        &self,
        content: &mut Content,
        first: &[u8],
        found: &Found,
        now: Instant,
    ) -> io::Result<Option<u32>> {
        let mut prints = HashMap::new();
        let mut alike = Vec::new();
        for id in &self.lost {
            let Some(file) = self.files.get(id) else {
                continue;
            };
            let len = file.trail.head.len as usize;
            let print = |()| Print::of(&first[..len]);
            if !file.skip
                && len > 0
                && len <= first.len()
                && *prints.entry(len).or_insert_with(|| print(())) == file.trail.head
                && self.is_trusted(*id, found, content.is_packed(), now)
            {
                alike.push((file.offset, *id));
            }
        }
        // Forwards, for what is compressed can only be read so.
        alike.sort_unstable();
        let mut best = None;
        for (offset, id) in alike {
            if let Some(file) = self.files.get(&id)
                && file.trail.is_in(content, first, offset)?
            {
                best = Some(id);
            }
        }
        Ok(best)
    }

    /// A file that is there and has the same content as far as both go, and whether all of this one
    /// was read there.
    fn alike(
        &mut self,
        content: &mut Content,
        first: &[u8],
        found: &Found,
    ) -> io::Result<Option<(u32, bool)>> {
        let mut prints = HashMap::new();
        let mut alike = None;
        for id in &self.begun {
            let Some(file) = self.files.get(id) else {
                continue;
            };
            if !file.is_somewhere() || file.offset == 0 || file.skip {
                continue;
            }
            let known = file.trail.first.len().min(first.len());
            if first[..known] != file.trail.first[..known] {
                continue;
            }
            let len = file.trail.head.len as usize;
            let shorter = !content.is_packed() && found.size < file.offset;
            if len <= first.len() {
                let print = *prints
                    .entry(len)
                    .or_insert_with(|| Print::of(&first[..len]));
                if print != file.trail.head {
                    continue;
                }
                if file.trail.is_in(content, first, file.offset)? {
                    alike = Some((*id, false));
                    continue;
                }
                if shorter && file.trail.was_in(content, found.size)? {
                    alike = Some((*id, true));
                    continue;
                }
            }
            if shorter && first.len() >= 16 && same_beginning(content, found.size, &file.path)? {
                alike = Some((*id, true));
            }
        }
        Ok(alike)
    }

    /// A copy of what was read from a file that is not there any more: it counts as read once that
    /// is confirmed.
    fn copied(&mut self, found: &Found, of: u32, len: u64, now: Instant) -> io::Result<()> {
        let confirmed = match self.files.contains_key(&of) {
            true => self.ledger.confirmed(of),
            false => None,
        };
        if confirmed.is_some_and(|(offset, _)| offset < len) {
            self.rescan = self.rescan.min(now + super::HOLD);
            return Ok(());
        }
        let mut content = Content::open(&found.path)?;
        let trail = Trail::at(&mut content, len)?;
        let heading = self.files.get(&of).map(|file| file.heading.clone());
        let record = Record {
            offset: len,
            head: trail.head,
            tail: trail.tail,
            heading: heading.unwrap_or_default(),
            ..self.begin(found)
        };
        self.copies.remove(&found.key);
        if let Some(file) = self.files.get(&of) {
            self.say_copy(found, &file.path, len);
        }
        self.track(found, record, trail, now);
        Ok(())
    }

    /// Says why a file is not read from its beginning.
    fn say_copy(&self, found: &Found, of: &Path, offset: u64) {
        tracing::info!(
            source = self.source,
            "{} is taken for a copy of {}, which was read up to byte {offset}; it is read on from there",
            found.path.display(),
            of.display()
        );
    }

    /// Begins with a file behind its last whole line.
    fn begin_at_end(&mut self, found: &Found, now: Instant) -> io::Result<()> {
        let mut content = Content::open(&found.path)?;
        if content.is_packed() {
            let record = Record {
                skip: true,
                ..self.begin(found)
            };
            self.track(found, record, Trail::default(), now);
            return Ok(());
        }
        let encoding = content.kind()?.map_or(Encoding::Bytes, |k| k.encoding);
        let begin = found.size.saturating_sub(LAST_LINE) & !1;
        let mut last = vec![0; (found.size - begin) as usize];
        let n = content.read_at(begin, &mut last)?;
        let offset = match encoding.last_line(&last[..n]) {
            Some(end) => begin + end as u64,
            None if begin == 0 => 0,
            None => found.size & !1,
        };
        let trail = Trail::at(&mut content, offset)?;
        let size = offset.min(self.limits.batch as u64) as usize;
        let mut bytes = vec![0; size];
        content.read_at(0, &mut bytes)?;
        let lines = encoding.last_line(&bytes).unwrap_or(0);
        let mut text = Vec::new();
        encoding.decode(0, &bytes[..lines], &mut text);
        let before = knownet_flow::Heading::Start;
        let heading = match lines {
            0 => None,
            _ => (self.limits.framing.heading)(&text, &before),
        };
        let record = Record {
            offset,
            head: trail.head,
            tail: trail.tail,
            heading: match offset {
                0 => before,
                _ => heading.unwrap_or_default(),
            },
            ..self.begin(found)
        };
        self.track(found, record, trail, now);
        Ok(())
    }
}

/// Whether the first `size` bytes are those of the file `other`, as far as is compared.
fn same_beginning(content: &mut Content, size: u64, other: &Path) -> io::Result<bool> {
    let Ok(mut other) = Content::open(other) else {
        return Ok(false);
    };
    let size = size.min(COMPARED as u64) as usize;
    let (mut ours, mut theirs) = (vec![0; size], vec![0; size]);
    let n = content.read_at(0, &mut ours)?;
    let m = other.read_at(0, &mut theirs).unwrap_or(0);
    Ok(n == size && m == size && ours == theirs)
}

/// Whether one name is the other with an ending of compression.
fn is_compression_of(packed: &Path, plain: &Path) -> bool {
    let ending = packed.extension().and_then(|ending| ending.to_str());
    let stem: PathBuf = packed.with_extension("");
    matches!(ending, Some("gz" | "zst" | "gzip" | "zstd")) && stem == plain
}
