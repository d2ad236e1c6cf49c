//! A file of dead letters: read from its beginning to where it ended when it was opened.
//!
//! Another process may append to it all the time; each holds an advisory lock while it does.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use knownet_flow::{Batch, Place, Read as Got, Source, SourceError, Stop};

use super::letter::{Group, Letter};
use super::shown;

/// Usual bytes of a batch.
const BATCH: usize = 256 << 10;

pub struct Letters {
    path: PathBuf,
    /// Where the last whole letter ended when it was opened.
    length: u64,
}

impl Letters {
    pub fn open(path: &Path) -> anyhow::Result<Letters> {
        let shown = shown(path);
        let file = File::open(path).with_context(|| format!("{shown} cannot be read"))?;
        if !file.metadata()?.is_file() {
            bail!("{shown} is no file; save the letters to one first");
        }
        file.lock_shared()
            .with_context(|| format!("{shown} cannot be locked"))?;
        let length = file.metadata()?.len();
        Ok(Letters {
            path: path.to_owned(),
            length,
        })
    }

    /// Shows every letter.
    pub fn each(&self, mut each: impl FnMut(Letter) -> anyhow::Result<()>) -> anyhow::Result<()> {
        let mut lines = Lines::open(self)?;
        let mut number = 0;
        while let Some((_, line)) = lines.next()? {
            number += 1;
            let letter = Letter::read(line).map_err(|reason| {
                anyhow::anyhow!(
                    "{}:{number}: is no dead letter: {reason}; take the line out",
                    shown(&self.path)
                )
            })?;
            each(letter)?;
        }
        Ok(())
    }

    /// The letters of `group`, as a source.
    pub fn of(&self, group: Group) -> anyhow::Result<Grouped> {
        let path = self.path.canonicalize()?;
        Ok(Grouped {
            lines: Lines::open(self)?,
            group,
            stream: format!("letters:{}", shown(&path)).into(),
        })
    }

    /// Takes the letters out of the file. Until the end of it each of them is there once at least.
    pub fn remove(&self) -> anyhow::Result<()> {
        self.take_out()
            .with_context(|| format!("the letters cannot be taken out of {}", shown(&self.path)))
    }

    fn take_out(&self) -> io::Result<()> {
        let mut file = OpenOptions::new().read(true).write(true).open(&self.path)?;
        file.lock()?;
        let (mut from, mut to) = (self.length, 0);
        let mut buffer = vec![0; BATCH];
        loop {
            file.seek(SeekFrom::Start(from))?;
            let n = file.read(&mut buffer)?;
            if n == 0 {
                break;
            }
            file.seek(SeekFrom::Start(to))?;
            file.write_all(&buffer[..n])?;
            from += n as u64;
            to += n as u64;
        }
        file.sync_data()?;
        file.set_len(to)?;
        file.sync_data()
    }
}

/// The lines of the file, with the place of each.
struct Lines {
    file: io::Take<BufReader<File>>,
    place: u64,
    line: Vec<u8>,
}

impl Lines {
    fn open(letters: &Letters) -> anyhow::Result<Lines> {
        let cannot = || format!("{} cannot be read", shown(&letters.path));
        let file = File::open(&letters.path).with_context(cannot)?;
        Ok(Lines {
            file: BufReader::new(file).take(letters.length),
            place: 0,
            line: Vec::new(),
        })
    }

    fn next(&mut self) -> io::Result<Option<(u64, &[u8])>> {
        self.line.clear();
        let place = self.place;
        let n = self.file.read_until(b'\n', &mut self.line)?;
        self.place += n as u64;
        let line = self.line.strip_suffix(b"\n").unwrap_or(&self.line);
        Ok((n > 0).then_some((place, line)))
    }
}

/// The letters of one group.
pub struct Grouped {
    lines: Lines,
    group: Group,
    stream: Arc<str>,
}

impl Source for Grouped {
    fn read(&mut self, batch: &mut Batch, stop: &Stop) -> Result<Got, SourceError> {
        let cannot = |error: String| SourceError(format!("a dead letter: {error}"));
        while !stop.is_set() && batch.bytes.filled().len() < BATCH {
            let next = self.lines.next().map_err(|e| cannot(e.to_string()))?;
            let Some((place, line)) = next else {
                break;
            };
            let letter = Letter::read(line).map_err(cannot)?;
            if letter.group != self.group {
                continue;
            }
            batch.bytes.extend(&letter.event);
            batch.bytes.extend(b"\n");
            batch.places.push(Place {
                end: batch.bytes.filled().len(),
                position: place,
            });
        }
        batch.stream = Some(self.stream.clone());
        batch.position = self.lines.place;
        Ok(match batch.bytes.filled().is_empty() {
            true => Got::End,
            false => Got::Lines,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_that_came_meanwhile_stay() {
        for (before, after) in [(10, 0), (10, 3), (3, 10), (BATCH, 3 * BATCH), (0, 5)] {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("letters");
            std::fs::write(&path, vec![b'a'; before]).expect("a file");
            let letters = Letters::open(&path).expect("letters");
            let mut file = OpenOptions::new().append(true).open(&path).expect("it");
            let news: Vec<u8> = (0..after).map(|n| b'0' + (n % 7) as u8).collect();
            file.write_all(&news).expect("written");
            letters.remove().expect("removed");
            assert!(
                std::fs::read(&path).expect("read") == news,
                "{before} {after}"
            );
            // Who has it open goes on at its end.
            file.write_all(b"next").expect("written");
            assert!(std::fs::read(&path).expect("read") == [news, b"next".to_vec()].concat());
        }
    }
}
