//! What happens to files.

use super::*;

#[test]
fn a_file_that_grows_is_read_as_it_grows() {
    let mut rig = Rig::new("*.log");
    assert_eq!(rig.read(), "");
    rig.append("a.log", "1\n2\nha");
    assert_eq!(rig.read(), "1\n2\n");
    assert_eq!(rig.read(), "");
    rig.append("a.log", "lf");
    assert_eq!(rig.read(), "");
    rig.append("a.log", " a line\n");
    rig.append("b.txt", "not this\n");
    rig.append("b.log", "other\n");
    let mut read: Vec<_> = rig.read().lines().map(str::to_owned).collect();
    read.sort();
    assert_eq!(read, ["half a line", "other"]);
}

#[test]
fn what_is_confirmed_does_not_come_again_and_the_rest_does() {
    let mut rig = Rig::new("*.log");
    rig.append("a.log", lines(0, 100));
    rig.look();
    let mut seen = rig.confirm_some(3);
    rig.kill();
    rig.append("a.log", lines(100, 110));
    seen += &rig.read();
    assert_eq!(seen, lines(0, 110));
    rig.kill();
    assert_eq!(rig.read(), "");
    rig.append("a.log", "more\n");
    assert_eq!(rig.read(), "more\n");
}

#[test]
fn a_renamed_file_is_read_to_its_end() {
    for (pattern, confirmed) in [
        ("*.log", true),
        ("*.log", false),
        ("*.log*", true),
        ("*.log*", false),
    ] {
        let mut rig = Rig::new(pattern);
        rig.append("a.log", lines(0, 20));
        let mut seen = rig.read();
        rig.append("a.log", lines(20, 30));
        rig.rename("a.log", "a.log.1");
        rig.append("a.log", lines(40, 50));
        if !confirmed {
            rig.kill();
        }
        rig.look();
        rig.append("a.log.1", lines(30, 40));
        rig.append("a.log.1", "half");
        rig.settle();
        seen += &rig.confirm();
        let mut seen: Vec<_> = seen.lines().map(str::to_owned).collect();
        seen.sort_by_key(|line| {
            line.split(' ')
                .nth(1)
                .and_then(|n| n.parse().ok())
                .unwrap_or(99)
        });
        let expected = lines(0, 50) + "half\n";
        assert_eq!(seen.join("\n") + "\n", expected, "{pattern}");
        rig.kill();
        rig.settle();
        assert_eq!(rig.confirm(), "", "{pattern}");
    }
}

#[test]
fn a_copied_and_truncated_file_is_not_read_again() {
    for kill in [false, true] {
        let mut rig = Rig::new("a.log*");
        rig.append("a.log", lines(0, 20));
        assert_eq!(rig.read(), lines(0, 20));
        if kill {
            rig.kill();
        }
        rig.append("a.log", lines(20, 25));
        rig.copytruncate("a.log", "a.log.1");
        rig.append("a.log", lines(100, 102));
        rig.settle();
        let mut seen: Vec<_> = rig.confirm().lines().map(str::to_owned).collect();
        seen.sort();
        let mut expected: Vec<_> = (lines(20, 25) + &lines(100, 102))
            .lines()
            .map(str::to_owned)
            .collect();
        expected.sort();
        assert_eq!(seen, expected);
        rig.rename("a.log.1", "a.log.2");
        rig.settle();
        assert_eq!(rig.confirm(), "");
    }
}

#[test]
fn a_copy_in_the_making_is_not_taken_for_a_new_file() {
    let mut rig = Rig::new("a.log*");
    let text = lines(0, 100);
    rig.append("a.log", &text);
    assert_eq!(rig.read(), text);
    for end in [100, 700, 2000, text.len()] {
        rig.write("a.log.1", &text[..end]);
        rig.wait(Duration::from_secs(1));
        assert_eq!(rig.confirm(), "");
    }
    // What is written and read between the copy and the truncation is in no copy.
    rig.append("a.log", "between\n");
    assert_eq!(rig.read(), "between\n");
    rig.truncate("a.log");
    rig.settle();
    assert_eq!(rig.confirm(), "");
    rig.kill();
    rig.append("a.log", "new\n");
    rig.settle();
    assert_eq!(rig.confirm(), "new\n");
}

