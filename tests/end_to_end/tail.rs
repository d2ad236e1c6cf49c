use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::Path;

use crate::rig::{Daemon, Folder, Ran, eventually, objects};

/// Follows `logs/PATTERN` into `out.ndjson`.
fn config(pattern: &str, keys: &str) -> String {
    format!(
        "[sources.logs]\ntype = \"file\"\nfollow = true\npaths = [\"logs/{pattern}\"]\n{keys}\n\
         [sinks.out]\ntype = \"file\"\npath = \"out.ndjson\"\n"
    )
}

struct Logs {
    folder: Folder,
}

impl Logs {
    fn new() -> Logs {
        let folder = Folder::new();
        fs::create_dir(folder.path("logs")).expect("a folder");
        Logs { folder }
    }

    fn append(&self, name: &str, text: &str) {
        let path = self.folder.path(&format!("logs/{name}"));
        let file = OpenOptions::new().append(true).create(true).open(path);
        file.and_then(|mut file| file.write_all(text.as_bytes()))
            .expect("a log");
    }

    fn rename(&self, from: &str, to: &str) {
        let path = |name: &str| self.folder.path(&format!("logs/{name}"));
        fs::rename(path(from), path(to)).expect("a log");
    }

    /// The numbers that came out, in their order.
    fn numbers(&self) -> Vec<u64> {
        let Ok(text) = fs::read_to_string(self.folder.path("out.ndjson")) else {
            return Vec::new();
        };
        let whole = text.rfind('\n').map_or("", |end| &text[..=end]);
        let events = objects(whole).into_iter();
        events.filter_map(|event| event["n"].as_u64()).collect()
    }

    fn until(&self, count: u64) -> Vec<u64> {
        eventually("the last event", || {
            let numbers = self.numbers();
            let all = numbers.iter().copied().collect::<BTreeSet<_>>();
            (all.len() as u64 == count).then_some(numbers)
        })
    }
}

fn event(n: u64) -> String {
    format!("{{\"n\":{n},\"message\":\"an event of some length to be told from others\"}}\n")
}

fn events(from: u64, to: u64) -> String {
    (from..to).map(event).collect()
}

fn stopped(daemon: Daemon) -> Ran {
    daemon.stop().succeeded()
}

#[test]
fn what_is_found_at_first_is_said() {
    let logs = Logs::new();
    let mut daemon = logs.folder.daemon(&config("*.log", ""));
    let said = daemon.said("no file matches");
    assert!(
        said.contains("\"warn\"") && said.contains("logs/*.log yet"),
        "{said}"
    );
    stopped(daemon);
    logs.append("a.log", &events(0, 1));
    let mut daemon = logs.folder.again();
    let said = daemon.said("1 file matches");
    assert!(
        said.contains("\"info\"") && said.contains("logs/*.log"),
        "{said}"
    );
    stopped(daemon);
}

// Windows gives a file the time of birth of the one that had its name just before.
#[cfg(unix)]
#[test]
fn a_copy_is_said_and_the_same_again_is_read() {
    let logs = Logs::new();
    let text = event(1).repeat(40);
    logs.append("a.log", &text);
    let keys = "watch = \"poll\"\npoll_interval = \"20ms\"\nclose_after = \"20ms\"\n";
    let daemon = logs.folder.daemon(&config("*.log", keys));
    let count = |count: usize| {
        eventually("all events", || {
            (logs.numbers().len() == count).then_some(())
        });
    };
    count(40);
    let path = logs.folder.path("logs/a.log");
    fs::remove_file(&path).expect("a log");
    logs.append("a.log", &text);
    count(80);
    stopped(daemon);
    fs::copy(&path, logs.folder.path("logs/b.log")).expect("a copy");
    fs::remove_file(&path).expect("a log");
    let mut daemon = logs.folder.again();
    let said = daemon.said("is taken for a copy of");
    assert!(
        said.contains("\"info\"") && said.contains("b.log"),
        "{said}"
    );
    stopped(daemon);
    count(80);
}

#[test]
fn lines_come_out_as_they_are_written() {
    let logs = Logs::new();
    logs.append("a.log", &events(0, 3));
    let mut n = 3;
    for watch in ["auto", "poll"] {
        let keys = format!("watch = \"{watch}\"\npoll_interval = \"20ms\"\n");
        let daemon = logs.folder.daemon(&config("*.log", &keys));
        logs.append("a.log", &events(n, n + 2));
        logs.append("b.log", &events(n + 2, n + 4));
        logs.until(n + 4);
        logs.append("b.log", "{\"n\":");
        logs.append("a.log", &event(n + 4));
        logs.until(n + 5);
        logs.append("b.log", &format!("{}}}\n", n + 5));
        logs.until(n + 6);
        stopped(daemon);
        n += 6;
    }
    // Nothing twice, though it was started twice.
    assert_eq!(logs.numbers().len(), 15);
}

