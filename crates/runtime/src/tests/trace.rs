use std::collections::BTreeMap;
use std::sync::Arc;

use knownet_flow::Event;
use proptest::prelude::*;

use super::*;

const ALL: Wants = Wants {
    ids: true,
    messages: true,
    positions: false,
};

/// A batch of these lines, each a message of its own position.
fn messages(lines: &[(u64, &str)]) -> Batch {
    let mut batch = Batch {
        stream: Some("queue".into()),
        ..Batch::default()
    };
    for (position, line) in lines {
        batch.bytes.extend(line.as_bytes());
        let end = batch.bytes.filled().len();
        batch.places.push(Place {
            end,
            position: *position,
        });
        batch.messages.push(None, None);
    }
    batch
}

/// A batch of whole lines of a stream, from `position` on.
fn stretch(stream: &Arc<str>, position: usize, lines: &str) -> Batch {
    let mut batch = Batch {
        stream: Some(stream.clone()),
        ..Batch::default()
    };
    batch.bytes.extend(lines.as_bytes());
    batch.places.push(Place {
        end: lines.len(),
        position: position as u64,
    });
    batch
}

/// What a format that takes each line of `bytes` for an event would leave.
fn split(bytes: &[u8]) -> Work {
    let mut work = Work::default();
    let mut start = 0;
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        work.events.push(Event {
            raw: Span::new(start, start + line.len() - 1),
            ..Event::default()
        });
        start += line.len();
    }
    work
}

fn trace(
    batch: &Batch,
    records: Option<&[(usize, Span)]>,
    work: &Work,
    marks: &[u32],
) -> Vec<Trace> {
    let mut tracer = Tracer::new(ALL);
    tracer.add(&Traced {
        batch,
        base: 0,
        records,
        work,
        marks,
    });
    tracer.traces
}

fn ids(batch: &Batch) -> Vec<Id> {
    let work = split(batch.bytes.filled());
    let marks: Vec<u32> = (0..work.events.len() as u32).collect();
    let traces = trace(batch, None, &work, &marks);
    traces.iter().map(|trace| trace.id.unwrap()).collect()
}

#[test]
fn the_hash_is_what_the_documentation_says() {
    let batch = messages(&[(7, "{}\n")]);
    let expected = digest(&SHA256, b"queue\0\x07\0\0\0\0\0\0\0{}");
    assert_eq!(ids(&batch)[0].0, expected.as_ref()[..16]);
}

#[test]
fn stream_place_and_bytes_all_tell_events_apart() {
    let first = ids(&messages(&[(7, "a\n")]));
    assert_eq!(first, ids(&messages(&[(7, "a\r\n")])));
    assert_ne!(first, ids(&messages(&[(8, "a\n")])));
    assert_ne!(first, ids(&messages(&[(7, "b\n")])));
    let mut other = messages(&[(7, "a\n")]);
    other.stream = Some("other".into());
    assert_ne!(first, ids(&other));
}

#[test]
fn an_event_that_is_dropped_takes_no_number_away() {
    let batch = messages(&[(1, "{\"records\":[1,2,3]}\n"), (2, "x\n")]);
    // The first message became three lines.
    let work = split(b"one\ntwo\nthree\nx\n");
    let records = [(14, Span::new(0, 20)), (16, Span::new(20, 22))];
    let all = trace(&batch, Some(&records), &work, &[0, 1, 2, 3]);
    let some = trace(&batch, Some(&records), &work, &[2, 3]);
    assert_eq!(some[0].id, all[2].id);
    assert_eq!(some[1].id, all[3].id);
    let mut distinct: Vec<Id> = all.iter().map(|trace| trace.id.unwrap()).collect();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), 4);
    let messages: Vec<_> = all.iter().map(|trace| trace.message).collect();
    assert_eq!(messages, [Some(0), Some(0), Some(0), Some(1)]);
}

