//! A folder of files, and the binary run in it.

mod answer;
mod daemon;
mod lumberjack;
mod rotated;
mod skip;
#[cfg(target_os = "linux")]
mod small_disk;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;

use serde_json::Value;
use tempfile::TempDir;

pub use answer::Answer;
pub use daemon::{Daemon, eventually, signal};
pub use lumberjack::window;
pub use rotated::{decoded, rotated};
pub use skip::skipped;
#[cfg(target_os = "linux")]
pub use small_disk::SmallDisk;

/// An address of each kind, as the builtin labels know them.
pub const MICROSOFT: &str = "13.107.4.50";
pub const RELAY: &str = "172.225.76.1";
pub const PRIVATE: &str = "10.0.0.1";
pub const UNKNOWN: &str = "192.0.2.1";

/// A folder of its own, gone at the end of the test.
pub struct Folder(TempDir);

impl Folder {
    pub fn new() -> Folder {
        Folder(TempDir::new().expect("a temporary folder"))
    }

    /// Writes a file, and returns its path.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, content).expect("a file in the folder");
        path
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// What the file holds.
    pub fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
    }

    /// The binary, to be run in this folder.
    pub fn knownet(&self, args: &[&str]) -> Call<'_> {
        knownet(self.0.path(), args)
    }

    /// Runs `knownet.toml` with this text.
    pub fn run(&self, config: &str) -> Ran {
        self.file("knownet.toml", config);
        self.knownet(&["run"]).ran()
    }

    /// Checks `knownet.toml` with this text.
    pub fn check(&self, config: &str) -> Ran {
        self.file("knownet.toml", config);
        self.knownet(&["check"]).ran()
    }

    /// The names of the files in it, sorted.
    pub fn names(&self) -> Vec<String> {
        let files = fs::read_dir(self.0.path()).expect("the folder");
        let name = |file: std::io::Result<fs::DirEntry>| {
            let name = file.expect("a file").file_name();
            name.into_string().expect("a plain name")
        };
        let mut names: Vec<_> = files.map(name).collect();
        names.sort();
        names
    }
}

/// The binary, to be run in `folder`.
pub fn knownet<'f>(folder: &'f Path, args: &[&str]) -> Call<'f> {
    call(Command::new(env!("CARGO_BIN_EXE_knownet")), folder, args)
}

fn call<'f>(mut command: Command, folder: &'f Path, args: &[&str]) -> Call<'f> {
    command.args(args);
    command.stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    Call {
        folder,
        command,
        input: None,
    }
}

/// Runs `tag` over `input`.
pub fn tag(args: &[&str], input: impl Into<Vec<u8>>) -> Ran {
    let args = [&["tag"], args].concat();
    Folder::new().knownet(&args).input(input).ran()
}

/// Runs `tag`, which must succeed in silence, and returns what it wrote.
pub fn tagged(args: &[&str], input: impl Into<Vec<u8>>) -> String {
    let ran = tag(args, input).succeeded();
    assert_eq!(ran.err, "");
    ran.out
}

/// The binary with its arguments.
pub struct Call<'f> {
    /// Borrowed, so that no folder is gone before the binary runs in it.
    folder: &'f Path,
    command: Command,
    input: Option<Vec<u8>>,
}

impl Call<'_> {
    /// What it reads from standard input; nothing if not given.
    pub fn input(mut self, input: impl Into<Vec<u8>>) -> Self {
        self.input = Some(input.into());
        self.command.stdin(Stdio::piped());
        self
    }

    /// Where its standard output goes instead of the test.
    pub fn output(mut self, output: impl Into<Stdio>) -> Self {
        self.command.stdout(output);
        self
    }

    /// Where its standard error goes instead of the test.
    pub fn errors(mut self, errors: impl Into<Stdio>) -> Self {
        self.command.stderr(errors);
        self
    }

    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// Starts it with an open standard input, for a test that talks to it.
    pub fn start(mut self) -> Child {
        self.command.stdin(Stdio::piped());
        self.spawn()
    }

    fn spawn(&mut self) -> Child {
        self.command.current_dir(self.folder);
        self.command.spawn().expect("the binary")
    }

    /// Runs it to its end.
    pub fn ran(mut self) -> Ran {
        let mut child = self.spawn();
        let writer = self.input.zip(child.stdin.take()).map(|(input, mut pipe)| {
            // It may end before it has read everything; what it did is for the test to judge.
            thread::spawn(move || drop(pipe.write_all(&input)))
        });
        let output = child.wait_with_output().expect("the binary's end");
        if let Some(writer) = writer {
            writer.join().expect("the writer");
        }
        Ran {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).expect("UTF-8 on standard output"),
            err: String::from_utf8(output.stderr).expect("UTF-8 on standard error"),
        }
    }
}

/// What it did.
#[derive(Debug)]
pub struct Ran {
    /// The exit code; `None` if a signal ended it.
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Ran {
    #[track_caller]
    pub fn succeeded(self) -> Ran {
        self.ended(0)
    }

    /// Asserts the exit code.
    #[track_caller]
    pub fn ended(self, code: i32) -> Ran {
        assert_eq!(self.code, Some(code), "{}", self.err);
        self
    }

    /// The lines on standard output.
    pub fn lines(&self) -> Vec<&str> {
        self.out.lines().collect()
    }

    /// The objects on standard output, one a line.
    pub fn objects(&self) -> Vec<Value> {
        objects(&self.out)
    }

    /// Asserts that standard error holds `text`.
    #[track_caller]
    pub fn said(&self, text: &str) {
        assert!(self.err.contains(text), "no {text:?} in:\n{}", self.err);
    }
}

/// The objects in `text`, one a line.
pub fn objects(text: &str) -> Vec<Value> {
    let object = |line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{line}: {e}"));
    text.lines().map(object).collect()
}

/// An event to this address, without a line feed.
pub fn event(address: &str) -> String {
    format!(r#"{{"DestinationIp":"{address}"}}"#)
}

/// The same, tagged.
pub fn labelled(address: &str, label: &str) -> String {
    format!(r#"{{"DestinationIp":"{address}","IPDestination":"{label}"}}"#)
}

/// One line each.
pub fn lines<T: AsRef<str>>(lines: impl IntoIterator<Item = T>) -> String {
    let mut text = String::new();
    for line in lines {
        text.push_str(line.as_ref());
        text.push('\n');
    }
    text
}
