use std::fs;

use super::*;

/// Gives some bytes, then fails.
struct Torn(&'static [u8]);

impl Read for Torn {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self.0 {
            b"" => Err(io::ErrorKind::StorageFull.into()),
            _ => self.0.read(into),
        }
    }
}

#[test]
fn a_failed_addition_leaves_no_trace() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("letters");
    let mut file = Appender::new(path.clone());
    assert!(!path.exists());
    file.add(b"one\n", true).unwrap();
    assert!(file.add_from(&mut Torn(b"tw"), true).is_err());
    assert_eq!(fs::read(&path).unwrap(), b"one\ntw");
    file.cut_back();
    assert_eq!(fs::read(&path).unwrap(), b"one\n");
    assert!(file.add_from(&mut Torn(b"tw"), true).is_err());
    file.add(b"two\n", true).unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"one\ntwo\n");
}

#[test]
fn an_unfinished_line_is_ended_before_an_entry_but_continued_by_a_piece() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("letters");
    fs::write(&path, "torn").unwrap();
    Appender::new(path.clone()).add(b"one\n", true).unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"torn\none\n");
    let mut file = Appender::new(path.clone());
    file.add(b"a piece,", false).unwrap();
    file.add(b" another", false).unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"torn\none\na piece, another");
}

#[test]
fn a_missing_folder_is_an_error_until_it_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("later").join("letters");
    let mut file = Appender::new(path.clone());
    assert!(file.add(b"x\n", true).is_err());
    fs::create_dir(path.parent().unwrap()).unwrap();
    file.add(b"x\n", true).unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"x\n");
}