#[test]
fn a_record_is_the_same_event_whether_it_was_rewritten_or_not() {
    let batch = messages(&[(4, "{\"a\":1}\n"), (5, "text\n")]);
    let plain = ids(&batch)[0];
    let work = split(b"{\"a\":1}\n{\"message\":\"text\"}\n");
    let records = [(8, Span::new(0, 8)), (28, Span::new(8, 13))];
    let rewritten = trace(&batch, Some(&records), &work, &[0, 1]);
    assert_eq!(rewritten[0].id, Some(plain));
}

#[test]
fn what_cannot_be_read_again_has_no_id() {
    let mut batch = messages(&[(4, "a\n")]);
    batch.stream = None;
    let work = split(batch.bytes.filled());
    assert_eq!(trace(&batch, None, &work, &[0])[0].id, None);
    let mut batch = messages(&[(4, "a\n")]);
    batch.places.clear();
    assert_eq!(trace(&batch, None, &work, &[0])[0].id, None);
}

#[test]
fn an_id_that_was_known_before_stays() {
    let mut batch = messages(&[(1, "{\"records\":[1,2]}\n"), (2, "x\n")]);
    let work = split(b"one\ntwo\nx\n");
    let records = [(8, Span::new(0, 18)), (10, Span::new(18, 20))];
    let all = [0, 1, 2];
    let before = trace(&batch, Some(&records), &work, &all);
    // Wherever it is now.
    batch.ids = [0, 2].map(|n: usize| before[n].id.unwrap()).into();
    batch.stream = None;
    batch.places[0].position = 70;
    assert_eq!(
        Tracer::new(ALL).record(&batch, 0..18),
        before[0].id,
        "of a record"
    );
    for (old, new) in before
        .iter()
        .zip(trace(&batch, Some(&records), &work, &all))
    {
        assert_eq!(old.id, new.id);
    }
}

proptest! {
    /// A record that is too long to be held is the same event when it is not.
    #[test]
    fn a_record_in_pieces_has_the_id_of_the_whole(
        line in "\u{feff}?[a\r]{0,8}",
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..4),
    ) {
        let whole = ids(&messages(&[(9, &format!("{line}x\r\n"))]))[0];
        let line = format!("{line}x\r");
        // The first piece has more than the mark in it.
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| 4 + cut.index(line.len())).collect();
        cuts.retain(|cut| *cut <= line.len());
        cuts.push(line.len());
        cuts.sort_unstable();
        let pieces = line.as_bytes();
        let mut first = messages(&[(9, "")]);
        first.bytes.extend(&pieces[..cuts[0]]);
        first.places[0].end = cuts[0];
        let mut pieced = Pieced::begin(&first).unwrap();
        for pair in cuts.windows(2) {
            pieced.add(&pieces[pair[0]..pair[1]]);
        }
        prop_assert_eq!(pieced.id(), whole);
    }

    /// However a stream is cut into batches, the same line has the same id, and no other has it.
    #[test]
    fn ids_do_not_depend_on_where_batches_end(
        lines in prop::collection::vec("[ab]{0,3}", 1..30),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
    ) {
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        let stream: Arc<str> = "stream".into();
        let whole = ids(&stretch(&stream, 0, &text));
        prop_assert_eq!(whole.len(), lines.len());
        let mut distinct = BTreeMap::new();
        for (n, id) in whole.iter().enumerate() {
            prop_assert_eq!(distinct.insert(*id, n), None);
        }
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(lines.len())).collect();
        cuts.push(0);
        cuts.push(lines.len());
        cuts.sort_unstable();
        let begin = |line: usize| lines[..line].iter().map(|l| l.len() + 1).sum::<usize>();
        let mut parts = Vec::new();
        for pair in cuts.windows(2) {
            let (from, to) = (begin(pair[0]), begin(pair[1]));
            parts.extend(ids(&stretch(&stream, from, &text[from..to])));
        }
        prop_assert_eq!(parts, whole);
    }
}
