//! The dead letters: oversized lines in pieces, entries that never interleave, a file that cannot
//! be written for a while.

mod rig;

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Barrier, Mutex, mpsc};
use std::thread;

use knownet_flow::{
    Batch, Commit, Courier, Desk, Parcel, Piece, Read, Receipt, Sink, Source, SourceError, Stop,
    WriteError,
};
use knownet_runtime::{Cause, Ended, Exit, Pipeline};
use rig::{Fate, Numbers, Recorder, Rig, Silent, Split, keys};

type Commits = Arc<Mutex<Vec<u64>>>;

/// Gives lines and pieces as it is told.
struct Pieces {
    script: VecDeque<(Read, Vec<u8>)>,
    position: u64,
    commits: Commits,
    /// Told each commit, too.
    told: Option<mpsc::Sender<u64>>,
    before: Box<dyn FnMut(usize) + Send>,
}

impl Pieces {
    fn new(script: Vec<(Read, Vec<u8>)>) -> Pieces {
        Pieces {
            script: script.into(),
            position: 0,
            commits: Arc::default(),
            told: None,
            before: Box::new(|_| {}),
        }
    }
}

impl Source for Pieces {
    fn read(&mut self, batch: &mut Batch, _: &Stop) -> Result<Read, SourceError> {
        (self.before)(self.script.len());
        let Some((read, bytes)) = self.script.pop_front() else {
            return Ok(Read::End);
        };
        batch.bytes.extend(&bytes);
        self.position += 1;
        batch.position = self.position;
        Ok(read)
    }

    fn commits(&mut self) -> Option<Box<dyn Commit>> {
        Some(Box::new(Seen(self.commits.clone(), self.told.take())))
    }
}

struct Seen(Commits, Option<mpsc::Sender<u64>>);

impl Commit for Seen {
    fn commit(&mut self, _: u32, position: u64) {
        self.0.lock().unwrap().push(position);
        if let Some(told) = &self.1 {
            let _ = told.send(position);
        }
    }
}

fn piece(first: bool, last: bool, bytes: &[u8]) -> (Read, Vec<u8>) {
    (Read::Oversized(Piece { first, last }), bytes.to_vec())
}

fn pipeline(rig: &Rig, sources: Vec<Pieces>) -> Pipeline {
    let sources = sources.into_iter().map(|s| Box::new(s) as Box<dyn Source>);
    let sinks: Vec<Box<dyn Sink>> = vec![Box::new(Recorder::new(0, &rig.ledger))];
    let plan = Split::named(&rig.ledger, "plan");
    rig.pipeline(sources.collect(), sinks, plan)
}

/// The names of the files beside the dead letters.
fn files(rig: &Rig) -> Vec<String> {
    let folder = rig.ledger.dead_letter.parent().unwrap();
    let entries = std::fs::read_dir(folder).unwrap();
    let name = |e: std::io::Result<std::fs::DirEntry>| e.unwrap().file_name();
    entries.map(|e| name(e).into_string().unwrap()).collect()
}

