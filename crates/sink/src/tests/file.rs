use super::*;

fn open(path: &Path) -> Result<File, OpenError> {
    File::open("out", path, &FileOptions::default())
}

fn write(path: &Path, lines: &[u8]) {
    let mut sink = open(path).unwrap();
    sink.write(&Events::lines(lines)).unwrap();
    sink.finish().unwrap();
}

#[test]
fn it_appends() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.ndjson");
    write(&path, b"{\"a\":1}\n");
    write(&path, b"{\"a\":2}\n{\"a\":3}\n");
    assert_eq!(
        fs::read(&path).unwrap(),
        b"{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n"
    );
}

#[test]
fn an_unfinished_last_line_is_ended_first() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.ndjson");
    fs::write(&path, "torn").unwrap();
    drop(open(&path).unwrap());
    assert_eq!(fs::read(&path).unwrap(), b"torn", "opening changes nothing");
    write(&path, b"{}\n");
    write(&path, b"{}\n");
    assert_eq!(fs::read(&path).unwrap(), b"torn\n{}\n{}\n");
}

#[test]
fn a_missing_folder_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("nowhere").join("out.ndjson");
    let error = open(&path).map(drop).unwrap_err();
    assert!(matches!(&error, OpenError::NoFolder(_, f) if f.ends_with("nowhere")));
    assert!(
        error
            .to_string()
            .ends_with("nowhere does not exist; create it")
    );
    let error = open(folder.path()).map(drop).unwrap_err();
    assert!(matches!(error, OpenError::Folder(_)), "{error}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_worth_trying_again() {
    let mut sink = open(Path::new("/dev/full")).unwrap();
    for _ in 0..2 {
        let Err(WriteError::Unreachable(reason)) = sink.write(&Events::lines(b"{}\n")) else {
            panic!("written");
        };
        assert!(
            reason.starts_with("/dev/full cannot be written: "),
            "{reason}"
        );
    }
    sink.finish().unwrap();
}
