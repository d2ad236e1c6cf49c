//! A disk that is full after a few bytes: a tmpfs that only this test and its binary see.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::{Folder, skipped};

/// Mounted at `disk` in a folder; gone when it is dropped.
pub struct SmallDisk {
    /// Keeps the mount namespace alive, and does nothing else.
    holder: Child,
    folder: PathBuf,
}

impl SmallDisk {
    /// A disk of `kibibytes` in `folder`. `None`, with a line that says so, where this user may not
    /// mount one.
    pub fn new(folder: &Folder, kibibytes: u32) -> Option<SmallDisk> {
        let at = folder.path("disk");
        std::fs::create_dir(&at).expect("a folder");
        let script =
            format!("mount -t tmpfs -o size={kibibytes}k small \"$0\" && echo mounted && exec cat");
        let mut command = Command::new("unshare");
        command.args(["-m", "--propagation", "private", "sh", "-c", &script]);
        command
            .arg(&at)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut holder = command.stderr(Stdio::null()).spawn().ok()?;
        let mut said = String::new();
        let out = holder.stdout.take().expect("a pipe");
        BufReader::new(out).read_line(&mut said).expect("its word");
        let folder = folder.path("");
        let disk = SmallDisk { holder, folder };
        if said == "mounted\n" {
            return Some(disk);
        }
        skipped("a small disk cannot be mounted here; it takes root and unshare");
        None
    }

    /// A file on it, as this process reaches it.
    pub fn path(&self, name: &str) -> PathBuf {
        let root = PathBuf::from(format!("/proc/{}/root", self.holder.id()));
        let folder = self.folder.strip_prefix("/").expect("an absolute path");
        root.join(folder).join("disk").join(name)
    }

    /// `knownet run` in the folder, which sees the disk.
    pub(super) fn command(&self, binary: &Path) -> Command {
        let mut command = Command::new("nsenter");
        command.args(["-t", &self.holder.id().to_string(), "-m"]);
        command.args(["sh", "-c", "cd \"$0\" && exec \"$@\""]);
        command.arg(&self.folder).arg(binary);
        command
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}
