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
    /// A folder to keep files in, made if it is not there.
    Folder,
}

/// Notes every file that is written by two parts, or written and read.
fn collisions(notes: &Notes) {
    let files = notes.files();
    // The file itself where there is one, for links and detours lead to it by other names.
    let named: Vec<_> = files
        .iter()
        .map(|file| identity(&file.path).ok_or_else(|| plain(&file.path)))
        .collect();
    for (index, (file, name)) in files.iter().zip(&named).enumerate() {
        for (other, taken) in files[..index].iter().zip(&named) {
            let done = match (other.access, file.access) {
                (Access::Read, Access::Read) | (Access::Folder, _) | (_, Access::Folder) => {
                    continue;
                }
                (Access::Write, _) => "written",
                (Access::Read, Access::Write) => "read",
            };
            if name == taken {
                let shown = file.path.display();
                let known_as = match plain(&file.path) == plain(&other.path) {
                    true => String::new(),
                    false => format!(" as {}", other.path.display()),
                };
                let message = format!(
                    "{shown} is {done} by {} already{known_as}; choose another",
                    other.key
                );
                notes.error(file.line, &file.key, message);
            }
        }
    }
}

/// What two paths to one regular file have in common, and no two files.
#[cfg(unix)]
fn identity(path: &Path) -> Option<(u64, u64)> {
    fs::metadata(path).ok().as_ref().and_then(inode)
}

/// What two paths to one regular file have in common, unless they are hard links.
#[cfg(not(unix))]
fn identity(path: &Path) -> Option<PathBuf> {
    path.canonicalize().ok().filter(|real| real.is_file())
}

/// The device and number of a regular file; a terminal may well be read and written.
#[cfg(unix)]
pub fn inode(file: &fs::Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    file.is_file().then(|| (file.dev(), file.ino()))
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

/// Notes every file that cannot be read, every folder that cannot be written to, and collisions.
pub(super) fn check(notes: &Notes) {
    collisions(notes);
    for File {
        path,
        line,
        key,
        access,
    } in notes.files().iter()
    {
        let problem = match access {
            Access::Folder if path.exists() && !path.is_dir() => {
                Some("is a file; name a folder".to_owned())
            }
            Access::Folder => None,
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
