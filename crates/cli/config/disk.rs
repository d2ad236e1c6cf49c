//! The files that a configuration names: whether they are there, and that no two parts collide.

use std::fs;
use std::path::{Component, Path, PathBuf};

use super::mistake::Notes;

/// A file as it was named.
#[derive(Debug)]
pub(super) struct File {
    pub(super) path: PathBuf,
    pub(super) line: usize,
    pub(super) key: String,
    pub(super) access: Access,
}

/// What is done with a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Access {
    Read,
    Write,
}

/// Notes every file that is written by two parts, or written and read.
pub(super) fn collisions(notes: &Notes) {
    let files = notes.files();
    for (index, file) in files.iter().enumerate() {
        for other in &files[..index] {
            let done = match (other.access, file.access) {
                (Access::Read, Access::Read) => continue,
                (Access::Write, _) => "written",
                (Access::Read, Access::Write) => "read",
            };
            if plain(&file.path) == plain(&other.path) {
                let shown = file.path.display();
                let message = format!("{shown} is {done} by {} already; choose another", other.key);
                notes.error(file.line, &file.key, message);
            }
        }
    }
}

/// The path without the detours through `..` that can be told from the text.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        let inside = matches!(plain.components().next_back(), Some(Component::Normal(_)));
        match part {
            Component::ParentDir if inside => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    plain
}

/// Notes every file that cannot be read and every folder that cannot be written to.
pub(super) fn check(notes: &Notes) {
    for File {
        path,
        line,
        key,
        access,
    } in notes.files().iter()
    {
        let problem = match access {
            _ if path.is_dir() => Some("is a folder; name a file".to_owned()),
            Access::Read => unreadable(path),
            Access::Write => homeless(path),
        };
        if let Some(problem) = problem {
            notes.error(*line, key, format!("{} {problem}", path.display()));
        }
    }
}

fn unreadable(path: &Path) -> Option<String> {
    let error = fs::metadata(path).err()?;
    Some(format!(
        "cannot be read: {error}; a relative path starts at the configuration's folder"
    ))
}

fn homeless(path: &Path) -> Option<String> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => return None,
    };
    (!folder.is_dir()).then(|| format!("has no folder to be in; create {}", folder.display()))
}
