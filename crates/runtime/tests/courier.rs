//! Sinks that say later what is safe.

mod rig;

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

use knownet_flow::{
    Batch, Courier, Desk, Parcel, Read, Receipt, Sink, Source, SourceError, Stop, Wants, WriteError,
};
use knownet_runtime::{Cause, Ended, Exit, Pipeline};
use rig::{Fate, Key, Ledger, Numbers, Recorder, Rig, Split, key, keys};

/// What a parcel held, with its receipt.
struct Held {
    lines: Vec<String>,
    receipt: Receipt,
}

/// Hands what it is given to its test, and waits for the test to settle it.
struct Posted {
    post: Sender<Held>,
    desk: Arc<Mutex<Option<Arc<dyn Desk>>>>,
    open: Arc<Open>,
    wants: Wants,
    positions: Arc<Mutex<Vec<(u64, u64)>>>,
}

/// How many parcels the test has not settled.
#[derive(Default)]
struct Open {
    count: Mutex<usize>,
    changed: Condvar,
}

impl Open {
    fn add(&self, n: isize) {
        let mut count = self.count.lock().unwrap();
        *count = count.checked_add_signed(n).unwrap();
        self.changed.notify_all();
    }

    fn is_none_after(&self, time: Duration) -> bool {
        let count = self.count.lock().unwrap();
        let open = |count: &mut usize| *count > 0;
        *self
            .changed
            .wait_timeout_while(count, time, open)
            .unwrap()
            .0
            == 0
    }
}

impl Posted {
    fn new(wants: Wants) -> (Posted, Receiver<Held>) {
        let (post, posted) = channel();
        let courier = Posted {
            post,
            desk: Arc::default(),
            open: Arc::default(),
            wants,
            positions: Arc::default(),
        };
        (courier, posted)
    }
}

impl Courier for Posted {
    fn wants(&self) -> Wants {
        self.wants
    }

    fn begin(&mut self, desk: Arc<dyn Desk>) {
        *self.desk.lock().unwrap() = Some(desk);
    }

    fn take(&mut self, parcel: &Parcel<'_>, receipt: Receipt) {
        let text = |item: knownet_flow::Item<'_>| String::from_utf8(item.line.to_vec()).unwrap();
        let lines: Vec<String> = parcel.items().map(text).collect();
        assert_eq!(lines.len() as u64, parcel.events.count());
        let mut positions = self.positions.lock().unwrap();
        positions.push((parcel.position, lines.len() as u64));
        self.open.add(1);
        // Without a test that takes it the receipt is lost.
        let _ = self.post.send(Held { lines, receipt });
    }

    fn finish(&mut self) -> Result<(), WriteError> {
        match self.open.is_none_after(Duration::from_millis(20)) {
            true => Ok(()),
            false => Err(WriteError::Unreachable("still open".to_owned())),
        }
    }
}

struct Scene {
    rig: Rig,
    posted: Receiver<Held>,
    desk: Arc<Mutex<Option<Arc<dyn Desk>>>>,
    open: Arc<Open>,
    positions: Arc<Mutex<Vec<(u64, u64)>>>,
}

impl Scene {
    /// One source and one courier.
    fn new(
        rig: Rig,
        wants: Wants,
        source: impl FnOnce(&Arc<Ledger>) -> Numbers,
    ) -> (Scene, Pipeline) {
        let source = source(&rig.ledger);
        Scene::of(rig, wants, source, Vec::new())
    }

    /// One source, and a courier beside a sink.
    fn beside(rig: Rig, source: Numbers, sink: Recorder) -> (Scene, Pipeline) {
        let sink: Box<dyn Sink> = Box::new(sink);
        let beside = vec![("out1".to_owned(), Exit::Sink(sink))];
        Scene::of(rig, Wants::default(), source, beside)
    }

