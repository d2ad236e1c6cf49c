//! A run that goes on until it is stopped.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
#[cfg(target_os = "linux")]
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use super::{Call, Folder, Ran, knownet};
#[cfg(target_os = "linux")]
use super::{SmallDisk, call};

/// How long a test waits for what must come. Reaching it is a failure, never a way to go on.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running `knownet run`, killed when it is dropped.
pub struct Daemon {
    child: Child,
    out: Lines,
    err: Lines,
}

/// What it writes to one of its outputs.
struct Lines {
    coming: Receiver<String>,
    seen: Vec<String>,
    /// How many lines the test has looked at.
    looked: usize,
}

impl Folder {
    /// Starts `knownet.toml` with this text.
    pub fn daemon(&self, config: &str) -> Daemon {
        self.file("knownet.toml", config);
        self.again()
    }

    /// Starts the `knownet.toml` that is there.
    pub fn again(&self) -> Daemon {
        knownet(self.0.path(), &["run"]).daemon()
    }

    /// Starts `knownet.toml` with this text and an open standard input.
    pub fn piped(&self, config: &str) -> (Daemon, ChildStdin) {
        self.file("knownet.toml", config);
        knownet(self.0.path(), &["run"]).piped()
    }

    /// Starts the `knownet.toml` that is there, with these variables of the environment.
    // For `tests/delivery`, which has this rig, too.
    #[allow(dead_code)]
    pub fn again_with(&self, variables: &[(&str, &OsStr)]) -> Daemon {
        let mut call = knownet(self.0.path(), &["run"]);
        call.command.envs(variables.iter().copied());
        call.daemon()
    }

    /// Starts the `knownet.toml` that is there, where it sees `disk`.
    #[cfg(target_os = "linux")]
    pub fn again_on(&self, disk: &SmallDisk) -> Daemon {
        let command = disk.command(Path::new(env!("CARGO_BIN_EXE_knownet")));
        call(command, self.0.path(), &["run"]).daemon()
    }
}

impl Call<'_> {
    /// Starts it as a run that goes on.
    pub fn daemon(mut self) -> Daemon {
        let mut child = self.spawn();
        let out = Lines::of(child.stdout.take().expect("a pipe"));
        let err = Lines::of(child.stderr.take().expect("a pipe"));
        Daemon { child, out, err }
    }

    /// The same, with an open standard input.
    pub fn piped(mut self) -> (Daemon, ChildStdin) {
        self.command.stdin(Stdio::piped());
        let mut daemon = self.daemon();
        let input = daemon.child.stdin.take().expect("a pipe");
        (daemon, input)
    }
}

impl Lines {
    fn of(pipe: impl std::io::Read + Send + 'static) -> Lines {
        let (line, coming) = channel();
        thread::spawn(move || {
            for read in BufReader::new(pipe).lines() {
                let Ok(read) = read else { break };
                if line.send(read).is_err() {
                    break;
                }
            }
        });
        Lines {
            coming,
            seen: Vec::new(),
            looked: 0,
        }
    }

    /// The next line; `None` at the end.
    fn next(&mut self) -> Option<&str> {
        if self.looked == self.seen.len() {
            match self.coming.recv_timeout(PATIENCE) {
                Ok(line) => self.seen.push(line),
                Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) => panic!("nothing more after {:#?}", self.seen),
            }
        }
        self.looked += 1;
        Some(&self.seen[self.looked - 1])
    }

    fn rest(mut self) -> String {
        while let Ok(line) = self.coming.recv_timeout(PATIENCE) {
            self.seen.push(line);
        }
        super::lines(self.seen)
    }
}

impl Daemon {
    /// The address that this source (or `admin`) listens on, once it says so.
    pub fn address(&mut self, source: &str) -> SocketAddr {
        const SAID: &str = "listening on ";
        self.err.looked = 0;
        loop {
            let line = self
                .err
                .next()
                .unwrap_or_else(|| panic!("{source} never listened"));
            let Some((_, address)) = line.split_once(SAID).filter(|_| line.contains(source)) else {
                continue;
            };
            let part = |c: char| !(c.is_ascii_hexdigit() || "[]:.".contains(c));
            let end = address.find(part).unwrap_or(address.len());
            return address[..end]
                .parse()
                .unwrap_or_else(|e| panic!("{line}: {e}"));
        }
    }

    /// Waits until standard error has a line, not looked at before, with `text`; returns it.
    pub fn said(&mut self, text: &str) -> String {
        loop {
            match self.err.next() {
                Some(line) if line.contains(text) => return line.to_owned(),
                Some(_) => {}
                None => panic!("never said {text:?}: {:#?}", self.err.seen),
            }
        }
    }

    /// Whether standard error had a line with `text` so far.
    // For `tests/delivery`, which has this rig, too.
    #[allow(dead_code)]
    pub fn has_said(&mut self, text: &str) -> bool {
        self.err.seen.extend(self.err.coming.try_iter());
        self.err.seen.iter().any(|line| line.contains(text))
    }

    /// The next line on standard output.
    pub fn line(&mut self) -> String {
        let line = self.out.next().map(str::to_owned);
        line.unwrap_or_else(|| panic!("no more lines; it said {:#?}", self.err.seen))
    }

    /// The next `count` lines on standard output.
    pub fn take(&mut self, count: usize) -> Vec<String> {
        (0..count).map(|_| self.line()).collect()
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal, such as `HUP`.
    pub fn signal(&self, signal: &str) {
        super::signal(self.child.id(), signal);
    }

    /// Ends it with SIGTERM; what it wrote, from the beginning.
    pub fn stop(self) -> Ran {
        self.signal("TERM");
        self.ended()
    }

    /// Ends it with SIGKILL; what it wrote.
    pub fn kill(mut self) -> Ran {
        self.child.kill().expect("it runs");
        self.ended()
    }

    /// Waits for its end.
    pub fn ended(mut self) -> Ran {
        let (out, err) = (self.take_out().rest(), self.take_err().rest());
        // Its outputs are closed, so it is at its end.
        let status = self.child.wait().expect("a status");
        Ran {
            code: status.code(),
            out,
            err,
        }
    }

    fn take_out(&mut self) -> Lines {
        std::mem::replace(&mut self.out, Lines::of(std::io::empty()))
    }

    fn take_err(&mut self) -> Lines {
        std::mem::replace(&mut self.err, Lines::of(std::io::empty()))
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends a signal to a process that was started here.
pub fn signal(process: u32, signal: &str) {
    let command = format!("kill -{signal} {process}");
    let sent = Command::new("sh").args(["-c", &command]).status();
    assert!(sent.expect("a shell").success());
}

/// Looks at something that changes by itself until it is as it must be.
#[track_caller]
pub fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begun.elapsed() < PATIENCE, "{what}: not in time");
        thread::sleep(Duration::from_millis(5));
    }
}
