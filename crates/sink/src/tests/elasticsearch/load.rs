use std::collections::BTreeMap;

use knownet_flow::{Ack, Desk, Refused, Settled};

use super::*;

/// Keeps the receipts that were settled, by their sources.
#[derive(Default)]
struct Book(Mutex<BTreeMap<String, Vec<Refused>>>);

impl Desk for Book {
    fn settle(&self, settled: Settled) {
        let source = settled.source.to_string();
        settled.ack.confirm();
        self.0.lock().unwrap().insert(source, settled.refused);
    }

    fn bury(&self, _: &str, _: Vec<knownet_flow::Refused>) -> bool {
        true
    }

    fn lost(&self) {}

    fn failed(&self, _: &str) {}

    fn succeeded(&self) {}

    fn is_halted(&self) -> bool {
        false
    }
}

impl Book {
    fn hold(self: &Arc<Book>, source: &str, events: usize) -> Arc<Hold> {
        let settled = Settled {
            ack: Ack::new(|_| {}),
            source: source.into(),
            events: events as u64,
            bytes: 0,
            refused: Vec::new(),
            held: None,
        };
        Hold::new(Receipt::new(self.clone(), settled), events)
    }

    /// The settled ones with what was refused of them.
    fn told(&self) -> Vec<(String, Vec<String>)> {
        let text = |refused: &Refused| {
            format!(
                "{}: {}",
                String::from_utf8_lossy(&refused.event),
                refused.reason
            )
        };
        let book = self.0.lock().unwrap();
        let told = book
            .iter()
            .map(|(source, all)| (source.clone(), all.iter().map(text).collect()));
        told.collect()
    }
}

fn push(gather: &mut Gather, hold: &Arc<Hold>, event: &str) {
    gather.push(hold, |body| {
        body.extend_from_slice(b"action\n");
        let start = body.len();
        body.extend_from_slice(event.as_bytes());
        body.push(b'\n');
        Line {
            start,
            added: None,
            named: true,
        }
    });
}

fn text(load: &Load) -> String {
    String::from_utf8(load.body().to_vec())
        .unwrap()
        .replace("action\n", "")
}

/// Two events of `a`, three of `b`.
fn five(book: &Arc<Book>) -> Load {
    let (a, b) = (book.hold("a", 2), book.hold("b", 3));
    let mut gather = Gather::default();
    for (hold, event) in [(&a, "0"), (&a, "1"), (&b, "2"), (&b, "3"), (&b, "4")] {
        push(&mut gather, hold, event);
    }
    gather.take()
}

fn none() -> Vec<(String, Vec<String>)> {
    Vec::new()
}

fn settled(source: &str, refused: &[&str]) -> (String, Vec<String>) {
    (
        source.to_owned(),
        refused.iter().map(|&text| text.to_owned()).collect(),
    )
}

#[test]
fn a_receipt_is_settled_with_the_last_of_its_events() {
    let book = Arc::new(Book::default());
    let load = five(&book);
    let others = vec![
        (0, Fate::Refused("bad".to_owned())),
        (2, Fate::Again),
        (4, Fate::Again),
    ];
    let mut again = Gather::default();
    load.repeat(&others, &mut again);
    assert_eq!(book.told(), none());
    load.settle(others);
    assert_eq!(book.told(), [settled("a", &["0: bad"])]);
    let load = again.take();
    assert_eq!(text(&load), "2\n4\n");
    load.settle(vec![(1, Fate::Refused("worse".to_owned()))]);
    assert_eq!(book.told()[1], settled("b", &["4: worse"]));
}

#[test]
fn halves_are_whole_events_with_their_receipts() {
    let book = Arc::new(Book::default());
    let mut all = vec![five(&book)];
    let mut single = Vec::new();
    while let Some(load) = all.pop() {
        match load.halves() {
            (first, Some(second)) => all.extend([second, first]),
            (alone, None) => single.push(alone),
        }
    }
    assert_eq!(
        single.iter().map(text).collect::<Vec<_>>(),
        ["0\n", "1\n", "2\n", "3\n", "4\n"]
    );
    for (index, load) in single.into_iter().enumerate() {
        let told = book.told().len();
        assert_eq!(told, usize::from(index >= 2));
        match index {
            3 => load.refuse("no"),
            _ => load.settle(Vec::new()),
        }
    }
    assert_eq!(book.told(), [settled("a", &[]), settled("b", &["3: no"])]);
}

#[test]
fn a_huge_event_is_a_half_of_its_own() {
    let book = Arc::new(Book::default());
    for (events, cut) in [
        (["x".repeat(1000), "1".into(), "2".into()], 1),
        (["1".into(), "2".into(), "x".repeat(1000)], 2),
    ] {
        let hold = book.hold("a", 3);
        let mut gather = Gather::default();
        events
            .iter()
            .for_each(|event| push(&mut gather, &hold, event));
        let (first, second) = gather.take().halves();
        assert_eq!(
            (first.len(), second.map(|load| load.len())),
            (cut, Some(3 - cut))
        );
    }
}

#[test]
fn the_last_event_may_stay() {
    let book = Arc::new(Book::default());
    let (a, b) = (book.hold("a", 1), book.hold("b", 3));
    let mut gather = Gather::default();
    for (hold, event) in [(&a, "0"), (&b, "1"), (&b, "2")] {
        push(&mut gather, hold, event);
    }
    let load = gather.take_others();
    assert_eq!((text(&load), gather.bytes()), ("0\n1\n".to_owned(), 9));
    load.refuse("no");
    assert_eq!(book.told(), [settled("a", &["0: no"])]);
    push(&mut gather, &b, "3");
    let load = gather.take_others();
    assert_eq!(text(&load), "2\n");
    load.refuse("no");
    let load = gather.take_others();
    assert_eq!(text(&load), "3\n");
    assert!(gather.is_empty());
    load.settle(Vec::new());
    assert_eq!(book.told()[1], settled("b", &["1: no", "2: no"]));
}

#[test]
fn a_load_that_is_dropped_settles_nothing() {
    let book = Arc::new(Book::default());
    let (first, second) = five(&book).halves();
    first.settle(Vec::new());
    drop(second);
    assert_eq!(book.told(), [settled("a", &[])]);
}

#[test]
fn a_half_that_waits_holds_on_to_nothing_else() {
    let book = Arc::new(Book::default());
    let (mut first, second) = five(&book).halves();
    assert!(first.entries.capacity() > first.len());
    first.own();
    assert_eq!(text(&first), "0\n1\n");
    assert_eq!(first.entries.capacity(), first.len());
    // The whole belongs to the other alone.
    let second = second.unwrap();
    assert!(second.body.is_unique() && first.body.is_unique());
}
