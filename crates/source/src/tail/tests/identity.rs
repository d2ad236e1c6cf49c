//! What a line is known by: the name of its stream, and its position there.

use std::collections::BTreeSet;

use super::*;

/// Everything handed out that way has a place of its own; returns how much it was.
fn distinct(rig: &Rig) -> usize {
    let places: BTreeSet<_> = rig.handed.iter().map(|(place, _)| place).collect();
    assert_eq!(places.len(), rig.handed.len());
    places.len()
}

/// What was handed out last is what was handed out before, at the same places.
fn comes_again(rig: &Rig, lines: usize) {
    let (before, after) = rig.handed.split_at(rig.handed.len() - lines);
    assert_eq!(&before[before.len() - lines..], after);
}

/// Lines that say nothing that tells them apart.
fn constant(lines: usize) -> String {
    "the same line every day, without a time\n".repeat(lines)
}

#[test]
fn a_line_that_comes_again_after_a_crash_stands_where_it_stood() {
    for batch in [32, 100, 1 << 16] {
        let mut rig = Rig::new("*");
        rig.append("a", lines(0, 50) + "half");
        rig.look();
        let count = rig.handed.len();
        assert_eq!(count, 50);
        rig.kill();
        rig.limits.batch = batch;
        rig.look();
        assert_eq!(rig.handed.len(), 2 * count);
        comes_again(&rig, count);
        let mut at = 0;
        for ((_, position), line) in &rig.handed[count..] {
            assert_eq!(*position, at, "an offset in the file");
            at += line.len() as u64;
        }
    }
}

#[test]
fn without_a_journal_a_file_has_the_name_that_it_had() {
    let mut rig = Rig::new("*");
    rig.append("a", lines(0, 20));
    rig.read();
    rig.kill();
    fs::remove_dir_all(&rig.state).unwrap();
    let known =
        super::super::find::Found::of(&rig.path("a"), &fs::metadata(rig.path("a")).unwrap());
    rig.read();
    // Only a time of birth tells that it is the same file.
    match known.key.born {
        Some(_) => comes_again(&rig, 20),
        None => assert_eq!(distinct(&rig), 40),
    }
}

#[test]
fn a_stream_keeps_its_name_wherever_its_content_goes() {
    for way in ["rename", "gzip", "zstd", "copytruncate", "elsewhere"] {
        let mut rig = Rig::new("a*");
        rig.append("a", lines(0, 100));
        rig.look();
        rig.confirm_some(5);
        let left: usize = rig.unconfirmed.iter().map(|given| given.lines.len()).sum();
        assert!(left > 20);
        rig.kill();
        match way {
            "rename" => rig.rename("a", "a.1"),
            "gzip" => rig.gzip("a"),
            "zstd" => {
                let packed = zstd::encode_all(&*fs::read(rig.path("a")).unwrap(), 1).unwrap();
                rig.write("a.zst", packed);
                rig.remove("a");
            }
            "copytruncate" => rig.copytruncate("a", "a.1"),
            _ => {
                fs::copy(rig.path("a"), rig.path("a.moved")).unwrap();
                rig.remove("a");
            }
        }
        rig.settle();
        comes_again(&rig, left);
        // And once more, by what the journal says now.
        rig.kill();
        rig.settle();
        comes_again(&rig, left);
        // What comes to stand there is another stream.
        rig.confirm();
        rig.handed.clear();
        rig.append("a", lines(0, 100));
        rig.settle();
        assert_eq!(rig.handed.len(), 100, "{way}");
        let names: BTreeSet<_> = rig.handed.iter().map(|((name, _), _)| name).collect();
        assert_eq!(names.len(), 1);
    }
}

// Windows gives a file the time of birth of the one that had its name just before.
#[cfg(unix)]
#[test]
fn lines_that_say_the_same_are_never_taken_for_others() {
    for kill in [false, true] {
        let mut rig = Rig::new("a");
        let mut written = 0;
        for (n, way) in [
            "truncate", "truncate", "rename", "remove", "rename", "truncate",
        ]
        .into_iter()
        .cycle()
        .take(18)
        .enumerate()
        {
            if kill {
                // Nothing else tells what was written while nobody looked.
                rig.append("a", format!("{n:04}\n"));
                written += 1;
            }
            rig.append("a", constant(12));
            written += 12;
            rig.settle();
            rig.confirm();
            if kill && n % 2 == 0 {
                rig.kill();
            }
            match way {
                "truncate" => rig.truncate("a"),
                "rename" => rig.rename("a", &format!("b{n}")),
                _ => rig.remove("a"),
            }
            rig.settle();
            if kill && n % 3 == 0 {
                rig.kill();
            }
        }
        assert_eq!(distinct(&rig), written);
    }
}

#[test]
fn what_follows_a_truncation_is_known_after_a_crash() {
    let mut rig = Rig::new("a");
    rig.append("a", constant(20));
    rig.read();
    rig.truncate("a");
    rig.look();
    rig.append("a", constant(10));
    rig.settle();
    assert_eq!(distinct(&rig), 30);
    for _ in 0..3 {
        rig.kill();
        rig.settle();
        comes_again(&rig, 10);
    }
}

#[test]
fn what_was_written_after_a_crash_is_not_what_was_handed_out_before() {
    // Nothing was confirmed yet.
    for copied in [false, true] {
        let mut rig = Rig::new("a*");
        rig.limits.batch = 1024;
        rig.append("a", "first\n".to_owned() + &constant(20));
        rig.look();
        rig.kill();
        match copied {
            true => rig.copytruncate("a", "a.1"),
            false => rig.truncate("a"),
        }
        rig.append("a", "other\n".to_owned() + &constant(30));
        rig.settle();
        // The copy is known again by what was handed out of the file.
        let again = if copied { 21 } else { 0 };
        assert_eq!(rig.handed.len(), 21 + again + 31);
        let places: BTreeSet<_> = rig.handed.iter().map(|(place, _)| place).collect();
        assert_eq!(places.len(), 21 + 31);
    }
}

