//! Files that grow, followed wherever they go.
//!
//! - Every whole line of a matched file comes once; after a crash, what was not confirmed comes again.
//! - A file is its content: renamed, copied and truncated, compressed or moved to another disk it is
//!   read on from where reading was, and not from its beginning.
//! - What stands where a file stood before, and is not that file, is new whatever it says: it is
//!   read, even if that should be the same once more.
//! - Half a line stays until its line feed comes, or until its file was renamed or deleted and was
//!   quiet for a while.
//! - What cannot be seen is not forgotten: a share that comes back is read on.
//! - A content has a name, which goes with it and is journalled before anything of it is handed out:
//!   a line that comes again stands where it stood.
//! - Memory and open files have bounds that do not depend on how large or how many the files are,
//!   except for a few hundred bytes for each file.
//!
//! What is lost by nature: lines that are written to a file between the copy and the truncation of
//! `copytruncate`; what was written to a file that was deleted before anybody could read it; and a
//! file that came and was renamed to what no pattern matches while nobody looked, by polling or
//! between two runs. Patterns that match rotated files, too, have nothing to fear of the last.

mod content;
mod cut;
mod find;
mod journal;
mod ledger;
mod newcomer;
mod open;
mod piece;
pub(crate) mod print;
mod scan;
mod table;
mod trail;
mod turn;
mod watch;

use std::sync::Arc;
use std::time::{Duration, Instant};

use knownet_flow::{Batch, Commit, OpenError, Read, Source, SourceError, Stop};
use regex::bytes::Regex;

pub use find::Glob;

use crate::site::Site;
use journal::Journal;
use ledger::{Confirmed, Ledger};
use table::Table;
use watch::{Wake, Watching};

/// How often everything is looked at where the system tells of changes.
const SAFETY: Duration = Duration::from_secs(10);
/// Between two looks at everything, however much happens.
const HURRY: Duration = Duration::from_millis(50);
/// Between two looks at a file that may be a copy.
const HOLD: Duration = Duration::from_millis(250);
/// Between two syncs of what is confirmed.
const SYNC: Duration = Duration::from_secs(1);
/// A file that is not seen for so long, while others are seen beside it, is forgotten.
const FORGET: Duration = Duration::from_secs(24 * 3600);
/// As many such files are remembered.
const LOST: usize = 4096;

/// What is followed, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Which files.
    pub paths: Vec<Glob>,
    /// Where files are begun with that are there at the very first start.
    pub start: Start,
    /// How changes are seen.
    pub watch: Watch,
    /// How often everything is looked at where the system does not tell of changes.
    pub poll_interval: Duration,
    /// How long a renamed or deleted file must be quiet before nothing more is expected of it.
    pub close_after: Duration,
    /// How lines make records, if not one each.
    pub multiline: Option<Multiline>,
}

/// Where the first run begins in files that are there already. Files that come later are read from
/// their beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Start {
    /// At the first line.
    #[default]
    Beginning,
    /// Behind the last whole line.
    End,
}

/// How changes are seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Watch {
    /// The system tells of them, and everything is looked at now and then; on network shares, only
    /// that.
    #[default]
    Auto,
    /// Everything is looked at now and then.
    Poll,
}

/// Lines that make one record.
#[derive(Debug, Clone)]
pub struct Multiline {
    pattern: Regex,
    timeout: Duration,
}

impl PartialEq for Multiline {
    fn eq(&self, other: &Multiline) -> bool {
        (self.pattern.as_str(), self.timeout) == (other.pattern.as_str(), other.timeout)
    }
}

impl Eq for Multiline {}

