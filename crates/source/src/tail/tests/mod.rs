//! A folder in which a script makes things happen, and a reader that looks when it is told to.

mod identity;
mod property;
mod rotation;
mod shape;

use std::collections::{BTreeSet, HashMap};
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::PathBuf;

use knownet_flow::{Framing, Heading};

use super::*;
use crate::lines::Limits;
use crate::name;

/// What was handed out, and not confirmed yet.
#[derive(Debug, Clone)]
pub struct Given {
    pub read: Read,
    pub text: Vec<u8>,
    pub heading: Heading,
    pub partition: u32,
    pub position: u64,
    /// Each line, with the name of its stream and its position there.
    pub lines: Vec<Line>,
}

pub type Line = ((String, u64), Vec<u8>);

/// A folder with logs, a reader of them, and a clock of its own.
pub struct Rig {
    _folder: tempfile::TempDir,
    pub logs: PathBuf,
    state: PathBuf,
    pub options: Options,
    pub limits: Limits,
    tail: Option<Tail>,
    commit: Option<Box<dyn Commit>>,
    pub unconfirmed: Vec<Given>,
    /// Each line that was ever handed out.
    pub handed: Vec<Line>,
    now: Instant,
}

impl Rig {
    pub fn new(pattern: &str) -> Rig {
        let folder = tempfile::tempdir().unwrap();
        let logs = folder.path().join("logs");
        fs::create_dir(&logs).unwrap();
        Rig {
            state: folder.path().join("state"),
            options: Options {
                paths: vec![Glob::new(&logs, pattern).unwrap()],
                start: Start::Beginning,
                watch: Watch::Poll,
                poll_interval: Duration::from_secs(1),
                close_after: Duration::from_secs(5),
                multiline: None,
            },
            limits: Limits {
                batch: 256,
                max_event: 2048,
                framing: Framing::default(),
            },
            logs,
            _folder: folder,
            tail: None,
            commit: None,
            unconfirmed: Vec::new(),
            handed: Vec::new(),
            now: Instant::now(),
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.logs.join(name)
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.path(name), bytes).unwrap();
    }

    pub fn append(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let mut options = OpenOptions::new();
        let mut file = options
            .append(true)
            .create(true)
            .open(self.path(name))
            .unwrap();
        file.write_all(bytes.as_ref()).unwrap();
    }

    pub fn rename(&self, from: &str, to: &str) {
        fs::rename(self.path(from), self.path(to)).unwrap();
    }

    pub fn copytruncate(&self, from: &str, to: &str) {
        fs::copy(self.path(from), self.path(to)).unwrap();
        self.truncate(from);
    }

    pub fn truncate(&self, name: &str) {
        OpenOptions::new()
            .write(true)
            .open(self.path(name))
            .unwrap()
            .set_len(0)
            .unwrap();
    }

    pub fn remove(&self, name: &str) {
        fs::remove_file(self.path(name)).unwrap();
    }

    /// As `gzip` does it.
    pub fn gzip(&self, name: &str) {
        let packed = gzip(&fs::read(self.path(name)).unwrap());
        self.write(&format!("{name}.gz"), packed);
        self.remove(name);
    }

    /// The reader; started if it is not there.
    fn tail(&mut self) -> &mut Tail {
        if self.tail.is_none() {
            let tokio = tokio::runtime::Builder::new_current_thread()
                .build()
                .unwrap();
            let site = Site {
                name: "logs".to_owned(),
                limits: self.limits,
                state: self.state.clone(),
                tokio: tokio.handle().clone(),
            };
            let mut tail = Tail::open(self.options.clone(), &site).unwrap();
            self.commit = tail.commits();
            self.tail = Some(tail);
        }
        self.tail.as_mut().unwrap()
    }

