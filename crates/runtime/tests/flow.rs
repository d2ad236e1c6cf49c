//! Order, back-pressure, snapshots and stopping.

mod rig;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, mpsc};

use knownet_flow::Sink;
use knownet_runtime::Ended;
use rig::{Fate, Numbers, Recorder, Rig, Split, key, keys};

#[test]
fn two_sources_and_two_sinks_keep_each_order() {
    let rig = Rig::new(2, |(source, partition, n)| match n % 4 {
        0 => Fate::Sinks(0b01),
        1 => Fate::Sinks(0b10),
        2 => Fate::Sinks(0b11),
        _ if partition + source == 1 => Fate::Drop,
        _ => Fate::Sinks(0b11),
    });
    let sources = [
        Numbers::new(
            0,
            &rig.ledger,
            [(0, 7), (1, 1), (0, 20), (2, 5), (1, 9)].repeat(20),
        ),
        Numbers::new(1, &rig.ledger, [(5, 3), (4, 30)].repeat(30)),
    ];
    let keys: Vec<_> = sources.iter().flat_map(Numbers::keys).collect();
    let sinks = (0..2).map(|n| Box::new(Recorder::new(n, &rig.ledger)) as Box<dyn Sink>);
    let plan = Split::named(&rig.ledger, "plan");
    let sources = sources.map(|s| Box::new(s) as Box<_>);
    let pipeline = rig.pipeline(sources.into(), sinks.collect(), plan);
    let summary = pipeline.run(rig.stop.clone()).unwrap();
    rig.ledger.check_all(&keys);
    assert_eq!(summary.counts.events, keys.len() as u64);
    assert_eq!(summary.ended, Ended::Input);
    let expected: BTreeMap<_, _> = [
        (0, 0, 540),
        (0, 1, 200),
        (0, 2, 100),
        (1, 4, 900),
        (1, 5, 90),
    ]
    .map(|(s, p, n)| ((format!("in{s}"), p), n))
    .into();
    assert_eq!(summary.positions, expected);
}

#[test]
fn a_batch_that_overtakes_another_in_the_steps_is_written_behind_it() {
    let mut rig = Rig::plain();
    rig.options.workers = 2;
    // The first batch stays in its steps until the second one is through them.
    let through = Arc::new((Mutex::new(false), Condvar::new()));
    let inner = through.clone();
    let plan = Split::calling(&rig.ledger, "plan", move |key| match key.2 {
        0 => drop(
            inner
                .1
                .wait_while(inner.0.lock().unwrap(), |t| !*t)
                .unwrap(),
        ),
        19 => {
            *inner.0.lock().unwrap() = true;
            inner.1.notify_all();
        }
        _ => {}
    });
    let source = Numbers::even(&rig.ledger, 4, 10);
    let sink = Recorder::new(0, &rig.ledger);
    let pipeline = rig.pipeline(vec![Box::new(source)], vec![Box::new(sink)], plan);
    pipeline.run(rig.stop.clone()).unwrap();
    assert!(*through.0.lock().unwrap());
    rig.ledger.check_all(&keys(40));
}

#[test]
fn a_slow_sink_slows_its_source() {
    let mut rig = Rig::plain();
    rig.options.workers = 6;
    rig.options.in_flight = 120;
    let written = Arc::new(AtomicU64::new(0));
    let most = Arc::new(AtomicU64::new(0));
    let (say, third) = mpsc::channel();
    let (counted, peak) = (written.clone(), most.clone());
    let batches = vec![(0, 1), (0, 9), (0, 10), (0, 10), (0, 10), (0, 10)];
    let source = Numbers::new(0, &rig.ledger, batches).before_read(move |batch, _| {
        let open = batch - counted.load(Ordering::SeqCst);
        peak.fetch_max(open, Ordering::SeqCst);
        if batch == 2 {
            let _ = say.send(());
        }
    });
    let mut first = true;
    let sink = Recorder::new(0, &rig.ledger).before_write(move |_| {
        if std::mem::take(&mut first) {
            third.recv().unwrap();
        }
        written.fetch_add(1, Ordering::SeqCst);
        Ok(())
    });
    rig.run(source, sink).unwrap();
    rig.ledger.check_all(&keys(50));
    // The first batches have 6 + 54 + 70 bytes: two fit, the third waits for its share with the
    // source held, so at no read more than two earlier ones are unwritten.
    assert_eq!(most.load(Ordering::SeqCst), 2);
}

