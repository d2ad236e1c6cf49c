//! The servers that `tests/servers` started, stopped and started again.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

pub struct Script {
    home: PathBuf,
}

impl Script {
    pub fn new(home: String) -> Script {
        let home = PathBuf::from(home);
        Script { home }
    }

    /// The brokers' names.
    pub fn brokers(&self) -> Vec<String> {
        let folders = fs::read_dir(&self.home).expect("SERVERS_HOME");
        let names = folders.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let number = |name: &String| {
            let number = name.strip_prefix("kafka-");
            number.is_some_and(|number| number.parse::<u8>().is_ok())
        };
        let mut names: Vec<_> = names.filter(number).collect();
        names.sort();
        names
    }

    /// The name of the server with this address.
    pub fn named(&self, address: &str) -> Option<&'static str> {
        let known = ["opensearch", "elasticsearch"].into_iter();
        known.into_iter().find(|name| {
            let file = self.home.join(name).join("address");
            fs::read_to_string(file).is_ok_and(|text| text.trim() == address)
        })
    }

    pub fn stop(&self, name: &str) {
        self.call("stop", name);
    }

    pub fn kill(&self, name: &str) {
        self.call("kill", name);
    }

    /// Starts it, and waits until it answers.
    pub fn start(&self, name: &str) {
        self.call("start", name);
        self.call("wait", name);
    }

    fn call(&self, what: &str, name: &str) {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/servers");
        let mut command = Command::new(script);
        command.args([what, name]).env("SERVERS_HOME", &self.home);
        let status = command.status().expect("tests/servers");
        assert!(status.success(), "tests/servers {what} {name}: {status}");
    }
}
