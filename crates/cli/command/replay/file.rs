//! A file of dead letters: read from its beginning to where it ended when it was opened.
//!
//! - It is opened once, so that whoever moves it away or makes a new one changes nothing.
//! - One replay at a time has it, unless it leaves the file as it is: another one would take out what it
//!   did not send.
//! - Other processes may append to it all the time; each holds an advisory lock while it does.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use knownet_flow::{Batch, Heading, Place, Read as Got, Source, SourceError, Stop};

use super::letter::{Group, Letter};

/// Usual bytes of a batch.
const BATCH: usize = 256 << 10;
/// A letter of more bytes is not held in memory.
const LONGEST: u64 = 64 << 20;

pub struct Letters {
    path: PathBuf,
    file: Arc<File>,
    /// Where it ended when it was opened.
    length: u64,
    /// Held as long as letters are sent, if they are to leave the file.
    lock: Option<Locked>,
}

/// The file beside the letters that says that they are being sent.
struct Locked {
    path: PathBuf,
    _file: File,
}

impl Drop for Locked {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// Where a line stands: from the first byte to behind its line feed.
pub type Stretch = (u64, u64);

impl Letters {
    /// Opens the file; only for reading if all of it is to be `kept`.
    pub fn open(path: &Path, kept: bool) -> anyhow::Result<Letters> {
        let shown = path.display();
        let cannot = || match kept {
            true => format!("{shown} cannot be read"),
            false => format!("{shown} cannot be read and written"),
        };
        let file = OpenOptions::new()
            .read(true)
            .write(!kept)
            .open(path)
            .with_context(cannot)?;
        if !file.metadata()?.is_file() {
            bail!("{shown} is no file; save the letters to one first");
        }
        let lock = (!kept).then(|| Locked::take(path)).transpose()?;
        // Nobody is in the middle of adding one.
        file.lock_shared()
            .with_context(|| format!("{shown} cannot be locked"))?;
        let length = file.metadata()?.len();
        file.unlock()?;
        Ok(Letters {
            path: path.to_owned(),
            file: Arc::new(file),
            length,
            lock,
        })
    }

    /// Shows every letter, or why it is none, with its line's number and place.
    pub fn each(
        &self,
        mut each: impl FnMut(u64, Stretch, Result<Letter, String>),
    ) -> anyhow::Result<()> {
        let mut lines = self.lines();
        let mut number = 0;
        while let Some((place, line)) = lines.next()? {
            number += 1;
            let letter = line.and_then(|line| Letter::read(line, place.0));
            each(number, place, letter);
        }
        Ok(())
    }

    /// The letters of `group` with events of so many bytes at most, as a source.
    pub fn of(&self, group: Group, longest: u64) -> Grouped {
        Grouped {
            lines: self.lines(),
            group,
            longest,
            next: None,
            ended: false,
        }
    }

    /// Takes the letters out of the file, but for the lines at `kept`, by moving what stays to the
    /// beginning. Whoever is killed in the middle of that leaves the line garbled at which he was, and
    /// behind it others that were moved or sent already.
    pub fn remove(self, kept: &[Stretch]) -> anyhow::Result<()> {
        let path = self.path.clone();
        let taken = self.take_out(kept);
        drop(self.lock);
        taken.with_context(|| format!("the letters cannot be taken out of {}", path.display()))
    }

    fn take_out(&self, kept: &[Stretch]) -> io::Result<()> {
        self.file.lock()?;
        let end = self.file.metadata()?.len();
        if end < self.length {
            // Somebody else has emptied it, and whatever is there now is not what was sent.
            return self.file.unlock();
        }
        let mut to = 0;
        for &(from, until) in kept.iter().chain(&[(self.length, end)]) {
            to = self.shift(from, until, to)?;
        }
        self.file.sync_data()?;
        self.file.set_len(to)?;
        self.file.sync_data()?;
        self.file.unlock()
    }

    /// Copies a stretch towards the beginning; returns where it ends there.
    fn shift(&self, mut from: u64, until: u64, mut to: u64) -> io::Result<u64> {
        let mut buffer = vec![0; BATCH];
        while from < until {
            let most = usize::try_from(until - from).map_or(BATCH, |left| left.min(BATCH));
            let n = read_at(&self.file, &mut buffer[..most], from)?;
            if n == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            write_at(&self.file, &buffer[..n], to)?;
            from += n as u64;
            to += n as u64;
        }
        Ok(to)
    }