#[test]
fn a_tiny_budget_never_deadlocks() {
    for workers in 1..4 {
        let mut rig = Rig::new(2, |_| Fate::Sinks(0b11));
        rig.options.workers = workers;
        rig.options.in_flight = 1;
        let sources = [0, 1, 2].map(|n| Numbers::new(n, &rig.ledger, vec![(0, 3); 50]));
        let keys: Vec<_> = sources.iter().flat_map(Numbers::keys).collect();
        let sinks = (0..2).map(|n| Box::new(Recorder::new(n, &rig.ledger)) as Box<dyn Sink>);
        let sources = sources.map(|s| Box::new(s) as Box<_>);
        let plan = Split::named(&rig.ledger, "plan");
        let pipeline = rig.pipeline(sources.into(), sinks.collect(), plan);
        pipeline.run(rig.stop.clone()).unwrap();
        rig.ledger.check_all(&keys);
    }
}

#[test]
fn a_source_that_waits_does_not_keep_the_budget_from_another() {
    let mut rig = Rig::plain();
    rig.options.in_flight = 1;
    let (say, done) = mpsc::channel();
    let waiting =
        Numbers::new(0, &rig.ledger, vec![(0, 3)]).before_read(move |_, _| done.recv().unwrap());
    let busy = Numbers::new(1, &rig.ledger, vec![(0, 3); 20]);
    let keys: Vec<_> = [&waiting, &busy].iter().flat_map(|s| s.keys()).collect();
    let sink = Recorder::new(0, &rig.ledger).before_write(move |keys| {
        if keys.last().unwrap() == &(1, 0, 59) {
            say.send(()).unwrap();
        }
        Ok(())
    });
    let plan = Split::named(&rig.ledger, "plan");
    let sources: Vec<Box<dyn knownet_flow::Source>> = vec![Box::new(waiting), Box::new(busy)];
    let pipeline = rig.pipeline(sources, vec![Box::new(sink)], plan);
    pipeline.run(rig.stop.clone()).unwrap();
    rig.ledger.check_all(&keys);
}

#[test]
fn a_batch_sees_one_snapshot_and_the_next_one_the_new() {
    for workers in [1, 3] {
        let mut rig = Rig::plain();
        rig.options.workers = workers;
        let next = Split::named(&rig.ledger, "new");
        let handle: Arc<Mutex<Option<knownet_runtime::Handle>>> = Arc::default();
        let reached = handle.clone();
        let source = Numbers::even(&rig.ledger, 20, 10).before_read(move |batch, _| {
            if batch == 10 {
                let handle = reached.lock().unwrap().take().unwrap();
                handle.replace(next.clone());
            }
        });
        let sink = Recorder::new(0, &rig.ledger);
        rig.run_with(source, sink, |h| *handle.lock().unwrap() = Some(h))
            .unwrap();
        rig.ledger.check_all(&keys(200));
        for batch in rig.ledger.taken(0).chunks(10) {
            // Some events leave as they came, without the name behind their three numbers.
            let names: Vec<_> = batch.iter().filter_map(|l| l.split(' ').nth(3)).collect();
            assert!(names.iter().all(|n| *n == names[0]), "{names:?}");
            let number = key(&batch[0]).2;
            // Whichever lane takes it, and whenever that comes to work on it.
            let expected = if number < 100 { "plan" } else { "new" };
            assert_eq!(names[0], expected, "{number}");
        }
    }
}

#[test]
fn a_stop_finishes_what_was_read() {
    let rig = Rig::plain();
    let read = Arc::new(AtomicU64::new(0));
    let count = read.clone();
    let source = Numbers::even(&rig.ledger, 100_000, 10).before_read(move |_, _| {
        count.fetch_add(1, Ordering::SeqCst);
    });
    let stop = rig.stop.clone();
    let sink = Recorder::new(0, &rig.ledger).before_write(move |keys| {
        if keys[0].2 >= 300 {
            stop.set();
        }
        Ok(())
    });
    let summary = rig.run(source, sink).unwrap();
    assert_eq!(summary.ended, Ended::Stopped);
    let events = read.load(Ordering::SeqCst) * 10;
    assert!((310..100_000).contains(&events), "{events}");
    rig.ledger.check_all(&keys(events));
    assert_eq!(summary.positions[&("in0".to_owned(), 0)], events);
    assert!(summary.is_complete());
}
