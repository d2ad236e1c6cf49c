//! What goes wrong, and where the events are then.

mod rig;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

use knownet_flow::{Batch, Plan, Read, Sink, Source, SourceError, Steps, Stop, WriteError};
use knownet_runtime::{Cause, Ended, Handle, Summary};
use rig::{Fate, Numbers, Recorder, Rig, Silent, Split, keys};

fn unreachable() -> WriteError {
    WriteError::Unreachable("injected: no route".into())
}

#[test]
fn a_sink_that_cannot_be_reached_is_tried_until_it_can() {
    let rig = Rig::plain();
    let source = Numbers::even(&rig.ledger, 5, 10);
    let mut left = 7;
    let sink = Recorder::new(0, &rig.ledger).before_write(move |keys| {
        if keys[0].2 == 20 && left > 0 {
            left -= 1;
            return Err(unreachable());
        }
        Ok(())
    });
    let summary = rig.run(source, sink).unwrap();
    rig.ledger.check_all(&keys(50));
    assert_eq!(summary.retries, 7);
    assert_eq!(summary.positions[&("in0".to_owned(), 0)], 50);
    assert!(summary.is_complete());
    let log = rig.log();
    assert_eq!(log.len(), 2, "said once, and once when it is over: {log:?}");
    assert!(log[0].starts_with("sink out0: injected: no route"));
    assert!(log[1].contains("works again after 7 failed attempts"));
}

#[test]
fn another_reason_is_told_while_the_trouble_lasts_but_not_each_of_very_many() {
    let told = |reasons: Vec<String>| {
        let rig = Rig::plain();
        let source = Numbers::even(&rig.ledger, 5, 10);
        let mut reasons = reasons.into_iter();
        let sink = Recorder::new(0, &rig.ledger).before_write(move |_| match reasons.next() {
            Some(reason) => Err(WriteError::Unreachable(reason)),
            None => Ok(()),
        });
        rig.run(source, sink).unwrap();
        rig.log()
    };
    let texts = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
    let log = told(texts(&[
        "no word, 1",
        "no right",
        "no word, 22",
        "no right",
    ]));
    assert_eq!(log.len(), 3, "{log:?}");
    for (line, text) in log
        .iter()
        .zip(["no word, 1;", "no right;", "works again after 4"])
    {
        assert!(line.contains(text), "{log:?}");
    }
    let log = told((1..100).map(|n| "x".repeat(n)).collect());
    assert_eq!(log.len(), 9, "{log:?}");
}

#[test]
fn who_stops_a_run_while_a_sink_is_away_is_told_once_that_events_wait() {
    let waits = "sink out0: stopping, but events still wait for it; a second signal ends now and \
                 leaves them unconfirmed";
    let rig = Rig::plain();
    let source = Numbers::even(&rig.ledger, 5, 10);
    let (stop, log) = (rig.stop.clone(), rig.log.clone());
    let mut attempts = BTreeMap::new();
    // The third attempt at the first batch sets the stop; each batch read by then fails, too.
    let sink = Recorder::new(0, &rig.ledger).before_write(move |keys| {
        let attempt = attempts.entry(keys[0]).or_insert(0);
        *attempt += 1;
        let told = log.lock().unwrap().iter().any(|line| line == waits);
        assert_eq!(told, stop.is_set(), "{keys:?}, {attempt}");
        if *attempt == 3 {
            stop.set();
        }
        match attempt {
            ..=5 => Err(unreachable()),
            _ => Ok(()),
        }
    });
    let summary = rig.run(source, sink).unwrap();
    assert_eq!(summary.ended, Ended::Stopped);
    assert!(summary.is_complete());
    let taken = rig.ledger.taken(0).len() as u64;
    assert!(taken >= 10);
    rig.ledger.check_all(&keys(taken));
    assert_eq!(rig.log().iter().filter(|line| *line == waits).count(), 1);
}

/// With pauses of `time` between two attempts, the first one too.
fn pausing(time: Duration) -> Rig {
    let mut rig = Rig::plain();
    rig.options.first_pause = time;
    rig.options.longest_pause = time;
    rig
}

#[test]
fn a_stop_wakes_the_pause_between_two_attempts() {
    let pause = Duration::from_secs(20);
    let rig = pausing(pause);
    let source = Numbers::even(&rig.ledger, 5, 10);
    let mut stop = Some(rig.stop.clone());
    let sink = Recorder::new(0, &rig.ledger).before_write(move |_| match stop.take() {
        Some(stop) => {
            thread::spawn(move || stop.set());
            Err(unreachable())
        }
        None => Ok(()),
    });
    let summary = rig.run(source, sink).unwrap();
    assert!(summary.elapsed < pause, "{:?}", summary.elapsed);
    assert!(summary.is_complete());
    assert_eq!(summary.retries, 1);
    let taken = rig.ledger.taken(0).len() as u64;
    assert!(taken >= 10);
    rig.ledger.check_all(&keys(taken));
    let log = rig.log();
    let waits = "sink out0: stopping, but events still wait for it";
    assert!(log[1].starts_with(waits), "{log:?}");
}

