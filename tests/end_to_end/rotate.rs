use std::fs;
use std::io::Write;

use crate::rig::{Folder, decoded, eventually, rotated};

fn config(rotate: &str) -> String {
    format!(
        "[sources.in]\ntype = \"file\"\npaths = [\"in.ndjson\"]\n\
         [sinks.out]\ntype = \"file\"\npath = \"out.ndjson\"\nrotate = {rotate}\n"
    )
}

/// So many events of this round, more than one batch.
fn events(round: usize, count: usize) -> String {
    let pad = "x".repeat(80);
    let event = |n| format!("{{\"round\":{round},\"n\":{n},\"pad\":\"{pad}\"}}\n");
    (0..count).map(event).collect()
}

#[test]
fn events_come_out_in_order_over_many_files() {
    for (compress, suffix) in [("none", "ndjson"), ("gzip", "gz"), ("zstd", "zst")] {
        let folder = Folder::new();
        let input = events(0, 20_000);
        folder.file("in.ndjson", &input);
        let rotate = format!("{{ size = \"300KiB\", compress = \"{compress}\" }}");
        folder.run(&config(&rotate)).succeeded();
        let files = rotated(&folder.path("out.ndjson"));
        assert!(files.len() > 4, "{} files", files.len());
        let (last, before) = files.split_last().expect("files");
        assert_eq!(last.0, "out.ndjson");
        for (name, content) in before {
            assert!(name.ends_with(suffix), "{name}");
            assert!(content.ends_with('\n') && content.len() <= 300 << 10);
        }
        let all: String = files.into_iter().map(|(_, content)| content).collect();
        assert!(all == input, "{compress}");
    }
}

#[test]
fn the_oldest_are_removed() {
    let folder = Folder::new();
    let input = events(0, 20_000);
    folder.file("in.ndjson", &input);
    folder
        .run(&config("{ size = \"100KiB\", keep = 2 }"))
        .succeeded();
    let files = rotated(&folder.path("out.ndjson"));
    assert_eq!(files.len(), 3);
    let all: String = files.into_iter().map(|(_, content)| content).collect();
    assert!(input.ends_with(&all));
}

#[test]
fn a_pipe_cannot_be_rotated() {
    let folder = Folder::new();
    folder.file("in.ndjson", "{}\n");
    let config = config("{ age = \"1d\" }").replace("out.ndjson", "/dev/null");
    if cfg!(unix) {
        let ran = folder.run(&config).ended(1);
        ran.said("/dev/null is no regular file and cannot be rotated; leave rotate out");
    }
}

/// One kill each: whatever the moment, what a round has written is the beginning of its events,
/// each in one file, and the next round cleans up behind it.
#[test]
fn no_kill_loses_or_doubles_what_was_written() {
    const ROUNDS: usize = 30;
    const COUNT: usize = 30_000;
    let folder = Folder::new();
    // A xorshift generator: the moments are the same in every run, as far as the machine's are.
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let out = folder.path("out.ndjson");
    let config = config("{ size = \"100KiB\", compress = \"zstd\" }");
    let mut killed = 0;
    for round in 0..ROUNDS {
        folder.file("in.ndjson", events(round, COUNT));
        let before = folder.names().len();
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let daemon = folder.daemon(&config);
        // So many more files, compressed or not, and then a little into the work on them.
        let more = (random % 7) as usize;
        let spins = (random >> 32) % 200_000;
        eventually("more files", || {
            (folder.names().len() >= before + more).then_some(())
        });
        for spin in 0..spins {
            std::hint::black_box(spin);
        }
        killed += usize::from(daemon.kill().code.is_none());
    }
    assert!(killed > ROUNDS / 2, "only {killed} rounds were killed");

    folder.file("in.ndjson", events(ROUNDS, 1));
    folder.run(&config).succeeded();
    for name in folder.names() {
        let is_plain = name.starts_with("out-") && !name.ends_with(".zst");
        assert!(!is_plain, "{name} was left as it was");
    }
    let text: String = rotated(&out).into_iter().map(|(_, text)| text).collect();
    let mut lines = text.lines().peekable();
    let mut torn = 0;
    for round in 0..=ROUNDS {
        let events = events(round, if round == ROUNDS { 1 } else { COUNT });
        let mut expected = events.lines();
        let first = format!("{{\"round\":{round},");
        while let Some(line) = lines.next_if(|line| line.starts_with(&first)) {
            match expected.next() {
                Some(whole) if line == whole => {}
                // The kill came in the middle of it, and nothing of the round behind it.
                Some(whole) if whole.starts_with(line) => torn += 1,
                other => panic!("round {round}: {line} instead of {other:?}"),
            }
        }
        // A fragment too short to tell its round.
        while let Some(line) = lines.next_if(|line| first.starts_with(line)) {
            assert!(line.len() < first.len());
            torn += 1;
        }
    }
    assert_eq!(lines.next(), None);
    assert!(torn <= killed, "{torn} torn lines after {killed} kills");
}

