use super::*;

#[test]
fn it_is_read_from_a_file_and_never_shown() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    fs::write(&path, " s3cret\n").unwrap();
    assert_eq!(Secret::File(path.clone()).read().unwrap(), "s3cret");
    assert_eq!(Secret::Text("s3cret".to_owned()).read().unwrap(), "s3cret");
    let shown = format!("{:?} {:?}", Secret::Text("s3cret".to_owned()), path);
    assert!(!shown.contains("s3cret"), "{shown}");
}

#[test]
fn a_file_without_a_secret_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    let told = Secret::File(path.clone()).check().unwrap_err().to_string();
    assert!(told.contains("cannot be read"), "{told}");
    fs::write(&path, "\n").unwrap();
    let told = Secret::File(path.clone()).check().unwrap_err().to_string();
    assert_eq!(told, format!("{} is empty", path.display()));
}
