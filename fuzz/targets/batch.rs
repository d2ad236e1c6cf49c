//! Any bytes as a batch of text: every record comes out once and in order, and the same wherever
//! the stream is cut.
#![no_main]

use knownet_flow::{Counts, Heading, Lines, Reader};
use knownet_format::text::FORMATS;
use knownet_format::text::frame;
use knownet_format::text::reader::{Choice, HEADED, Options, TextReader};
use knownet_fuzz::choice::Choices;
use knownet_fuzz::text::{check_line, check_roles};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let mut choices = Choices::new(data);
    let how = choices.byte();
    let choice = match how & 3 {
        0 | 1 => Choice::Auto,
        2 => Choice::Headed(HEADED[choices.below(HEADED.len())]),
        _ => match FORMATS.get(choices.below(FORMATS.len() + 1)) {
            Some(spec) => Choice::Named(spec),
            None => Choice::Syslog,
        },
    };
    let auto = matches!(choice, Choice::Auto);
    let options = Options {
        original: how & 4 == 4,
        ..Options::default()
    };
    let sizes = [choices.byte(), choices.byte() & 63];
    let mut bytes = choices.rest().to_vec();
    bytes.push(b'\n');
    let mut reader = TextReader::new(choice, &options);

    let (mut out, mut counts) = (Lines::default(), Counts::default());
    reader.read(&bytes, &Heading::Start, &mut out, &mut counts);
    let (out, mut written) = (out.bytes, out.written.into_iter());
    assert!(out.last().is_none_or(|&byte| byte == b'\n'));
    let mut lines = out.split(|&byte| byte == b'\n');
    let records: Vec<&[u8]> = frame::Records::new(&bytes, 0).collect();
    assert_eq!(records.concat(), bytes);
    for raw in records {
        assert!(!raw.is_empty());
        let line = raw.strip_suffix(b"\n").unwrap_or(raw);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
        let Some(first) = line.trim_ascii_start().first() else {
            continue;
        };
        let json = lines.next().expect("a line for each record");
        if auto && *first == b'{' {
            let raw = raw.strip_suffix(b"\n").unwrap_or(raw);
            let same = |(a, b): (&u8, &u8)| a == b || (*a == b'\n' && *b == b' ');
            assert!(raw.len() == json.len() && raw.iter().zip(json).all(same));
        } else {
            let tree = check_line(json, line);
            let (span, roles) = written.next().expect("a line that was written");
            assert_eq!(out[span].strip_suffix(b"\n"), Some(json));
            check_roles(&tree, &roles, &out);
        }
    }
    assert_eq!(lines.collect::<Vec<_>>(), [b""], "nothing else");
    assert!(written.next().is_none());

    let (mut pieces, mut heading, mut at, mut turn) = (Lines::default(), Heading::Start, 0, 0);
    let mut wanted = 0;
    while at < bytes.len() {
        wanted = (wanted + 1 + usize::from(sizes[turn % 2])).min(bytes.len() - at);
        turn += 1;
        let end = bytes[at + wanted - 1..]
            .iter()
            .position(|&byte| byte == b'\n');
        let end = at + wanted + end.expect("the last line ends");
        let piece = &bytes[at..end];
        let whole = frame::whole(piece);
        assert!(whole <= piece.len());
        assert!(whole == 0 || piece[whole - 1] == b'\n');
        let piece = match whole {
            // What does not end is handed on when the stream does.
            _ if end == bytes.len() => piece,
            0 => continue,
            whole => &piece[..whole],
        };
        reader.read(piece, &heading, &mut pieces, &mut counts);
        heading = match frame::heading(piece, &heading) {
            Some(next) => next,
            None if heading == Heading::Start => Heading::None,
            None => heading,
        };
        at += piece.len();
        wanted = 0;
    }
    let (whole, pieces) = (timeless(&out), timeless(&pieces.bytes));
    for (index, (whole, piece)) in whole.iter().zip(&pieces).enumerate() {
        let show = |line: &[u8]| String::from_utf8_lossy(line).into_owned();
        assert_eq!(show(whole), show(piece), "line {index}");
    }
    assert_eq!(whole.len(), pieces.len());
});

/// Lines without the time of records, which may be that of reading.
fn timeless(out: &[u8]) -> Vec<&[u8]> {
    let lines = out.split(|&byte| byte == b'\n');
    let cut = |line: &'_ [u8]| match line.strip_prefix(b"{\"@timestamp\":\"") {
        Some(rest) => rest.iter().position(|&byte| byte == b'"').unwrap_or(0) + 15,
        None => 0,
    };
    lines.map(|line| &line[cut(line)..]).collect()
}