#[test]
fn two_files_with_the_same_content_are_two_files() {
    let mut rig = Rig::new("*.log");
    rig.append("a.log", lines(0, 20));
    assert_eq!(rig.read(), lines(0, 20));
    rig.append("b.log", lines(0, 20));
    rig.settle();
    assert_eq!(rig.confirm(), lines(0, 20));
    rig.remove("b.log");
    rig.settle();
    rig.append("b.log", "short\n");
    assert_eq!(rig.read(), "short\n");
    rig.remove("b.log");
    rig.settle();
    rig.append("b.log", "short\n");
    rig.settle();
    assert_eq!(rig.confirm(), "short\n");
}

#[test]
fn a_file_that_grew_beyond_the_place_after_a_truncation_is_read_from_its_beginning() {
    let mut rig = Rig::new("*.log");
    rig.append("a.log", lines(0, 5));
    assert_eq!(rig.read(), lines(0, 5));
    rig.truncate("a.log");
    rig.append("a.log", lines(50, 80));
    rig.settle();
    assert_eq!(rig.confirm(), lines(50, 80));
    // As long as before, to the byte.
    let long = lines(50, 80).replace("log", "LOG");
    rig.truncate("a.log");
    rig.append("a.log", &long);
    rig.settle();
    assert_eq!(rig.confirm(), long);
}

#[test]
fn the_rest_of_a_file_is_read_from_its_compression() {
    for kill in [false, true] {
        let mut rig = Rig::new("a.log*");
        rig.append("a.log", lines(0, 100));
        rig.look();
        let mut seen = rig.confirm_some(4);
        if kill {
            rig.kill();
            rig.gzip("a.log");
        } else {
            seen += &rig.confirm();
            rig.append("a.log", lines(100, 110));
            rig.rename("a.log", "a.log.1");
            rig.gzip("a.log.1");
            // The open file is deleted: it is read to its end through its descriptor.
        }
        rig.settle();
        seen += &rig.confirm();
        assert_eq!(seen, lines(0, if kill { 100 } else { 110 }));
        rig.kill();
        rig.settle();
        assert_eq!(rig.confirm(), "");
    }
}

#[test]
fn a_file_that_is_compressed_before_anything_of_it_is_read_comes_once() {
    let mut rig = Rig::new("a.log*");
    rig.append("a.log", "half");
    rig.look();
    rig.append("a.log", " a line\nand another\n");
    rig.rename("a.log", "a.log.1");
    rig.gzip("a.log.1");
    rig.append("a.log", "new\n");
    rig.settle();
    let mut seen: Vec<_> = rig.confirm().lines().map(str::to_owned).collect();
    seen.sort();
    assert_eq!(seen, ["and another", "half a line", "new"]);
}

#[test]
fn compression_in_the_making_waits() {
    let mut rig = Rig::new("a.log*");
    rig.append("a.log.1", lines(0, 3000));
    rig.look();
    let seen = rig.confirm_some(5);
    rig.kill();
    let packed = gzip(&fs::read(rig.path("a.log.1")).unwrap());
    rig.remove("a.log.1");
    for end in [1, 3, 12, packed.len() / 2, packed.len() - 1] {
        rig.write("a.log.1.gz", &packed[..end]);
        rig.wait(Duration::from_secs(1));
    }
    rig.write("a.log.1.gz", &packed);
    rig.settle();
    assert_eq!(seen + &rig.confirm(), lines(0, 3000));
}

