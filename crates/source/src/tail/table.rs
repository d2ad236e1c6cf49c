//! Every file that is known: where it is, how far it was read, and what is to be done next.
//!
//! A file has a number as long as its content is the same, wherever it goes: renamed, copied away or
//! compressed. New content gets a new number, so that positions within a number only grow.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use knownet_flow::Heading;
use metrics::{Counter, Gauge};

use super::content::Kind;
use super::find::{Finder, Found};
use super::journal::Record;
use super::ledger::Ledger;
use super::open::Open;
use super::print::Key;
use super::trail::Trail;
use super::{Options, Watch};
use crate::lines::Limits;
use crate::name;

/// One file's content.
pub(super) struct Tracked {
    pub path: PathBuf,
    /// Its path when this run first saw it.
    pub origin: PathBuf,
    /// Where the path leads if it is a link.
    pub real: Option<PathBuf>,
    pub key: Option<Key>,
    pub place: Place,
    /// Whether the patterns matched it last time.
    pub listed: bool,
    /// Everything before it was handed out.
    pub offset: u64,
    pub trail: Trail,
    pub heading: Heading,
    pub kind: Option<Kind>,
    /// Between `offset` and here there is no line feed.
    pub scanned: u64,
    /// As they were when it was last looked at.
    pub size: u64,
    pub modified: Option<SystemTime>,
    /// When they were last seen to be others than before.
    pub changed: Instant,
    /// It waits for its turn.
    pub queued: bool,
    /// It could not be read, and that was said.
    pub troubled: bool,
    /// All of it counts as read.
    pub skip: bool,
    /// What the stream of its content is called, wherever it is now.
    pub stream: Arc<str>,
}

/// Where a file is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Place {
    /// At its path.
    Here,
    /// At its path, which is another one than before: nobody will write to it for long.
    Moved,
    /// Nowhere; it can be read while it is open.
    Deleted,
    /// Nowhere. It is remembered, as it may come again under another name.
    Lost(Why, Instant),
}

/// How a file was lost.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Why {
    /// It was known when the last run ended, and was not looked for yet.
    Loaded,
    /// Its whole folder cannot be seen.
    Away,
    /// Other content is in its place.
    Replaced,
    /// It is not there any more, or nobody is interested any more.
    Gone,
}

/// A file whose content is, as far as can be seen, that of a tracked one: perhaps a copy that is
/// made before the other is truncated or removed.
pub(super) struct Held {
    pub of: u32,
    /// All of it was read from the other one.
    pub prefix: bool,
    pub packed: bool,
    pub size: u64,
    pub modified: Option<SystemTime>,
    pub changed: Instant,
}

/// An oversized line that is handed out at the moment.
pub(super) struct Pieces {
    pub id: u32,
    pub at: u64,
    /// Where the line ends, and where the next one begins.
    pub end: u64,
    pub behind: u64,
    /// The file's trail where the line begins.
    pub before: Trail,
}

pub(super) struct Meter {
    pub open: Gauge,
    pub tracked: Gauge,
    pub rotations: Counter,
    pub truncations: Counter,
}

pub(super) struct Table {
    pub source: String,
    pub options: Options,
    pub limits: Limits,
    pub finders: Vec<Finder>,
    pub files: BTreeMap<u32, Tracked>,
    /// Those that are somewhere.
    pub by_key: HashMap<Key, u32>,
    pub by_path: HashMap<PathBuf, u32>,
    /// How many of them have a stream with this first name.
    pub names: HashMap<String, u32>,
    /// Those of which something was read.
    pub begun: BTreeSet<u32>,
    /// Those that are nowhere.
    pub lost: BTreeSet<u32>,
    /// Those that are, or were, nowhere but open.
    pub deleted: BTreeSet<u32>,
    pub held: HashMap<Key, Held>,
    /// Copies of what was read: of which file, and how long they are.
    pub copies: HashMap<Key, (u32, u64)>,
    /// Those that cannot be opened, which was said.
    pub closed: HashSet<PathBuf>,
    pub ready: VecDeque<u32>,
    pub timers: BTreeSet<(Instant, u32)>,
    pub open: Open,
    /// The file that is being decompressed, and those that wait for it.
    pub unpacking: Option<u32>,
    pub unopened: VecDeque<u32>,
    pub pieces: Option<Pieces>,
    pub ledger: Ledger,
    /// The number of the next file.
    pub next: u32,
    /// When all patterns are to be looked at again.
    pub rescan: Instant,
    /// When they were, and how long that took.
    pub scanned: Option<(Instant, Duration)>,
    /// Nothing was known at the start.
    pub fresh: bool,
    pub meter: Meter,
}

