use std::fs;
use std::io;
use std::path::Path;

use super::{Disk, FileState, Folder, Real, files};

#[test]
fn files_are_in_the_order_of_their_numbers_and_others_are_left_alone() {
    let place = tempfile::tempdir().expect("a folder");
    for name in [
        "00000000000000000010.zst",
        "00000000000000000009.part",
        "00000000000000000002.zst.damaged",
        "00000000000000000002.damaged",
        "2.zst",
        "0000000000000000000x.zst",
        "+0000000000000000001.zst",
        "18446744073709551615.zst",
        "99999999999999999999.zst",
        "notes.txt",
    ] {
        fs::write(place.path().join(name), b"x").expect("a file");
    }
    fs::create_dir(place.path().join("00000000000000000011.zst")).expect("a folder");
    let found = files(place.path()).expect("files");
    let found: Vec<_> = found.iter().map(|f| (f.number, f.state, f.size)).collect();
    assert_eq!(
        found,
        [
            (2, FileState::Damaged, 1),
            (9, FileState::Unfinished, 1),
            (10, FileState::Waiting, 1),
        ]
    );
}

struct Half;

impl Disk for Half {
    fn write(&mut self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        fs::write(path, &bytes[..bytes.len() / 2])?;
        Err(io::ErrorKind::StorageFull.into())
    }
}

#[test]
fn what_could_not_be_written_leaves_nothing() {
    let place = tempfile::tempdir().expect("a folder");
    let folder = Folder::open(place.path().join("a/b")).expect("a folder");
    assert!(folder.save(1, b"content", &mut Half).is_err());
    assert_eq!(files(folder.path()).expect("files"), []);
    folder.save(1, b"content", &mut Real).expect("saved");
    let path = folder.file(1, FileState::Waiting);
    assert_eq!(fs::read(path).expect("a file"), b"content");
}

#[cfg(unix)]
#[test]
fn nobody_else_looks_into_the_folder() {
    use std::os::unix::fs::PermissionsExt;
    let place = tempfile::tempdir().expect("a folder");
    let folder = Folder::open(place.path().join("spool")).expect("a folder");
    let mode = fs::metadata(folder.path()).expect("data").permissions();
    assert_eq!(mode.mode() & 0o777, 0o700);
}
