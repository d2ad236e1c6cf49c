//! The files that a configuration names: whether they are there, and that no two parts collide.
//!
//! What is followed must not be what is written: that would go round for ever.

use std::fs;
#[cfg(unix)]
use std::io;
use std::path::{Component, Path, PathBuf};

use knownet_flow::OpenError;
use knownet_sink::Compress;
use knownet_source::tail::Glob;

use super::mistake::Notes;
use super::{Config, SinkKind};

/// What a rotated file has between its stem and its extension.
const ROTATED: &str = "-20260101T000000Z-000001";

/// A file as it was named.
#[derive(Debug)]
pub(super) struct File {
    pub(super) path: PathBuf,
    /// How it is written, if variables were filled in.
    pub(super) written: Option<String>,
    pub(super) line: usize,
    pub(super) key: String,
    pub(super) access: Access,
}

impl File {
    /// What messages call it.
    fn shown(&self) -> String {
        match &self.written {
            Some(written) => format!("\"{written}\""),
            None => self.path.display().to_string(),
        }
    }
}

/// A pattern of files that are followed.
#[derive(Debug)]
pub(super) struct Followed {
    pub(super) glob: Glob,
    /// The pattern as if it were a path, and as it was written.
    pub(super) path: PathBuf,
    pub(super) text: String,
    pub(super) line: usize,
    pub(super) key: String,
}

/// What is done with a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Access {
    Read,
    Write,
    /// A folder to keep files in, made if it is not there.
    Folder,
}

