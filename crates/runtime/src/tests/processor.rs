use std::sync::Arc;

use knownet_flow::{Event, Format, Lines, Path, Reader, Span, Stage, Value};
use proptest::prelude::*;

use super::*;

/// A line that begins with `#` says what those behind it are; one that ends with `+` goes on in the next.
struct Columns;

fn whole(bytes: &[u8]) -> usize {
    let mut end = bytes.len();
    while bytes[..end].ends_with(b"+\n") {
        let line = bytes[..end - 1].iter().rposition(|&b| b == b'\n');
        end = line.map_or(0, |at| at + 1);
    }
    end
}

fn heading(bytes: &[u8], _: &Heading) -> Option<Heading> {
    let mut lines = bytes.split(|&b| b == b'\n');
    let last = lines.rfind(|line| line.starts_with(b"#"))?;
    Some(Heading::Lines(last.into()))
}

impl Reader for Columns {
    fn leaves_own(&self) -> bool {
        false
    }

    fn read(&mut self, bytes: &[u8], heading: &Heading, lines: &mut Lines, _: &mut Counts) {
        let text = std::str::from_utf8(bytes).unwrap();
        let mut columns = match heading {
            Heading::Lines(line) => String::from_utf8(line.to_vec()).unwrap(),
            Heading::None => "none".to_owned(),
            Heading::Start => "start".to_owned(),
        };
        let (mut at, mut record) = (0, 0);
        for line in text.split_inclusive('\n') {
            at += line.len();
            if line.ends_with("+\n") {
                continue;
            }
            let whole = &text[record..at];
            assert!(!whole.contains("bad"), "injected");
            match whole.starts_with('#') {
                true => columns = whole.trim_end().to_owned(),
                false => {
                    let line = format!("{columns}/{}\n", whole.trim_end().replace("+\n", ""));
                    lines.bytes.extend_from_slice(line.as_bytes());
                    let raw = Span::new(record, at);
                    lines.records.push((lines.bytes.len(), raw));
                }
            }
            record = at;
        }
    }
}

impl Format for Columns {
    fn scan(&mut self, bytes: &[u8], work: &mut Work) {
        let mut start = 0;
        for line in bytes.split_inclusive(|&b| b == b'\n') {
            let end = start + line.len();
            work.events.push(Event {
                raw: Span::new(start, end - 1),
                ..Event::default()
            });
            start = end;
        }
    }

    fn values(&mut self, _: &[u8], _: &Path, _: &mut dyn FnMut(Value<'_>)) -> bool {
        false
    }

    fn strings(&mut self, _: &[u8], _: &mut dyn FnMut(&[u8])) {}

    fn assign(&mut self, _: &[u8], _: &mut Work, _: usize) {}
}

impl Stage for Columns {
    fn apply(&mut self, _: &[u8], work: &mut Work, _: &mut dyn Format) {
        work.events.iter_mut().for_each(|event| event.sinks = 1);
    }
}

impl Plan for Columns {
    fn steps(&self, _: usize) -> Steps {
        let reader: Box<dyn Reader> = Box::new(Columns);
        Steps::new(Some(reader), Box::new(Columns), vec![Box::new(Columns)])
    }

    fn framing(&self, _: usize) -> Framing {
        Framing { whole, heading }
    }
}

/// What leaves a batch, and the events of its letters.
fn run(text: &str, heading: Heading) -> (String, Vec<String>) {
    let plan: Arc<Arc<dyn Plan>> = Arc::new(Arc::new(Columns));
    let mut processor = Processor::new(plan.clone(), 0, 1 << 20, Wants::default());
    let mut batch = Batch {
        heading,
        ..Batch::default()
    };
    batch.bytes.extend(text.as_bytes());
    processor.run(&plan, &batch);
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let out: Vec<&[u8]> = processor.output.events(0).slices().collect();
    let letters = processor.letters.iter().map(|letter| text(&letter.event));
    (text(&out.concat()), letters.collect())
}

#[test]
fn what_stands_behind_a_heading_is_read_by_it_when_another_event_panics() {
    let (out, letters) = run("#a\n1\n2\n#b\n3\nbad\n4\n", Heading::Start);
    assert_eq!(out, "#a/1\n#a/2\n#b/3\n#b/4\n");
    assert_eq!(letters, ["bad\n"]);
    let (out, _) = run("1\nbad\n2\n", Heading::Lines(b"#z".as_slice().into()));
    assert_eq!(out, "#z/1\n#z/2\n");
    // Only what begins the batch begins the stream.
    let (out, _) = run("1\nbad\n2\n", Heading::Start);
    assert_eq!(out, "start/1\nnone/2\n");
}

#[test]
fn records_of_several_lines_stay_whole_when_another_panics() {
    let (out, letters) = run("1+\n1+\n1\n2+\n2+\n2\nbad\n3+\n3\n", Heading::None);
    assert_eq!(out, "none/111\nnone/222\nnone/33\n");
    assert_eq!(letters, ["bad\n"]);
}

proptest! {
    /// Lines that panic take nothing away from the others.
    #[test]
    fn the_rest_is_what_it_would_be_without_them(
        lines in prop::collection::vec(prop_oneof!["#[ab]", "[0-9]{1,5}", "[0-9]\\+\n[0-9]", Just("bad".to_owned())], 1..20),
    ) {
        let text = |lines: &mut dyn Iterator<Item = &String>| {
            lines.map(|line| format!("{line}\n")).collect::<String>()
        };
        let (out, letters) = run(&text(&mut lines.iter()), Heading::None);
        let good = text(&mut lines.iter().filter(|line| *line != "bad"));
        let expected = match good.is_empty() {
            true => String::new(),
            false => run(&good, Heading::None).0,
        };
        prop_assert_eq!(out, expected);
        prop_assert_eq!(letters.len(), lines.iter().filter(|line| *line == "bad").count());
    }
}