#[test]
fn an_oversized_line_is_one_letter_and_confirmed_as_one() {
    let rig = Rig::plain();
    let source = Pieces::new(vec![
        (Read::Lines, b"0 0 0\n".to_vec()),
        piece(true, false, b"{\"a\":\"z\xc3"),
        piece(false, false, b"\xa4\xf0\x9f"),
        piece(false, false, b"\x98"),
        piece(false, false, b"\x80\xff\xe2\x82"),
        piece(false, true, b""),
        (Read::Lines, b"0 0 1\n".to_vec()),
        piece(true, true, b"whole\t"),
    ]);
    let commits = source.commits.clone();
    let summary = pipeline(&rig, vec![source]).run(rig.stop.clone()).unwrap();
    let letters = rig.ledger.letters();
    assert_eq!(letters.len(), 2);
    let path = rig.ledger.dead_letter.display();
    let place = format!("events go to the dead letters: {path}");
    assert_eq!(rig.log(), [place], "said once");
    assert_eq!(
        letters[0]["event"]["original"],
        "{\"a\":\"zä😀\\xFF\\xE2\\x82"
    );
    assert_eq!(letters[0]["labels"]["source"], "in0");
    assert_eq!(
        letters[0]["error"]["message"],
        "the line is longer than an event may be"
    );
    assert!(letters[0]["@timestamp"].as_str().unwrap().ends_with('Z'));
    assert_eq!(letters[0]["event"]["lossy"], true);
    assert_eq!(letters[1]["event"]["original"], "whole\t");
    assert!(letters[1]["event"].get("lossy").is_none());
    assert_eq!((summary.oversized, summary.dead_letters), (2, 2));
    // The pieces of one line are confirmed together, when it is whole.
    let commits = commits.lock().unwrap().clone();
    assert_eq!(commits.last(), Some(&8));
    assert!(commits.is_sorted());
    assert!(!commits.iter().any(|c| (2..=5).contains(c)), "{commits:?}");
    assert_eq!(rig.ledger.taken(0), ["0 0 0 plan", "0 0 1"]);
    assert_eq!(files(&rig), ["dead.ndjson"]);
}

#[test]
fn two_runs_with_one_file_leave_each_others_lines_alone() {
    // Each has one worker, so a piece is taken in before the next one is read; they read in step.
    let step = Arc::new(Barrier::new(2));
    let scripts = [
        vec![
            piece(true, false, b"a long "),
            piece(false, false, b"line "),
            piece(false, false, b"in four "),
            piece(false, true, b"pieces"),
        ],
        // Begins and ends while the other is under way.
        vec![
            (Read::Lines, b"0 0 0\n".to_vec()),
            piece(true, false, b"another "),
            piece(false, true, b"run's"),
            (Read::Lines, b"0 0 1\n".to_vec()),
        ],
    ];
    let mut rigs = [Rig::plain(), Rig::plain()];
    let dead_letter = rigs[0].options.dead_letter.clone();
    for rig in &mut rigs {
        rig.options.workers = 1;
        rig.options.give_up = true;
        rig.options.dead_letter = dead_letter.clone();
    }
    let runs = rigs.iter().zip(scripts).map(|(rig, script)| {
        let mut source = Pieces::new(script);
        let step = step.clone();
        source.before = Box::new(move |_| {
            step.wait();
        });
        (pipeline(rig, vec![source]), rig.stop.clone())
    });
    let runs: Vec<_> = runs.collect();
    let ended: Vec<_> = thread::scope(|scope| {
        let threads = runs
            .into_iter()
            .map(|(run, stop)| scope.spawn(|| run.run(stop)));
        let threads: Vec<_> = threads.collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    });
    for summary in ended {
        let summary = summary.unwrap();
        assert_eq!((summary.oversized, summary.dead_letters), (1, 1));
    }
    let letters = rigs[0].ledger.letters();
    let events = letters.iter().map(|l| l["event"]["original"].as_str());
    let events: BTreeSet<_> = events.map(Option::unwrap).collect();
    let expected = ["another run's", "a long line in four pieces"];
    assert_eq!((letters.len(), events), (2, expected.into()));
    assert_eq!(files(&rigs[0]), ["dead.ndjson"]);
}

#[test]
fn a_line_whose_end_does_not_come_holds_nobody_up() {
    let rig = Rig::new(1, |key| match key.0 {
        1 => Fate::Panic,
        _ => Fate::Sinks(1),
    });
    let (say, done) = mpsc::channel();
    let mut halted = Pieces::new(vec![
        piece(true, false, b"half "),
        piece(false, true, b"whole"),
    ]);
    let dead_letter = rig.ledger.dead_letter.clone();
    // The second piece comes when the letters of the other source are safe.
    halted.before = Box::new(move |left| {
        if left == 1 {
            while done.recv().unwrap() < 2 {}
            let text = std::fs::read_to_string(&dead_letter).unwrap();
            assert_eq!(text.lines().count(), 2);
        }
    });
    let mut other = Pieces::new(vec![
        (Read::Lines, b"1 0 0\n".to_vec()),
        (Read::Lines, b"1 0 1\n".to_vec()),
    ]);
    other.told = Some(say);
    let mut rig = rig;
    rig.options.workers = 1;
    let summary = pipeline(&rig, vec![halted, other])
        .run(rig.stop.clone())
        .unwrap();
    assert_eq!(summary.source_errors, Vec::<String>::new());
    let letters = rig.ledger.letters();
    let events: Vec<_> = letters
        .iter()
        .map(|l| l["event"]["original"].as_str().unwrap())
        .collect();
    assert_eq!(events, ["1 0 0", "1 0 1", "half whole"]);
}

