//! The way of each group of letters.

use knownet_flow::{
    self as flow, Event, Format, Framing, Names, Path, Span, Stage, Steps, Value, Work,
};

use crate::plan::Ready;

/// Where a group goes.
pub enum Place {
    /// To the sink at this place, as it is.
    Sink(usize),
    /// Through the steps of the source at this place.
    Source(usize),
}

/// A place for each group.
pub struct Plan {
    pub ready: Ready,
    pub places: Vec<Place>,
}

impl flow::Plan for Plan {
    fn steps(&self, source: usize) -> Steps {
        match self.places[source] {
            Place::Source(place) => self.ready.steps(place),
            Place::Sink(sink) => Steps::new(None, Box::new(AsItIs), vec![Box::new(To(sink))]),
        }
    }

    fn framing(&self, source: usize) -> Framing {
        match self.places[source] {
            Place::Source(place) => self.ready.framing(place),
            Place::Sink(_) => Framing::default(),
        }
    }

    fn names(&self) -> Names {
        self.ready.names()
    }
}

/// Every line is an event that nobody looks into.
struct AsItIs;

impl Format for AsItIs {
    fn scan(&mut self, bytes: &[u8], work: &mut Work) {
        let mut start = 0;
        for line in bytes.split_inclusive(|&byte| byte == b'\n') {
            let end = start + line.len();
            work.events.push(Event {
                raw: Span::new(start, end - 1),
                ..Event::default()
            });
            start = end;
        }
        work.counts.events += work.events.len() as u64;
    }

    fn values(&mut self, _: &[u8], _: &Path, _: &mut dyn FnMut(Value<'_>)) -> bool {
        false
    }

    fn strings(&mut self, _: &[u8], _: &mut dyn FnMut(&[u8])) {}

    fn assign(&mut self, _: &[u8], _: &mut Work, _: usize) {}
}

/// Everything to one sink.
struct To(usize);

impl Stage for To {
    fn apply(&mut self, _: &[u8], work: &mut Work, _: &mut dyn Format) {
        for event in &mut work.events {
            event.sinks = 1 << self.0;
        }
        work.counts.passed += work.events.len() as u64;
    }
}