#[test]
fn an_inode_alone_names_no_stream() {
    let mut rig = Rig::new("a");
    rig.append("a", "x\n");
    let path = rig.path("a");
    let mut found = super::super::find::Found::of(&path, &fs::metadata(&path).unwrap());
    found.key.born = None;
    let first = rig.table().begin(&found).stream;
    assert_ne!(rig.table().begin(&found).stream, first);
}

#[test]
fn what_is_replaced_before_it_is_read_again_keeps_its_name() {
    let mut rig = Rig::new("a");
    rig.append("a", "first\n".to_owned() + &constant(20));
    rig.look();
    rig.kill();
    let now = rig.now;
    rig.tail().look(now);
    assert_eq!(rig.table().files.len(), 1);
    rig.truncate("a");
    rig.append("a", "other\n".to_owned() + &constant(20));
    rig.settle();
    rig.confirm();
    assert_eq!(distinct(&rig), 42);
}

#[cfg(unix)]
#[test]
fn a_name_is_not_given_again_while_its_file_is_away() {
    let mut rig = Rig::new("*");
    rig.options.poll_interval = Duration::from_secs(3600);
    rig.append("stays", "x\n");
    rig.append("a", constant(20));
    rig.settle();
    rig.confirm();
    rig.truncate("a");
    rig.settle();
    rig.append("a", "half");
    rig.settle();
    // What it held at first is forgotten, and of what it holds nothing was handed out.
    rig.wait(Duration::from_secs(60 * 3600));
    assert_eq!(rig.table().files.len(), 2);
    let away = rig.logs.with_file_name("away");
    fs::rename(rig.path("a"), &away).unwrap();
    rig.wait(Duration::from_secs(2 * 3600));
    fs::write(&away, constant(20)).unwrap();
    fs::rename(&away, rig.path("a")).unwrap();
    rig.wait(Duration::from_secs(2 * 3600));
    rig.confirm();
    assert_eq!(distinct(&rig), 41);
}

#[test]
fn a_truncated_file_that_rests_is_not_what_it_was_before() {
    let mut rig = Rig::new("*");
    rig.append("stays", "x\n");
    rig.append("a", constant(20));
    rig.read();
    rig.truncate("a");
    rig.look();
    rig.options.poll_interval = Duration::from_secs(3600);
    rig.table().options.poll_interval = Duration::from_secs(3600);
    rig.wait(Duration::from_secs(60 * 3600));
    rig.append("a", constant(20));
    rig.settle();
    rig.confirm();
    assert_eq!(distinct(&rig), 41);
    // Of everything that such a file held, no more than one is remembered for that.
    for _ in 0..4 {
        rig.truncate("a");
        rig.look();
        rig.append("a", constant(20));
        rig.settle();
        rig.confirm();
    }
    assert_eq!(distinct(&rig), 41 + 4 * 20);
    rig.wait(Duration::from_secs(60 * 3600));
    assert_eq!(rig.table().files.len(), 2);
}

#[test]
fn records_and_characters_stand_where_they_begin_in_the_file() {
    for big in [false, true] {
        for joined in [false, true] {
            let mut rig = Rig::new("*");
            if joined {
                rig.options.multiline = Some(Multiline::new("^#", Duration::from_secs(1)).unwrap());
            }
            let text: String = (0..60)
                .map(|n| format!("# é{n}\n 😀 more\n\u{feff}\n"))
                .collect();
            let units = format!("\u{feff}{text}");
            let bytes: Vec<u8> = units
                .encode_utf16()
                .flat_map(|u| {
                    if big {
                        u.to_be_bytes()
                    } else {
                        u.to_le_bytes()
                    }
                })
                .collect();
            rig.append("a", &bytes);
            rig.settle();
            let once = rig.handed.clone();
            assert_eq!(once.len(), if joined { 60 } else { 180 });
            for ((_, position), line) in &once {
                let raw = &bytes[*position as usize..];
                let unit = |n: usize| match big {
                    true => u16::from_be_bytes([raw[n], raw[n + 1]]),
                    false => u16::from_le_bytes([raw[n], raw[n + 1]]),
                };
                let skip = if *position == 0 { 2 } else { 0 };
                let first = std::str::from_utf8(line).unwrap().chars().next().unwrap();
                assert_eq!(unit(skip), first as u16);
            }
            for batch in [16, 50, 1000, 1 << 16] {
                rig.kill();
                rig.limits.batch = batch;
                rig.handed.clear();
                rig.settle();
                assert_eq!(rig.handed, once, "{batch}");
            }
        }
    }
}

#[test]
fn pieces_of_a_long_line_stand_where_they_begin() {
    let mut rig = Rig::new("*");
    rig.limits.max_event = 300;
    let long: String = (0..900)
        .map(|n| char::from(b'a' + (n % 26) as u8))
        .collect();
    let text = format!("short\n{long}\nbehind\n");
    rig.write("a", &text);
    let now = rig.now;
    rig.tail().look(now);
    let mut batch = Batch::default();
    let mut seen = 0;
    while rig.table().next(&mut batch, now).is_some() {
        let place = batch.places[0];
        assert_eq!(batch.places.len(), 1);
        assert_eq!(place.end, batch.bytes.filled().len());
        let end = place.position as usize + place.end;
        assert_eq!(
            batch.bytes.filled(),
            &text.as_bytes()[place.position as usize..end]
        );
        seen += place.end;
        batch.clear(0);
    }
    assert_eq!(seen, text.len() - 1, "all but the end of the long line");
}
