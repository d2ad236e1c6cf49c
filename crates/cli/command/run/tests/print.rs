use super::*;

/// How many looks it takes until the change is told, and whether it is told once.
fn told(files: &mut Files) -> Option<usize> {
    let looks = (0..10).map(|_| files.look()).collect::<Vec<_>>();
    assert!(looks.iter().filter(|told| **told).count() <= 1);
    looks.iter().position(|told| *told)
}

#[test]
fn a_change_is_told_once_when_it_is_at_rest() {
    let folder = tempfile::tempdir().unwrap();
    let paths = ["a", "b"].map(|name| folder.path().join(name));
    fs::write(&paths[0], "one").unwrap();
    let mut files = Files::default();
    files.take(paths.to_vec());
    assert_eq!(told(&mut files), None);
    // It grows at every look: nobody takes it in the middle.
    for n in 0..10 {
        fs::write(&paths[0], "x".repeat(10 + n)).unwrap();
        assert!(!files.look());
    }
    assert_eq!(told(&mut files), Some(REST as usize - 1));
    // One that was missing comes, and goes again.
    fs::write(&paths[1], "").unwrap();
    assert_eq!(told(&mut files), Some(REST as usize));
    fs::remove_file(&paths[1]).unwrap();
    assert_eq!(told(&mut files), Some(REST as usize));
    assert_eq!(told(&mut files), None);
}

#[test]
#[cfg(unix)]
fn another_file_of_the_same_size_and_time_is_a_change() {
    let folder = tempfile::tempdir().unwrap();
    let [path, other] = ["a", "b"].map(|name| folder.path().join(name));
    let time = SystemTime::UNIX_EPOCH;
    for path in [&path, &other] {
        fs::write(path, "same").unwrap();
        fs::File::options()
            .write(true)
            .open(path)
            .unwrap()
            .set_modified(time)
            .unwrap();
    }
    let mut files = Files::default();
    files.take(vec![path.clone()]);
    fs::rename(&other, &path).unwrap();
    assert_eq!(told(&mut files), Some(REST as usize));
}