/// Waits until the file holds exactly this.
#[cfg(unix)]
fn holds(path: &std::path::Path, text: &str) {
    eventually("its events", || {
        (fs::read_to_string(path).ok()? == text).then_some(())
    });
}

/// As logrotate does with `create`, and with `nocreate`.
#[cfg(unix)]
#[test]
fn a_file_that_logrotate_moves_away_is_opened_anew() {
    for create in [true, false] {
        let folder = Folder::new();
        let out = folder.path("out.ndjson");
        folder.file(
            "knownet.toml",
            "[sources.in]\ntype = \"stdin\"\n\
             [sinks.out]\ntype = \"file\"\npath = \"out.ndjson\"\n",
        );
        let mut child = folder.knownet(&["run"]).start();
        let mut input = child.stdin.take().expect("a pipe");
        input.write_all(b"{\"n\":0}\n").expect("a reader");
        holds(&out, "{\"n\":0}\n");
        fs::rename(&out, folder.path("out.1")).expect("moved");
        if create {
            fs::write(&out, "").expect("created");
        }
        // Within a second what comes goes to the one or the other.
        let mut sent = 1;
        eventually("the new file", || {
            input
                .write_all(format!("{{\"n\":{sent}}}\n").as_bytes())
                .expect("a reader");
            sent += 1;
            (fs::metadata(&out).ok()?.len() > 0).then_some(())
        });
        drop(input);
        assert!(child.wait().expect("its end").success());
        let both = decoded(&folder.path("out.1")) + &decoded(&out);
        let expected: String = (0..sent).map(|n| format!("{{\"n\":{n}}}\n")).collect();
        assert_eq!(both, expected);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_waited_for_and_the_events_go_on_where_they_stopped() {
    use crate::rig::SmallDisk;
    let folder = Folder::new();
    let Some(disk) = SmallDisk::new(&folder, 2048) else {
        return;
    };
    let filler = disk.path("filler");
    fs::write(&filler, vec![0; 1 << 20]).expect("room for it");
    let input = events(0, 15_000);
    assert!((1 << 20..2 << 20).contains(&input.len()), "{}", input.len());
    folder.file("in.ndjson", &input);
    for rotate in ["{ size = \"1GiB\" }", "{ size = \"300KiB\" }"] {
        folder.file(
            "knownet.toml",
            config(rotate).replace("out.ndjson", "disk/out.ndjson"),
        );
        let mut daemon = folder.again_on(&disk);
        daemon.said("No space left on device (os error 28); trying again until it works");
        fs::remove_file(&filler).expect("the filler");
        daemon.ended().succeeded().said("works again after ");
        let files = rotated(&disk.path("out.ndjson"));
        let all: String = files.into_iter().map(|(_, text)| text).collect();
        assert!(all == input, "{rotate}: {} of {}", all.len(), input.len());
        for file in fs::read_dir(disk.path("")).expect("the disk") {
            fs::remove_file(file.expect("a file").path()).expect("removed");
        }
        fs::write(&filler, vec![0; 1 << 20]).expect("room for it");
    }
}
