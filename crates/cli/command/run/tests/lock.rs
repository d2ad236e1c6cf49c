use super::*;

#[test]
fn one_process_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("deep").join("state");
    let held = Lock::take(&state).unwrap();
    let refused = Lock::take(&state).unwrap_err().to_string();
    let said = format!(
        "state_dir {} is used by process {} already; stop that, or give this run a state_dir of its \
         own",
        state.display(),
        process::id()
    );
    assert_eq!(refused, said);
    drop(held);
    Lock::take(&state).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(
            fs::metadata(&state).unwrap().permissions().mode() & 0o777,
            0o700
        );
    }
}

#[test]
fn a_file_in_the_place_of_the_folder_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    fs::write(&state, "").unwrap();
    let refused = Lock::take(&state).unwrap_err().to_string();
    assert!(
        refused.ends_with("cannot be used; correct it or its permissions"),
        "{refused}"
    );
}
