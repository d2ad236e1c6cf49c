use std::collections::VecDeque;

use proptest::prelude::*;

use super::*;

/// Gives its chunks one at a time, then ends, stops or fails.
struct Chunks {
    chunks: VecDeque<Vec<u8>>,
    may_pause: bool,
    end: Result<Pulled, io::ErrorKind>,
    pulls: usize,
}

impl Chunks {
    fn new(chunks: &[&[u8]], may_pause: bool) -> Chunks {
        Chunks {
            chunks: chunks.iter().map(|c| c.to_vec()).collect(),
            may_pause,
            end: Ok(Pulled::End),
            pulls: 0,
        }
    }
}

impl Input for Chunks {
    fn pull(&mut self, into: &mut [u8], _: &Stop) -> io::Result<Pulled> {
        self.pulls += 1;
        let Some(mut chunk) = self.chunks.pop_front() else {
            return self.end.map_err(io::Error::from);
        };
        let n = chunk.len().min(into.len());
        into[..n].copy_from_slice(&chunk[..n]);
        if n < chunk.len() {
            self.chunks.push_front(chunk.split_off(n));
        }
        Ok(Pulled::Bytes(n))
    }

    fn may_pause(&self) -> bool {
        self.may_pause
    }
}

const SMALL: Limits = Limits {
    batch: 16,
    max_event: 20,
    framing: Framing {
        whole: <[u8]>::len,
        heading: |_, _| None,
    },
};

fn read(lines: &mut Lines, input: &mut Chunks, stop: &Stop) -> (Read, Vec<u8>, u64) {
    let mut batch = Batch::default();
    let read = lines.read(input, &mut batch, stop).unwrap();
    (read, batch.bytes.filled().to_vec(), batch.position)
}

/// Each batch with the places of its lines, of two streams with the same content.
fn placed(
    limits: Limits,
    chunks: &[&[u8]],
    may_pause: bool,
) -> Vec<(Read, Vec<u8>, String, Place)> {
    let (mut lines, stop) = (Lines::new(limits), Stop::new().unwrap());
    let mut all = Vec::new();
    for name in ["one", "two"] {
        let mut input = Chunks::new(chunks, may_pause);
        lines.next_stream(Some(name.into()));
        loop {
            let mut batch = Batch::default();
            let read = lines.read(&mut input, &mut batch, &stop).unwrap();
            if read == Read::End {
                assert!(batch.places.is_empty() && batch.stream.is_none());
                break;
            }
            assert_eq!(batch.places.len(), 1);
            let bytes = batch.bytes.filled().to_vec();
            all.push((
                read,
                bytes,
                batch.stream.unwrap().to_string(),
                batch.places[0],
            ));
        }
    }
    all
}

fn all(limits: Limits, mut input: Chunks) -> Vec<(Read, Vec<u8>, u64)> {
    let (mut lines, stop) = (Lines::new(limits), Stop::new().unwrap());
    let next = || Some(read(&mut lines, &mut input, &stop)).filter(|r| r.0 != Read::End);
    std::iter::from_fn(next).collect()
}

fn piece(first: bool, last: bool) -> Read {
    Read::Oversized(Piece { first, last })
}

#[test]
fn the_unfinished_line_moves_to_the_next_batch() {
    let got = all(SMALL, Chunks::new(&[b"one\ntwo\nthr", b"ee\nfour"], true));
    let expected = [
        (Read::Lines, b"one\ntwo\n".to_vec(), 8),
        (Read::Lines, b"three\n".to_vec(), 14),
        (Read::Lines, b"four\n".to_vec(), 18),
    ];
    assert_eq!(got, expected);
}

#[test]
fn a_live_pipe_is_not_kept_waiting_and_a_file_fills_the_batch() {
    let chunks: &[&[u8]] = &[b"one\n", b"two\n", b"three\n"];
    let mut input = Chunks::new(chunks, true);
    let (mut lines, stop) = (Lines::new(SMALL), Stop::new().unwrap());
    assert_eq!(read(&mut lines, &mut input, &stop).1, b"one\n");
    assert_eq!(input.pulls, 1);
    assert_eq!(all(SMALL, Chunks::new(chunks, false)).len(), 1);
}

