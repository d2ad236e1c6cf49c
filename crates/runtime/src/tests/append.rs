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
    file.add(b"one\n").unwrap();
    assert!(file.add_from(&mut Torn(b"tw")).is_err());
    assert_eq!(fs::read(&path).unwrap(), b"one\n");
    file.add(b"two\n").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"one\ntwo\n");
}

#[test]
fn what_could_not_be_cut_off_is_cut_off_unless_another_has_added() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("letters");
    let torn = || Some(super::Torn { from: 4, to: 6 });
    let mut file = Appender::new(path.clone());
    fs::write(&path, "one\ntw").unwrap();
    file.torn = torn();
    file.add(b"two\n").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"one\ntwo\n");
    fs::write(&path, "one\ntw\nanother\n").unwrap();
    file.torn = torn();
    file.add(b"two\n").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"one\ntw\nanother\ntwo\n");
}

#[test]
fn an_unfinished_line_is_ended_before_an_entry() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("letters");
    fs::write(&path, "torn").unwrap();
    Appender::new(path.clone()).add(b"one\n").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"torn\none\n");
}

/// Looks whether another could add to the file while it is read, then fails.
#[cfg(unix)]
struct Probe<'a>(&'a File, &'static [u8]);

#[cfg(unix)]
impl Read for Probe<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        assert!(!is_free(self.0));
        Torn(self.1).read(into).inspect(|_| self.1 = b"")
    }
}

#[cfg(unix)]
fn is_free(file: &File) -> bool {
    let free = file.try_lock().is_ok();
    file.unlock().unwrap();
    free
}

#[test]
#[cfg(unix)]
fn no_other_process_adds_before_a_failed_addition_is_cut_off() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("letters");
    let mut file = Appender::new(path.clone());
    file.add(b"one\n").unwrap();
    let other = open(&path).unwrap();
    assert!(file.add_from(&mut Probe(&other, b"tw")).is_err());
    assert!(is_free(&other));
    file.add(b"two\n").unwrap();
    assert!(is_free(&other));
    Appender::new(path.clone()).add(b"three\n").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"one\ntwo\nthree\n");
}

#[test]
fn a_missing_folder_is_an_error_until_it_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("later").join("letters");
    let mut file = Appender::new(path.clone());
    assert!(file.add(b"x\n").is_err());
    fs::create_dir(path.parent().unwrap()).unwrap();
    file.add(b"x\n").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"x\n");
}
