//! Looks at which files there are and finds out what happened to each since the last look.
//!
//! | what is seen | what it means |
//! |---|---|
//! | a known inode at its path | at most it grew: it is read |
//! | a known inode at another path | renamed: followed to its end, however it is called now |
//! | a path that leads nowhere or elsewhere, its inode found beside it | renamed out of the pattern |
//! | the same, its inode found nowhere | deleted, or the folder is away: remembered |
//! | an unknown inode where a lost file stood, whatever its content | a new file: read from its beginning |
//! | an unknown inode elsewhere, the content of a lost file | a copy or its compression: read on from there |
//! | an unknown inode, the content of a file that is there | held until that one is truncated or removed, or a while has passed |
//! | an unknown inode | a new file: read from its beginning |
//!
//! Whether a file at its place still has the content it had is found out when it is read.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::content::Content;
use super::cut::Encoding;
use super::find::{Found, Sight, locate};
use super::journal::Record;
use super::print::{HEAD, Print, TAIL, Trail};
use super::table::{Held, Place, Table, Why};
use super::{FORGET, LOST, Start};

/// How long after a truncation its copy is known by whatever little content.
const RECENT: Duration = Duration::from_secs(60);
/// A lost file is known again by this much content, or else by more than its content.
const ENOUGH: u64 = TAIL as u64;
/// Where the last whole line is looked for when reading begins at the end.
const LAST_LINE: u64 = 1 << 20;
/// How much of a shorter file is compared with the one that it may be a copy of.
const COMPARED: usize = 64 << 10;

impl Table {
    /// Looks at one path that something happened to.
    pub fn touched(&mut self, path: &Path, whole: bool, now: Instant) {
        let Some(id) = self.by_path.get(path).copied() else {
            let matched = self.finders.iter().any(|finder| finder.matches(path));
            if matched || (whole && path.is_dir()) {
                self.hurry(now);
            }
            return;
        };
        // What the link itself leads to is seen by its own path.
        let path = match self.files.get(&id) {
            Some(file) => file.path.clone(),
            None => return,
        };
        match fs::metadata(&path) {
            Ok(file) => {
                let found = Found::of(&path, &file);
                match self.by_key.get(&found.key) == Some(&id) {
                    true => self.grown(id, &found, now),
                    false => self.hurry(now),
                }
            }
            Err(_) => self.hurry(now),
        }
    }

    /// Looks for files that were renamed before anybody saw them at a path that is matched.
    pub fn renamed(&mut self, renames: Vec<(PathBuf, PathBuf)>, now: Instant) {
        let mut wanted = HashSet::new();
        for (from, to) in renames {
            let known = wanted.remove(&from);
            if known || self.finders.iter().any(|finder| finder.matches(&from)) {
                wanted.insert(to);
            }
        }
        wanted.retain(|path| !self.finders.iter().any(|finder| finder.matches(path)));
        for path in wanted {
            let Ok(meta) = fs::metadata(&path) else {
                continue;
            };
            let found = Found::of(&path, &meta);
            if !meta.is_file() || self.by_key.contains_key(&found.key) {
                continue;
            }
            if let Ok(()) = self.decide(&found, false, now)
                && let Some(id) = self.by_key.get(&found.key)
                && let Some(file) = self.files.get_mut(id)
            {
                file.place = Place::Moved;
                file.listed = false;
            }
        }
    }

    /// Looks at everything, and at the folders if they are wanted.
    pub fn look(&mut self, folders: bool, interval: Duration, now: Instant) -> Sight {
        let begun = Instant::now();
        self.rescan = now + interval;
        let mut sight = Sight::default();
        let first = self.scanned.is_none();
        for finder in &mut self.finders {
            let before = finder.away.take();
            let had = sight.files.len();
            finder.look(&mut sight, folders);
            let count = sight.files.len() - had;
            match (&before, &finder.away) {
                (None, Some(error)) => tracing::warn!(
                    source = self.source,
                    "{} cannot be looked at: {error}; it is tried again",
                    finder.base.display()
                ),
                (Some(_), None) => tracing::info!(
                    source = self.source,
                    "{} is there again",
                    finder.base.display()
                ),
                (None, None) if first && count == 0 => {
                    tracing::warn!(source = self.source, "no file matches {finder} yet");
                }
                (None, None) if first => tracing::info!(
                    source = self.source,
                    "{count} {} {finder}",
                    if count == 1 {
                        "file matches"
                    } else {
                        "files match"
                    }
                ),
                _ => {}
            }
        }
        let unknown = self.sort(&sight, now);
        if first {
            self.find_loaded(now);
        }
        let unknown = self.resume(unknown, now);
        for found in unknown {
            let decided = self.decide(&found, first, now);
            match decided {
                Ok(()) => drop(self.closed.remove(&found.path)),
                Err(error) if self.closed.insert(found.path.clone()) => tracing::warn!(
                    source = self.source,
                    "{} cannot be read: {error}; it is tried again",
                    found.path.display()
                ),
                Err(_) => {}
            }
        }
        self.fresh = false;
        if folders {
            let real = self.files.values().filter_map(|file| file.real.as_ref());
            let real = real.filter_map(|path| path.parent());
            sight.folders.extend(real.map(Path::to_owned));
        }
        self.sweep(&sight, now);
        self.ledger.tidy();
        self.open.close_idle(now);
        self.meter.open.set(self.open.len() as f64);
        let tracked = self.files.len() - self.lost.len();
        self.meter.tracked.set(tracked as f64);
        self.scanned = Some((now, begun.elapsed()));
        sight
    }