#[test]
fn whole_compressed_files_are_read_once() {
    let mut rig = Rig::new("*");
    rig.write("a.gz", gzip(lines(0, 1000).as_bytes()));
    rig.settle();
    assert_eq!(rig.confirm(), lines(0, 1000));
    rig.write("b.zst", zstd::encode_all("x\nlast".as_bytes(), 1).unwrap());
    rig.settle();
    assert_eq!(rig.confirm(), "x\nlast\n");
    rig.write("c.gz", &gzip(lines(0, 50).as_bytes())[..50]);
    rig.settle();
    rig.confirm();
    rig.kill();
    rig.settle();
    assert_eq!(rig.confirm(), "");
}

#[test]
fn a_deleted_file_is_read_to_its_end_and_a_new_one_from_its_beginning() {
    let mut rig = Rig::new("*.log");
    rig.append("a.log", "first\n");
    assert_eq!(rig.read(), "first\n");
    rig.append("a.log", "second\nhalf");
    rig.remove("a.log");
    rig.look();
    rig.append("a.log", "third\n");
    rig.settle();
    let mut seen: Vec<_> = rig.confirm().lines().map(str::to_owned).collect();
    seen.sort();
    assert_eq!(seen, ["half", "second", "third"]);
}

/// What a job writes that always says the same.
fn constant() -> String {
    "the same line every day, without a time\n".repeat(40)
}

// Windows gives a file the time of birth of the one that had its name just before.
#[cfg(unix)]
#[test]
fn the_same_content_again_at_the_same_path_is_read_again() {
    for kill in [false, true] {
        let mut rig = Rig::new("*.log");
        rig.append("stays.log", "x\n");
        rig.append("a.log", constant());
        rig.settle();
        rig.confirm();
        rig.remove("a.log");
        if kill {
            rig.kill();
        } else {
            rig.settle();
        }
        rig.append("a.log", constant() + "more\n");
        rig.settle();
        assert_eq!(rig.confirm(), constant() + "more\n", "{kill}");
        rig.kill();
        rig.settle();
        assert_eq!(rig.confirm(), "");
    }
}

// Windows gives a file the time of birth of the one that had its name just before.
#[cfg(unix)]
#[test]
fn the_same_content_after_a_rotation_or_a_truncation_is_read_again() {
    let mut rig = Rig::new("a.log");
    rig.append("a.log", constant());
    assert_eq!(rig.read(), constant());
    rig.truncate("a.log");
    rig.look();
    rig.append("a.log", constant());
    rig.settle();
    assert_eq!(rig.confirm(), constant());
    rig.rename("a.log", "a.log.1");
    rig.look();
    rig.remove("a.log.1");
    rig.settle();
    rig.append("a.log", constant());
    rig.settle();
    assert_eq!(rig.confirm(), constant());
}

#[test]
fn the_same_content_at_another_path_is_a_copy() {
    for kill in [false, true] {
        let mut rig = Rig::new("*.log*");
        rig.append("a.log", constant());
        assert_eq!(rig.read(), constant());
        rig.remove("a.log");
        match kill {
            true => rig.kill(),
            false => rig.settle(),
        }
        rig.append("b.log", constant());
        rig.settle();
        assert_eq!(rig.confirm(), "", "{kill}");
    }
}

