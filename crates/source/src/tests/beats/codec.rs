use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;

use super::{Bounds, Broken, Decoder, Due, Lines, Step, ack};

const BOUNDS: Bounds = Bounds {
    max_event: 1 << 20,
    max_window: 16 << 20,
    keep_metadata: false,
};

fn frame(kind: &[u8; 2], numbers: &[usize], payload: &[u8]) -> Vec<u8> {
    let mut bytes = kind.to_vec();
    for number in numbers {
        bytes.extend((*number as u32).to_be_bytes());
    }
    bytes.extend(payload);
    bytes
}

fn window(size: usize) -> Vec<u8> {
    frame(b"2W", &[size], b"")
}

fn json(sequence: usize, event: &[u8]) -> Vec<u8> {
    frame(b"2J", &[sequence, event.len()], event)
}

fn text(text: &str) -> Vec<u8> {
    [&(text.len() as u32).to_be_bytes(), text.as_bytes()].concat()
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::new(3));
    zlib.write_all(bytes).expect("memory");
    zlib.finish().expect("memory")
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let zlib = zlib(bytes);
    frame(b"2C", &[zlib.len()], &zlib)
}

/// What became of a stream.
#[derive(Debug, Default, PartialEq, Eq)]
struct Read {
    /// Each window's lines and answer.
    windows: Vec<(String, u8, u32)>,
    /// Parts of events that are too long.
    parts: Vec<String>,
    /// Whole lines handed on because of a part or for want of room.
    early: String,
    error: Option<Broken>,
    inside: bool,
}

/// Reads `bytes` in pieces of `piece` bytes, with `room` for lines.
fn read_with(bounds: Bounds, room: usize, piece: usize, bytes: &[u8]) -> Read {
    let mut decoder = Decoder::new(bounds);
    let mut lines = Lines {
        room,
        ..Lines::default()
    };
    let mut read = Read::default();
    let string = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    'pieces: for mut piece in bytes.chunks(piece.max(1)) {
        loop {
            let step = decoder.step(&mut piece, &mut lines);
            assert!(lines.bytes[..lines.whole].is_empty() || lines.bytes[lines.whole - 1] == b'\n');
            match step {
                Ok(Step::Hungry) => {
                    assert!(piece.is_empty());
                    break;
                }
                Ok(Step::Window(Due { version, sequence })) => {
                    assert_eq!(lines.whole, lines.bytes.len());
                    read.windows.push((string(&lines.bytes), version, sequence));
                    lines.bytes.clear();
                    lines.whole = 0;
                }
                Ok(Step::Room) => {
                    read.early += &string(&lines.bytes[..lines.whole]);
                    lines.bytes.drain(..lines.whole);
                    if lines.whole == 0 {
                        lines.room += 16;
                    }
                    lines.whole = 0;
                }
                Ok(Step::Part) => {
                    read.early += &string(&lines.bytes[..lines.whole]);
                    read.parts.push(string(&lines.bytes[lines.whole..]));
                    lines.bytes.clear();
                    lines.whole = 0;
                }
                Err(error) => {
                    read.error = Some(error);
                    break 'pieces;
                }
            }
        }
    }
    read.inside = decoder.is_inside();
    read
}

/// Reads `bytes`, which must come out the same in whatever pieces they come.
#[track_caller]
fn read(bytes: &[u8]) -> Read {
    let whole = read_with(BOUNDS, 1 << 24, bytes.len(), bytes);
    for piece in [1, 2, 7, 1000] {
        assert_eq!(read_with(BOUNDS, 1 << 24, piece, bytes), whole);
    }
    whole
}

#[track_caller]
fn error(bytes: &[u8]) -> Broken {
    read(bytes).error.expect("an error")
}

#[test]
fn a_window_is_whole_with_its_last_event() {
    let bytes = [window(2), json(1, b"{\"a\":1}"), json(2, b"{\"b\":2}")].concat();
    let got = read(&bytes);
    assert_eq!(got.windows, [("{\"a\":1}\n{\"b\":2}\n".into(), b'2', 2)]);
    assert!(!got.inside && got.error.is_none());
    assert_eq!(
        ack(Due {
            version: b'2',
            sequence: 258
        }),
        *b"2A\0\0\x01\x02"
    );
}

#[test]
fn nothing_of_a_cut_stream_is_a_window() {
    let events = [
        json(7, b"{\"a\":1}"),
        json(8, b"{\"@metadata\":{},\"b\":2}"),
    ]
    .concat();
    for bytes in [
        [window(2), events.clone()].concat(),
        [window(2), packed(&events)].concat(),
        [window(2), json(7, b"x"), packed(&json(8, b"{}"))].concat(),
    ] {
        for cut in 1..bytes.len() {
            let got = read_with(BOUNDS, 1 << 24, cut, &bytes[..cut]);
            assert_eq!(got.error, None, "{cut}");
            assert!(got.windows.is_empty(), "{cut}");
            assert!(got.inside, "{cut}");
        }
        assert_eq!(read(&bytes).windows[0].2, 8);
    }
}

