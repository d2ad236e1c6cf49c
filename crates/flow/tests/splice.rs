//! The splice against the same thing done event by event.

use knownet_flow::{Edit, Event, Output, Span, Verdict, Work, splice};
use proptest::prelude::*;

/// An event: its text, where two inserts go and how much each replaces, who takes it.
type Plan = (String, Vec<(usize, usize, String)>, u64, bool);

fn plans() -> impl Strategy<Value = Vec<Plan>> {
    let edit = (0usize..40, 0usize..4, "[a-z]{0,6}");
    let plan = (
        "[ -~]{1,40}",
        prop::collection::vec(edit, 0..3),
        0u64..8,
        prop::bool::ANY,
    );
    prop::collection::vec(plan, 0..20)
}

proptest! {
    #[test]
    fn copies_what_no_edit_names(plans in plans(), gaps in prop::collection::vec(0usize..3, 20)) {
        let (mut bytes, mut work) = (Vec::new(), Work::default());
        let mut expected: [Vec<u8>; 3] = Default::default();
        let mut counts = [0u64; 3];
        for ((text, edits, sinks, dropped), gap) in plans.iter().zip(gaps) {
            // Blank lines between events belong to none.
            bytes.extend(std::iter::repeat_n(b'\n', gap));
            let start = bytes.len();
            bytes.extend_from_slice(text.as_bytes());
            bytes.push(b'\n');
            let mut line = Vec::new();
            let (first, mut at) = (work.edits.len(), 0);
            let mut edits: Vec<_> = edits.iter().map(|(at, len, new)| (at % text.len(), *len, new)).collect();
            edits.sort();
            for (from, len, new) in edits {
                let from = from.max(at);
                let end = (from + len).min(text.len());
                line.extend_from_slice(&text.as_bytes()[at..from]);
                line.extend_from_slice(new.as_bytes());
                let inserted = work.text.len();
                work.text.extend_from_slice(new.as_bytes());
                work.edits.push(Edit {
                    raw: Span::new(start + from, start + end),
                    text: Span::new(inserted, work.text.len()),
                });
                at = end;
            }
            line.extend_from_slice(&text.as_bytes()[at..]);
            line.push(b'\n');
            for (sink, (out, count)) in expected.iter_mut().zip(&mut counts).enumerate() {
                if sinks >> sink & 1 == 1 && !dropped {
                    out.extend_from_slice(&line);
                    *count += 1;
                }
            }
            work.events.push(Event {
                raw: Span::new(start, start + text.len()),
                verdict: if *dropped { Verdict::Drop(0) } else { Verdict::Keep },
                sinks: *sinks,
                edits: Span::new(first, work.edits.len()),
                ..Event::default()
            });
        }
        let mut output = Output::default();
        splice(&bytes, &work, &mut output);
        for (sink, (out, count)) in expected.iter().zip(counts).enumerate() {
            let events = output.events(sink);
            prop_assert_eq!(&events.slices().flatten().copied().collect::<Vec<_>>(), out);
            prop_assert_eq!(events.count(), count);
            prop_assert_eq!(events.len(), out.len());
            prop_assert_eq!(events.is_empty(), out.is_empty());
        }
    }
}

#[test]
#[should_panic(expected = "out of order")]
fn refuses_edits_that_overlap() {
    let mut work = Work::default();
    for (start, end) in [(2, 5), (4, 6)] {
        work.edits.push(Edit {
            raw: Span::new(start, end),
            text: Span::default(),
        });
    }
    work.events.push(Event {
        raw: Span::new(0, 8),
        sinks: 1,
        edits: Span::new(0, 2),
        ..Event::default()
    });
    splice(b"01234567\n", &work, &mut Output::default());
}