#[test]
fn the_pauses_after_a_stop_are_whole_but_for_its_first_attempt() {
    let pause = Duration::from_millis(20);
    let rig = pausing(pause);
    let source = Numbers::even(&rig.ledger, 1, 10);
    let stop = rig.stop.clone();
    let mut attempts = 0;
    let sink = Recorder::new(0, &rig.ledger).before_write(move |_| {
        attempts += 1;
        stop.set();
        match attempts {
            ..=4 => Err(unreachable()),
            _ => Ok(()),
        }
    });
    let summary = rig.run(source, sink).unwrap();
    assert_eq!(summary.retries, 4);
    assert!(summary.elapsed >= 3 * pause, "{:?}", summary.elapsed);
    rig.ledger.check_all(&keys(10));
}

#[test]
fn a_run_that_is_stopped_and_then_abandoned_waits_for_no_pause() {
    let pause = Duration::from_secs(20);
    let rig = pausing(pause);
    let source = Numbers::even(&rig.ledger, 5, 10);
    let (reach, reached) = mpsc::channel::<Handle>();
    let mut stop = Some(rig.stop.clone());
    let sink = Recorder::new(0, &rig.ledger).before_write(move |_| {
        match stop.take() {
            Some(stop) => thread::spawn(move || stop.set()),
            None => {
                let handle = reached.recv().unwrap();
                thread::spawn(move || handle.abandon())
            }
        };
        Err(unreachable())
    });
    let error = rig
        .run_with(source, sink, |handle| reach.send(handle).unwrap())
        .unwrap_err();
    assert_eq!(error.cause, Cause::Abandoned);
    let elapsed = error.summary.elapsed;
    assert!(elapsed < pause, "{elapsed:?}");
    rig.ledger.check_all(&[]);
}

#[test]
fn refused_events_are_found_and_buried_and_the_others_arrive() {
    let rig = Rig::plain();
    let source = Numbers::even(&rig.ledger, 4, 25);
    let bad = [0, 3, 4, 49, 50, 99];
    let sink = Recorder::new(0, &rig.ledger).before_write(move |keys| {
        match keys.iter().any(|k| bad.contains(&k.2)) {
            true => Err(WriteError::Refused("injected: no such field".into())),
            false => Ok(()),
        }
    });
    let summary = rig.run(source, sink).unwrap();
    rig.ledger.check_all(&keys(100));
    assert_eq!(summary.dead_letters, 6);
    assert_eq!(summary.positions[&("in0".to_owned(), 0)], 100);
    assert!(!summary.is_complete());
    let letters = rig.ledger.letters();
    assert_eq!(letters[0]["event"]["original"], "0 0 0 plan");
    assert_eq!(letters[0]["labels"]["source"], "in0");
    assert_eq!(letters[0]["error"]["message"], "injected: no such field");
    assert_eq!(letters[0]["labels"]["sink"], "out0");
    let written: usize = rig.ledger.taken(0).iter().map(|l| l.len() + 1).sum();
    assert_eq!(summary.bytes_out, written as u64);
}

#[test]
fn a_sink_that_panics_over_an_event_loses_only_that() {
    let rig = Rig::plain();
    let source = Numbers::even(&rig.ledger, 3, 20);
    let sink = Recorder::new(0, &rig.ledger).before_write(|keys| {
        assert!(!keys.iter().any(|k| k.2 == 33), "injected");
        Ok(())
    });
    let summary = rig.run(source, sink).unwrap();
    rig.ledger.check_all(&keys(60));
    assert_eq!(summary.dead_letters, 1);
    assert_eq!(summary.positions[&("in0".to_owned(), 0)], 60);
}

#[test]
fn events_that_the_steps_panic_over_are_found_and_buried() {
    let rig = Rig::new(1, |key| match key.2 {
        7 | 8 | 40 | 79 => Fate::Panic,
        31 => Fate::Torn,
        n if n % 5 == 0 => Fate::Drop,
        _ => Fate::Sinks(1),
    });
    let source = Numbers::even(&rig.ledger, 4, 20);
    let summary = rig.run(source, Recorder::new(0, &rig.ledger)).unwrap();
    rig.ledger.check_all(&keys(80));
    assert_eq!(summary.dead_letters, 5);
    assert_eq!(
        summary.counts.events, 75,
        "the buried ones are counted there"
    );
    assert_eq!(summary.positions[&("in0".to_owned(), 0)], 80);
    assert_eq!(rig.ledger.letters()[0]["event"]["original"], "0 0 7");
}

