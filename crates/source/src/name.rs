//! What names the streams that can be read again, so that an event is known when it comes again.
//!
//! A line is known by its stream, its position in it, and its bytes. What comes again is to have the
//! same three, and what is another event is not: where both cannot be had, an event comes twice
//! rather than being taken for another one.
//!
//! | source | the stream is | the position is a place in |
//! |---|---|---|
//! | file | machine, inode, time of birth, and the file's first line (if compressed, first kibibyte) | its content, decompressed |
//! | followed file | machine, inode and time of birth of where it was seen first; for what an inode holds after that (a truncation), the time when that was seen, too. Journalled, it goes wherever the content goes: renamed, copied, compressed | its content, decompressed, before any decoding |
//! | spool | machine, the source's name, the file's number, and time and checksum of its first run | what the file holds, decompressed |
//! | Kafka (`crates/kafka`) | topic and partition | the messages, by offset |
//! | anything else | nothing: what was sent cannot be asked for again | |
//!
//! Events come twice, as others, where
//! - a file is read once more from a copy, from another machine, or from a disk without times of
//!   birth (many network shares) under another path or after it was mounted anew;
//! - what names a file that is read once, first line or kibibyte, was not yet whole the first time;
//! - a followed file without a time of birth, or one that was truncated, is read again because its
//!   journal is gone, could not be written, or was not yet on the disk when the power failed;
//! - a followed file was moved to another inode (copied, compressed under a name of its own) after a
//!   crash, and less than 256 bytes of it were handed out before: too little to know it again by;
//! - a line was handed out before it was whole: half a line of a file at rest, a record of several
//!   lines that went on after its `timeout`;
//! - `max_event` or the pattern of a record's first line were changed meanwhile;
//! - a sender sends again what is in the spool already.
//!
//! An event is taken for another one only if its bytes and its position are the same as well, and
//! - a file that is read once was written anew in its place with the same there;
//! - a followed file was truncated, and its journal is gone; or it was not seen for a day after that;
//!   or it was truncated between a crash and the next start, and begins again with the same kibibyte,
//!   or all that was handed out at first if that was less, and what was confirmed last in its place;
//! - two Kafka clusters have a topic of the same name, and both go into one index.
//!
//! Where files have no inodes (Windows), their path stands for it: a followed file that is renamed is
//! known again by its content and keeps its name, one that is read once is another one.
//!
//! The machine is Linux's `machine-id`, which an image that is started many times does not share.
//! Where there is none, as in most containers, nothing stands for it, since whatever else names a
//! container is another one after its next start.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::input::{Guess, guess};
use crate::tail::print::{HEAD, Key, Print};

/// Of so many parts the name of a file's first content consists.
const PARTS: usize = 4;

/// What a file is called whose content began there.
///
/// A disk's number is left out where a time of birth tells files apart as well: it changes with the
/// order in which disks are found.
pub(crate) fn content(key: Key) -> String {
    let machine = machine();
    let Key {
        device,
        inode,
        born,
    } = key;
    match born {
        Some(born) => format!("file:{machine}:{inode}:{born}"),
        None => format!("file:{machine}:{inode}:-{device}"),
    }
}

/// Names content that follows other content of the same name.
pub(crate) fn later(name: &str) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.unwrap_or_default().as_nanos();
    format!("{name}:{now}")
}

/// The name that a stream's name was made of by [`later`], or the name itself.
pub(crate) fn first(stream: &str) -> &str {
    let mut ends = stream.match_indices(':').map(|(at, _)| at);
    &stream[..ends.nth(PARTS - 1).unwrap_or(stream.len())]
}

/// What an open file is called that is read once, from its beginning; `None` for what is no file, such
/// as a pipe. The file stands at its beginning afterwards.
///
/// # Errors
/// If it cannot be read.
pub(crate) fn whole(path: &Path, file: &mut File) -> io::Result<Option<Arc<str>>> {
    let meta = file.metadata()?;
    if !meta.is_file() {
        return Ok(None);
    }
    let mut head = Vec::with_capacity(HEAD);
    file.by_ref().take(HEAD as u64).read_to_end(&mut head)?;
    file.seek(SeekFrom::Start(0))?;
    // A file that is only appended to keeps its first line, and one that is written anew seldom does.
    let end = match guess(&head) {
        Guess::Plain => memchr::memchr(b'\n', &head).map(|at| at + 1),
        _ => None,
    };
    let end = end.unwrap_or(head.len());
    let first = Print::of(&head[..end]).show();
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let key = Key::of(&path, &meta);
    let name = content(key);
    let name = match key.born {
        Some(_) => format!("{name}:{first}"),
        // An inode alone is used again too soon.
        None => {
            let path = Print::of(path.as_os_str().as_encoded_bytes());
            format!("{name}:{}:{first}", path.show())
        }
    };
    Ok(Some(name.into()))
}

/// What a spool's file is called: `first` is the line that begins its first run.
pub(crate) fn spooled(source: &str, number: u64, first: &[u8]) -> Arc<str> {
    let machine = machine();
    let words = String::from_utf8_lossy(first);
    let mut words = words.split_ascii_whitespace();
    let time = words.next().unwrap_or_default();
    let crc = words.next_back().unwrap_or_default();
    format!("spool:{machine}:{source}:{number}:{time}:{crc}").into()
}

/// What stands for this machine. Not its id itself, which is not to be shown (machine-id(5)).
fn machine() -> &'static str {
    static MACHINE: OnceLock<String> = OnceLock::new();
    MACHINE.get_or_init(|| {
        let id = fs::read_to_string("/etc/machine-id").unwrap_or_default();
        machine_of(&id)
    })
}

fn machine_of(id: &str) -> String {
    let id = id.trim_end();
    // It says "uninitialized", or nothing, until the first start is over.
    let is_id = id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    match is_id {
        true => format!(
            "{:016x}",
            Print::of(format!("knownet {id}").as_bytes()).hash
        ),
        false => String::new(),
    }
}

#[cfg(test)]
#[path = "tests/name.rs"]
mod tests;
