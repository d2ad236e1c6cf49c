//! A program that writes a log file and rotates it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use super::Sender;
use crate::ledger::event;
use crate::random::Random;

/// How its files are rotated.
#[derive(Clone, Copy, PartialEq)]
pub enum Rotation {
    /// Never.
    Off,
    /// Renamed, and a new one created.
    Rename,
    /// Copied, and then cut to nothing. Nobody writes between the two, so that nothing is lost by
    /// nature.
    CopyTruncate,
}

pub struct Tail {
    path: PathBuf,
    rotation: Rotation,
    random: Random,
    file: Option<File>,
    rotated: u64,
}

impl Tail {
    pub fn new(path: PathBuf, rotation: Rotation, random: Random) -> Tail {
        Tail {
            path,
            rotation,
            random,
            file: None,
            rotated: 0,
        }
    }
}

impl Sender for Tail {
    fn send(&mut self, _: SocketAddr, stream: usize, from: u64) -> io::Result<u64> {
        if self.path.exists() && self.random.one_in(20) {
            self.rotated += 1;
            let aside = self.path.with_extension(format!("log.{}", self.rotated));
            match self.rotation {
                Rotation::Off => {}
                Rotation::Rename => {
                    self.file = None;
                    fs::rename(&self.path, aside)?;
                }
                Rotation::CopyTruncate => {
                    fs::copy(&self.path, aside)?;
                    OpenOptions::new()
                        .write(true)
                        .truncate(true)
                        .open(&self.path)?;
                }
            }
        }
        let file = match &mut self.file {
            Some(file) => file,
            None => {
                let mut options = OpenOptions::new();
                let file = options.append(true).create(true).open(&self.path)?;
                self.file.insert(file)
            }
        };
        let count = 1 + self.random.below(100);
        let text: String = (from..from + count).map(|n| event(stream, n)).collect();
        // In two halves, so that a reader also sees lines without their ends.
        let middle = self.random.below(text.len() as u64) as usize;
        let (first, second) = text.as_bytes().split_at(middle);
        file.write_all(first)?;
        file.write_all(second)?;
        // About as fast as a busy machine writes, not as fast as a disk can.
        thread::sleep(Duration::from_millis(3));
        Ok(count)
    }

    fn window(&self) -> u64 {
        0
    }
}
