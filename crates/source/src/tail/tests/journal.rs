use super::*;

fn record(offset: u64) -> Record {
    Record {
        path: PathBuf::from("/var/log/a.log"),
        key: Some(Key {
            device: 1,
            inode: 2,
            born: Some(3),
        }),
        offset,
        head: Print::of(b"head"),
        tail: Print::of(b"tail"),
        heading: match offset {
            0 => Heading::Start,
            _ => Heading::Lines(b"#Fields: c-ip"[..].into()),
        },
        skip: false,
        stream: "the stream".into(),
    }
}

fn open(folder: &Path) -> (Journal, BTreeMap<u32, Record>, usize) {
    let (journal, (records, damaged)) = Journal::open(folder).unwrap();
    (journal, records.unwrap(), damaged)
}

#[test]
fn the_last_line_about_a_file_counts() {
    let folder = tempfile::tempdir().unwrap();
    let (mut journal, (records, _)) = Journal::open(folder.path()).unwrap();
    assert!(records.is_none() && journal.is_due());
    let two = Record {
        key: None,
        skip: true,
        ..record(7)
    };
    journal
        .rewrite([(1, &record(0)), (2, &two)].into_iter())
        .unwrap();
    journal.add(1, &record(10), true).unwrap();
    journal.add(1, &record(20), false).unwrap();
    journal.add(3, &record(5), true).unwrap();
    journal.forget(3).unwrap();
    assert!(journal.take_unsynced().is_some() && journal.take_unsynced().is_none());
    let (mut journal, records, damaged) = open(folder.path());
    assert_eq!(damaged, 0);
    assert_eq!(records, BTreeMap::from([(1, record(20)), (2, two)]));
    journal
        .rewrite(records.iter().map(|(id, r)| (*id, r)))
        .unwrap();
    assert_eq!(open(folder.path()).1, records);
}

#[test]
fn a_torn_or_damaged_line_is_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let (mut journal, ..) = Journal::open(folder.path()).unwrap();
    journal.rewrite([(1, &record(10))].into_iter()).unwrap();
    let path = journal.path().to_owned();
    let first = fs::read(&path).unwrap();
    journal.add(1, &record(20), false).unwrap();
    let both = fs::read(&path).unwrap();
    for end in first.len()..both.len() {
        fs::write(&path, &both[..end]).unwrap();
        let (_, records, damaged) = open(folder.path());
        assert_eq!(records, BTreeMap::from([(1, record(10))]));
        assert_eq!(damaged, usize::from(end > first.len()));
    }
    // Anything at all, at every place: never a panic, and never a place that was not reached.
    for at in 0..both.len() {
        for byte in [0, b'\n', b'"', b'9', b'}', 0xff] {
            let mut bytes = both.clone();
            bytes[at] = byte;
            parse(&bytes);
        }
    }
    let garbage = [&b"\0\0\0\n{}\n[1]\n{\"file\":-1}\n"[..], &both].concat();
    fs::write(&path, garbage).unwrap();
    let (_, records, damaged) = open(folder.path());
    assert_eq!(records, BTreeMap::from([(1, record(20))]));
    assert_eq!(damaged, 4);
}

#[test]
fn it_is_written_anew_when_it_is_long() {
    let folder = tempfile::tempdir().unwrap();
    let (mut journal, ..) = Journal::open(folder.path()).unwrap();
    journal.rewrite([(1, &record(1))].into_iter()).unwrap();
    let mut written = 0;
    while !journal.is_due() {
        journal.add(1, &record(written), false).unwrap();
        written += 1;
        assert!(written < 100_000);
    }
    journal
        .rewrite([(1, &record(written))].into_iter())
        .unwrap();
    assert!(!journal.is_due());
    assert!(fs::metadata(journal.path()).unwrap().len() < 1000);
}

#[test]
fn the_name_of_a_stream_is_written_if_it_does_not_follow() {
    let folder = tempfile::tempdir().unwrap();
    let (mut journal, ..) = Journal::open(folder.path()).unwrap();
    let key = record(0).key.unwrap();
    let usual = Record {
        stream: name::content(key).into(),
        ..record(10)
    };
    let gone = Record {
        key: None,
        ..usual.clone()
    };
    journal
        .rewrite([(1, &usual), (2, &record(10)), (3, &gone)].into_iter())
        .unwrap();
    let text = fs::read_to_string(journal.path()).unwrap();
    let written: Vec<_> = text.lines().map(|l| l.contains("\"stream\"")).collect();
    assert_eq!(written, [false, true, true]);
    let (_, records, _) = open(folder.path());
    assert_eq!(
        records,
        BTreeMap::from([(1, usual), (2, record(10)), (3, gone)])
    );
}

#[test]
fn a_journal_from_before_streams_had_names_is_read() {
    let head = Print::of(b"head").show();
    let line = |key: &str| {
        format!(
            "{{\"file\":7,\"path\":\"/a\",\"offset\":9{key},\"head\":\"{head}\",\"tail\":\"{head}\"}}\n"
        )
    };
    let with = line(",\"device\":1,\"inode\":2,\"born\":3");
    let name = name::content(record(0).key.unwrap());
    let (records, damaged) = parse(with.as_bytes());
    assert_eq!((damaged, &*records[&7].stream), (0, name.as_str()));
    let then_without = with + &line("");
    let (records, _) = parse(then_without.as_bytes());
    assert_eq!(&*records[&7].stream, name);
    let (records, _) = parse(line("").as_bytes());
    assert_ne!(&*records[&7].stream, name);
    assert_eq!(records[&7].offset, 9);
}

#[cfg(unix)]
#[test]
fn nobody_else_may_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let (mut journal, ..) = Journal::open(folder.path()).unwrap();
    journal.rewrite(std::iter::empty()).unwrap();
    let mode = fs::metadata(journal.path()).unwrap().permissions().mode();
    assert_eq!(mode & 0o077, 0);
}

#[cfg(unix)]
#[test]
fn what_could_not_be_synced_is_written_anew() {
    use crate::tail::ledger::Ledger;
    let folder = tempfile::tempdir().unwrap();
    let (mut journal, _) = Journal::open(folder.path()).unwrap();
    // No device takes a sync here.
    let null = OpenOptions::new().write(true).open("/dev/null").unwrap();
    journal.file = Some(Arc::new(null));
    journal.unsynced = true;
    let records = BTreeMap::from([(1, record(7))]);
    let ledger = Ledger::new("logs", journal, records, Default::default());
    assert!(ledger.sync());
    assert!(ledger.is_unsynced());
    ledger.sync();
    assert!(!ledger.is_unsynced());
    assert_eq!(open(folder.path()).1[&1].offset, 7);
}
