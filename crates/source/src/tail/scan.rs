//! Looks at which files there are and finds out what happened to each since the last look.
//!
//! | what is seen | what it means |
//! |---|---|
//! | a known inode at its path | at most it grew: it is read |
//! | a known inode at another path | renamed: followed to its end, however it is called now |
//! | a path that leads nowhere or elsewhere, its inode found beside it | renamed out of the pattern |
//! | the same, its inode found nowhere | deleted, or the folder is away: remembered |
//! | an unknown inode | what [`newcomer`](super::newcomer) says |
//!
//! Whether a file at its place still has the content it had is found out when it is read.

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::find::{Folders, Found, Sight};
use super::table::{Place, Table, Why};
use super::{FORGET, LOST};
use crate::name;

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
        let mut folders_read = Folders::default();
        let unknown = self.sort(&sight, &mut folders_read, now);
        if first {
            self.find_loaded(&mut folders_read, now);
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
    fn sort(&mut self, sight: &Sight, folders: &mut Folders, now: Instant) -> Vec<Found> {
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
            self.missing(id, sight, folders, now);
        }
        let mut keys = HashSet::new();
        unknown.retain(|found| keys.insert(found.key));
        self.held.retain(|key, _| keys.contains(key));
        let listed: HashSet<_> = sight.files.iter().map(|found| found.key).collect();
        self.copies.retain(|key, _| listed.contains(key));
        let unknown_paths: HashSet<_> = unknown.iter().map(|found| &found.path).collect();
        self.closed.retain(|path| unknown_paths.contains(path));
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
    fn missing(&mut self, id: u32, sight: &Sight, folders: &mut Folders, now: Instant) {
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
        let beside = [path.parent(), real.as_deref().and_then(Path::parent)];
        let mut beside = beside.into_iter().flatten();
        let elsewhere = beside.find_map(|folder| folders.locate(folder, key));
        if let Some(found) = elsewhere {
            return self.sighted(id, &found, false, now);
        }
        if self.open.has(id) {
            self.open.deleted(id);
            if let Some(file) = self.files.get_mut(&id)
                && file.place != Place::Deleted
            {
                file.place = Place::Deleted;
                self.deleted.insert(id);
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
    fn find_loaded(&mut self, folders: &mut Folders, now: Instant) {
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
                None => path.parent().and_then(|folder| folders.locate(folder, key)),
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

    /// Forgets files that were lost long ago though others are seen where they were, and the oldest
    /// of too many.
    fn sweep(&mut self, sight: &Sight, now: Instant) {
        let mut old = BTreeSet::new();
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
                    old.insert(*id);
                }
            } else {
                *since = now;
            }
        }
        gone.sort_unstable();
        let over = gone.len().saturating_sub(LOST);
        old.extend(gone[..over].iter().map(|(_, id)| *id));
        if old.is_empty() {
            return;
        }
        // While what an inode holds now has no name yet, it must not get that of what it held before:
        // one is remembered.
        let seen = sight.files.iter().map(|found| name::content(found.key));
        let seen: HashSet<String> = seen.collect();
        let others = self.files.iter().filter(|(id, _)| !old.contains(*id));
        let mut known: HashSet<String> = others
            .map(|(_, file)| name::first(&file.stream).to_owned())
            .collect();
        old.retain(|id| {
            let name = self.files.get(id).map(|file| name::first(&file.stream));
            name.is_none_or(|name| !seen.contains(name) || !known.insert(name.to_owned()))
        });
        for id in old {
            self.forget(id);
        }
    }
}
