//! Which files there are: what the patterns match now, and the folders in which that may change.

use std::collections::BTreeSet;
#[cfg(unix)]
use std::collections::HashMap;
use std::fmt;
use std::fs::{self, Metadata};
use std::path::{Component, Path, PathBuf};
use std::time::SystemTime;

use glob::{MatchOptions, Pattern};

use super::print::Key;

/// As a shell does it: a wildcard stands for no `/` and not for the dot of a hidden file.
const MATCHING: MatchOptions = MatchOptions {
    case_sensitive: true,
    require_literal_separator: true,
    require_literal_leading_dot: true,
};

/// Which files are meant: a path in which `*`, `?`, `[ab]` and, as a whole part, `**` stand for others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glob(String);

impl Glob {
    /// A pattern that starts at `folder`, whose own name is taken as it is.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn new(folder: &Path, pattern: &str) -> Result<Glob, String> {
        let pattern = match Path::new(pattern).has_root() || folder.as_os_str().is_empty() {
            true => pattern.to_owned(),
            false => {
                let folder = folder.to_str().ok_or_else(|| {
                    format!("{} is not UTF-8; write a whole path", folder.display())
                })?;
                format!("{}/{pattern}", Pattern::escape(folder))
            }
        };
        match Pattern::new(&pattern) {
            Ok(_) => Ok(Glob(pattern)),
            Err(e) => Err(format!("\"{pattern}\" is not a pattern: {e}")),
        }
    }

    /// Whether a file that is made at this path would be found, by whatever links and detours either
    /// is named.
    pub fn would_find(&self, path: &Path) -> bool {
        let finder = Finder::new(self);
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
            return false;
        };
        if finder.matches(&path) {
            return true;
        }
        let real = |folder: &Path| folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        let rest = Path::new(&finder.glob.0).strip_prefix(&finder.base).ok();
        let rest: Option<PathBuf> = rest.map(|rest| rest.components().collect());
        let base = real(&finder.base);
        let rest = rest.as_deref().and_then(Path::to_str);
        let pattern = base.to_str().zip(rest).and_then(|(base, rest)| {
            let base = Pattern::escape(base.trim_end_matches('/'));
            Pattern::new(&format!("{base}/{rest}")).ok()
        });
        pattern.is_some_and(|p| p.matches_path_with(&real(folder).join(name), MATCHING))
    }
}

impl fmt::Display for Finder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.glob.0)
    }
}

/// A pattern without `./` before it: found paths come without, too.
fn plain(pattern: &str) -> &str {
    pattern.trim_start_matches("./")
}

fn whole(pattern: &str) -> String {
    let folder = std::env::current_dir().ok();
    match folder.as_deref().and_then(Path::to_str) {
        Some(folder) if !Path::new(pattern).has_root() => {
            format!("{}/{pattern}", Pattern::escape(folder))
        }
        _ => pattern.to_owned(),
    }
}

/// A file that is there.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub path: PathBuf,
    pub key: Key,
    pub size: u64,
    pub modified: Option<SystemTime>,
}

impl Found {
    pub fn of(path: &Path, file: &Metadata) -> Found {
        Found {
            path: path.to_owned(),
            key: Key::of(path, file),
            size: file.len(),
            modified: file.modified().ok(),
        }
    }
}

/// One pattern, taken apart.
pub(super) struct Finder {
    glob: Glob,
    pattern: Pattern,
    /// The folder before the first wildcard.
    pub base: PathBuf,
    /// The patterns of the folders in which something may come to match.
    above: Vec<String>,
    /// Why nothing can be seen, while that is so.
    pub away: Option<String>,
}

/// What all patterns match.
#[derive(Default)]
pub(super) struct Sight {
    pub files: Vec<Found>,
    /// Folders of patterns that match something.
    pub alive: Vec<PathBuf>,
    pub folders: BTreeSet<PathBuf>,
}

impl Finder {
    pub fn new(glob: &Glob) -> Finder {
        // The system tells of whole paths.
        let text = whole(plain(&glob.0));
        let text = text.as_str();
        let wild = |part: &Component<'_>| {
            let part = part.as_os_str().to_string_lossy();
            part.contains(['*', '?', '['])
        };
        let parts: Vec<_> = Path::new(text).components().collect();
        let last = parts.len().saturating_sub(1);
        let first = parts.iter().position(wild).unwrap_or(last).min(last);
        let join = |count: usize| -> PathBuf {
            let path: PathBuf = parts[..count].iter().collect();
            match path.as_os_str().is_empty() {
                true => PathBuf::from("."),
                false => path,
            }
        };
        let above = (first..=last).map(|n| join(n).to_string_lossy().into_owned());
        Finder {
            glob: Glob(text.to_owned()),
            pattern: Pattern::new(text).unwrap_or_default(),
            base: join(first),
            above: above.collect(),
            away: None,
        }
    }

    pub fn matches(&self, path: &Path) -> bool {
        self.pattern.matches_path_with(path, MATCHING)
    }

    /// Adds what is there; folders only if they are wanted.
    pub fn look(&mut self, sight: &mut Sight, folders: bool) {
        let had = sight.files.len();
        let mut trouble = fs::metadata(&self.base).err().map(|e| e.to_string());
        if trouble.is_none() {
            let paths = glob::glob_with(&self.glob.0, MATCHING);
            for path in paths.into_iter().flatten() {
                match path {
                    Ok(path) => {
                        if let Ok(file) = fs::metadata(&path)
                            && file.is_file()
                        {
                            sight.files.push(Found::of(&path, &file));
                        }
                    }
                    Err(e) => trouble = Some(e.to_string()),
                }
            }
        }
        if sight.files.len() > had {
            sight.alive.push(self.base.clone());
        }
        self.away = trouble;
        if folders {
            for above in &self.above {
                let paths = glob::glob_with(above, MATCHING);
                let paths = paths.into_iter().flatten().flatten();
                sight.folders.extend(paths.filter(|path| path.is_dir()));
            }
        }
    }
}

/// What lies in folders, each read once: to be used within one look.
#[derive(Default)]
pub(super) struct Folders {
    #[cfg(unix)]
    read: HashMap<PathBuf, HashMap<u64, Vec<PathBuf>>>,
}

impl Folders {
    /// The file with this key in `folder`.
    #[cfg(unix)]
    pub fn locate(&mut self, folder: &Path, key: Key) -> Option<Found> {
        use std::os::unix::fs::DirEntryExt;
        if !self.read.contains_key(folder) {
            let mut paths: HashMap<u64, Vec<PathBuf>> = HashMap::new();
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                paths.entry(entry.ino()).or_default().push(entry.path());
            }
            self.read.insert(folder.to_owned(), paths);
        }
        let same = self.read.get(folder)?.get(&key.inode)?;
        same.iter().find_map(|path| {
            let file = fs::symlink_metadata(path).ok()?;
            (file.is_file() && Key::of(path, &file) == key).then(|| Found::of(path, &file))
        })
    }

    /// Without inodes there is no way to see where a file went; its content tells if it is matched.
    #[cfg(not(unix))]
    pub fn locate(&mut self, _: &Path, _: Key) -> Option<Found> {
        None
    }
}
