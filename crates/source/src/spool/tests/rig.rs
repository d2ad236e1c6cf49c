//! A source that brings what a test gives it, spooled in a folder of its own.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};
use std::{io, mem, thread};

use knownet_flow::{Batch, Commit, Heading, Origin, Read, Source, SourceError, Stop};
use tempfile::TempDir;

use crate::spool::folder::{Disk, Real};
use crate::spool::{FOLDER, Spool, Spooled, files, look};
use crate::{Limits, Site};

pub const BATCH: usize = 64 << 10;

/// What one read brings, or brought.
#[derive(Clone, Debug)]
pub struct Given {
    pub read: Read,
    pub bytes: Vec<u8>,
    pub heading: Heading,
    pub origins: Vec<Origin>,
    /// Each line, with the name of its stream and its position there.
    pub lines: Vec<((String, u64), Vec<u8>)>,
    at: (u32, u64),
    trouble: Option<Trouble>,
}

#[derive(Clone, Copy, Debug)]
enum Trouble {
    Error,
    Fault,
}

impl Given {
    pub fn read(read: Read, bytes: &str) -> Given {
        Given {
            read,
            bytes: bytes.into(),
            heading: Heading::None,
            origins: Vec::new(),
            lines: Vec::new(),
            at: (0, 0),
            trouble: None,
        }
    }

    pub fn lines(lines: &str) -> Given {
        Given::read(Read::Lines, lines)
    }

    pub fn error() -> Given {
        let trouble = Some(Trouble::Error);
        Given {
            trouble,
            ..Given::lines("")
        }
    }

    pub fn fault() -> Given {
        let trouble = Some(Trouble::Fault);
        Given {
            trouble,
            ..Given::lines("")
        }
    }

    pub fn under(self, heading: Heading) -> Given {
        Given { heading, ..self }
    }

    pub fn at(self, partition: u32, position: u64) -> Given {
        let at = (partition, position);
        Given { at, ..self }
    }

    pub fn from(self, origins: &[(usize, Option<SocketAddr>, SystemTime)]) -> Given {
        let origins = origins.iter();
        let origins = origins.map(|&(end, peer, time)| Origin { end, peer, time });
        Given {
            origins: origins.collect(),
            ..self
        }
    }
}

/// Everything that came out.
pub struct All(pub Vec<Given>);

impl All {
    pub fn text(&self) -> String {
        let all: Vec<u8> = self
            .0
            .iter()
            .flat_map(|given| given.bytes.clone())
            .collect();
        String::from_utf8(all).expect("text")
    }
}

struct Inner {
    given: VecDeque<Given>,
    reads: Arc<AtomicUsize>,
    committed: Arc<Mutex<Vec<(u32, u64)>>>,
}

impl Source for Inner {
    fn read(&mut self, batch: &mut Batch, _: &Stop) -> Result<Read, SourceError> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        let Some(given) = self.given.pop_front() else {
            return Ok(Read::End);
        };
        match given.trouble {
            Some(Trouble::Error) => return Err(SourceError("broken".to_owned())),
            Some(Trouble::Fault) => panic!("a fault that a test wants"),
            None => {}
        }
        batch.bytes.extend(&given.bytes);
        batch.heading = given.heading;
        batch.origins = given.origins;
        (batch.partition, batch.position) = given.at;
        Ok(given.read)
    }

    fn commits(&mut self) -> Option<Box<dyn Commit>> {
        Some(Box::new(Committed(self.committed.clone())))
    }
}

struct Committed(Arc<Mutex<Vec<(u32, u64)>>>);

impl Commit for Committed {
    fn commit(&mut self, partition: u32, position: u64) {
        self.0.lock().expect("a lock").push((partition, position));
    }
}

pub struct Rig {
    place: TempDir,
    tokio: tokio::runtime::Runtime,
    pub spool: Spool,
    pub batch: usize,
    pub reads: Arc<AtomicUsize>,
    pub committed: Arc<Mutex<Vec<(u32, u64)>>>,
    pub full: Arc<AtomicUsize>,
}

/// A disk that fails as often as it is told to.
struct Faulty(Arc<AtomicUsize>);

impl Disk for Faulty {
    fn write(&mut self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let less = |left: usize| left.checked_sub(1);
        match self
            .0
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, less)
        {
            Ok(_) => Err(io::ErrorKind::StorageFull.into()),
            Err(_) => Real.write(path, bytes),
        }
    }
}

impl Rig {
    pub fn new() -> Rig {
        Rig {
            place: TempDir::new().expect("a folder"),
            tokio: tokio::runtime::Builder::new_current_thread()
                .build()
                .expect("a runtime"),
            spool: Spool::default(),
            batch: BATCH,
            reads: Arc::default(),
            committed: Arc::default(),
            full: Arc::default(),
        }
    }

    /// Where the files are.
    pub fn folder(&self) -> PathBuf {
        self.place.path().join(FOLDER)
    }

    /// A run over what is there and this.
    pub fn open(&self, given: impl IntoIterator<Item = Given>) -> Running {
        let inner = Inner {
            given: given.into_iter().collect(),
            reads: self.reads.clone(),
            committed: self.committed.clone(),
        };
        let site = Site {
            name: "in".to_owned(),
            limits: Limits {
                batch: self.batch,
                ..Limits::default()
            },
            state: self.place.path().to_owned(),
            tokio: self.tokio.handle().clone(),
        };
        let disk = Box::new(Faulty(self.full.clone()));
        let mut spooled = Spooled::on(disk, Box::new(inner), &site, self.spool).expect("a spool");
        Running {
            commits: spooled.commits().expect("commits"),
            spooled,
            stop: Stop::new().expect("a pipe"),
            position: 0,
            errors: Vec::new(),
        }
    }

    /// Waits until files with so many bytes of events are there.
    pub fn wait_for_files_of(&self, bytes: u64) {
        for _ in 0..6000 {
            let all = files(&self.folder()).expect("files");
            let mut there = 0;
            for file in all {
                let Ok(content) = look::<std::convert::Infallible>(&file.path, |_| Ok(()));
                there += content.bytes;
            }
            if there >= bytes {
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
        panic!("not in time");
    }
}

/// The lines of a batch, each with the name of its stream and its position there.
pub fn placed(batch: &Batch) -> Vec<((String, u64), Vec<u8>)> {
    let stream = batch.stream.as_deref().expect("a name");
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

/// A run of a spooled source.
pub struct Running {
    pub spooled: Spooled,
    pub stop: Stop,
    pub errors: Vec<String>,
    commits: Box<dyn Commit>,
    position: u64,
}

impl Running {
    /// The next batch; `None` at the end.
    pub fn next(&mut self) -> Option<Given> {
        loop {
            let mut batch = Batch::default();
            match self.spooled.read(&mut batch, &self.stop) {
                Ok(Read::End) => return None,
                Ok(read) => {
                    assert!(batch.position > self.position);
                    self.position = batch.position;
                    return Some(Given {
                        read,
                        bytes: batch.bytes.filled().to_vec(),
                        lines: placed(&batch),
                        heading: mem::take(&mut batch.heading),
                        origins: batch.origins,
                        at: (batch.partition, batch.position),
                        trouble: None,
                    });
                }
                Err(error) => self.errors.push(error.to_string()),
            }
        }
    }

    /// All that is left.
    pub fn rest(&mut self) -> All {
        All(std::iter::from_fn(|| self.next()).collect())
    }

    /// Confirms all that was read.
    pub fn confirm(&mut self) {
        self.commits.commit(0, self.position);
    }
}