#[test]
fn a_line_that_its_source_never_ends_is_ended() {
    let rig = Rig::plain();
    let source = Pieces::new(vec![
        piece(true, false, b"one"),
        piece(true, false, b"two"),
        (Read::Lines, b"0 0 0\n".to_vec()),
        piece(true, false, b"three"),
    ]);
    let summary = pipeline(&rig, vec![source]).run(rig.stop.clone()).unwrap();
    let letters = rig.ledger.letters();
    let events: Vec<_> = letters
        .iter()
        .map(|l| l["event"]["original"].as_str().unwrap())
        .collect();
    assert_eq!(events, ["one", "two", "three"]);
    assert_eq!(summary.positions[&("in0".to_owned(), 0)], 4);
}

#[test]
fn many_lanes_do_not_mix_their_letters() {
    let rig = Rig::new(1, |key| match key.2 % 3 {
        0 => Fate::Panic,
        _ => Fate::Sinks(1),
    });
    let sources = [0, 1, 2].map(|n| Numbers::new(n, &rig.ledger, vec![(0, 5); 10]));
    let keys: Vec<_> = sources.iter().flat_map(Numbers::keys).collect();
    let sources = sources.map(|s| Box::new(s) as Box<dyn Source>);
    let sinks: Vec<Box<dyn Sink>> = vec![Box::new(Recorder::new(0, &rig.ledger))];
    let plan = Split::named(&rig.ledger, "plan");
    let pipeline = rig.pipeline(sources.into(), sinks, plan);
    pipeline.run(rig.stop.clone()).unwrap();
    rig.ledger.check_all(&keys);
}

#[test]
fn letters_wait_until_their_file_can_be_written() {
    let mut rig = Rig::new(1, |key| match key.2 {
        3 => Fate::Panic,
        _ => Fate::Sinks(1),
    });
    // The folder is made when the log says that it is missing.
    let folder = rig.ledger.dead_letter.parent().unwrap().join("later");
    rig.options.dead_letter = folder.join("dead.ndjson");
    let source = Numbers::even(&rig.ledger, 2, 5);
    let sinks: Vec<Box<dyn Sink>> = vec![Box::new(Recorder::new(0, &rig.ledger))];
    let plan = Split::named(&rig.ledger, "plan");
    let log = rig.log.clone();
    let sources: Vec<Box<dyn Source>> = vec![Box::new(Silent(source))];
    let pipeline = rig.pipeline(sources, sinks, plan).log_to(move |message| {
        log.lock().unwrap().push(message.text.clone());
        std::fs::create_dir_all(&folder).unwrap();
    });
    let summary = pipeline.run(rig.stop.clone()).unwrap();
    assert_eq!((summary.dead_letters, summary.retries), (1, 1));
    let text = std::fs::read_to_string(&rig.options.dead_letter).unwrap();
    assert_eq!(text.lines().count(), 1);
    assert!(
        rig.log()[0].starts_with("dead letters: "),
        "{:?}",
        rig.log()
    );
    assert!(rig.log()[1].contains("works again"), "{:?}", rig.log());
    let path = &rig.options.dead_letter;
    let place = format!("events go to the dead letters: {}", path.display());
    assert_eq!(rig.log()[2..], [place]);
    assert_eq!(summary.dead_letter, *path);
}