/// What is tried as a run would, as far as that leaves no trace.
pub(super) struct Trial {
    pub(super) line: usize,
    pub(super) key: String,
    pub(super) attempt: Box<dyn Fn() -> Result<(), OpenError>>,
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
                let shown = file.shown();
                let known_as = match plain(&file.path) == plain(&other.path) {
                    true => String::new(),
                    false => format!(" as {}", other.shown()),
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

/// Notes every pattern that leads to what is written, now or after a rotation, and every one that
/// names a folder.
fn followed(config: &Config, notes: &Notes) {
    for pattern in notes.all_followed().iter() {
        for file in notes.files().iter() {
            if file.access != Access::Write {
                continue;
            }
            let rotated = rotated(config, &file.path);
            let mut written = std::iter::once(&file.path).chain(&rotated);
            if let Some(found) = written.find(|path| pattern.glob.would_find(path)) {
                let (shown, kind) = match *found == file.path {
                    true => (file.shown(), ""),
                    false if file.written.is_some() => (file.shown(), " when it rotates"),
                    false => (found.display().to_string(), " when it rotates"),
                };
                let message = format!(
                    "\"{}\" matches {shown}, which {} writes{kind}: what is written would be read \
                     again, without an end; write to another folder or narrow the pattern",
                    pattern.text, file.key
                );
                notes.error(pattern.line, &pattern.key, message);
            }
        }
        if pattern.path.is_dir() {
            let text = pattern.text.trim_end_matches('/');
            let message = format!("{text} is a folder; write {text}/*");
            notes.warning(pattern.line, &pattern.key, message);
        }
    }
}

/// The names of the kind that the file of a sink gets when it is set aside.
fn rotated(config: &Config, path: &Path) -> Vec<PathBuf> {
    let compress = config.sinks.iter().find_map(|sink| match &sink.kind {
        SinkKind::File { path: own, options } if own == path => {
            options.rotate.as_ref().map(|rotate| rotate.compress)
        }
        _ => None,
    });
    let endings: &[&str] = match compress {
        None => return Vec::new(),
        Some(Compress::None) => &[""],
        // It is there as it was for a while.
        Some(Compress::Gzip) => &["", ".gz"],
        Some(Compress::Zstd) => &["", ".zst"],
    };
    let mut name = path.file_stem().unwrap_or_default().to_owned();
    name.push(ROTATED);
    if let Some(extension) = path.extension() {
        name.push(".");
        name.push(extension);
    }
    let named = |ending: &&str| {
        let mut name = name.clone();
        name.push(ending);
        path.with_file_name(name)
    };
    endings.iter().map(named).collect()
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

/// Notes every file that cannot be read, every folder that cannot be written to, collisions, and
/// where the files are there, what does not work with them.
pub(super) fn check(config: &Config, notes: &Notes) {
    collisions(notes);
    followed(config, notes);
    for file in notes.files().iter() {
        let File {
            path,
            written,
            line,
            key,
            access,
        } = file;
        let problem = match access {
            Access::Folder if path.exists() && !path.is_dir() => {
                Some("is a file; name a folder".to_owned())
            }
            Access::Folder => None,
            _ if path.is_dir() => Some("is a folder; name a file".to_owned()),
            Access::Read => {
                unreadable(path).map(|problem| match is_input(key) && is_pattern(path) {
                    true => format!("{problem}; patterns need follow = true"),
                    false => problem,
                })
            }
            Access::Write => homeless(path, written.is_some()),
        };
        if let Some(problem) = problem {
            notes.error(*line, key, format!("{} {problem}", file.shown()));
        }
    }
    for Trial { line, key, attempt } in notes.trials().iter() {
        // What is wrong there already needs no second word.
        let place = key.rsplit_once('.').map_or(&**key, |(place, _)| place);
        if notes.any_error_in(place) {
            continue;
        }
        if let Err(error) = attempt() {
            notes.error(*line, key, error.to_string());
        }
    }
}

/// Notes that the folder `state` cannot be made or written to; `line` is where it is named.
pub(super) fn check_state(state: &Path, notes: &Notes) {
    let files = notes.files();
    let given = files.iter().find(|file| file.key == "state_dir");
    let line = given.map_or(1, |file| file.line);
    let filled = given.is_some_and(|file| file.written.is_some());
    if let Some(problem) = unwritable(state, filled).filter(|_| !notes.any_error_in("state_dir")) {
        let shown = given.map_or_else(|| state.display().to_string(), File::shown);
        notes.error(line, "state_dir", format!("{shown} {problem}"));
    }
}

/// Why nothing can be kept in a folder, which is made if it is not there.
fn unwritable(folder: &Path, filled: bool) -> Option<String> {
    let there = folder
        .ancestors()
        .find(|path| path.as_os_str().is_empty() || fs::symlink_metadata(path).is_ok())?;
    let there = match there.as_os_str().is_empty() {
        true => Path::new("."),
        false => there,
    };
    let what = match there == folder {
        true => "cannot be written to",
        false => "cannot be made",
    };
    let why = match there.is_dir() {
        true => refused(there)?,
        false => "that is no folder".to_owned(),
    };
    let part = match filled {
        true => "a part of it".to_owned(),
        false => there.display().to_string(),
    };
    let remedy = "correct it or its permissions";
    Some(format!("{what}, for {part}: {why}; {remedy}"))
}

/// Why no file can be made in the folder `path`.
#[cfg(unix)]
fn refused(path: &Path) -> Option<String> {
    use rustix::fs::Access;
    let error = rustix::fs::access(path, Access::WRITE_OK | Access::EXEC_OK).err()?;
    Some(io::Error::from(error).to_string())
}

/// Why no file can be made in the folder `path`.
#[cfg(not(unix))]
fn refused(path: &Path) -> Option<String> {
    let permissions = fs::metadata(path).ok()?.permissions();
    // Of a folder it says nothing on Windows; only trying would.
    (permissions.readonly() && !cfg!(windows)).then(|| "it is read-only".to_owned())
}

/// Whether this is the key of what a source reads.
fn is_input(key: &str) -> bool {
    let list = key.split('[').next().unwrap_or_default();
    list.starts_with("sources.") && list.ends_with(".paths")
}

fn is_pattern(path: &Path) -> bool {
    path.to_string_lossy().contains(['*', '?', '['])
}

fn unreadable(path: &Path) -> Option<String> {
    let error = fs::metadata(path).err()?;
    Some(format!(
        "cannot be read: {error}; a relative path starts at the configuration's folder"
    ))
}

fn homeless(path: &Path, filled: bool) -> Option<String> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => return None,
    };
    let create = match filled {
        true => "create it".to_owned(),
        false => format!("create {}", folder.display()),
    };
    (!folder.is_dir()).then(|| format!("has no folder to be in; {create}"))
}