    fn of(
        rig: Rig,
        wants: Wants,
        source: Numbers,
        beside: Vec<(String, Exit)>,
    ) -> (Scene, Pipeline) {
        let (courier, posted) = Posted::new(wants);
        let (desk, open) = (courier.desk.clone(), courier.open.clone());
        let positions = courier.positions.clone();
        let sources: Vec<(String, Box<dyn Source>)> = vec![("in0".to_owned(), Box::new(source))];
        let mut sinks = vec![("out0".to_owned(), Exit::Courier(Box::new(courier)))];
        sinks.extend(beside);
        let plan = Split::named(&rig.ledger, "plan");
        let log = rig.log.clone();
        let pipeline = Pipeline::new(sources, sinks, plan, rig.options.clone())
            .log_to(move |message| log.lock().unwrap().push(message.text.clone()));
        let scene = Scene {
            rig,
            posted,
            desk,
            open,
            positions,
        };
        (scene, pipeline)
    }

    /// Notes the lines as arrived, then confirms.
    fn settle(&self, mut held: Held, refuse: impl Fn(Key) -> bool) {
        let mut taken = self.rig.ledger.sinks[0].lock().unwrap();
        for line in held.lines {
            match refuse(key(&line)) {
                true => held.receipt.refuse(line.as_bytes(), "no".to_owned()),
                false => taken.push(line),
            }
        }
        drop(taken);
        held.receipt.confirm();
        self.open.add(-1);
    }
}

#[test]
fn a_batch_is_confirmed_when_its_courier_says_so() {
    let (scene, pipeline) = Scene::new(Rig::plain(), Wants::default(), |ledger| {
        Numbers::even(ledger, 50, 4)
    });
    let stop = scene.rig.stop.clone();
    let summary = thread::scope(|scope| {
        let run = scope.spawn(|| pipeline.run(stop));
        let mut held: Vec<Held> = scene.posted.iter().take(50).collect();
        assert!(scene.rig.ledger.commits.lock().unwrap().is_empty());
        // Any order will do; the watermark keeps theirs.
        held.sort_by_key(|held| held.lines[0].len() as u64 * 7 + key(&held.lines[0]).2 % 5);
        for held in held {
            scene.settle(held, |_| false);
        }
        run.join().unwrap().unwrap()
    });
    let mut taken = scene.rig.ledger.sinks[0].lock().unwrap();
    taken.sort_by_key(|line| key(line));
    drop(taken);
    scene.rig.ledger.check_all(&keys(200));
    assert_eq!(summary.ended, Ended::Input);
    assert_eq!(summary.failed_batches, 0);
    assert_eq!(summary.positions[&("in0".to_owned(), 0)], 200);
}

#[test]
fn refused_events_are_dead_letters_before_the_batch_is_confirmed() {
    let (scene, pipeline) = Scene::new(Rig::plain(), Wants::default(), |ledger| {
        Numbers::even(ledger, 20, 5)
    });
    let stop = scene.rig.stop.clone();
    let summary = thread::scope(|scope| {
        let run = scope.spawn(|| pipeline.run(stop));
        for held in scene.posted.iter().take(20) {
            scene.settle(held, |key| key.2 % 7 == 3);
        }
        run.join().unwrap().unwrap()
    });
    // Every commit was checked against what had arrived or was in the dead letters.
    scene.rig.ledger.check_all(&keys(100));
    assert_eq!(summary.dead_letters, 14);
    let letter = &scene.rig.ledger.letters()[0];
    assert_eq!(letter["error"]["message"], "no");
    assert_eq!(letter["labels"]["sink"], "out0");
}

#[test]
fn a_receipt_that_is_lost_ends_the_run_and_its_position_stays() {
    let (scene, pipeline) = Scene::new(Rig::plain(), Wants::default(), |ledger| {
        Numbers::even(ledger, 10, 1)
    });
    let stop = scene.rig.stop.clone();
    let error = thread::scope(|scope| {
        let run = scope.spawn(|| pipeline.run(stop));
        let mut held: Vec<Held> = scene.posted.iter().take(10).collect();
        let lost = held.remove(6);
        for held in held {
            scene.settle(held, |_| false);
        }
        drop(lost);
        run.join().unwrap().unwrap_err()
    });
    assert!(matches!(&error.cause, Cause::Worker(reason) if reason.contains("sink out0 lost")));
    assert_eq!(error.summary.positions[&("in0".to_owned(), 0)], 6);
}

/// Panics when it is given an event.
struct Broken;

impl Courier for Broken {
    fn begin(&mut self, _: Arc<dyn Desk>) {}

    fn take(&mut self, _: &Parcel<'_>, _: Receipt) {
        panic!("injected into a courier");
    }

