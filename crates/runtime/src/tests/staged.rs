use super::*;

fn text(file: &mut Staged) -> String {
    let mut text = String::new();
    file.content().unwrap().read_to_string(&mut text).unwrap();
    text
}

#[test]
fn two_files_for_one_target_know_nothing_of_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("letters");
    let mut one = Staged::beside(&target).unwrap();
    let mut two = Staged::beside(&target).unwrap();
    one.add(b"on").unwrap();
    two.add(b"tw").unwrap();
    one.add(b"e").unwrap();
    two.add(b"o").unwrap();
    assert_eq!(
        (text(&mut one), text(&mut two)),
        ("one".into(), "two".into())
    );
    // Reading it does not end it.
    one.add(b"!").unwrap();
    assert_eq!(
        (text(&mut one), text(&mut one)),
        ("one!".into(), "one!".into())
    );
    drop((one, two));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_file_that_is_there_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("letters");
    // Whatever number comes next while other tests take some, too.
    let taken: Vec<_> = (0..100)
        .map(|n| {
            folder
                .path()
                .join(format!("letters.{}-{n}.part", process::id()))
        })
        .collect();
    taken
        .iter()
        .for_each(|path| fs::write(path, "theirs").unwrap());
    let mut file = Staged::beside(&target).unwrap();
    file.add(b"ours").unwrap();
    assert_eq!(text(&mut file), "ours");
    drop(file);
    for path in taken {
        assert_eq!(fs::read(path).unwrap(), b"theirs");
    }
}

#[test]
fn a_failed_addition_is_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let mut file = Staged::beside(&folder.path().join("letters")).unwrap();
    file.add(b"one").unwrap();
    file.file.write_all(b" and half of the next").unwrap();
    assert_eq!(text(&mut file), "one");
    file.add(b", two").unwrap();
    assert_eq!(text(&mut file), "one, two");
}