#[test]
fn compressed_events_are_the_same_events() {
    let events: Vec<_> = (1..=3000)
        .flat_map(|n| {
            json(
                n,
                format!("{{\"n\":{n},\"text\":\"{}\"}}", "x".repeat(n % 50)).as_bytes(),
            )
        })
        .collect();
    let plain = read(&[window(3000), events.clone()].concat());
    assert_eq!(plain.windows[0].0.lines().count(), 3000);
    assert_eq!(read(&[window(3000), packed(&events)].concat()), plain);
    // Several frames in one window, compressed or not, and an event of no compressed frame's own.
    let (one, two) = events.split_at(json(1, b"{\"n\":1,\"text\":\"x\"}").len());
    assert_eq!(
        read(&[window(3000), one.to_vec(), packed(two)].concat()),
        plain
    );
    assert_eq!(
        read(&[window(3000), packed(one), packed(b""), packed(two)].concat()),
        plain
    );
    // Two windows behind each other, with bytes behind the zlib stream.
    let behind = [zlib(&events), b"behind".to_vec()].concat();
    let behind = frame(b"2C", &[behind.len()], &behind);
    let twice = read(&[window(3000), behind, window(3000), packed(&events)].concat());
    assert_eq!(
        twice.windows,
        [&plain.windows[..], &plain.windows[..]].concat()
    );
}

#[test]
fn the_answer_is_the_last_sequence_whatever_it_counts() {
    let bytes = [
        window(2),
        json(41, b"{}"),
        json(42, b"{}"),
        window(1),
        json(43, b"{}"),
    ]
    .concat();
    let got = read(&bytes).windows;
    assert_eq!((got[0].2, got[1].2), (42, 43));
}

#[test]
fn odd_windows_are_read_as_logstash_reads_them() {
    // Empty: acknowledged at once.
    assert_eq!(read(&window(0)).windows, [(String::new(), b'2', 0)]);
    // Cut short by the next one.
    let bytes = [window(3), json(1, b"{}"), window(1), json(2, b"[]")].concat();
    assert_eq!(
        read(&bytes).windows,
        [("{}\n".into(), b'2', 1), ("[]\n".into(), b'2', 2)]
    );
    // A size that holds on.
    let bytes = [window(1), json(1, b"{}"), json(2, b"[]")].concat();
    assert_eq!(read(&bytes).windows.len(), 2);
    // An event without bytes counts, and is no line.
    let bytes = [window(2), json(1, b""), json(2, b"{}")].concat();
    assert_eq!(read(&bytes).windows, [("{}\n".into(), b'2', 2)]);
}

#[test]
fn an_event_is_one_line() {
    let event = b"{\n \"a\": \"x\ny\r\n\\\"z\\\n\",\r\n \"b\": [\n]}\n";
    let bytes = [window(1), json(1, event)].concat();
    let line = "{  \"a\": \"x\\ny\\r\\n\\\"z\\n\",   \"b\": [ ]} \n";
    assert_eq!(read(&bytes).windows[0].0, line);
    // What is no object goes on as it is.
    for event in ["<13>Oct  1 00:00:00 host app: text", "[1,2]", "\"", "{\"a"] {
        let bytes = [window(1), json(1, event.as_bytes())].concat();
        assert_eq!(read(&bytes).windows[0].0, format!("{event}\n"));
    }
}

#[test]
fn pairs_become_an_object() {
    let pairs = [
        text("line"),
        text("say \"hi\"\t\\ \u{1} ü\n"),
        text("file"),
        text("/var/log/x"),
    ]
    .concat();
    let event = frame(b"1D", &[5, 2], &pairs);
    let bytes = [
        frame(b"1W", &[2], b""),
        event.clone(),
        frame(b"1D", &[6, 0], b""),
    ]
    .concat();
    let got = read(&bytes);
    let line = "{\"line\":\"say \\\"hi\\\"\\t\\\\ \\u0001 ü\\n\",\"file\":\"/var/log/x\"}\n{}\n";
    assert_eq!(got.windows, [(line.into(), b'1', 6)]);
    serde_json::from_str::<serde_json::Value>(line.lines().next().expect("a line")).expect("JSON");
    let packed = [frame(b"1W", &[1], b""), packed(&event)].concat();
    assert_eq!(
        read(&packed).windows[0].0.lines().next(),
        line.lines().next()
    );
    for cut in 1..bytes.len() {
        assert_eq!(read_with(BOUNDS, 1 << 20, 3, &bytes[..cut]).windows, []);
    }
}