    fn lines(&self) -> Lines {
        let part = Part {
            file: self.file.clone(),
            at: 0,
            end: self.length,
        };
        Lines {
            file: BufReader::with_capacity(BATCH, part),
            place: 0,
            line: Vec::new(),
        }
    }
}

impl Locked {
    fn take(letters: &Path) -> anyhow::Result<Locked> {
        let mut name = letters.as_os_str().to_owned();
        name.push(".replay");
        let path = PathBuf::from(name);
        let shown = path.display();
        let file = File::create(&path).with_context(|| format!("{shown} cannot be written"))?;
        match file.try_lock() {
            // The one before may just have removed it, and a third one made another.
            Ok(()) if !is_at(&file, &path) => Locked::take(letters),
            Ok(()) => Ok(Locked { path, _file: file }),
            Err(TryLockError::WouldBlock) => {
                bail!("{} is being sent by another replay", letters.display())
            }
            Err(TryLockError::Error(error)) => {
                Err(error).with_context(|| format!("{shown} cannot be locked"))
            }
        }
    }
}

/// Whether `file` is what stands at `path`.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let id = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
    file.metadata().map(id).ok() == fs::metadata(path).map(id).ok()
}

/// A file that is open is not removed.
#[cfg(windows)]
fn is_at(_: &File, _: &Path) -> bool {
    true
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, at)
}

#[cfg(unix)]
fn write_at(file: &File, bytes: &[u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, at)
}

#[cfg(windows)]
fn read_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, at)
}

#[cfg(windows)]
fn write_at(file: &File, mut bytes: &[u8], mut at: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        let n = std::os::windows::fs::FileExt::seek_write(file, bytes, at)?;
        bytes = &bytes[n..];
        at += n as u64;
    }
    Ok(())
}

/// The bytes of a file from a place to another.
struct Part {
    file: Arc<File>,
    at: u64,
    end: u64,
}

impl Read for Part {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end - self.at).unwrap_or(usize::MAX);
        let most = buffer.len().min(left);
        let n = read_at(&self.file, &mut buffer[..most], self.at)?;
        self.at += n as u64;
        Ok(n)
    }
}

/// The lines of the file, with the place of each.
struct Lines {
    file: BufReader<Part>,
    place: u64,
    line: Vec<u8>,
}

/// A line and where it stands.
type Line<'a> = (Stretch, Result<&'a [u8], String>);

impl Lines {
    fn next(&mut self) -> io::Result<Option<Line<'_>>> {
        self.line.clear();
        let start = self.place;
        let n = (&mut self.file)
            .take(LONGEST)
            .read_until(b'\n', &mut self.line)?;
        self.place += n as u64;
        if n as u64 == LONGEST && self.line.last() != Some(&b'\n') {
            self.place += self.file.skip_until(b'\n')? as u64;
            let reason = format!("is longer than the {} MiB that are held", LONGEST >> 20);
            return Ok(Some(((start, self.place), Err(reason))));
        }
        let line = self.line.strip_suffix(b"\n").unwrap_or(&self.line);
        Ok((n > 0).then_some(((start, self.place), Ok(line))))
    }
}

/// The letters of one group.
pub struct Grouped {
    lines: Lines,
    group: Group,
    longest: u64,
    /// What did not go with the ones before it.
    next: Option<Letter>,
    /// Nothing comes any more.
    ended: bool,
}

impl Grouped {
    /// The next letter of the group.
    fn next(&mut self) -> io::Result<Option<Letter>> {
        if self.next.is_some() {
            return Ok(self.next.take());
        }
        while let Some((place, line)) = self.lines.next()? {
            // What is no letter was told before.
            if let Ok(letter) = line.and_then(|line| Letter::read(line, place.0))
                && letter.group == self.group
                && letter.event.len() as u64 <= self.longest
            {
                return Ok(Some(letter));
            }
        }
        Ok(None)
    }
}

