use super::*;

const LINES: &[u8] = b"one\ntwo\nthree\n";

#[test]
fn a_batch_that_is_cut_anywhere_goes_on_in_the_next_file() {
    for cut in 0..=LINES.len() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out");
        fs::write(&path, "before").unwrap();
        let events = Events::lines(LINES);
        let mut first = Current::open(&path, None, 0).unwrap();
        first.write(&Events::lines(b"end\n")).unwrap();
        assert!(!first.is_deleted().unwrap());
        // What a full disk makes of it.
        let mut file = first.out.get_ref().try_clone().unwrap();
        file.write_all(&LINES[..cut]).unwrap();
        first.out = Resume::at(file, cut);
        let whole = first.end_in_the_middle(&events);
        let moved = fs::read(&path).unwrap();
        assert_eq!(moved, [b"before\nend\n", &LINES[..whole]].concat(), "{cut}");
        assert!(moved.ends_with(b"\n"));

        let next = folder.path().join("next");
        let mut second = Current::open(&next, None, whole).unwrap();
        assert_eq!(second.is_writing(), whole > 0);
        second.write(&events).unwrap();
        assert!(!second.is_writing());
        assert_eq!(fs::read(&next).unwrap(), &LINES[whole..], "{cut}");
    }
}

#[test]
fn what_another_program_wrote_behind_a_cut_event_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out");
    let mut current = Current::open(&path, None, 0).unwrap();
    let mut file = current.out.get_ref().try_clone().unwrap();
    file.write_all(b"one\ntw").unwrap();
    current.out = Resume::at(file, 6);
    let mut other = fs::OpenOptions::new().append(true).open(&path).unwrap();
    other.write_all(b"\nother\n").unwrap();
    assert_eq!(current.end_in_the_middle(&Events::lines(LINES)), 4);
    assert_eq!(fs::read(&path).unwrap(), b"one\ntw\nother\n");
}

#[test]
fn an_empty_file_is_begun_by_its_first_event() {
    let folder = tempfile::tempdir().unwrap();
    let mut current = Current::open(&folder.path().join("out"), None, 0).unwrap();
    current.age.0 = Duration::from_secs(1000);
    current.write(&Events::lines(LINES)).unwrap();
    assert!(current.age() < Duration::from_secs(1000));
}
