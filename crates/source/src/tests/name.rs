use std::path::PathBuf;

use super::*;

fn key(device: u64, inode: u64, born: Option<u64>) -> Key {
    Key {
        device,
        inode,
        born,
    }
}

#[test]
fn other_files_have_other_names_and_the_same_file_the_same() {
    let keys = [
        key(1, 2, Some(3)),
        key(1, 2, Some(4)),
        key(1, 23, Some(4)),
        key(1, 3, Some(3)),
        key(1, 2, None),
        key(2, 2, None),
    ];
    let names: Vec<_> = keys.map(content).into_iter().collect();
    for (n, name) in names.iter().enumerate() {
        assert_eq!(names.iter().position(|other| other == name), Some(n));
        assert_eq!(first(name), name);
        let later = later(name);
        assert_ne!(later, *name);
        assert_eq!(first(&later), name);
    }
    // Disks are found in another order.
    assert_eq!(content(key(7, 2, Some(3))), names[0]);
    assert_eq!(first("file:17"), "file:17");
}

#[test]
fn the_machine_is_named_by_its_id_if_it_has_one() {
    let id = "0123456789abcdef0123456789abcdef\n";
    let name = machine_of(id);
    assert_eq!(name.len(), 16);
    assert!(!id.contains(&name));
    assert_eq!(machine_of(id), name);
    assert_ne!(machine_of(&id.replace('0', "1")), name);
    for none in ["", "uninitialized\n", "0123", "x".repeat(32).as_str()] {
        assert_eq!(machine_of(none), "");
    }
}

#[test]
fn a_file_keeps_its_name_while_it_grows_and_loses_it_when_it_is_written_anew() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    let named = |path: &PathBuf| {
        let mut file = File::open(path).unwrap();
        let name = whole(path, &mut file).unwrap().unwrap();
        assert_eq!(file.stream_position().unwrap(), 0);
        name
    };
    fs::write(&path, "1 first\nsec").unwrap();
    let before = named(&path);
    fs::write(&path, "1 first\nsecond\n").unwrap();
    assert_eq!(named(&path), before);
    fs::write(&path, "2 first\nsecond\n").unwrap();
    assert_ne!(named(&path), before);
    let long = "x".repeat(3000);
    fs::write(&path, &long).unwrap();
    let before = named(&path);
    fs::write(&path, long + "y\n").unwrap();
    assert_eq!(named(&path), before);
}

#[cfg(unix)]
#[test]
fn what_is_no_file_has_no_name() {
    let path = PathBuf::from("/dev/null");
    let name = whole(&path, &mut File::open(&path).unwrap()).unwrap();
    assert_eq!(name, None);
}

#[test]
fn a_spool_that_begins_to_count_again_has_other_names() {
    let line = b"2026-11-21T08:26:04.123Z - 2 lines 8 bytes crc32 2ea0d2c6\n";
    let name = spooled("in", 1, line);
    assert!(name.ends_with(":in:1:2026-11-21T08:26:04.123Z:2ea0d2c6"));
    assert_ne!(spooled("in", 2, line), name);
    assert_ne!(spooled("out", 1, line), name);
    let later = line.map(|byte| if byte == b'3' { b'4' } else { byte });
    assert_ne!(spooled("in", 1, &later), name);
}