impl Source for Grouped {
    fn read(&mut self, batch: &mut Batch, stop: &Stop) -> Result<Got, SourceError> {
        while !self.ended && !stop.is_set() && batch.bytes.filled().len() < BATCH {
            let next = self.next().map_err(|error| {
                // It would come again and again, and the letters stay in any case.
                self.ended = true;
                SourceError(format!("a dead letter: {error}"))
            })?;
            let Some(letter) = next else {
                break;
            };
            // What a heading stands before goes by itself.
            let alone = letter.heading != Heading::None;
            if alone && !batch.bytes.filled().is_empty() {
                self.next = Some(letter);
                break;
            }
            batch.bytes.extend(&letter.event);
            batch.bytes.extend(b"\n");
            batch.places.push(Place {
                end: batch.bytes.filled().len(),
                position: 0,
            });
            batch.ids.push(letter.id);
            if alone {
                batch.heading = letter.heading;
                break;
            }
        }
        batch.position = self.lines.place;
        Ok(match batch.bytes.filled().is_empty() {
            true => Got::End,
            false => Got::Lines,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn letters_that_came_meanwhile_stay() {
        for (before, after) in [(10, 0), (10, 3), (3, 10), (BATCH, 3 * BATCH), (0, 5)] {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("letters");
            std::fs::write(&path, vec![b'a'; before]).expect("a file");
            let letters = Letters::open(&path, false).expect("letters");
            let mut file = OpenOptions::new().append(true).open(&path).expect("it");
            let news: Vec<u8> = (0..after).map(|n| b'0' + (n % 7) as u8).collect();
            file.write_all(&news).expect("written");
            letters.remove(&[]).expect("removed");
            assert!(
                std::fs::read(&path).expect("read") == news,
                "{before} {after}"
            );
            // Who has it open goes on at its end.
            file.write_all(b"next").expect("written");
            assert!(std::fs::read(&path).expect("read") == [news, b"next".to_vec()].concat());
        }
    }

    #[test]
    fn lines_that_were_not_sent_stay() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("letters");
        std::fs::write(&path, "one\ntwo\nthree\n").expect("a file");
        let letters = Letters::open(&path, false).expect("letters");
        let mut file = OpenOptions::new().append(true).open(&path).expect("it");
        file.write_all(b"four\n").expect("written");
        letters.remove(&[(4, 8)]).expect("removed");
        assert_eq!(std::fs::read(&path).expect("read"), b"two\nfour\n");
    }

    #[test]
    fn a_file_that_was_moved_away_or_emptied_is_not_the_new_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, old) = (folder.path().join("letters"), folder.path().join("old"));
        std::fs::write(&path, "sent\n").expect("a file");
        let letters = Letters::open(&path, false).expect("letters");
        std::fs::rename(&path, &old).expect("renamed");
        std::fs::write(&path, "new letters\n").expect("a file");
        letters.remove(&[]).expect("removed");
        assert_eq!(std::fs::read(&path).expect("read"), b"new letters\n");
        assert_eq!(std::fs::read(&old).expect("read"), b"");
        let letters = Letters::open(&path, false).expect("letters");
        std::fs::write(&path, "new\n").expect("a file");
        letters.remove(&[]).expect("removed");
        assert_eq!(std::fs::read(&path).expect("read"), b"new\n");
    }

    #[test]
    fn one_replay_at_a_time_has_a_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("letters");
        std::fs::write(&path, "one\n").expect("a file");
        let first = Letters::open(&path, false).expect("letters");
        let second = Letters::open(&path, false).err().expect("refused");
        assert!(second.to_string().contains("being sent by another replay"));
        // Who leaves it as it is may read it, also where nothing can be written.
        Letters::open(&path, true).expect("letters");
        drop(first);
        Letters::open(&path, false).expect("letters");
    }

    #[test]
    fn a_file_that_cannot_be_read_ends() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("letters");
        std::fs::write(&path, "one\n").expect("a file");
        let mut letters = Letters::open(&path, true).expect("letters");
        let unreadable = OpenOptions::new().append(true).open(&path).expect("it");
        letters.file = Arc::new(unreadable);
        let group = Group {
            source: "in".to_owned(),
            sink: None,
        };
        let (mut source, stop) = (letters.of(group, 100), Stop::new().expect("a stop"));
        let mut batch = Batch::default();
        let error = source.read(&mut batch, &stop).expect_err("unreadable");
        assert!(error.to_string().starts_with("a dead letter: "), "{error}");
        assert_eq!(source.read(&mut batch, &stop).expect("its end"), Got::End);
    }
}
