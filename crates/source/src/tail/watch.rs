//! What wakes who waits for files: events of the system, a stop, a confirmation that is to be synced.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::mem;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Instant;

use notify::event::{AccessKind, EventKind, ModifyKind, RenameMode};
use notify::{RecommendedWatcher, RecursiveMode, Watcher};

use super::print::Key;

/// As many paths are told apart; of more, only that something happened.
const MOST: usize = 10_000;

#[derive(Default)]
pub(super) struct Wake {
    woken: Mutex<Woken>,
    changed: Condvar,
}

/// What happened.
#[derive(Default)]
pub(super) struct Woken {
    /// To these paths; true if more than their content may have changed.
    pub paths: HashMap<PathBuf, bool>,
    /// These were renamed, one after the other.
    pub renames: Vec<(PathBuf, PathBuf)>,
    /// The first half of a rename, where the halves come one by one.
    from: Option<PathBuf>,
    /// To who knows what.
    pub everything: bool,
    nudged: bool,
}

impl Wake {
    pub fn take(&self) -> Woken {
        mem::take(&mut *self.lock())
    }

    /// Ends a wait.
    pub fn nudge(&self) {
        self.lock().nudged = true;
        self.changed.notify_all();
    }

    /// Waits until something happens, or until then.
    pub fn wait(&self, until: Instant) {
        let time = until.saturating_duration_since(Instant::now());
        let idle = |w: &mut Woken| w.paths.is_empty() && !w.everything && !w.nudged;
        drop(self.changed.wait_timeout_while(self.lock(), time, idle));
    }

    fn told(&self, event: notify::Result<notify::Event>) {
        let mut woken = self.lock();
        match event {
            Ok(event) if event.need_rescan() => woken.everything = true,
            Ok(event) => {
                let whole = match event.kind {
                    // Our own reading makes these.
                    EventKind::Access(AccessKind::Close(notify::event::AccessMode::Write)) => false,
                    EventKind::Access(_) => return,
                    EventKind::Modify(ModifyKind::Data(_) | ModifyKind::Metadata(_)) => false,
                    _ => true,
                };
                woken.renamed(&event);
                for path in event.paths {
                    *woken.paths.entry(path).or_default() |= whole;
                }
            }
            Err(_) => woken.everything = true,
        }
        if woken.paths.len() + woken.renames.len() > MOST {
            woken.paths.clear();
            woken.renames.clear();
            woken.everything = true;
        }
        drop(woken);
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Woken> {
        self.woken.lock().unwrap_or_else(|e| e.into_inner())
    }
}

impl Woken {
    fn renamed(&mut self, event: &notify::Event) {
        match (event.kind, event.paths.as_slice()) {
            (EventKind::Modify(ModifyKind::Name(RenameMode::Both)), [from, to]) => {
                self.renames.push((from.clone(), to.clone()));
            }
            // On Windows the new name follows the old one at once.
            (EventKind::Modify(ModifyKind::Name(RenameMode::From)), [from]) if cfg!(windows) => {
                self.from = Some(from.clone());
            }
            (EventKind::Modify(ModifyKind::Name(RenameMode::To)), [to]) => {
                self.renames
                    .extend(self.from.take().map(|from| (from, to.clone())));
            }
            _ => {}
        }
    }
}

/// Watches the folders in which files may come and change.
pub(super) struct Watching {
    source: String,
    watcher: Option<RecommendedWatcher>,
    folders: BTreeMap<PathBuf, Key>,
    said: bool,
}

impl Watching {
    pub fn new(source: &str, wake: &Arc<Wake>) -> Watching {
        let told = wake.clone();
        let watcher = notify::recommended_watcher(move |event| told.told(event));
        let mut watching = Watching {
            source: source.to_owned(),
            watcher: None,
            folders: BTreeMap::new(),
            said: false,
        };
        match watcher {
            Ok(watcher) => watching.watcher = Some(watcher),
            Err(error) => watching.say(&format!("files cannot be watched: {error}")),
        }
        watching
    }

    /// Watches these folders and no others; `false` if changes in some of them go unseen.
    pub fn set(&mut self, folders: &BTreeSet<PathBuf>) -> bool {
        let mut failures = Vec::new();
        let Some(watcher) = &mut self.watcher else {
            return false;
        };
        self.folders.retain(|folder, key| {
            let same = folders.contains(folder) && key_of(folder) == Some(*key);
            if !same {
                let _ = watcher.unwatch(folder);
            }
            same
        });
        for folder in folders {
            let Some(key) = key_of(folder).filter(|_| !self.folders.contains_key(folder)) else {
                continue;
            };
            if is_remote(folder) {
                failures.push(format!("{} is on a network", folder.display()));
                continue;
            }
            match watcher.watch(folder, RecursiveMode::NonRecursive) {
                Ok(()) => drop(self.folders.insert(folder.clone(), key)),
                Err(error) => {
                    failures.push(format!("{} cannot be watched: {error}", folder.display()))
                }
            }
        }
        if let Some(failure) = failures.first() {
            self.say(failure);
        }
        failures.is_empty()
    }

    fn say(&mut self, what: &str) {
        if !mem::replace(&mut self.said, true) {
            tracing::info!(source = self.source, "{what}; files are polled instead");
        }
    }
}

fn key_of(folder: &Path) -> Option<Key> {
    fs::metadata(folder).ok().map(|meta| Key::of(folder, &meta))
}

/// Whether others write to the folder without this machine's knowledge: no events come then. The
/// numbers are those of Linux's `magic.h` and of the file systems themselves.
#[cfg(target_os = "linux")]
fn is_remote(folder: &Path) -> bool {
    const REMOTE: [u32; 8] = [
        0x6969,      // nfs
        0xff53_4d42, // cifs
        0xfe53_4d42, // smb2
        0x517b,      // smb
        0x6573_5546, // fuse, such as sshfs
        0x0102_1997, // 9p
        0x00c3_6400, // ceph
        0x5346_414f, // afs
    ];
    rustix::fs::statfs(folder).is_ok_and(|fs| REMOTE.contains(&(fs.f_type as u32)))
}

#[cfg(not(target_os = "linux"))]
fn is_remote(_: &Path) -> bool {
    false
}