#[test]
fn nothing_more_is_read_while_letters_cannot_be_written() {
    let mut rig = Rig::new(1, |key| match key.2 {
        3 => Fate::Panic,
        _ => Fate::Sinks(1),
    });
    rig.options.workers = 1;
    let folder = rig.ledger.dead_letter.parent().unwrap().join("later");
    rig.options.dead_letter = folder.join("dead.ndjson");
    let source: Box<dyn Source> = Box::new(Silent(Numbers::even(&rig.ledger, 1000, 1)));
    let sinks: Vec<Box<dyn Sink>> = vec![Box::new(Recorder::new(0, &rig.ledger))];
    let plan = Split::named(&rig.ledger, "plan");
    let (say, said) = mpsc::channel();
    let ledger = rig.ledger.clone();
    let pipeline = rig.pipeline(vec![source], sinks, plan);
    let pipeline = pipeline.log_to(move |_| {
        let _ = say.send(ledger.taken(0).len());
    });
    thread::scope(|scope| {
        let run = scope.spawn(|| pipeline.run(rig.stop.clone()));
        let failed = said.recv().unwrap();
        // Time enough to read on, for who would.
        (0..20_000).for_each(|_| thread::yield_now());
        std::fs::create_dir_all(&folder).unwrap();
        let again = said.recv().unwrap();
        // Something may have been under way.
        assert!(again <= failed + 2, "{again} after {failed}");
        run.join().unwrap().unwrap()
    });
    assert_eq!(rig.ledger.taken(0).len(), 999);
}

#[test]
fn letters_that_cannot_be_written_end_a_run_that_gives_up() {
    let mut rig = Rig::new(1, |key| match key.2 {
        13 => Fate::Panic,
        _ => Fate::Sinks(1),
    });
    rig.options.give_up = true;
    rig.options.dead_letter = rig.options.dead_letter.join("no").join("folder");
    let source = Numbers::even(&rig.ledger, 5, 10);
    let error = rig.run(source, Recorder::new(0, &rig.ledger)).unwrap_err();
    assert!(matches!(&error.cause, Cause::GaveUp { part, .. } if part == "dead letters"));
    // What came behind it may be at its sink, but no position passed it.
    assert_eq!(error.summary.positions[&("in0".to_owned(), 0)], 10);
    assert_eq!(rig.ledger.wrong(), Vec::<String>::new());
    assert_eq!(
        rig.ledger.missing(keys(10).into_iter()),
        Vec::<String>::new()
    );
}

/// A sink that keeps the lines it is given, but for those with a word that it does not like.
struct Shelf {
    lines: Arc<Mutex<Vec<String>>>,
    refuses: &'static str,
}

impl Shelf {
    fn keep(&self, events: &knownet_flow::Events<'_>) -> Vec<String> {
        let text = events.slices().collect::<Vec<_>>().concat();
        let text = String::from_utf8(text).unwrap();
        let (bad, good): (Vec<_>, Vec<_>) =
            text.lines().partition(|line| line.contains(self.refuses));
        self.lines
            .lock()
            .unwrap()
            .extend(good.into_iter().map(str::to_owned));
        bad.into_iter().map(str::to_owned).collect()
    }
}

impl Sink for Shelf {
    fn write(&mut self, events: &knownet_flow::Events<'_>) -> Result<(), WriteError> {
        let text = events.slices().collect::<Vec<_>>().concat();
        if String::from_utf8(text).unwrap().contains(self.refuses) {
            return Err(WriteError::Refused("not that".to_owned()));
        }
        self.keep(events);
        Ok(())
    }
}

impl Courier for Shelf {
    fn begin(&mut self, _: Arc<dyn Desk>) {}

    fn take(&mut self, parcel: &Parcel<'_>, mut receipt: Receipt) {
        for line in self.keep(&parcel.events) {
            receipt.refuse(line.as_bytes(), "not that".to_owned());
        }
        receipt.confirm();
    }

