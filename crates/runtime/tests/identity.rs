//! What tells a dead letter's event from others.

mod rig;

use std::collections::BTreeSet;
use std::sync::Arc;

use knownet_flow::{
    Batch, Courier, Desk, Id, Parcel, Place, Read, Receipt, Sink, Source, SourceError, Stop, Wants,
    WriteError,
};
use knownet_runtime::{Exit, Pipeline};
use rig::{Fate, Numbers, Recorder, Rig, Split};

/// Numbers whose places are known.
struct Placed(Numbers);

impl Source for Placed {
    fn read(&mut self, batch: &mut Batch, stop: &Stop) -> Result<Read, SourceError> {
        let read = self.0.read(batch, stop)?;
        batch.stream = Some("numbers".into());
        batch.places.push(Place {
            end: batch.bytes.filled().len(),
            position: 1000 * batch.position,
        });
        Ok(read)
    }
}

/// Refuses everything, and says what it was if it is one of those that `knows`.
struct Picky {
    knows: bool,
}

impl Courier for Picky {
    fn wants(&self) -> Wants {
        Wants {
            ids: self.knows,
            ..Wants::default()
        }
    }

    fn begin(&mut self, _: Arc<dyn Desk>) {}

    fn take(&mut self, parcel: &Parcel<'_>, mut receipt: Receipt) {
        for item in parcel.items() {
            assert_eq!(item.id.is_some(), self.knows);
            receipt.refuse_as(item.line, item.id, "no".to_owned());
        }
        receipt.confirm();
    }

    fn finish(&mut self) -> Result<(), WriteError> {
        Ok(())
    }
}

/// The ids of the letters by place and event: of events that panic, that a courier refuses and that a sink
/// refuses, all read a second time.
fn ids(knows: bool) -> Vec<BTreeSet<(String, String, String)>> {
    let run = || {
        let rig = Rig::new(2, |key| match key.2 % 10 {
            3 => Fate::Panic,
            4 => Fate::Sinks(1),
            _ => Fate::Sinks(3),
        });
        let sink = Recorder::new(1, &rig.ledger).before_write(|keys| match keys {
            [_] if keys[0].2 % 10 != 5 => Ok(()),
            _ => Err(WriteError::Refused("not that".to_owned())),
        });
        let sinks = vec![
            ("out0".to_owned(), Exit::Courier(Box::new(Picky { knows }))),
            (
                "out1".to_owned(),
                Exit::Sink(Box::new(sink) as Box<dyn Sink>),
            ),
        ];
        let numbers = Numbers::even(&rig.ledger, 4, 10);
        let sources = vec![(
            "in0".to_owned(),
            Box::new(Placed(numbers)) as Box<dyn Source>,
        )];
        let plan = Split::named(&rig.ledger, "plan");
        let pipeline = Pipeline::new(sources, sinks, plan, rig.options.clone()).log_to(|_| {});
        pipeline.run(rig.stop.clone()).unwrap();
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let letters = rig.ledger.letters();
        assert_eq!(letters.len(), 4 + 36 + 4);
        let letters = letters.iter().map(|letter| {
            let event = &letter["event"];
            assert!(Id::parse(event["id"].as_str().unwrap()).is_some());
            let sink = text(&letter["labels"]["sink"]);
            (sink, text(&event["original"]), text(&event["id"]))
        });
        letters.collect()
    };
    vec![run(), run()]
}

/// How many different ids there are.
fn distinct(letters: &BTreeSet<(String, String, String)>) -> usize {
    let ids: BTreeSet<_> = letters.iter().map(|(_, _, id)| id).collect();
    ids.len()
}

#[test]
fn an_event_that_is_read_and_refused_again_has_the_same_id() {
    let runs = ids(true);
    assert_eq!(runs[0], runs[1]);
    // What both sinks refused is one event.
    assert_eq!(distinct(&runs[0]), 40);
}

#[test]
fn an_event_that_nothing_is_known_of_has_an_id_that_no_other_has() {
    let runs = ids(false);
    assert_eq!(distinct(&runs[0]), 44);
    let both = runs[0].union(&runs[1]).cloned().collect();
    assert_eq!(distinct(&both), 88);
}
