//! What else goes wrong while knownet is killed.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use crate::random::Random;
#[cfg(target_os = "linux")]
use crate::rig::SmallDisk;
use crate::rig::{Daemon, Folder, skipped};

pub enum Trouble {
    /// Nothing.
    None,
    /// The disk that the sink writes to has no room.
    #[cfg(target_os = "linux")]
    FullDisk(SmallDisk),
    /// The folder that the sink writes to is gone.
    SinkAway,
    /// The clock is set by days and years, forwards and backwards.
    Clock(Clock),
}

/// The library that the dynamic linker puts before the real clock, and what it adds to it.
pub struct Clock {
    library: PathBuf,
    offset: PathBuf,
}

/// The most that a small disk is asked to hold for one kill.
#[cfg(target_os = "linux")]
const ROOM: u32 = 4096;

impl Trouble {
    /// A disk that holds what so many kills bring. `None`, after a line, where none can be had.
    #[cfg(target_os = "linux")]
    pub fn full_disk(folder: &Folder, kills: u64) -> Option<Trouble> {
        let kibibytes = ROOM * (8 + kills as u32);
        let disk = SmallDisk::new(folder, kibibytes)?;
        fs::create_dir(disk.path("out")).expect("a folder");
        Some(Trouble::FullDisk(disk))
    }

    /// `None`, after a line, where there is no C compiler or no such dynamic linker.
    pub fn clock(folder: &Folder) -> Option<Trouble> {
        let source = folder.file("clock.c", include_str!("clock.c"));
        let (library, offset) = (folder.path("clock.so"), folder.file("clock", [0; 8]));
        let mut compile = Command::new("cc");
        compile
            .args(["-shared", "-fPIC", "-O1", "-o"])
            .arg(&library);
        compile.arg(&source).arg("-ldl");
        let compiled = cfg!(target_os = "linux")
            && compile.output().is_ok_and(|output| output.status.success());
        if !compiled {
            skipped("the clock cannot jump here; it takes Linux and a C compiler, cc");
            return None;
        }
        Some(Trouble::Clock(Clock { library, offset }))
    }

    /// The folder of the sink's files, as knownet names it.
    pub fn sink_folder(&self) -> &'static str {
        match self {
            #[cfg(target_os = "linux")]
            Trouble::FullDisk(_) => "disk/out",
            _ => "out",
        }
    }

    /// The folder for what knownet remembers, as it names it.
    pub fn state_folder(&self) -> &'static str {
        match self {
            #[cfg(target_os = "linux")]
            Trouble::FullDisk(_) => "disk/state",
            _ => "state",
        }
    }

    /// The same, as this process reaches it.
    pub fn state_path(&self, folder: &Folder) -> PathBuf {
        match self {
            #[cfg(target_os = "linux")]
            Trouble::FullDisk(disk) => disk.path("state"),
            _ => folder.path("state"),
        }
    }

    /// A file of the sink, as this process reaches it.
    pub fn path(&self, folder: &Folder, name: &str) -> PathBuf {
        self.beside(folder, "out").join(name)
    }

    /// A folder on the sink's disk, as this process reaches it.
    fn beside(&self, folder: &Folder, name: &str) -> PathBuf {
        match self {
            #[cfg(target_os = "linux")]
            Trouble::FullDisk(disk) => disk.path(name),
            _ => folder.path(name),
        }
    }

    /// Takes the sink's folder away.
    pub fn hold(&self, folder: &Folder) {
        let (out, away) = (self.beside(folder, "out"), self.beside(folder, "away"));
        fs::rename(out, away).expect("moved away");
    }

    /// Puts it back, if it is away.
    fn release(&self, folder: &Folder) {
        let (out, away) = (self.beside(folder, "out"), self.beside(folder, "away"));
        if away.exists() {
            fs::rename(away, out).expect("moved back");
        }
    }

    /// Starts knownet where it has the trouble.
    pub fn start(&self, folder: &Folder) -> Daemon {
        // It does not start without the folder.
        self.release(folder);
        match self {
            Trouble::None | Trouble::SinkAway => folder.again(),
            #[cfg(target_os = "linux")]
            Trouble::FullDisk(disk) => folder.again_on(disk),
            Trouble::Clock(clock) => folder.again_with(&[
                ("LD_PRELOAD", clock.library.as_os_str()),
                ("KNOWNET_CLOCK", clock.offset.as_os_str()),
            ]),
        }
    }

    /// Begins it, lets a while pass, and perhaps ends it again.
    pub fn happen(&self, folder: &Folder, random: &mut Random) {
        match self {
            Trouble::None => return,
            #[cfg(target_os = "linux")]
            Trouble::FullDisk(disk) => fill(disk),
            Trouble::SinkAway => self.hold(folder),
            Trouble::Clock(clock) => {
                // Twenty years back at most: before 1970 no clock is set.
                let seconds = random.below(40 * 31_556_952) as i64 - 20 * 31_556_952;
                clock.set(seconds);
            }
        }
        random.pause(Duration::from_millis(300));
    }

    /// Ends it, if it is there.
    pub fn end(&self, folder: &Folder) {
        match self {
            Trouble::None => {}
            #[cfg(target_os = "linux")]
            Trouble::FullDisk(disk) => {
                let _ = fs::remove_file(disk.path("filler"));
            }
            Trouble::SinkAway => self.release(folder),
            Trouble::Clock(clock) => clock.set(0),
        }
    }
}

impl Clock {
    fn set(&self, seconds: i64) {
        // Written over and not anew: the file is mapped.
        let file = OpenOptions::new().write(true).open(&self.offset);
        let mut file: File = file.expect("the clock");
        file.write_all(&seconds.to_ne_bytes()).expect("set");
    }
}

/// Takes all the room there is.
#[cfg(target_os = "linux")]
fn fill(disk: &SmallDisk) {
    let mut options = OpenOptions::new();
    let mut filler = options.append(true).create(true).open(disk.path("filler"));
    for size in [1 << 20, 4096] {
        let Ok(filler) = &mut filler else { return };
        let block = vec![0; size];
        while filler.write_all(&block).is_ok() {}
    }
}
