//! The file in which confirmed places are written down, one line of JSON each.
//!
//! - A line says everything about one file; the last line about it counts. A line that is torn or
//!   damaged is passed over, and the one before it counts: events come again, none is lost.
//! - It is written anew now and then, whole, beside itself, and put in its place.
//! - What cannot be written is written anew later, whole.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use knownet_flow::Heading;
use serde::{Deserialize, Serialize};

use super::print::{Key, Print};
use crate::name;

/// Its name in the folder.
const NAME: &str = "positions.ndjson";
/// A journal shorter than this is not written anew.
const SHORT: u64 = 1 << 20;
/// Between two attempts to write it anew.
const PAUSE: Duration = Duration::from_secs(1);

/// What is known of one file, as far as it is confirmed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Record {
    pub path: PathBuf,
    /// `None` for a file that is known by its content alone.
    pub key: Option<Key>,
    pub offset: u64,
    /// Of what was handed out, though perhaps not confirmed.
    pub head: Print,
    pub tail: Print,
    pub heading: Heading,
    /// All of it counts as read, however long it is.
    pub skip: bool,
    /// What the stream of its content is called.
    pub stream: Arc<str>,
}

/// A record as it is written.
#[derive(Serialize, Deserialize, Default)]
#[serde(default)]
struct Line {
    file: u32,
    path: String,
    offset: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    inode: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    born: Option<u64>,
    head: String,
    tail: String,
    /// Only if it is another one than before.
    #[serde(skip_serializing_if = "Option::is_none")]
    heading: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    skip: bool,
    /// Only if it does not follow from where the file is.
    #[serde(skip_serializing_if = "Option::is_none")]
    stream: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    forgotten: bool,
}

/// What was written, `None` if nothing ever was, and how many lines of it are damaged.
pub(super) type Written = (Option<BTreeMap<u32, Record>>, usize);

pub(super) struct Journal {
    path: PathBuf,
    file: Option<Arc<File>>,
    /// Bytes in it, and how many of them were written at once.
    len: u64,
    compact: u64,
    unsynced: bool,
    /// When writing it anew failed.
    failed: Option<Instant>,
}

impl Journal {
    /// Reads what is written in `folder`.
    pub fn open(folder: &Path) -> io::Result<(Journal, Written)> {
        fs::create_dir_all(folder)?;
        let journal = Journal {
            path: folder.join(NAME),
            file: None,
            len: 0,
            compact: 0,
            unsynced: false,
            failed: None,
        };
        let bytes = match fs::read(&journal.path) {
            Ok(bytes) => bytes,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok((journal, (None, 0))),
            Err(e) => return Err(e),
        };
        let (records, damaged) = parse(&bytes);
        Ok((journal, (Some(records), damaged)))
    }

    /// Whether it is time to write everything anew.
    pub fn is_due(&self) -> bool {
        match self.file {
            Some(_) => self.len > SHORT.max(self.compact.saturating_mul(8)),
            None => self.failed.is_none_or(|at| at.elapsed() > PAUSE),
        }
    }

    /// Writes everything anew.
    pub fn rewrite<'a>(
        &mut self,
        records: impl Iterator<Item = (u32, &'a Record)>,
    ) -> io::Result<()> {
        self.failed = Some(Instant::now());
        self.try_rewrite(records)?;
        self.failed = None;
        Ok(())
    }