impl Table {
    pub fn new(
        source: String,
        options: Options,
        limits: Limits,
        (ledger, records): (Ledger, Option<BTreeMap<u32, Record>>),
        now: Instant,
    ) -> Table {
        let label = || source.clone();
        let meter = Meter {
            open: metrics::gauge!("knownet_files_open", "source" => label()),
            tracked: metrics::gauge!("knownet_files_tracked", "source" => label()),
            rotations: metrics::counter!("knownet_file_rotations_total", "source" => label()),
            truncations: metrics::counter!("knownet_file_truncations_total", "source" => label()),
        };
        let fresh = records.is_none();
        let records = records.unwrap_or_default();
        let next = records.keys().next_back().map_or(1, |last| last + 1);
        let files: BTreeMap<u32, Tracked> = records
            .into_iter()
            .map(|(id, record)| (id, Tracked::loaded(record, now)))
            .collect();
        let mut names = HashMap::new();
        for file in files.values() {
            *names
                .entry(name::first(&file.stream).to_owned())
                .or_default() += 1;
        }
        Table {
            finders: options.paths.iter().map(Finder::new).collect(),
            lost: files.keys().copied().collect(),
            begun: files
                .iter()
                .filter(|(_, file)| file.offset > 0)
                .map(|(id, _)| *id)
                .collect(),
            deleted: BTreeSet::new(),
            names,
            files,
            source,
            options,
            limits: Limits {
                batch: limits.batch.clamp(16, limits.max_event.max(16)),
                ..limits
            },
            by_key: HashMap::new(),
            by_path: HashMap::new(),
            held: HashMap::new(),
            copies: HashMap::new(),
            closed: HashSet::new(),
            ready: VecDeque::new(),
            timers: BTreeSet::new(),
            open: Open::default(),
            unpacking: None,
            unopened: VecDeque::new(),
            pieces: None,
            ledger,
            next,
            rescan: now,
            scanned: None,
            fresh,
            meter,
        }
    }

    /// When there is something to do though nothing happens.
    pub fn deadline(&self) -> Instant {
        let timer = self.timers.first().map(|(at, _)| *at);
        timer.map_or(self.rescan, |at| at.min(self.rescan))
    }

    /// How often everything is looked at.
    pub fn interval(&self, watched: bool) -> Duration {
        match self.options.watch {
            Watch::Auto if watched => super::SAFETY,
            _ => self.options.poll_interval,
        }
    }

    /// Has the file read when its turn comes.
    pub fn enqueue(&mut self, id: u32) {
        if let Some(file) = self.files.get_mut(&id)
            && !std::mem::replace(&mut file.queued, true)
        {
            self.ready.push_back(id);
        }
    }

    /// Enqueues the files whose time has come.
    pub fn ring(&mut self, now: Instant) {
        while let Some(first) = self.timers.first().copied()
            && first.0 <= now
        {
            self.timers.remove(&first);
            self.enqueue(first.1);
        }
    }

    /// Begins to follow a file that nothing is known of but what is said here.
    pub fn track(&mut self, found: &Found, record: Record, trail: Trail, now: Instant) -> u32 {
        let id = self.next;
        self.next += 1;
        let mut file = Tracked::loaded(record.clone(), now);
        file.place = Place::Here;
        file.listed = true;
        file.trail = trail;
        let name = name::first(&file.stream).to_owned();
        *self.names.entry(name).or_default() += 1;
        if file.offset > 0 {
            self.begun.insert(id);
        }
        self.files.insert(id, file);
        self.ledger.add(id, record);
        self.place(id, found);
        self.enqueue(id);
        id
    }