    fn finish(&mut self) -> Result<(), WriteError> {
        Ok(())
    }
}

/// Events that panic and lines that are too long go to a sink, and what that refuses to the file.
fn letters_by(exit: impl FnOnce(Shelf) -> Exit) {
    let mut rig = Rig::new(1, |key| match key.2 % 10 {
        3 => Fate::Panic,
        _ => Fate::Sinks(1),
    });
    rig.options.dead_letter_sink = Some("shelf".to_owned());
    let lines: Arc<Mutex<Vec<String>>> = Arc::default();
    let shelf = Shelf {
        lines: lines.clone(),
        refuses: "0 0 23",
    };
    let source: Box<dyn Source> = Box::new(Silent(Numbers::even(&rig.ledger, 10, 4)));
    let long: Box<dyn Source> = Box::new(Pieces::new(vec![
        piece(true, false, b"a long "),
        piece(false, true, b"line"),
    ]));
    let recorder: Box<dyn Sink> = Box::new(Recorder::new(0, &rig.ledger));
    let sinks = vec![
        ("out0".to_owned(), Exit::Sink(recorder)),
        ("shelf".to_owned(), exit(shelf)),
    ];
    let sources = vec![("in0".to_owned(), source), ("in1".to_owned(), long)];
    let plan = Split::named(&rig.ledger, "plan");
    let pipeline = Pipeline::new(sources, sinks, plan, rig.options.clone()).log_to(|_| {});
    let summary = pipeline.run(rig.stop.clone()).unwrap();
    assert_eq!(summary.dead_letters, 5);
    let file = rig.ledger.dead_letter.display();
    let place = format!("sink shelf, 1 of them in {file}");
    assert_eq!(summary.dead_letter, place);
    let event = |line: &String| {
        let letter: serde_json::Value = serde_json::from_str(line).unwrap();
        letter["event"]["original"].as_str().unwrap().to_owned()
    };
    let mut shelved: Vec<String> = lines.lock().unwrap().iter().map(event).collect();
    shelved.sort();
    assert_eq!(shelved, ["0 0 13", "0 0 3", "0 0 33", "a long line"]);
    let letters = rig.ledger.letters();
    let kept: Vec<_> = letters
        .iter()
        .map(|letter| &letter["event"]["original"])
        .collect();
    assert_eq!(kept, ["0 0 23"]);
}

#[test]
fn a_sink_for_letters_alone_keeps_no_run_going() {
    let mut rig = Rig::plain();
    rig.options.dead_letter_sink = Some("shelf".to_owned());
    rig.options.workers = 1;
    let shelf = Shelf {
        lines: Arc::default(),
        refuses: "nothing",
    };
    let source: Box<dyn Source> = Box::new(Numbers::even(&rig.ledger, 10, 4));
    // Its reader goes after the second batch.
    let mut recorder = Recorder::new(0, &rig.ledger);
    recorder = recorder.before_write(|keys| match keys[0].2 < 8 {
        true => Ok(()),
        false => Err(WriteError::Closed),
    });
    let sinks: Vec<(String, Box<dyn Sink>)> = vec![
        ("out0".to_owned(), Box::new(recorder)),
        ("shelf".to_owned(), Box::new(shelf)),
    ];
    let plan = Split::named(&rig.ledger, "plan");
    let pipeline = Pipeline::new(
        vec![("in0".to_owned(), source)],
        sinks,
        plan,
        rig.options.clone(),
    );
    let summary = pipeline.log_to(|_| {}).run(rig.stop.clone()).unwrap();
    assert_eq!(summary.ended, Ended::Closed);
    assert_eq!(summary.positions[&("in0".to_owned(), 0)], 8);
    rig.ledger.check_all(&keys(8));
}

#[test]
fn a_sink_may_take_the_letters() {
    letters_by(|shelf| Exit::Sink(Box::new(shelf)));
}

#[test]
fn a_courier_may_take_the_letters() {
    letters_by(|shelf| Exit::Courier(Box::new(shelf)));
}
