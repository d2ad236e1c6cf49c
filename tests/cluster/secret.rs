//! What proves who we are to servers that want to know: `tests/servers` says which files there are.

use std::fs;
use std::path::PathBuf;

pub struct Secrets {
    folder: PathBuf,
}

impl Secrets {
    pub fn new(folder: String) -> Secrets {
        let folder = PathBuf::from(folder);
        Secrets { folder }
    }

    /// Where a file is.
    pub fn path(&self, name: &str) -> String {
        let path = self.folder.join(name);
        path.to_str().expect("a plain path").to_owned()
    }

    /// What it holds, without the line's end.
    pub fn text(&self, name: &str) -> String {
        let path = self.path(name);
        let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}"));
        text.trim_end().to_owned()
    }
}