    fn try_rewrite<'a>(
        &mut self,
        records: impl Iterator<Item = (u32, &'a Record)>,
    ) -> io::Result<()> {
        let beside = self.path.with_extension("new");
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(0o600);
        }
        self.file = None;
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut file = BufWriter::new(options.open(&beside)?);
        let mut len = 0;
        for (id, record) in records {
            let line = line(id, record, true)?;
            len += line.len() as u64;
            file.write_all(&line)?;
        }
        let file = file.into_inner().map_err(|e| e.into_error())?;
        file.sync_all()?;
        fs::rename(&beside, &self.path)?;
        if let Some(folder) = self.path.parent() {
            knownet_flow::folder::sync(folder)?;
        }
        self.file = Some(Arc::new(file));
        (self.len, self.compact) = (len, len);
        self.unsynced = false;
        Ok(())
    }

    /// Adds what is known of a file now.
    pub fn add(&mut self, id: u32, record: &Record, heading: bool) -> io::Result<()> {
        let line = line(id, record, heading)?;
        self.append(&line)
    }

    /// Adds that a file is forgotten.
    pub fn forget(&mut self, id: u32) -> io::Result<()> {
        let line = Line {
            file: id,
            forgotten: true,
            ..Line::default()
        };
        self.append(&ended(&line)?)
    }

    fn append(&mut self, line: &[u8]) -> io::Result<()> {
        let Some(file) = &self.file else {
            return Err(io::Error::other("it is to be written anew"));
        };
        if let Err(e) = (&**file).write_all(line) {
            // Perhaps there is half a line now.
            self.file = None;
            return Err(e);
        }
        self.len += line.len() as u64;
        self.unsynced = true;
        Ok(())
    }

    /// The file, if there is something in it that is not on the disk; it counts as synced then.
    pub fn take_unsynced(&mut self) -> Option<Arc<File>> {
        match std::mem::take(&mut self.unsynced) {
            true => self.file.clone(),
            false => None,
        }
    }

    /// What was written to the file may not be on the disk, and no later sync would tell: it is
    /// written anew, unless that was done meanwhile.
    pub fn distrust(&mut self, file: &Arc<File>) {
        self.file.take_if(|now| Arc::ptr_eq(now, file));
    }

    pub fn is_unsynced(&self) -> bool {
        self.unsynced
    }

    pub fn path(&self) -> &Path {
        &self.path
    }
}

fn line(id: u32, record: &Record, heading: bool) -> io::Result<Vec<u8>> {
    let heading = match &record.heading {
        Heading::Lines(lines) if heading => Some(String::from_utf8_lossy(lines).into_owned()),
        _ => None,
    };
    let named = record.key.map(name::content);
    let stream = (named.as_deref() != Some(&*record.stream)).then(|| record.stream.to_string());
    ended(&Line {
        file: id,
        path: record.path.to_string_lossy().into_owned(),
        offset: record.offset,
        device: record.key.map(|key| key.device),
        inode: record.key.map(|key| key.inode),
        born: record.key.and_then(|key| key.born),
        head: record.head.show(),
        tail: record.tail.show(),
        heading,
        skip: record.skip,
        stream,
        forgotten: false,
    })
}

fn ended(line: &Line) -> io::Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec(line)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// What stands in a journal, and how many of its lines are damaged.
fn parse(bytes: &[u8]) -> (BTreeMap<u32, Record>, usize) {
    let mut records: BTreeMap<u32, Record> = BTreeMap::new();
    let mut damaged = 0;
    let end = memchr::memrchr(b'\n', bytes).map_or(0, |at| at + 1);
    damaged += usize::from(end < bytes.len());
    for line in bytes[..end].split_inclusive(|byte| *byte == b'\n') {
        let read = serde_json::from_slice::<Line>(line).ok();
        match read.and_then(|line| {
            if line.forgotten {
                return Some((line.file, None));
            }
            let before = records.get(&line.file);
            Some((line.file, Some(record(line, before)?)))
        }) {
            Some((id, Some(record))) => {
                records.insert(id, record);
            }
            Some((id, None)) => {
                records.remove(&id);
            }
            None => damaged += 1,
        }
    }
    (records, damaged)
}

fn record(line: Line, before: Option<&Record>) -> Option<Record> {
    let key = match (line.device, line.inode) {
        (Some(device), Some(inode)) => Some(Key {
            device,
            inode,
            born: line.born,
        }),
        _ => None,
    };
    let heading = match line.heading {
        Some(lines) => Heading::Lines(lines.into_bytes().into()),
        None => match before {
            Some(before) => before.heading.clone(),
            None if line.offset == 0 => Heading::Start,
            None => Heading::None,
        },
    };
    let heading = match heading {
        Heading::Start if line.offset > 0 => Heading::None,
        heading => heading,
    };
    let stream = match (line.stream, key, before) {
        (Some(stream), ..) => stream.into(),
        (None, Some(key), _) => name::content(key).into(),
        (None, None, Some(before)) => before.stream.clone(),
        // Nobody knows what it was called, if it was; nothing else is called so.
        (None, None, None) => name::later("file").into(),
    };
    Some(Record {
        path: PathBuf::from(line.path),
        key,
        offset: line.offset,
        head: Print::parse(&line.head)?,
        tail: Print::parse(&line.tail)?,
        heading,
        skip: line.skip,
        stream,
    })
}

#[cfg(test)]
#[path = "tests/journal.rs"]
mod tests;