#[test]
fn text_that_is_no_utf8_is_spelled_out() {
    let pairs = [&[0, 0, 0, 1, b'k', 0, 0, 0, 3][..], b"a\xffb"].concat();
    let bytes = [window(1), frame(b"1D", &[1, 1], &pairs)].concat();
    assert_eq!(read(&bytes).windows[0].0, "{\"k\":\"a\\\\xFFb\"}\n");
}

#[test]
fn what_is_not_the_protocol_is_refused() {
    assert_eq!(error(b"\x16\x03\x01\x02\x00"), Broken::Version(0x16));
    assert!(error(b"\x16\x03").to_string().contains("TLS"));
    assert!(error(b"GET / HTTP/1.1\r\n").to_string().contains("HTTP"));
    assert_eq!(error(b"3W\0\0\0\x01"), Broken::Version(b'3'));
    assert_eq!(error(b"2X"), Broken::Kind(b'X'));
    assert_eq!(error(b"2A\0\0\0\x01"), Broken::Kind(b'A'));
    assert_eq!(error(&json(1, b"{}")), Broken::NoWindow);
    assert_eq!(error(&packed(&json(1, b"{}"))), Broken::NoWindow);
    assert_eq!(
        error(&[window(0), json(1, b"{}")].concat()),
        Broken::NoWindow
    );
    assert_eq!(
        error(&[window(1), json(1, b"{}"), b"{}".to_vec()].concat()),
        Broken::Version(b'{')
    );
}

#[test]
fn compression_is_not_nested() {
    let inner = packed(&json(1, b"{}"));
    assert_eq!(
        error(&[window(1), packed(&inner)].concat()),
        Broken::Nested(b'C')
    );
    let inner = [window(1), json(1, b"{}")].concat();
    assert_eq!(
        error(&[window(1), packed(&inner)].concat()),
        Broken::Nested(b'W')
    );
    let inner = [json(1, b"{}"), json(2, b"{}")].concat();
    let got = read(&[window(1), packed(&inner)].concat());
    assert_eq!((got.error, got.windows.len()), (Some(Broken::Overfull), 0));
}

#[test]
fn damaged_compression_is_refused() {
    let events = [json(1, b"{\"a\":1}"), json(2, b"{\"b\":2}")].concat();
    let good = zlib(&events);
    let packed = |zlib: &[u8]| frame(b"2C", &[zlib.len()], zlib);
    assert_eq!(
        error(&[window(2), packed(b"garbage")].concat()),
        Broken::Compressed
    );
    // A frame that ends in the middle of an event, by its own length or by the zlib stream's.
    for cut in 1..good.len() {
        let got = read(&[window(2), packed(&good[..cut]), window(2)].concat());
        assert!(got.windows.is_empty(), "{cut}");
        assert_eq!(got.error, Some(Broken::Compressed), "{cut}");
    }
    let half = zlib(&events[..events.len() - 1]);
    assert_eq!(
        error(&[window(2), packed(&half), window(1)].concat()),
        Broken::Compressed
    );
    // Any byte changed, unless it says the same in other words.
    let same = [(String::from("{\"a\":1}\n{\"b\":2}\n"), b'2', 2)];
    for at in 0..good.len() {
        for flip in [1, 0x80, 0xff] {
            let mut bad = good.clone();
            bad[at] ^= flip;
            let bytes = [window(2), packed(&bad)].concat();
            for piece in [1, bytes.len()] {
                let got = read_with(BOUNDS, 1 << 20, piece, &bytes);
                assert!(got.windows.is_empty() || got.windows == same, "{at}");
            }
        }
    }
}

#[test]
fn a_bomb_is_stopped_before_it_is_inflated() {
    let bounds = Bounds {
        max_window: 1 << 20,
        ..BOUNDS
    };
    // 64 MiB of zeroes are no frames.
    let zeroes = packed(&vec![0; 64 << 20]);
    let got = read_with(bounds, 1 << 24, 1 << 20, &[window(9), zeroes].concat());
    assert_eq!(got.error, Some(Broken::Version(0)));
    // One huge event, many small ones, and nothing but lengths.
    let huge = packed(&json(1, &vec![b' '; 8 << 20]));
    let small = packed(&json(1, b"{}").repeat(1 << 20));
    let empty = packed(&json(1, b"").repeat(1 << 20));
    for bomb in [huge, small, empty] {
        assert!(bomb.len() < 1 << 17);
        let got = read_with(bounds, 1 << 24, 1 << 20, &[window(1 << 30), bomb].concat());
        assert_eq!(got.error, Some(Broken::Window(1 << 20)));
        assert!(got.windows.is_empty());
    }
}