    fn finish(&mut self) -> Result<(), WriteError> {
        Ok(())
    }
}

#[test]
fn a_courier_that_panics_ends_the_run_with_what_it_said() {
    let rig = Rig::plain();
    let source: Box<dyn Source> = Box::new(Numbers::even(&rig.ledger, 10, 1));
    let error = Pipeline::new(
        vec![("in0".to_owned(), source)],
        vec![("out0".to_owned(), Exit::Courier(Box::new(Broken)))],
        Split::named(&rig.ledger, "plan"),
        rig.options.clone(),
    );
    let error = error.run(rig.stop.clone()).unwrap_err();
    let said = "a worker failed: sink out0: injected into a courier";
    assert_eq!(error.to_string(), said);
    assert!(rig.ledger.commits.lock().unwrap().is_empty());
}

#[test]
fn a_receipt_that_is_given_up_holds_its_position_and_is_no_fault() {
    let (scene, pipeline) = Scene::new(Rig::plain(), Wants::default(), |ledger| {
        Numbers::even(ledger, 10, 1)
    });
    let stop = scene.rig.stop.clone();
    let summary = thread::scope(|scope| {
        let run = scope.spawn(|| pipeline.run(stop));
        for held in scene.posted.iter().take(10) {
            match key(&held.lines[0]).2 {
                6 => {
                    held.receipt.give_up();
                    scene.open.add(-1);
                }
                _ => scene.settle(held, |_| false),
            }
        }
        run.join().unwrap().unwrap()
    });
    assert_eq!(summary.failed_batches, 0);
    assert!(summary.is_settled());
    assert_eq!(summary.positions[&("in0".to_owned(), 0)], 6);
}

#[test]
fn refused_events_can_be_buried_before_the_rest_is_done() {
    let (scene, pipeline) = Scene::new(Rig::plain(), Wants::default(), |ledger| {
        Numbers::even(ledger, 1, 3)
    });
    let stop = scene.rig.stop.clone();
    let summary = thread::scope(|scope| {
        let run = scope.spawn(|| pipeline.run(stop));
        let mut held = scene.posted.recv().unwrap();
        held.receipt
            .refuse(held.lines[1].as_bytes(), "no".to_owned());
        assert!(Receipt::bury([&mut held.receipt]));
        assert_eq!(scene.rig.ledger.letters().len(), 1);
        assert!(scene.rig.ledger.commits.lock().unwrap().is_empty());
        held.lines.remove(1);
        scene.settle(held, |_| false);
        run.join().unwrap().unwrap()
    });
    scene.rig.ledger.check_all(&keys(3));
    assert_eq!(summary.dead_letters, 1);
}

#[test]
fn what_a_courier_holds_counts_as_in_flight() {
    let mut rig = Rig::plain();
    // Room for three batches of three events, of some 800 bytes, and not for four.
    rig.options.in_flight = 2400;
    rig.options.workers = 1;
    let (scene, pipeline) =
        Scene::new(rig, Wants::default(), |ledger| Numbers::even(ledger, 33, 3));
    let stop = scene.rig.stop.clone();
    thread::scope(|scope| {
        let run = scope.spawn(|| pipeline.run(stop));
        let mut held: Vec<Held> = scene.posted.iter().take(3).collect();
        for _ in 3..33 {
            assert!(scene.posted.try_recv().is_err(), "more than fits");
            scene.settle(held.remove(0), |_| false);
            held.push(scene.posted.recv().unwrap());
        }
        for held in held {
            scene.settle(held, |_| false);
        }
        run.join().unwrap().unwrap()
    });
    scene.rig.ledger.check_all(&keys(99));
}

/// Numbers with many bytes behind each.
struct Long(Numbers);

impl Source for Long {
    fn read(&mut self, batch: &mut Batch, stop: &Stop) -> Result<Read, SourceError> {
        let mut short = Batch::default();
        let read = self.0.read(&mut short, stop)?;
        let lines = std::str::from_utf8(short.bytes.filled()).unwrap().lines();
        for line in lines {
            let line = format!("{line} {}\n", "x".repeat(1000));
            batch.bytes.extend(line.as_bytes());
        }
        batch.position = short.position;
        Ok(read)
    }
}

