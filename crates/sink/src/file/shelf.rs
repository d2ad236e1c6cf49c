//! The rotated files of one path, and the thread that compresses and removes them.
//!
//! Setting a file aside is a rename and waits for nothing else. The thread finds its work in the
//! folder, so that there is nothing to remember: what a killed process left half done, the next
//! one finishes. A `.part` is thrown away and made again from its plain file; a plain file with a
//! compressed one beside it is removed, because that one got its name when it was complete.
//!
//! Files beyond `keep` are removed before others are compressed, which makes room for it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, SystemTime};

use knownet_flow::folder;
use metrics::{Counter, counter};

use super::current::Current;
use super::name::{Naming, Rotated, State};
use super::{Compress, Rotate, compress};

/// How long the end of a run waits for compression. The next run does what is left.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long work that failed waits for its next attempt.
const AGAIN: Duration = Duration::from_secs(30);

pub(super) struct Shelf {
    naming: Naming,
    /// The number of the last rotated file.
    last: u64,
    rotated: Counter,
    thread: Option<Thread>,
}

/// The thread, from the side of the lane.
struct Thread {
    /// Holds one word at most: the thread looks for all there is to do anyway.
    wake: SyncSender<()>,
    ended: Receiver<()>,
    cancel: Arc<AtomicBool>,
}

/// The thread itself.
struct Keeper {
    sink: String,
    naming: Naming,
    keep: Option<usize>,
    compress: Compress,
    cancel: Arc<AtomicBool>,
    removed: Counter,
}

impl Shelf {
    /// The rotated files of `path`, which the sink `name` writes. What is unfinished is taken up at
    /// once.
    pub fn new(name: &str, path: &Path, rotate: &Rotate) -> io::Result<Shelf> {
        let naming = Naming::of(path);
        let last = list(&naming)?.iter().map(|(file, _)| file.number).max();
        let cancel = Arc::new(AtomicBool::new(false));
        let keeper = Keeper {
            sink: name.to_owned(),
            naming: naming.clone(),
            keep: rotate.keep,
            compress: rotate.compress,
            cancel: cancel.clone(),
            removed: counter!("knownet_sink_rotated_files_removed_total", "sink" => name.to_owned()),
        };
        let (wake, woken) = sync_channel(1);
        let (end, ended) = sync_channel(0);
        // The first word.
        let _ = wake.try_send(());
        thread::Builder::new()
            .name(format!("{name}-rotated"))
            .spawn(move || {
                keeper.work(&woken);
                drop(end);
            })?;
        Ok(Shelf {
            naming,
            last: last.unwrap_or(0),
            rotated: counter!("knownet_sink_rotated_files_total", "sink" => name.to_owned()),
            thread: Some(Thread {
                wake,
                ended,
                cancel,
            }),
        })
    }

    /// Sets `current`, the file at `path`, aside. If it fails nothing has happened.
    pub fn put(&mut self, current: &Current, path: &Path) -> io::Result<()> {
        current.sync_all()?;
        let target = self.naming.path(self.last + 1, SystemTime::now());
        fs::rename(path, &target)?;
        self.last += 1;
        self.rotated.increment(1);
        if let Some(thread) = &self.thread {
            // Full: it will look anyway.
            let _ = thread.wake.try_send(());
        }
        Ok(())
    }

    /// Lets the thread finish what there is, for a while.
    pub fn finish(&mut self) {
        let Some(thread) = self.thread.take() else {
            return;
        };
        drop(thread.wake);
        if thread.ended.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
            thread.cancel.store(true, Ordering::Release);
            let _ = thread.ended.recv_timeout(PATIENCE);
        }
    }
}

impl Keeper {
    fn work(&self, woken: &Receiver<()>) {
        let mut failing = false;
        loop {
            let wait = match failing {
                true => woken.recv_timeout(AGAIN),
                false => woken.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            if wait == Err(RecvTimeoutError::Disconnected) {
                return;
            }
            let folder = self.naming.folder().display();
            match self.tidy() {
                Ok(()) if failing => {
                    tracing::info!(sink = self.sink, "rotated files in {folder}: works again");
                    failing = false;
                }
                Err(error) if !failing => {
                    tracing::warn!(
                        sink = self.sink,
                        "rotated files in {folder} are left as they are for now: {error}"
                    );
                    failing = true;
                }
                _ => {}
            }
        }
    }

    /// Does all there is to do.
    fn tidy(&self) -> io::Result<()> {
        let mut files = list(&self.naming)?;
        self.finish_halves(&mut files)?;
        let surplus = self.keep.map_or(0, |keep| files.len().saturating_sub(keep));
        for (_, path) in files.drain(..surplus) {
            fs::remove_file(path)?;
            self.removed.increment(1);
        }
        let files = files.iter().filter(|_| self.compress != Compress::None);
        for (file, path) in files {
            if file.state == State::Plain && !self.cancel.load(Ordering::Acquire) {
                compress::replace(path, self.compress, &self.cancel)?;
            }
        }
        Ok(())
    }

    /// Removes what a killed process left beside the file that counts.
    fn finish_halves(&self, files: &mut Vec<(Rotated, PathBuf)>) -> io::Result<()> {
        let of_state = |wanted| move |(file, _): &&(Rotated, PathBuf)| file.state == wanted;
        let complete = files.iter().filter(of_state(State::Compressed));
        let complete: Vec<PathBuf> = complete.map(|(_, path)| path.with_extension("")).collect();
        let is_left_over = |(file, path): &(Rotated, PathBuf)| match file.state {
            State::Part => true,
            State::Plain => complete.contains(path),
            State::Compressed => false,
        };
        if files.iter().any(is_left_over) {
            // The name of the compressed one must be on the disk before the plain one goes.
            folder::sync(self.naming.folder())?;
        }
        for (_, path) in files.iter().filter(|file| is_left_over(file)) {
            fs::remove_file(path)?;
        }
        files.retain(|file| !is_left_over(file));
        Ok(())
    }
}

/// The rotated files that are there, the oldest first.
fn list(naming: &Naming) -> io::Result<Vec<(Rotated, PathBuf)>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(naming.folder())? {
        let entry = entry?;
        if let Some(rotated) = naming.read(&entry.file_name())
            && entry.file_type()?.is_file()
        {
            files.push((rotated, entry.path()));
        }
    }
    files.sort();
    Ok(files)
}