#[test]
fn a_line_longer_than_the_batch_makes_it_grow() {
    let got = all(SMALL, Chunks::new(&[b"01234567890123456789\nx\n"], true));
    assert_eq!(got.len(), 1);
    assert_eq!(got[0].1, b"01234567890123456789\nx\n");
}

#[test]
fn a_line_longer_than_an_event_comes_in_pieces_and_the_next_one_whole() {
    let long = [b"x".repeat(100), b"\nafter\nit\n".to_vec()].concat();
    let got = all(SMALL, Chunks::new(&[b"a\n", &long, b"end"], true));
    assert_eq!(got[0], (Read::Lines, b"a\n".to_vec(), 2));
    assert_eq!(got[1].0, piece(true, false));
    assert_eq!(got[1].2, 2, "nothing of the line is done yet");
    let pieces: Vec<u8> = got[1..got.len() - 2]
        .iter()
        .flat_map(|g| g.1.clone())
        .collect();
    assert_eq!(pieces, b"x".repeat(100));
    let last = &got[got.len() - 3];
    assert_eq!((last.0, last.2), (piece(false, true), 103));
    assert_eq!(got[got.len() - 2].1, b"after\nit\n");
    assert_eq!(got[got.len() - 1].1, b"end\n");
}

#[test]
fn a_line_just_too_long_in_one_read_is_one_piece() {
    let line = [b"y".repeat(21), b"\nz\n".to_vec()].concat();
    let got = all(SMALL, Chunks::new(&[&line], true));
    let expected = [
        (piece(true, true), b"y".repeat(21), 22),
        (Read::Lines, b"z\n".to_vec(), 24),
    ];
    assert_eq!(got, expected);
}