#[test]
fn a_length_takes_no_memory() {
    let mut decoder = Decoder::new(Bounds {
        max_event: usize::MAX,
        max_window: u64::MAX,
        ..BOUNDS
    });
    let mut lines = Lines {
        room: 1 << 20,
        ..Lines::default()
    };
    let mut bytes = &[
        window(u32::MAX as usize),
        frame(b"2J", &[1, u32::MAX as usize], b"x"),
    ]
    .concat()[..];
    assert_eq!(decoder.step(&mut bytes, &mut lines), Ok(Step::Hungry));
    assert!(lines.bytes.capacity() < 100);
    let mut bytes = &[window(1), frame(b"2D", &[1, u32::MAX as usize], b"x")].concat()[..];
    let mut decoder = Decoder::new(BOUNDS);
    assert_eq!(
        decoder.step(&mut bytes, &mut lines),
        Err(Broken::Pairs(1 << 20))
    );
    let pairs = frame(b"2D", &[1, 1, u32::MAX as usize], b"x");
    let mut bytes = &[window(1), pairs].concat()[..];
    let mut decoder = Decoder::new(BOUNDS);
    assert_eq!(
        decoder.step(&mut bytes, &mut lines),
        Err(Broken::Pairs(1 << 20))
    );
}

#[test]
fn an_event_that_is_too_long_comes_in_parts() {
    let long = format!("{{\"a\":\"{}\n\"}}", "x".repeat(200_000));
    let events = [
        json(1, b"{\"n\":1}"),
        json(2, long.as_bytes()),
        json(3, b"{\"n\":3}"),
    ]
    .concat();
    let bounds = Bounds {
        max_event: 1000,
        ..BOUNDS
    };
    for bytes in [
        [window(3), events.clone()].concat(),
        [window(3), packed(&events)].concat(),
        [window(1), events].concat(),
    ] {
        for (room, piece) in [
            (1 << 20, 1 << 20),
            (1 << 20, 11),
            (1100, 1 << 20),
            (1100, 999),
        ] {
            let got = read_with(bounds, room, piece, &bytes);
            assert_eq!(got.error, None);
            assert_eq!(got.parts.concat(), long.replace('\n', " "));
            let lines: String = got.windows.iter().map(|(lines, ..)| &**lines).collect();
            assert_eq!(got.early.clone() + &lines, "{\"n\":1}\n{\"n\":3}\n");
            assert_eq!(got.windows.last().map(|window| window.2), Some(3));
        }
    }
}

#[test]
fn without_room_whole_lines_go_first() {
    let pairs = [text("key"), text(&"v".repeat(90)), text("k"), text("")].concat();
    let events: Vec<_> = (1..100)
        .flat_map(|n| match n % 3 {
            0 => frame(b"2D", &[n, 2], &pairs),
            _ => json(
                n,
                format!(
                    "{{\"n\":{n},\"@metadata\":{{\"x\":\"{}\"}}}}",
                    "y".repeat(n)
                )
                .as_bytes(),
            ),
        })
        .collect();
    let bytes = [window(99), events.clone(), window(99), packed(&events)].concat();
    let expected = read(&bytes);
    let all = |read: &Read| {
        let lines: String = read.windows.iter().map(|(lines, ..)| &**lines).collect();
        let mut all: Vec<_> = (read.early.clone() + &lines)
            .lines()
            .map(str::to_owned)
            .collect();
        all.sort();
        all
    };
    assert_eq!(expected.windows.len(), 2);
    for piece in [1, 13, 1 << 20] {
        let got = read_with(BOUNDS, 32, piece, &bytes);
        assert_eq!(got.error, None);
        assert_eq!(got.windows.len(), 2);
        assert!(!got.early.is_empty());
        assert_eq!(all(&got), all(&expected));
    }
}

#[test]
fn metadata_stays_if_it_is_wanted() {
    let event = b"{\"@metadata\":{\"beat\":\"x\"},\"a\":1}";
    let bytes = [window(1), json(1, event)].concat();
    assert_eq!(read(&bytes).windows[0].0, "{\"a\":1}\n");
    let bounds = Bounds {
        keep_metadata: true,
        ..BOUNDS
    };
    let got = read_with(bounds, 1 << 20, 5, &bytes);
    assert_eq!(got.windows[0].0.as_bytes(), [&event[..], b"\n"].concat());
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_read_the_same_in_any_pieces(
        bytes in proptest::collection::vec(
            proptest::prop_oneof![proptest::sample::select(&b"12WJCD\0\0\0\x01\x02"[..]), proptest::num::u8::ANY],
            0..200,
        ),
        piece in 1usize..20,
    ) {
        let bytes = [window(3), bytes].concat();
        let bounds = Bounds { keep_metadata: true, ..BOUNDS };
        // Text that is no UTF-8 is not for this reader.
        if bytes.is_ascii() {
            proptest::prop_assert_eq!(
                read_with(bounds, 1 << 20, piece, &bytes),
                read_with(bounds, 1 << 20, bytes.len(), &bytes)
            );
        }
    }
}