#[test]
fn dropped_events_are_confirmed() {
    let rig = Rig::new(1, |_| Fate::Drop);
    let source = Numbers::even(&rig.ledger, 3, 10);
    let summary = rig.run(source, Recorder::new(0, &rig.ledger)).unwrap();
    assert_eq!(summary.positions[&("in0".to_owned(), 0)], 30);
    assert!(summary.is_complete());
    assert!(!rig.ledger.dead_letter.exists(), "created without need");
}

#[test]
fn giving_up_ends_the_run_and_confirms_nothing_more() {
    let mut rig = Rig::plain();
    rig.options.give_up = true;
    let source = Numbers::even(&rig.ledger, 50, 10);
    let sink = Recorder::new(0, &rig.ledger).before_write(|keys| match keys[0].2 {
        ..30 => Ok(()),
        _ => Err(unreachable()),
    });
    let error = rig.run(source, sink).unwrap_err();
    assert_eq!(
        error.cause,
        Cause::GaveUp {
            part: "out0".into(),
            reason: "injected: no route".into()
        }
    );
    assert_eq!(error.summary.positions[&("in0".to_owned(), 0)], 30);
    assert!(error.summary.failed_batches > 0);
    rig.ledger.check_all(&keys(30));
}

#[test]
fn a_reader_that_went_away_ends_the_run_quietly() {
    let rig = Rig::plain();
    let source = Numbers::even(&rig.ledger, 50, 10);
    let sink = Recorder::new(0, &rig.ledger).before_write(|keys| match keys[0].2 {
        ..20 => Ok(()),
        _ => Err(WriteError::Closed),
    });
    let summary = rig.run(source, sink).unwrap();
    assert_eq!(summary.ended, Ended::Closed);
    assert!(summary.is_complete());
    assert_eq!(summary.positions[&("in0".to_owned(), 0)], 20);
    rig.ledger.check_all(&keys(20));
    assert_eq!(rig.log(), Vec::<String>::new());
}

/// Runs 500 events to two sinks; each reader goes when an event from its number on comes.
fn run_until_gone(rig: &Rig, gone: [u64; 2]) -> (Summary, u64) {
    let refused = Arc::new(AtomicU64::new(0));
    let sinks = gone.into_iter().enumerate().map(|(n, gone)| {
        let refused = refused.clone();
        let sink = Recorder::new(n, &rig.ledger).before_write(move |keys| {
            if keys[0].2 < gone {
                return Ok(());
            }
            refused.fetch_add(1, Ordering::Relaxed);
            Err(WriteError::Closed)
        });
        Box::new(sink) as Box<dyn Sink>
    });
    let source = Silent(Numbers::even(&rig.ledger, 50, 10));
    let plan = Split::named(&rig.ledger, "plan");
    let pipeline = rig.pipeline(vec![Box::new(source)], sinks.collect(), plan);
    let summary = pipeline.run(rig.stop.clone()).unwrap();
    let written = (0..2).flat_map(|n| rig.ledger.taken(n));
    let written: usize = written.map(|l| l.len() + 1).sum();
    assert!(summary.is_complete());
    assert!(summary.bytes_out <= written as u64);
    (summary, refused.load(Ordering::Relaxed))
}

#[test]
fn the_other_sinks_go_on_without_a_reader_that_went_away() {
    for gone in [0, 1] {
        let rig = Rig::new(2, |_| Fate::Sinks(3));
        let mut from = [u64::MAX; 2];
        from[gone] = 20;
        let (summary, refused) = run_until_gone(&rig, from);
        assert_eq!(summary.ended, Ended::Input);
        assert_eq!(summary.positions[&("in0".to_owned(), 0)], 500);
        assert_eq!(rig.ledger.taken(gone).len(), 20);
        assert_eq!(rig.ledger.taken(1 - gone).len(), 500);
        assert_eq!(refused, 1, "written to again");
        assert_eq!(
            rig.log(),
            [format!(
                "sink out{gone}: the reader has gone; going on without it"
            )]
        );
    }
}

#[test]
fn the_run_ends_when_the_last_reader_has_gone() {
    let rig = Rig::new(2, |_| Fate::Sinks(3));
    let (summary, refused) = run_until_gone(&rig, [40, 20]);
    assert_eq!(summary.ended, Ended::Closed);
    assert_eq!(rig.ledger.taken(0).len(), 40);
    assert_eq!(rig.ledger.taken(1).len(), 20);
    assert_eq!(refused, 2);
    assert_eq!(
        rig.log(),
        ["sink out1: the reader has gone; going on without it"]
    );
}

