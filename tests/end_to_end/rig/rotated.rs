//! The files that a rotating sink wrote.

use std::fs;
use std::io::{ErrorKind, Read};
use std::path::Path;

/// What the file at `path` and those set aside from it hold, decoded: name and content, in the
/// order in which they were written.
pub fn rotated(path: &Path) -> Vec<(String, String)> {
    let folder = path.parent().expect("a folder");
    let stem = path.file_stem().and_then(|s| s.to_str()).expect("a name");
    let begin = format!("{stem}-");
    let current = path.file_name().and_then(|s| s.to_str()).expect("a name");
    let mut names: Vec<String> = fs::read_dir(folder)
        .expect("the folder")
        .map(|file| {
            file.expect("a file")
                .file_name()
                .into_string()
                .expect("UTF-8")
        })
        .filter(|name| name == current || name.starts_with(&begin))
        .filter(|name| !name.ends_with(".part"))
        .collect();
    // The number stands behind the time.
    names.sort_by_key(|name| match name.strip_prefix(&begin) {
        Some(rest) => rest.split_once('-').map(|(_, number)| number.to_owned()),
        None => Some("~".to_owned()),
    });
    let read = |name: String| {
        let path = folder.join(&name);
        let bytes = match fs::read(&path) {
            // Compressed or removed meanwhile.
            Err(e) if e.kind() == ErrorKind::NotFound => return None,
            read => read.unwrap_or_else(|e| panic!("{name}: {e}")),
        };
        Some((name, decode(&path, &bytes)))
    };
    let files = names.into_iter().map(read).collect::<Option<Vec<_>>>();
    files.unwrap_or_else(|| rotated(path))
}

/// What a file holds, by the end of its name compressed or not.
pub fn decoded(path: &Path) -> String {
    let bytes = fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    decode(path, &bytes)
}

fn decode(path: &Path, mut bytes: &[u8]) -> String {
    let mut plain = Vec::new();
    let read = match path.extension().and_then(|e| e.to_str()) {
        Some("zst") => zstd::stream::copy_decode(bytes, &mut plain).map(|()| 0),
        Some("gz") => flate2::read::GzDecoder::new(bytes).read_to_end(&mut plain),
        _ => bytes.read_to_end(&mut plain),
    };
    read.unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    String::from_utf8(plain).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}
