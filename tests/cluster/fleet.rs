//! Several knownets of one configuration.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::thread;

use serde_json::Value;

use crate::http;
use crate::random::Random;
use crate::rig::{Daemon, Folder, objects};

/// Those that run, and the folders of those that were killed.
pub struct Fleet {
    text: String,
    variables: Vec<(&'static str, String)>,
    name: String,
    running: Vec<Member>,
    gone: Vec<(Folder, String)>,
    /// How many folders there are.
    made: usize,
}

struct Member {
    daemon: Daemon,
    folder: Folder,
    name: String,
}

/// A configuration of `config/`.
pub fn config(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("config")
        .join(name);
    fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

impl Fleet {
    /// Of this configuration, with these variables and those of each instance.
    pub fn new(name: &str, text: String, variables: Vec<(&'static str, String)>) -> Fleet {
        Fleet {
            text,
            variables,
            name: name.to_owned(),
            running: Vec::new(),
            gone: Vec::new(),
            made: 0,
        }
    }

    /// Starts one: it goes on where one was killed, or is new.
    pub fn start(&mut self) {
        let (folder, name) = self.gone.pop().unwrap_or_else(|| {
            self.made += 1;
            let folder = Folder::new();
            folder.file("knownet.toml", &self.text);
            (folder, format!("{}-{}", self.name, self.made))
        });
        let mut call = folder.knownet(&["run"]);
        for (variable, value) in &self.variables {
            call = call.variable(variable, value);
        }
        let state = folder.path("state");
        let daemon = call
            .variable("KNOWNET_STATE", state.to_str().expect("a plain path"))
            .variable("KNOWNET_INSTANCE", &name)
            .variable("KNOWNET_ADMIN", "127.0.0.1:0")
            .daemon();
        self.running.push(Member {
            daemon,
            folder,
            name,
        });
    }

    /// Kills one of them.
    pub fn kill(&mut self, random: &mut Random) {
        let at = random.below(self.running.len() as u64) as usize;
        let Member {
            daemon,
            folder,
            name,
        } = self.running.remove(at);
        let ran = daemon.kill();
        assert_eq!(ran.code, None, "it was not killed but ended: {}", ran.err);
        self.gone.push((folder, name));
    }

    /// Ends the one that runs longest, by a signal.
    pub fn stop_first(&mut self) {
        let member = self.running.remove(0);
        member.daemon.stop().succeeded();
        self.gone.push((member.folder, member.name));
    }

    /// What each of them tells by this name, over all labels.
    pub fn metric(&mut self, name: &str) -> Vec<f64> {
        let members = self.running.iter_mut();
        members
            .map(|member| sum(member.daemon.address("admin"), name))
            .collect()
    }

    /// Ends all of them; the dead letters of everyone.
    pub fn stop(mut self) -> Vec<Value> {
        let gone = self.gone.drain(..);
        let mut folders: Vec<_> = gone.map(|(folder, _)| folder).collect();
        for member in self.running.drain(..) {
            member.daemon.stop().succeeded();
            folders.push(member.folder);
        }
        folders.iter().flat_map(letters).collect()
    }
}

/// What they said, where a test fails.
impl Drop for Fleet {
    fn drop(&mut self) {
        if !thread::panicking() {
            return;
        }
        for member in self.running.drain(..) {
            let Member { daemon, name, .. } = member;
            let said = daemon.kill().err;
            let lines: Vec<_> = said.lines().collect();
            let last = &lines[lines.len().saturating_sub(40)..];
            println!("{name} said:\n{}", last.join("\n"));
        }
    }
}

/// The dead letters in this folder's state.
pub fn letters(folder: &Folder) -> Vec<Value> {
    let files = fs::read_dir(folder.path("state")).expect("the state");
    let paths = files.map(|file| file.expect("a file").path());
    let dead = |path: &std::path::PathBuf| path.extension().is_some_and(|is| is == "ndjson");
    let texts = paths.filter(dead).map(fs::read_to_string);
    texts
        .flat_map(|text| objects(&text.expect("UTF-8")))
        .collect()
}

/// The sum of a metric over all labels.
fn sum(address: SocketAddr, name: &str) -> f64 {
    let answer = http::ask(&address.to_string(), "GET", "/metrics", "").expect("an answer");
    let lines = answer.body.lines().filter_map(|line| {
        let (metric, value) = line.rsplit_once(' ')?;
        let is = metric == name || metric.strip_prefix(name)?.starts_with('{');
        is.then(|| value.parse::<f64>().expect("a number"))
    });
    lines.sum()
}