    /// Tells known files from unknown ones, which are returned, each once.
    fn sort(&mut self, sight: &Sight, now: Instant) -> Vec<Found> {
        let mut seen = HashSet::new();
        let mut unknown = Vec::new();
        for found in &sight.files {
            match self.by_key.get(&found.key).copied() {
                Some(id) => {
                    seen.insert(id);
                    self.sighted(id, found, true, now);
                }
                None => unknown.push(found.clone()),
            }
        }
        let missing: Vec<u32> = self
            .files
            .iter()
            .filter(|(id, file)| file.is_somewhere() && !seen.contains(id))
            .map(|(id, _)| *id)
            .collect();
        for id in missing {
            self.missing(id, sight, now);
        }
        let mut keys = HashSet::new();
        unknown.retain(|found| keys.insert(found.key));
        self.held.retain(|key, _| keys.contains(key));
        let listed: HashSet<_> = sight.files.iter().map(|found| found.key).collect();
        self.copies.retain(|key, _| listed.contains(key));
        unknown
    }

    /// The file is at this path.
    fn sighted(&mut self, id: u32, found: &Found, listed: bool, now: Instant) {
        let Some(file) = self.files.get_mut(&id) else {
            return;
        };
        file.listed = listed;
        if file.path != found.path {
            // Of several names it keeps the one that it has.
            let same = fs::metadata(&file.path)
                .is_ok_and(|meta| Found::of(&file.path, &meta).key == found.key);
            if !same {
                self.moved(id, found, now);
            }
        }
        self.grown(id, found, now);
    }

    fn grown(&mut self, id: u32, found: &Found, now: Instant) {
        let Some(file) = self.files.get_mut(&id) else {
            return;
        };
        if (file.size, file.modified) != (found.size, found.modified) {
            (file.size, file.modified) = (found.size, found.modified);
            file.changed = now;
            self.enqueue(id);
        }
    }

    /// The file has another name.
    fn moved(&mut self, id: u32, found: &Found, now: Instant) {
        self.place(id, found);
        if let Some(file) = self.files.get_mut(&id) {
            file.place = Place::Moved;
            file.changed = now;
            self.meter.rotations.increment(1);
            self.ledger.moved(id, found.path.clone(), Some(found.key));
            self.enqueue(id);
        }
    }

    /// No pattern led to the file.
    fn missing(&mut self, id: u32, sight: &Sight, now: Instant) {
        let Some(file) = self.files.get_mut(&id) else {
            return;
        };
        file.listed = false;
        let (path, Some(key)) = (file.path.clone(), file.key) else {
            return;
        };
        let real = file.real.clone();
        for path in [Some(&path), real.as_ref()].into_iter().flatten() {
            match fs::metadata(path) {
                Ok(meta) => {
                    let found = Found::of(path, &meta);
                    if found.key == key {
                        return self.sighted(id, &found, false, now);
                    }
                }
                Err(e) if e.kind() == io::ErrorKind::NotFound => {}
                // Nothing is known of it while its folder cannot be read.
                Err(_) => return,
            }
        }
        let folders = [path.parent(), real.as_deref().and_then(Path::parent)];
        let elsewhere = folders.into_iter().flatten().find_map(|f| locate(f, key));
        if let Some(found) = elsewhere {
            return self.sighted(id, &found, false, now);
        }
        if self.open.has(id) {
            self.open.deleted(id);
            if let Some(file) = self.files.get_mut(&id)
                && file.place != Place::Deleted
            {
                file.place = Place::Deleted;
                file.changed = now;
                self.enqueue(id);
            }
            return;
        }
        let alive = sight.alive.iter().any(|base| path.starts_with(base));
        let why = if alive { Why::Gone } else { Why::Away };
        self.lose(id, why, now);
    }