    /// Notes where a file is.
    pub fn place(&mut self, id: u32, found: &Found) {
        let Some(file) = self.files.get_mut(&id) else {
            return;
        };
        for path in [Some(&file.path), file.real.as_ref()].into_iter().flatten() {
            if self.by_path.get(path) == Some(&id) {
                self.by_path.remove(path);
            }
        }
        self.lost.remove(&id);
        self.by_key.insert(found.key, id);
        file.path.clone_from(&found.path);
        file.key = Some(found.key);
        let link = std::fs::symlink_metadata(&found.path).is_ok_and(|file| file.is_symlink());
        file.real = match link {
            true => std::fs::canonicalize(&found.path).ok(),
            false => None,
        };
        if let Some(real) = &file.real {
            self.by_path.insert(real.clone(), id);
        }
        self.by_path.insert(found.path.clone(), id);
    }

    /// Notes that a file is nowhere.
    pub fn lose(&mut self, id: u32, why: Why, now: Instant) {
        self.open.take(id);
        self.unpacked(id);
        let Some(file) = self.files.get_mut(&id) else {
            return;
        };
        for path in [Some(&file.path), file.real.as_ref()].into_iter().flatten() {
            if self.by_path.get(path) == Some(&id) {
                self.by_path.remove(path);
            }
        }
        if let Some(key) = file.key
            && self.by_key.get(&key) == Some(&id)
        {
            self.by_key.remove(&key);
        }
        file.place = Place::Lost(why, now);
        file.kind = None;
        // What came after other content keeps its name taken.
        let free = file
            .key
            .is_some_and(|key| key.born.is_none() || *file.stream == *name::content(key));
        if file.offset == 0 && file.trail.head.len == 0 && !file.skip && free {
            self.forget(id);
            return;
        }
        if why == Why::Replaced {
            file.key = None;
            let path = file.path.clone();
            self.ledger.moved(id, path, None);
        }
        self.lost.insert(id);
    }

    pub fn forget(&mut self, id: u32) {
        if let Some(file) = self.files.remove(&id)
            && let Some(count) = self.names.get_mut(name::first(&file.stream))
        {
            *count -= 1;
            if *count == 0 {
                self.names.remove(name::first(&file.stream));
            }
        }
        self.lost.remove(&id);
        self.begun.remove(&id);
        self.deleted.remove(&id);
        self.ledger.forget(id);
    }

    /// A file holds other content than before: what that is, the next look at everything tells, and
    /// where the old content went.
    pub fn replaced(&mut self, id: u32, now: Instant) {
        self.meter.truncations.increment(1);
        self.lose(id, Why::Replaced, now);
        self.hurry(now);
    }

    /// Has all patterns looked at soon: at once if that was long ago.
    pub fn hurry(&mut self, now: Instant) {
        let soon = match self.scanned {
            Some((at, took)) => (at + super::HURRY.max(took * 10)).max(now),
            None => now,
        };
        self.rescan = self.rescan.min(soon);
    }
}

impl Tracked {
    pub fn is_somewhere(&self) -> bool {
        !matches!(self.place, Place::Lost(..))
    }

    /// Whether this is its path, or was before it was renamed.
    pub fn stood_at(&self, path: &Path) -> bool {
        self.path == path || self.origin == path
    }

    fn loaded(record: Record, now: Instant) -> Tracked {
        Tracked {
            origin: record.path.clone(),
            path: record.path,
            real: None,
            key: record.key,
            place: Place::Lost(Why::Loaded, now),
            listed: false,
            offset: record.offset,
            trail: Trail {
                head: record.head,
                tail: record.tail,
                ..Trail::default()
            },
            heading: record.heading,
            kind: None,
            scanned: record.offset,
            size: 0,
            modified: None,
            changed: now,
            queued: false,
            troubled: false,
            skip: record.skip,
            stream: record.stream,
        }
    }
}

impl Table {
    /// A file of which nothing is read. Its stream has a name of its own, which follows from where the
    /// file is if nothing else was there before: then it is the same even if all is forgotten.
    pub fn begin(&self, found: &Found) -> Record {
        let name = name::content(found.key);
        let taken = found.key.born.is_none() || self.names.contains_key(&name);
        let stream = match taken {
            true => name::later(&name),
            false => name,
        };
        Record {
            stream: stream.into(),
            path: found.path.clone(),
            key: Some(found.key),
            offset: 0,
            head: Default::default(),
            tail: Default::default(),
            heading: Heading::Start,
            skip: false,
        }
    }
}