#[test]
fn a_file_that_was_away_comes_back_as_itself() {
    let mut rig = Rig::new("*.log");
    rig.append("stays.log", "x\n");
    rig.append("a.log", constant());
    rig.settle();
    rig.confirm();
    let away = rig.logs.with_file_name("away");
    for kill in [false, true] {
        fs::rename(rig.path("a.log"), &away).unwrap();
        rig.settle();
        if kill {
            rig.kill();
            rig.settle();
        }
        fs::rename(&away, rig.path("a.log")).unwrap();
        rig.append("a.log", "back\n");
        rig.settle();
        assert_eq!(rig.confirm(), "back\n");
    }
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_elsewhere_is_a_rotation() {
    use std::os::unix::fs::symlink;
    let mut rig = Rig::new("current");
    rig.append("1", "a\n");
    symlink(rig.path("1"), rig.path("current")).unwrap();
    assert_eq!(rig.read(), "a\n");
    rig.append("1", "b\n");
    rig.append("2", "c\n");
    rig.remove("current");
    symlink(rig.path("2"), rig.path("current")).unwrap();
    rig.look();
    rig.append("1", "d\n");
    let mut seen: Vec<_> = rig.read().lines().map(str::to_owned).collect();
    seen.sort();
    assert_eq!(seen, ["b", "c", "d"]);
}

#[test]
fn a_file_with_two_names_is_read_once() {
    let mut rig = Rig::new("*");
    rig.append("a", "x\n");
    fs::hard_link(rig.path("a"), rig.path("b")).unwrap();
    assert_eq!(rig.read(), "x\n");
    rig.remove("a");
    rig.append("b", "y\n");
    rig.settle();
    assert_eq!(rig.confirm(), "y\n");
}

#[test]
fn a_folder_that_goes_and_comes_back_is_read_on() {
    let mut rig = Rig::new("*.log");
    rig.append("a.log", lines(0, 20));
    assert_eq!(rig.read(), lines(0, 20));
    let away = rig.logs.with_file_name("away");
    for kill in [false, true] {
        fs::rename(&rig.logs, &away).unwrap();
        rig.wait(Duration::from_secs(3 * 24 * 3600 / 100));
        if kill {
            rig.kill();
            rig.settle();
        }
        fs::create_dir(&rig.logs).unwrap();
        // As a mount point without its share.
        rig.settle();
        fs::remove_dir(&rig.logs).unwrap();
        fs::rename(&away, &rig.logs).unwrap();
        rig.append("a.log", "back\n");
        rig.settle();
        assert_eq!(rig.confirm(), "back\n");
    }
}

#[test]
fn files_that_are_there_at_the_first_start_may_be_begun_at_their_end() {
    let mut rig = Rig::new("*");
    rig.options.start = Start::End;
    rig.write("old.log", lines(0, 20) + "ha");
    rig.write("old.gz", gzip(b"packed\n"));
    assert_eq!(rig.read(), "");
    rig.append("old.log", "lf\n");
    rig.append("new.log", "new\n");
    rig.settle();
    let mut seen: Vec<_> = rig.confirm().lines().map(str::to_owned).collect();
    seen.sort();
    assert_eq!(seen, ["half", "new"]);
    rig.kill();
    rig.append("later.log", "later\n");
    rig.settle();
    assert_eq!(rig.confirm(), "later\n");
}

#[test]
fn thousands_of_files_are_read_with_few_open() {
    let mut rig = Rig::new("**/*.log");
    for n in 0..300 {
        let folder = format!("{}", n % 7);
        fs::create_dir_all(rig.path(&folder)).unwrap();
        rig.append(&format!("{folder}/{n}.log"), format!("{n}\n"));
    }
    rig.look();
    assert!(rig.table().open.len() <= 64);
    let mut seen: Vec<usize> = rig.confirm().lines().map(|n| n.parse().unwrap()).collect();
    seen.sort();
    assert_eq!(seen, (0..300).collect::<Vec<_>>());
    rig.kill();
    assert_eq!(rig.read(), "");
}

#[test]
fn what_was_lost_is_forgotten_at_last() {
    let mut rig = Rig::new("*.log");
    rig.append("stays.log", "x\n");
    for n in 0..50 {
        rig.append("a.log", lines(n * 10, n * 10 + 10));
        rig.look();
        rig.remove("a.log");
        rig.wait(Duration::from_secs(10));
    }
    rig.confirm();
    assert_eq!(rig.table().lost.len(), 50);
    rig.options.poll_interval = Duration::from_secs(3600);
    rig.table().options.poll_interval = Duration::from_secs(3600);
    rig.wait(Duration::from_secs(26 * 3600));
    assert_eq!(rig.table().lost.len(), 0);
    assert_eq!(rig.table().files.len(), 1);
}
