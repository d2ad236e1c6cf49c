//! What is in files: long lines, records of several lines, headings, UTF-16.

use knownet_flow::Piece;

use super::*;

#[test]
fn long_lines_come_in_pieces_without_others_between() {
    let mut rig = Rig::new("*");
    rig.limits.max_event = 300;
    let long = "x".repeat(1000);
    rig.write("a", format!("{long}\nshort\n{long}"));
    rig.write("b", lines(0, 50));
    rig.look();
    let mut inside = false;
    let mut line = String::new();
    for given in &rig.unconfirmed {
        if let Read::Oversized(Piece { first, last }) = given.read {
            assert_eq!(first, !inside);
            inside = !last;
            line += std::str::from_utf8(&given.text).unwrap();
        } else {
            assert!(!inside);
        }
    }
    assert_eq!(line, long);
    let read = rig.confirm();
    assert!(read.contains("|short\n") || read.contains("short\n"));
    rig.append("a", "y\nz\n");
    let read = rig.read().replace('|', "");
    assert_eq!(read, format!("{long}yz\n"));
    rig.kill();
    assert_eq!(rig.read(), "");
}

#[test]
fn a_long_line_that_is_broken_off_comes_again_whole() {
    let mut rig = Rig::new("*");
    rig.limits.max_event = 300;
    let long = "x".repeat(1000);
    rig.write("a", format!("before\n{long}\nbehind\n"));
    let now = rig.now;
    rig.tail().look(now);
    let mut batch = Batch::default();
    let first = Read::Oversized(Piece {
        first: true,
        last: false,
    });
    while rig.table().next(&mut batch, now) != Some(first) {
        assert_eq!(batch.bytes.filled(), b"before\n");
    }
    // It has to be opened again, and is not where it was.
    rig.table().open = super::super::open::Open::default();
    rig.rename("a", "b");
    rig.drain();
    assert_eq!(rig.read().replace('|', ""), format!("{long}behind\n"));
    rig.kill();
    assert_eq!(rig.read(), "");
}

#[test]
fn a_line_without_an_end_is_searched_once_and_kept() {
    let mut rig = Rig::new("*");
    for _ in 0..40 {
        rig.append("a", "z".repeat(100));
        assert_eq!(rig.read(), "");
    }
    rig.rename("a", "b");
    rig.settle();
    assert_eq!(rig.confirm().replace('|', ""), "z".repeat(4000));
}

#[test]
fn records_of_several_lines_become_one() {
    let mut rig = Rig::new("*");
    let timeout = Duration::from_secs(3);
    rig.options.multiline = Some(Multiline::new("^\\d{4}-", timeout).unwrap());
    rig.append("a", "2026-01 a\r\n  at b\r\n  at c\n2026-02 d\n");
    assert_eq!(rig.read(), "2026-01 a\\n  at b\\n  at c\n");
    rig.append("a", "  at e\n");
    rig.wait(Duration::from_secs(2));
    assert_eq!(rig.confirm(), "");
    rig.kill();
    rig.wait(Duration::from_secs(10));
    assert_eq!(rig.confirm(), "2026-02 d\\n  at e\n");
    rig.append("a", "2026-03 f\n half");
    rig.settle();
    assert_eq!(rig.confirm(), "2026-03 f\n");
    rig.append("a", "\n");
    rig.settle();
    assert_eq!(rig.confirm(), " half\n");
}

#[test]
fn a_record_is_never_longer_than_an_event() {
    let mut rig = Rig::new("*");
    rig.limits.max_event = 300;
    rig.options.multiline = Some(Multiline::new("^#", Duration::from_secs(1)).unwrap());
    let text = format!("#\n{}#\n", lines(0, 100));
    rig.append("a", &text);
    rig.settle();
    let read = rig.confirm();
    assert!(read.lines().all(|line| line.len() <= 300));
    assert!(read.lines().count() < 20);
    assert_eq!(read.replace("\\n", "\n"), text);
}

#[test]
fn utf_16_becomes_utf_8() {
    let text = "eins ä\r\nzwei 😀\nlast one\n".to_owned() + &lines(0, 40);
    for big in [false, true] {
        let bytes = |text: &str| -> Vec<u8> {
            let units = text.encode_utf16();
            units
                .flat_map(|u| {
                    if big {
                        u.to_be_bytes()
                    } else {
                        u.to_le_bytes()
                    }
                })
                .collect()
        };
        let mut rig = Rig::new("*");
        let all = bytes(&format!("\u{feff}{text}"));
        let mut seen = String::new();
        for part in all.chunks(777) {
            rig.append("a", part);
            seen += &rig.read();
            rig.kill();
        }
        assert_eq!(seen, text, "{big}");
        let long = "ü".repeat(3000);
        rig.append("a", bytes(&format!("{long}\nend\n")));
        assert_eq!(rig.read().replace('|', ""), format!("{long}end\n"));
        rig.write("b", bytes("\u{feff}"));
        rig.write("c", [0xff]);
        rig.settle();
        assert_eq!(rig.confirm(), "");
    }
}

#[test]
fn a_heading_stays_with_its_file_over_restarts() {
    let heading: fn(&[u8], &Heading) -> Option<Heading> = |bytes, before| {
        let line = bytes.split(|b| *b == b'\n').next()?;
        (*before == Heading::Start).then(|| Heading::Lines(line.into()))
    };
    let whole: fn(&[u8]) -> usize = |bytes| {
        // A record ends with a full stop.
        bytes
            .windows(2)
            .rposition(|w| w == b".\n")
            .map_or(0, |n| n + 2)
    };
    let mut rig = Rig::new("*");
    rig.limits.framing = Framing { whole, heading };
    rig.append("a", "names.\none\ntwo.\n");
    rig.look();
    assert_eq!(rig.unconfirmed[0].heading, Heading::Start);
    assert_eq!(rig.confirm(), "names.\none\ntwo.\n");
    rig.append("a", "three\n");
    assert_eq!(rig.read(), "");
    rig.kill();
    rig.append("a", "four.\n");
    rig.look();
    assert_eq!(
        rig.unconfirmed[0].heading,
        Heading::Lines(b"names."[..].into())
    );
    assert_eq!(rig.confirm(), "three\nfour.\n");
    rig.rename("a", "b");
    rig.append("b", "five\n");
    rig.settle();
    assert_eq!(rig.confirm(), "five\n");
}