impl Multiline {
    /// Records whose first line matches `pattern`; the last one is whole after `timeout` without a
    /// change.
    ///
    /// # Errors
    /// What is wrong with the pattern.
    pub fn new(pattern: &str, timeout: Duration) -> Result<Multiline, String> {
        let pattern = Regex::new(pattern).map_err(|e| {
            // The lines before it draw the place.
            let text = e.to_string();
            let last = text.lines().last().unwrap_or_default();
            format!("\"{pattern}\" is not a pattern: {last}")
        })?;
        Ok(Multiline { pattern, timeout })
    }
}

/// The source of `type = "file"` with `follow = true`.
pub struct Tail {
    table: Table,
    wake: Arc<Wake>,
    watching: Option<Watching>,
    /// Whether the system tells of all changes.
    watched: bool,
    ledger: Ledger,
    synced: Instant,
    attached: bool,
}

impl Tail {
    /// Reads what the last run left. No file is opened yet.
    ///
    /// # Errors
    /// If the state cannot be read: without it, everything would come again.
    pub fn open(options: Options, site: &Site) -> Result<Tail, OpenError> {
        let (journal, (records, damaged)) = Journal::open(&site.state).map_err(|e| {
            let state = site.state.display();
            OpenError(format!("{state}: what was read before cannot be seen: {e}"))
        })?;
        if damaged > 0 {
            tracing::warn!(
                source = site.name,
                "{} has {damaged} damaged lines, which are passed over; events may come again",
                journal.path().display()
            );
        }
        let wake = Arc::new(Wake::default());
        let now = Instant::now();
        let known = records.clone().unwrap_or_default();
        let ledger = Ledger::new(&site.name, journal, known, wake.clone());
        let watching = match options.watch {
            Watch::Auto => Some(Watching::new(&site.name, &wake)),
            Watch::Poll => None,
        };
        let table = Table::new(
            site.name.clone(),
            options,
            site.limits,
            (ledger.clone(), records),
            now,
        );
        Ok(Tail {
            table,
            wake,
            watching,
            watched: false,
            ledger,
            synced: now,
            attached: false,
        })
    }

    /// Looks at everything.
    fn look(&mut self, now: Instant) {
        let interval = self.table.interval(self.watched);
        let sight = self.table.look(self.watching.is_some(), interval, now);
        if let Some(watching) = &mut self.watching {
            let watched = watching.set(&sight.folders);
            if watched && !self.watched {
                // What happened before the folders were watched.
                self.table.hurry(Instant::now());
            }
            self.watched = watched;
        }
    }

    /// Takes in what happened.
    fn wake(&mut self, now: Instant) {
        let woken = self.wake.take();
        if woken.everything {
            self.table.hurry(now);
        }
        self.table.renamed(woken.renames, now);
        for (path, whole) in woken.paths {
            self.table.touched(&path, whole, now);
        }
        if now >= self.table.rescan {
            self.look(now);
        }
    }

    fn sync(&mut self, now: Instant) {
        if now >= self.synced + SYNC && self.ledger.sync() {
            self.synced = now;
        }
    }
}

impl Source for Tail {
    fn read(&mut self, batch: &mut Batch, stop: &Stop) -> Result<Read, SourceError> {
        if !std::mem::replace(&mut self.attached, true) {
            let wake = self.wake.clone();
            stop.on_set(move || wake.nudge());
        }
        loop {
            let now = Instant::now();
            // Before the look at the stop, whose nudge it takes, too.
            self.wake(now);
            // A line that was begun is finished: its end is known.
            if stop.is_set() && self.table.pieces.is_none() {
                return Ok(Read::End);
            }
            let read = self.table.next(batch, now);
            self.sync(now);
            if let Some(read) = read {
                return Ok(read);
            }
            let mut until = self.table.deadline();
            if self.ledger.is_unsynced() {
                until = until.min(self.synced + SYNC);
            }
            self.wake.wait(until);
        }
    }

    fn commits(&mut self) -> Option<Box<dyn Commit>> {
        Some(Box::new(Confirmed(self.ledger.clone())))
    }
}

#[cfg(test)]
#[path = "tests/mod.rs"]
mod tests;