#[test]
fn a_run_can_be_abandoned_while_a_sink_is_away() {
    let rig = Rig::plain();
    let source = Numbers::even(&rig.ledger, 5, 10);
    let (say, asked) = mpsc::channel();
    let sink = Recorder::new(0, &rig.ledger).before_write(move |_| {
        let _ = say.send(());
        Err(unreachable())
    });
    let mut thread = None;
    let error = rig
        .run_with(source, sink, |handle| {
            thread = Some(thread::spawn(move || {
                asked.recv().unwrap();
                asked.recv().unwrap();
                // It has failed once.
                let health = handle.health();
                assert!(health.running);
                let away: Vec<_> = health.unreachable.iter().map(|u| &*u.part).collect();
                assert_eq!(away.len(), 1, "{health:?}");
                handle.abandon();
            }));
        })
        .unwrap_err();
    thread.unwrap().join().unwrap();
    assert_eq!(error.cause, Cause::Abandoned);
    assert!(error.summary.positions.is_empty());
    assert!(error.summary.failed_batches > 0);
    rig.ledger.check_all(&[]);
}

#[test]
fn a_sink_that_answers_with_a_refusal_is_reached() {
    let rig = Rig::plain();
    let source = Numbers::even(&rig.ledger, 2, 1);
    let reached: Arc<OnceLock<Handle>> = Arc::default();
    let (handle, mut calls) = (reached.clone(), 0);
    let sink = Recorder::new(0, &rig.ledger).before_write(move |_| {
        calls += 1;
        match calls {
            1 => Err(unreachable()),
            2 => Err(WriteError::Refused("injected: no such field".into())),
            _ => {
                let health = handle.get().unwrap().health();
                assert_eq!(health.unreachable, [], "nobody waits for it");
                Ok(())
            }
        }
    });
    let summary = rig.run_with(source, sink, |handle| drop(reached.set(handle)));
    assert_eq!(summary.unwrap().dead_letters, 1);
    assert_eq!(rig.ledger.taken(0).len(), 1);
}

/// Fails to make fresh steps once a batch has panicked.
struct Brittle(Arc<dyn Plan>, AtomicU64);

impl Plan for Brittle {
    fn steps(&self, source: usize) -> Steps {
        assert!(
            self.1.fetch_add(1, Ordering::Relaxed) < 2,
            "injected: no steps"
        );
        self.0.steps(source)
    }
}

#[test]
fn a_worker_that_is_lost_with_its_batch_fails_it() {
    let mut rig = Rig::new(1, |key| match key.2 {
        25 => Fate::Panic,
        _ => Fate::Sinks(1),
    });
    rig.options.workers = 2;
    let source = Numbers::even(&rig.ledger, 50, 10);
    let plan = Arc::new(Brittle(
        Split::named(&rig.ledger, "plan"),
        AtomicU64::new(0),
    ));
    let sink = Recorder::new(0, &rig.ledger);
    let pipeline = rig.pipeline(vec![Box::new(source)], vec![Box::new(sink)], plan);
    let error = pipeline.run(rig.stop.clone()).unwrap_err();
    assert_eq!(error.cause, Cause::Worker("injected: no steps".into()));
    // Whatever was written behind it, the position stays before the lost batch.
    let position = error.summary.positions.get(&("in0".to_owned(), 0));
    assert!(position.is_none_or(|&p| p <= 20), "{position:?}");
    assert!(error.summary.failed_batches > 0);
    assert_eq!(rig.ledger.wrong(), Vec::<String>::new());
}

/// Fails to read now and then, and panics in the end.
struct Shaky(Numbers, u64);

impl Source for Shaky {
    fn read(&mut self, batch: &mut Batch, stop: &Stop) -> Result<Read, SourceError> {
        self.1 += 1;
        match self.1 {
            1 => Err(SourceError("no such file".into())),
            4 => panic!("injected"),
            _ => self.0.read(batch, stop),
        }
    }
}

#[test]
fn what_a_source_cannot_read_is_said_and_the_rest_goes_on() {
    let rig = Rig::plain();
    let source = Shaky(Numbers::even(&rig.ledger, 50, 10), 0);
    let sink = Recorder::new(0, &rig.ledger);
    let plan = Split::named(&rig.ledger, "plan");
    let pipeline = rig.pipeline(vec![Box::new(source)], vec![Box::new(sink)], plan);
    let summary = pipeline.run(rig.stop.clone()).unwrap();
    rig.ledger.check_all(&keys(20));
    assert_eq!(
        summary.source_errors,
        [
            "source in0: no such file",
            "source in0: a fault while reading: injected"
        ]
    );
    assert!(!summary.is_complete());
}