#[test]
fn a_failure_comes_after_what_was_read() {
    let mut input = Chunks::new(&[b"one\ntw"], true);
    input.end = Err(io::ErrorKind::UnexpectedEof);
    let (mut lines, stop) = (Lines::new(SMALL), Stop::new().unwrap());
    assert_eq!(read(&mut lines, &mut input, &stop).1, b"one\n");
    assert_eq!(read(&mut lines, &mut input, &stop).1, b"tw\n");
    let error = lines.read(&mut input, &mut Batch::default(), &stop);
    assert_eq!(error.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    assert_eq!(read(&mut lines, &mut input, &stop).0, Read::End);
}

#[test]
fn a_failure_inside_a_long_line_ends_the_line_first() {
    let mut input = Chunks::new(&[&b"z".repeat(50)], true);
    input.end = Err(io::ErrorKind::UnexpectedEof);
    let (mut lines, stop) = (Lines::new(SMALL), Stop::new().unwrap());
    let mut reads = Vec::new();
    let error = loop {
        let mut batch = Batch::default();
        match lines.read(&mut input, &mut batch, &stop) {
            Ok(read) => reads.push(read),
            Err(error) => break error,
        }
    };
    assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
    assert_eq!(reads.last(), Some(&piece(false, true)));
}

#[test]
fn a_stop_hands_on_what_a_pipe_gave_and_finishes_the_line_of_a_file() {
    let stop = Stop::new().unwrap();
    let mut lines = Lines::new(SMALL);
    let mut pipe = Chunks::new(&[b"one\ntw"], true);
    pipe.end = Ok(Pulled::Stopped);
    assert_eq!(read(&mut lines, &mut pipe, &stop).1, b"one\n");
    stop.set();
    assert_eq!(read(&mut lines, &mut pipe, &stop).1, b"tw\n");
    assert_eq!(read(&mut lines, &mut pipe, &stop).0, Read::End);

    let stop = Stop::new().unwrap();
    let mut lines = Lines::new(SMALL);
    let mut file = Chunks::new(&[b"one\ntwo\nthree\nfour\nfive\n"], false);
    assert_eq!(read(&mut lines, &mut file, &stop).1, b"one\ntwo\nthree\n");
    stop.set();
    assert_eq!(read(&mut lines, &mut file, &stop).1, b"four\n");
    assert_eq!(read(&mut lines, &mut file, &stop).0, Read::End);
}

#[test]
fn memory_stays_bounded_over_a_line_without_an_end() {
    struct Endless(u64);
    impl Input for Endless {
        fn pull(&mut self, into: &mut [u8], _: &Stop) -> io::Result<Pulled> {
            if self.0 == 0 {
                return Ok(Pulled::End);
            }
            self.0 -= 1;
            into.fill(b'x');
            Ok(Pulled::Bytes(into.len()))
        }
        fn may_pause(&self) -> bool {
            false
        }
    }
    let limits = Limits {
        batch: 4 << 10,
        max_event: 64 << 10,
        framing: Framing::default(),
    };
    let (mut lines, stop) = (Lines::new(limits), Stop::new().unwrap());
    let (mut batch, mut total, mut input) = (Batch::default(), 0, Endless(1000));
    while lines.read(&mut input, &mut batch, &stop).unwrap() != Read::End {
        total += batch.bytes.filled().len();
        assert!(batch.bytes.capacity() <= 4 * limits.max_event);
        assert!(lines.carry.capacity() <= 2 * limits.batch);
        batch.bytes.clear(limits.batch);
    }
    assert_eq!(total, 4000 << 10);
}

proptest! {
    /// However the bytes are cut into reads: all of them come out, in order, as whole lines or as
    /// pieces of lines that are too long.
    #[test]
    fn no_byte_is_lost(
        text in proptest::collection::vec(prop_oneof![Just(b'\n'), Just(b'a'), Just(b'b')], 0..400),
        cuts in proptest::collection::vec(1usize..40, 1..60),
        spread in 1usize..40,
        may_pause: bool,
        limits in (1usize..30, 1usize..60),
    ) {
        // Fewer line feeds make longer lines.
        let text: Vec<u8> = text.iter().enumerate()
            .map(|(n, &b)| if b == b'\n' && n % spread != 0 { b'c' } else { b }).collect();
        let (mut chunks, mut rest, mut cut) = (Vec::new(), &text[..], cuts.iter().cycle());
        while !rest.is_empty() {
            let n = (*cut.next().unwrap()).min(rest.len());
            chunks.push(&rest[..n]);
            rest = &rest[n..];
        }
        let limits = Limits { batch: limits.0, max_event: limits.1, framing: Framing::default() };
        let mut ends = std::collections::BTreeMap::new();
        for (_, bytes, stream, place) in placed(limits, &chunks, may_pause) {
            prop_assert_eq!(place.end, bytes.len());
            let at = place.position as usize;
            let end = ends.entry(stream).or_insert(0);
            // Nothing lies between two batches but the line feed of a line in pieces.
            prop_assert!(at == *end || (at == *end + 1 && text[*end] == b'\n'));
            *end = (at + bytes.len()).min(text.len());
            let bytes = if at + bytes.len() > text.len() { &bytes[..bytes.len() - 1] } else { &bytes };
            prop_assert_eq!(&text[at..*end], bytes);
        }
        if !text.is_empty() {
            prop_assert_eq!(ends.len(), 2);
        }
        let (mut seen, mut position, mut open) = (Vec::new(), 0, None::<usize>);
        for (read, bytes, at) in all(limits, Chunks::new(&chunks, may_pause)) {
            prop_assert!(at >= position);
            position = at;
            match read {
                Read::Lines => {
                    prop_assert!(open.is_none());
                    prop_assert_eq!(bytes.last(), Some(&b'\n'));
                    for line in bytes.split_inclusive(|&b| b == b'\n') {
                        prop_assert!(line.len() - 1 <= limits.max_event);
                    }
                    seen.extend_from_slice(&bytes);
                }
                Read::Oversized(piece) => {
                    prop_assert_eq!(piece.first, open.is_none());
                    prop_assert!(!bytes.contains(&b'\n'));
                    let length = open.unwrap_or(0) + bytes.len();
                    open = Some(length).filter(|_| !piece.last);
                    seen.extend_from_slice(&bytes);
                    if piece.last {
                        prop_assert!(length > limits.max_event);
                        seen.push(b'\n');
                    }
                }
                Read::End => unreachable!(),
            }
        }
        prop_assert!(open.is_none());
        prop_assert_eq!(position, text.len() as u64);
        let mut expected = text;
        if expected.last().is_some_and(|&b| b != b'\n') {
            expected.push(b'\n');
        }
        prop_assert_eq!(seen, expected);
    }
}