    /// Looks for files of the last run that no pattern leads to any more.
    fn find_loaded(&mut self, now: Instant) {
        let lost: Vec<u32> = self.lost.iter().copied().collect();
        for id in lost {
            let Some((path, Some(key))) = self.files.get(&id).map(|f| (f.path.clone(), f.key))
            else {
                continue;
            };
            let at_path = fs::metadata(&path).ok().map(|meta| Found::of(&path, &meta));
            let matched = |path: &Path| self.finders.iter().any(|finder| finder.matches(path));
            let found = match at_path.filter(|found| found.key == key) {
                Some(found) => Some(found),
                None => path.parent().and_then(|folder| locate(folder, key)),
            };
            if let Some(found) = found.filter(|found| !matched(&found.path))
                && self.has_content(id, &found).is_ok_and(|same| same)
            {
                self.found_again(id, &found, now);
                if let Some(file) = self.files.get_mut(&id) {
                    file.place = Place::Moved;
                    file.listed = false;
                }
            }
        }
    }

    /// Goes on with files that were lost and are what they were, and returns the others.
    fn resume(&mut self, unknown: Vec<Found>, now: Instant) -> Vec<Found> {
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

    fn found_again(&mut self, id: u32, found: &Found, now: Instant) {
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
            || file.offset >= ENOUGH
    }

    /// Whether the file holds what was read of the one with this number.
    fn has_content(&self, id: u32, found: &Found) -> io::Result<bool> {
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
    fn decide(&mut self, found: &Found, first: bool, now: Instant) -> io::Result<()> {
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
        let id = self.track(found, Record::begin(found), Trail::default(), now);
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
        for (id, file) in &self.files {
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
            ..Record::begin(found)
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
                ..Record::begin(found)
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
        encoding.decode(&bytes[..lines], &mut text);
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
            ..Record::begin(found)
        };
        self.track(found, record, trail, now);
        Ok(())
    }

    /// Forgets files that were lost long ago though others are seen where they were, and the oldest
    /// of too many.
    fn sweep(&mut self, sight: &Sight, now: Instant) {
        let mut old = Vec::new();
        let mut gone = Vec::new();
        for id in &self.lost {
            let Some(file) = self.files.get_mut(id) else {
                continue;
            };
            let Place::Lost(_, since) = &mut file.place else {
                continue;
            };
            // Numbers of confirmed files only: what is on its way would be lost with its place.
            if !self.ledger.confirmed(*id).is_none_or(|(_, all)| all) {
                continue;
            }
            if sight.alive.iter().any(|base| file.path.starts_with(base)) {
                gone.push((*since, *id));
                if now.saturating_duration_since(*since) > FORGET {
                    old.push(*id);
                }
            } else {
                *since = now;
            }
        }
        gone.sort_unstable();
        let over = gone.len().saturating_sub(LOST);
        old.extend(gone[..over].iter().map(|(_, id)| *id));
        for id in old {
            self.forget(id);
        }
    }
}

impl Trail {
    /// What is known of a file that was read up to `offset`.
    pub fn at(content: &mut Content, offset: u64) -> io::Result<Trail> {
        let mut trail = Trail::default();
        let mut head = vec![0; offset.min(HEAD as u64) as usize];
        let n = content.read_at(0, &mut head)?;
        trail.pass(0, &head[..n]);
        if offset > HEAD as u64 {
            let mut tail = [0; TAIL];
            content.read_at(offset - TAIL as u64, &mut tail)?;
            trail.pass(offset - TAIL as u64, &tail);
        }
        trail.marks.clear();
        Ok(trail)
    }

    /// Whether `content`, which begins with `first`, holds this up to `offset`.
    fn is_in(&self, content: &mut Content, first: &[u8], offset: u64) -> io::Result<bool> {
        let len = self.head.len as usize;
        Ok(len <= first.len()
            && Print::of(&first[..len]) == self.head
            && stands_before(content, offset, self.tail)?)
    }

    /// Whether `content`, which has `size` bytes, holds this up to some earlier place.
    fn was_in(&self, content: &mut Content, size: u64) -> io::Result<bool> {
        for (offset, tail) in self.marks.iter().rev() {
            if *offset <= size {
                return stands_before(content, *offset, *tail);
            }
        }
        Ok(false)
    }
}

fn stands_before(content: &mut Content, offset: u64, tail: Print) -> io::Result<bool> {
    let mut bytes = [0; HEAD];
    let bytes = &mut bytes[..tail.len as usize];
    let Some(begin) = offset.checked_sub(bytes.len() as u64) else {
        return Ok(false);
    };
    let n = content.read_at(begin, bytes)?;
    Ok(n == bytes.len() && Print::of(bytes) == tail)
}

fn first_bytes(content: &mut Content) -> io::Result<Vec<u8>> {
    let mut first = vec![0; HEAD];
    let n = content.read_at(0, &mut first)?;
    first.truncate(n);
    Ok(first)
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
