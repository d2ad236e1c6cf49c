//! What a tag writes, for the values that its fields have.

use std::sync::Arc;

use knownet_enrich::{Labels, Tag};
use knownet_flow::{Event, Format, Hit, Path, Span, Stage, Value, Work};
use knownet_label::{Prefix, Table, TableBuilder};

/// No stage of this crate asks the format.
struct Nothing;

impl Format for Nothing {
    fn scan(&mut self, _: &[u8], _: &mut Work) {}
    fn values(&mut self, _: &[u8], _: &Path, _: &mut dyn FnMut(Value<'_>)) -> bool {
        unreachable!()
    }
    fn strings(&mut self, _: &[u8], _: &mut dyn FnMut(&[u8])) {}
    fn assign(&mut self, _: &[u8], _: &mut Work, _: usize) {}
}

fn table() -> Arc<Table> {
    let mut table = TableBuilder::new();
    let feed = table.feed("test");
    for (name, prefix) in [
        ("Wide", "10.0.0.0/8"),
        ("Narrow", "10.1.0.0/16"),
        ("Six", "2001:db8::/32"),
        ("Wide", "192.0.2.0/24"),
        ("Quo\"te", "198.51.100.0/24"),
    ] {
        let label = table.label(name, false);
        table.insert(
            label,
            feed,
            Prefix::parse(prefix.as_bytes()).unwrap().prefix,
            &[],
        );
    }
    Arc::new(table.build())
}

/// One event with these (field, value) hits, and what two tags make of it: fields 0 and 1 into
/// target 0 with all labels in target 1; field 2 into target 2.
fn tagged(values: &[(u16, &str)]) -> (Vec<(u16, String)>, Work) {
    let mut work = Work::default();
    let mut bytes = Vec::new();
    for &(field, value) in values {
        let start = bytes.len();
        bytes.extend_from_slice(value.as_bytes());
        let text = Span::new(start, bytes.len());
        work.hits.push(Hit {
            field,
            unescaped: false,
            text,
        });
    }
    work.events.push(Event {
        hits: Span::new(0, values.len()),
        ..Event::default()
    });
    let tags = vec![
        Tag {
            from: vec![0, 1],
            into: 0,
            all: Some(1),
        },
        Tag {
            from: vec![2],
            into: 2,
            all: None,
        },
    ];
    Labels::new(table(), tags).apply(&bytes, &mut work, &mut Nothing);
    let written = work.assignments[work.events[0].assignments].iter();
    let written = written.map(|assignment| {
        let value = String::from_utf8(work.text[assignment.value].to_vec()).unwrap();
        (assignment.target, value)
    });
    (written.collect(), work)
}

fn written(values: &[(u16, &str)]) -> Vec<(u16, String)> {
    tagged(values).0
}

fn expected(list: &[(u16, &str)]) -> Vec<(u16, String)> {
    list.iter()
        .map(|(target, value)| (*target, value.to_string()))
        .collect()
}

#[test]
fn the_most_specific_label_is_written_and_all_of_them_in_order() {
    assert_eq!(
        written(&[(0, "10.1.2.3")]),
        expected(&[(0, r#""Narrow""#), (1, r#"["Narrow","Wide"]"#)])
    );
    assert_eq!(written(&[(2, "2001:db8::1")]), expected(&[(2, r#""Six""#)]));
    assert_eq!(
        written(&[(2, "198.51.100.9")]),
        expected(&[(2, r#""Quo\"te""#)])
    );
}

#[test]
fn the_first_field_that_holds_an_address_counts_even_if_it_has_no_label() {
    assert_eq!(written(&[(0, "8.8.8.8"), (1, "10.1.2.3")]), []);
    for empty in ["", "-", "no address"] {
        assert_eq!(
            written(&[(0, empty), (1, "10.9.9.9")]),
            expected(&[(0, r#""Wide""#), (1, r#"["Wide"]"#)]),
            "{empty}"
        );
    }
}

#[test]
fn of_several_addresses_the_first_with_a_label_is_written_and_all_their_labels() {
    let (list, work) = tagged(&[
        (0, "8.8.8.8"),
        (0, "192.0.2.1"),
        (0, "-"),
        (0, "x"),
        (0, "10.1.0.1"),
    ]);
    assert_eq!(
        list,
        expected(&[(0, r#""Wide""#), (1, r#"["Wide","Narrow"]"#)])
    );
    let addresses = &work.addresses[work.answers[0].addresses];
    let known: Vec<bool> = addresses.iter().map(|&id| id != 0).collect();
    // The riddle "x" counts as unknown, the dash as nothing.
    assert_eq!(known, [false, true, false, true]);
    assert_eq!(work.counts.labelled, 1);
    assert_eq!(work.counts.labels, [1]);
}

#[test]
fn an_event_without_an_address_has_no_answer() {
    let (list, work) = tagged(&[(0, "x"), (2, "-")]);
    assert_eq!(list, []);
    assert!(work.answers.is_empty() && work.addresses.is_empty());
    assert_eq!(work.counts.labelled, 0);
}