#[test]
fn what_each_of_several_couriers_holds_counts_as_in_flight() {
    let mut rig = Rig::new(2, |_| Fate::Sinks(3));
    // Room for two batches of an event, of some 2500 bytes in two copies, and not for three.
    rig.options.in_flight = 6000;
    rig.options.workers = 1;
    let source = Long(Numbers::even(&rig.ledger, 30, 1));
    let (mut couriers, mut posts) = (Vec::new(), Vec::new());
    for n in 0..2 {
        let (courier, posted) = Posted::new(Wants::default());
        let open = courier.open.clone();
        couriers.push((format!("out{n}"), Exit::Courier(Box::new(courier))));
        posts.push((posted, open));
    }
    let sources: Vec<(String, Box<dyn Source>)> = vec![("in0".to_owned(), Box::new(source))];
    let plan = Split::named(&rig.ledger, "plan");
    let pipeline = Pipeline::new(sources, couriers, plan, rig.options.clone());
    thread::scope(|scope| {
        let run = scope.spawn(|| pipeline.run(rig.stop.clone()));
        let mut held: VecDeque<Held> = VecDeque::new();
        for n in 0..30 {
            for (posted, _) in &posts {
                held.push_back(posted.recv().unwrap());
            }
            if n == 0 {
                continue;
            }
            for (posted, open) in &posts {
                assert!(posted.try_recv().is_err(), "more than fits");
                held.pop_front().unwrap().receipt.confirm();
                open.add(-1);
            }
        }
        for ((_, open), held) in posts.iter().zip(held) {
            held.receipt.confirm();
            open.add(-1);
        }
        run.join().unwrap().unwrap()
    });
}

#[test]
fn abandoning_ends_a_run_whose_room_a_courier_holds() {
    let mut rig = Rig::plain();
    rig.options.in_flight = 1;
    let (scene, pipeline) =
        Scene::new(rig, Wants::default(), |ledger| Numbers::even(ledger, 10, 1));
    let (stop, handle) = (scene.rig.stop.clone(), pipeline.handle());
    let error = thread::scope(|scope| {
        let run = scope.spawn(|| pipeline.run(stop));
        let held = scene.posted.recv().unwrap();
        let desk = scene.desk.lock().unwrap().clone().unwrap();
        desk.failed("out of order");
        assert_eq!(handle.health().unreachable[0].reason, "out of order");
        scene.rig.stop.set();
        // Said at once, though the courier itself may say nothing more.
        let said = scene.rig.log().pop().unwrap();
        assert!(said.contains("a second signal ends now"), "{said}");
        desk.failed("out of order");
        assert!(!desk.is_halted());
        handle.abandon();
        assert!(desk.is_halted());
        let error = run.join().unwrap().unwrap_err();
        drop(held);
        error
    });
    assert_eq!(error.cause, Cause::Abandoned);
    let log = scene.rig.log();
    let count = |text: &str| log.iter().filter(|line| line.contains(text)).count();
    assert_eq!(
        count("out of order; trying again until it works"),
        1,
        "{log:?}"
    );
    assert_eq!(count("a second signal ends now"), 1, "{log:?}");
}

#[test]
fn a_log_that_panics_at_the_end_leaves_nobody_waiting() {
    let (scene, pipeline) = Scene::new(Rig::plain(), Wants::default(), |ledger| {
        Numbers::even(ledger, 1, 1)
    });
    let pipeline = pipeline.log_to(|message| {
        assert!(!message.text.contains("second signal"), "injected");
    });
    let stop = scene.rig.stop.clone();
    let (say, ended) = channel();
    // Not scoped: where somebody is left waiting the test must end.
    thread::spawn(move || {
        let run = catch_unwind(AssertUnwindSafe(|| pipeline.run(stop)));
        let _ = say.send(run.is_err());
    });
    // What is not settled is told when the run is asked to stop.
    let held = scene.posted.recv().unwrap();
    scene.rig.stop.set();
    let panicked = ended.recv_timeout(Duration::from_secs(20));
    assert_eq!(panicked, Ok(true));
    drop(held);
}