#[test]
fn what_is_confirmed_does_not_come_again_after_a_kill() {
    let logs = Logs::new();
    let config = config("a.*", "close_after = \"1s\"");
    let mut written = 0;
    for _ in 0..20 {
        let before = logs.numbers().len();
        let daemon = logs.folder.daemon(&config);
        for _ in 0..5 {
            logs.append("a.log", &events(written, written + 200));
            written += 200;
        }
        logs.rename("a.log", &format!("a.{written}"));
        // Somewhere in the middle of it.
        eventually("some events", || {
            (logs.numbers().len() > before).then_some(())
        });
        daemon.kill();
    }
    let daemon = logs.folder.daemon(&config);
    let numbers = logs.until(written);
    stopped(daemon);
    let twice = numbers.len() as u64 - written;
    println!("{twice} of {written} events came twice over 20 kills");
    assert!(twice < written / 2);
}

/// Writes, rotates, writes on; returns how many events were written.
fn rotations(logs: &Logs, rotate: impl Fn(&Path, u64)) -> u64 {
    let path = logs.folder.path("logs/a.log");
    let (mut written, mut random) = (0u64, 7u64);
    for _ in 0..1000 {
        // An old generator (Knuth, MMIX): the lengths have to differ, not more.
        random = random
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        let count = 1 + random % 40 / 10 * (random >> 40) % 60;
        logs.append("a.log", &events(written, written + count));
        written += count;
        rotate(&path, written);
    }
    written
}

#[test]
fn a_thousand_rotations_by_rename_lose_nothing() {
    let logs = Logs::new();
    logs.append("a.log", &event(u64::MAX / 2));
    let daemon = logs.folder.daemon(&config("a.log", ""));
    // From now on it is told of every rename.
    logs.until(1);
    let written = rotations(&logs, |path, written| {
        fs::rename(path, path.with_extension(format!("{written}"))).expect("a log");
        File::create(path).expect("a log");
    });
    let numbers = logs.until(written + 1);
    stopped(daemon);
    assert_eq!(numbers.len() as u64, written + 1);
}

#[test]
fn a_thousand_copies_and_truncations_lose_nothing_that_is_in_the_copies() {
    let logs = Logs::new();
    let daemon = logs
        .folder
        .daemon(&config("a.log*", "close_after = \"500ms\""));
    logs.append("a.log", "");
    let written = rotations(&logs, |path, written| {
        let copy = path.with_file_name(format!("a.log.{written}"));
        fs::copy(path, copy).expect("a log");
        File::create(path).expect("a log");
    });
    let numbers = logs.until(written);
    stopped(daemon);
    let twice = numbers.len() as u64 - written;
    println!("{twice} of {written} events came twice over 1000 copies and truncations");
    assert!(twice < written / 10, "{twice}");
}

#[test]
fn what_copies_hold_comes_out_while_somebody_writes() {
    const EVENTS: u64 = 50_000;
    let logs = Logs::new();
    let daemon = logs
        .folder
        .daemon(&config("a.log*", "close_after = \"500ms\""));
    logs.append("a.log", &events(0, 10));
    logs.until(10);
    let path = logs.folder.path("logs/a.log");
    let mut file = OpenOptions::new().append(true).open(&path).expect("a log");
    let writer = std::thread::spawn(move || {
        for n in (10..EVENTS).step_by(10) {
            file.write_all(events(n, n + 10).as_bytes()).expect("a log");
        }
    });
    let mut copies = 0;
    while !writer.is_finished() && copies < 1000 {
        copies += 1;
        fs::copy(&path, path.with_file_name(format!("a.log.{copies}"))).expect("a copy");
        File::create(&path).expect("a log");
    }
    writer.join().expect("the writer");
    // What stands in the files now was not lost on the way; the rest may have been read in time.
    let mut there = BTreeSet::new();
    for file in fs::read_dir(logs.folder.path("logs")).expect("a folder") {
        let bytes = fs::read(file.expect("a file").path()).expect("a log");
        let lines = bytes.split(|byte| *byte == b'\n');
        let number = |line| serde_json::from_slice::<serde_json::Value>(line).ok()?["n"].as_u64();
        there.extend(lines.filter_map(number));
    }
    let numbers = eventually("what the copies hold", || {
        let numbers = logs.numbers();
        let seen: BTreeSet<u64> = numbers.iter().copied().collect();
        there.is_subset(&seen).then_some(numbers)
    });
    stopped(daemon);
    let seen: BTreeSet<u64> = numbers.iter().copied().collect();
    println!(
        "{copies} copies and truncations: {EVENTS} events written, {} in the files, {} came out, {} twice",
        there.len(),
        seen.len(),
        numbers.len() - seen.len()
    );
}