    /// Takes what there is at this time, without a look at the folder.
    fn drain(&mut self) {
        let now = self.now;
        loop {
            let mut batch = Batch::default();
            let Some(read) = self.tail().table.next(&mut batch, now) else {
                return;
            };
            let lines = match read {
                Read::Lines => placed(&batch),
                _ => Vec::new(),
            };
            self.handed.extend(lines.iter().cloned());
            self.unconfirmed.push(Given {
                read,
                lines,
                text: batch.bytes.filled().to_vec(),
                heading: batch.heading.clone(),
                partition: batch.partition,
                position: batch.position,
            });
        }
    }

    /// Looks at everything and takes what there is, until nothing happens any more at this time.
    pub fn look(&mut self) {
        for _ in 0..4 {
            let now = self.now;
            self.tail().look(now);
            self.drain();
            self.check();
        }
    }

    /// What is kept beside the files says what they say.
    fn check(&mut self) {
        let table = self.table();
        let (mut names, mut deleted) = (HashMap::new(), BTreeSet::new());
        let begun = table.files.iter().filter(|(_, file)| file.offset > 0);
        let begun: BTreeSet<u32> = begun.map(|(id, _)| *id).collect();
        for (id, file) in &table.files {
            let name = name::first(&file.stream).to_owned();
            *names.entry(name).or_default() += 1;
            if file.place == table::Place::Deleted {
                deleted.insert(*id);
            }
        }
        assert_eq!(table.names, names);
        assert!(deleted.is_subset(&table.deleted));
        assert!(begun.is_subset(&table.begun));
    }

    /// Lets time pass, looking as often as the reader wants.
    pub fn wait(&mut self, time: Duration) {
        let until = self.now + time;
        self.look();
        while self.now < until {
            let next = self.tail().table.deadline();
            self.now = next.max(self.now + Duration::from_millis(1)).min(until);
            let now = self.now;
            if now >= self.tail().table.rescan {
                self.tail().look(now);
            }
            self.drain();
        }
        self.look();
    }

    /// Longer than anything is waited for.
    pub fn settle(&mut self) {
        self.wait(Duration::from_secs(20));
    }

    /// Confirms everything, and returns it.
    pub fn confirm(&mut self) -> String {
        let all = self.unconfirmed.len();
        self.confirm_some(all)
    }

    /// Confirms the first batches.
    pub fn confirm_some(&mut self, count: usize) -> String {
        let given: Vec<Given> = self.unconfirmed.drain(..count).collect();
        let mut text = Vec::new();
        for one in given {
            text.extend_from_slice(&one.text);
            if one.read != Read::Lines {
                text.push(b'|');
            }
            if let Some(commit) = &mut self.commit {
                commit.commit(one.partition, one.position);
            }
        }
        String::from_utf8(text).unwrap()
    }

    /// Everything that is there now, confirmed.
    pub fn read(&mut self) -> String {
        self.look();
        self.confirm()
    }

    /// Ends the reader as a crash does: what is not confirmed is forgotten.
    pub fn kill(&mut self) {
        self.tail = None;
        self.commit = None;
        self.unconfirmed.clear();
    }

    pub fn table(&mut self) -> &mut Table {
        &mut self.tail().table
    }
}

/// The lines of a batch, each with the name of its stream and its position there.
pub fn placed(batch: &Batch) -> Vec<Line> {
    let stream = batch.stream.as_deref().unwrap();
    let bytes = batch.bytes.filled();
    let (mut from, mut lines) = (0, Vec::new());
    for place in &batch.places {
        let mut at = place.position;
        for line in bytes[from..place.end].split_inclusive(|byte| *byte == b'\n') {
            lines.push(((stream.to_owned(), at), line.to_vec()));
            at += line.len() as u64;
        }
        from = place.end;
    }
    assert_eq!(from, bytes.len(), "every line has a place");
    lines
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Numbered lines of some length.
pub fn lines(from: usize, to: usize) -> String {
    (from..to)
        .map(|n| format!("line {n} of a log that goes on\n"))
        .collect()
}