#[test]
fn who_commits_positions_gets_every_batch() {
    let rig = Rig::new(1, |key| match key.2 < 30 {
        true => Fate::Drop,
        false => Fate::Sinks(1),
    });
    let wants = Wants {
        positions: true,
        ..Wants::default()
    };
    let (scene, pipeline) = Scene::new(rig, wants, |ledger| Numbers::even(ledger, 8, 5));
    let stop = scene.rig.stop.clone();
    thread::scope(|scope| {
        let run = scope.spawn(|| pipeline.run(stop));
        for held in scene.posted.iter().take(8) {
            scene.settle(held, |_| false);
        }
        run.join().unwrap().unwrap()
    });
    let positions = scene.positions.lock().unwrap().clone();
    let expected: Vec<(u64, u64)> = (1..=8)
        .map(|n| (5 * n, if n > 6 { 5 } else { 0 }))
        .collect();
    assert_eq!(positions, expected);
}

#[test]
fn letters_are_safe_before_who_commits_positions_gets_the_batch() {
    let rig = Rig::new(1, |key| match key.2 % 5 {
        2 => Fate::Panic,
        _ => Fate::Sinks(1),
    });
    let wants = Wants {
        positions: true,
        ..Wants::default()
    };
    let (scene, pipeline) = Scene::new(rig, wants, |ledger| Numbers::even(ledger, 8, 5));
    let stop = scene.rig.stop.clone();
    thread::scope(|scope| {
        let run = scope.spawn(|| pipeline.run(stop));
        for (n, held) in scene.posted.iter().take(8).enumerate() {
            assert!(scene.rig.ledger.letters().len() > n, "not yet safe");
            scene.settle(held, |_| false);
        }
        run.join().unwrap().unwrap()
    });
    scene.rig.ledger.check_all(&keys(40));
}

#[test]
fn nobody_waits_for_a_sink_that_takes_its_time_over_letters() {
    let mut rig = Rig::new(2, |key| match key.2 % 4 {
        1 => Fate::Panic,
        _ => Fate::Sinks(2),
    });
    rig.options.workers = 1;
    rig.options.dead_letter_sink = Some("out0".to_owned());
    let (say, ended) = channel();
    // Five batches, and the end.
    let source = Numbers::even(&rig.ledger, 6, 4).before_read(move |batch, _| {
        let _ = say.send(batch);
    });
    let beside = Recorder::new(1, &rig.ledger);
    let (scene, pipeline) = Scene::beside(rig, source, beside);
    let stop = scene.rig.stop.clone();
    let summary = thread::scope(|scope| {
        let run = scope.spawn(|| pipeline.run(stop));
        let first = scene.posted.recv().unwrap();
        let letter = |line: &String| {
            let letter: serde_json::Value = serde_json::from_str(line).unwrap();
            key(letter["event"]["original"].as_str().unwrap())
        };
        // The others are read and written while the first letter is under way.
        while ended
            .recv_timeout(Duration::from_secs(20))
            .expect("held up")
            < 5
        {}
        assert!(scene.rig.ledger.commits.lock().unwrap().is_empty());
        let mut letters: Vec<Key> = first.lines.iter().map(letter).collect();
        first.receipt.confirm();
        scene.open.add(-1);
        while letters.len() < 6 {
            let next = scene.posted.recv().unwrap();
            letters.extend(next.lines.iter().map(letter));
            next.receipt.confirm();
            scene.open.add(-1);
        }
        let expected: Vec<Key> = (0..6).map(|n| (0, 0, 4 * n + 1)).collect();
        assert_eq!(letters, expected);
        run.join().unwrap().unwrap()
    });
    assert_eq!(summary.positions[&("in0".to_owned(), 0)], 24);
    assert_eq!(scene.rig.ledger.taken(1).len(), 18);
    assert_eq!(summary.dead_letters, 6);
}

#[test]
fn a_courier_beside_a_sink_both_have_to_be_done() {
    let rig = Rig::new(2, |_| Fate::Sinks(3));
    let source = Numbers::even(&rig.ledger, 12, 2);
    let beside = Recorder::new(1, &rig.ledger);
    let (scene, pipeline) = Scene::beside(rig, source, beside);
    let stop = scene.rig.stop.clone();
    thread::scope(|scope| {
        let run = scope.spawn(|| pipeline.run(stop));
        for held in scene.posted.iter().take(12) {
            scene.settle(held, |_| false);
        }
        run.join().unwrap().unwrap()
    });
    scene.rig.ledger.check_all(&keys(24));
}
