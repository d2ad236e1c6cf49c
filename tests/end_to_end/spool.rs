//! The spool of a real run: what was on disk comes out, whatever happens.

mod full;

use std::fs;
use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;

use crate::rig::{Daemon, Folder, eventually};

/// A source `in` of this type, and a sink to a file.
fn config(kind: &str, spool: &str) -> String {
    format!(
        "[sources.in]\ntype = \"{kind}\"\nlisten = \"127.0.0.1:0\"\nformat = \"json\"\n{spool}\n\
         [sinks.out]\ntype = \"file\"\npath = \"out.ndjson\"\n"
    )
}

/// The spool of the source `in`.
fn spool(folder: &Folder) -> PathBuf {
    folder.path("knownet-state").join("in").join("spool")
}

/// The files there with this extension, in order.
fn files(folder: &Folder, extension: &str) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(spool(folder)) else {
        return Vec::new();
    };
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let mut paths: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|e| e == extension))
        .collect();
    paths.sort();
    paths
}

fn line(n: u64) -> String {
    format!("{{\"n\":{n},\"end\":{n}}}\n")
}

/// The numbers of whole lines; a line that a kill cut off in the sink has none.
fn numbers(text: &str) -> Vec<u64> {
    let number = |line: &str| {
        let (_, rest) = line.rsplit_once("{\"n\":")?;
        let (number, _) = rest.split_once(',')?;
        let number = number.parse().ok()?;
        line.ends_with(&format!("\"end\":{number}}}"))
            .then_some(number)
    };
    text.lines().filter_map(number).collect()
}

/// What `zstdcat` would show of the file.
fn zstdcat(path: &PathBuf) -> Option<String> {
    let bytes = fs::read(path).ok()?;
    let text = zstd::decode_all(&*bytes).expect("zstd");
    Some(String::from_utf8(text).expect("text"))
}

/// Makes the sink's file one that takes nothing.
fn no_sink(folder: &Folder) {
    std::os::unix::fs::symlink("/dev/full", folder.path("out.ndjson")).expect("a link");
}

fn sink_again(folder: &Folder) {
    fs::remove_file(folder.path("out.ndjson")).expect("the link");
}

fn connect(address: SocketAddr) -> TcpStream {
    TcpStream::connect(address).expect("a connection")
}

/// Sends each of these lines when the one before is in a file of its own.
fn send_apart(folder: &Folder, daemon: &mut Daemon, lines: &[String]) {
    let mut stream = connect(daemon.address("in"));
    for line in lines {
        let before = files(folder, "zst").len();
        stream.write_all(line.as_bytes()).expect("sent");
        eventually("a file", || {
            (files(folder, "zst").len() > before).then_some(())
        });
    }
}

#[test]
fn what_waits_can_be_looked_at_and_comes_out_after_a_kill() {
    let folder = Folder::new();
    no_sink(&folder);
    let mut daemon = folder.daemon(&config("tcp", ""));
    send_apart(
        &folder,
        &mut daemon,
        &[line(1), line(2) + &line(3), line(4)],
    );
    let paths = files(&folder, "zst");
    let text = zstdcat(&paths[1]).expect("a file");
    assert!(
        text.contains(" 127.0.0.1:") && text.contains(" 2 lines "),
        "{text}"
    );
    assert!(text.ends_with(&(line(2) + &line(3))), "{text}");
    // The run goes on meanwhile.
    let all = line(1) + &line(2) + &line(3) + &line(4);
    let place = spool(&folder).display().to_string();
    for place in ["knownet.toml", "knownet-state", "knownet-state/in", &place] {
        let cat = folder.knownet(&["spool", "cat", place]).ran().succeeded();
        assert_eq!(cat.out, all, "{place}");
    }
    let frames = folder
        .knownet(&["spool", "cat", "--frames"])
        .ran()
        .succeeded();
    let whole: String = paths.iter().filter_map(zstdcat).collect();
    assert_eq!(frames.out, whole);
    let ls = folder.knownet(&["spool", "ls"]).ran().succeeded().out;
    assert_eq!(ls.matches(" waits\n").count(), 3, "{ls}");
    let verify = folder.knownet(&["spool", "verify"]).ran().succeeded().out;
    assert!(
        verify.ends_with(": 3 files, 4 events, 0 files damaged\n"),
        "{verify}"
    );
    daemon.kill();
    sink_again(&folder);
    let mut daemon = folder.again();
    daemon.address("in");
    eventually("the lines", || {
        let out = fs::read_to_string(folder.path("out.ndjson")).unwrap_or_default();
        (out == all).then_some(())
    });
    eventually("an empty spool", || {
        files(&folder, "zst").is_empty().then_some(())
    });
    assert_eq!(daemon.stop().code, Some(0));
    let verify = folder.knownet(&["spool", "verify"]).ran().succeeded().out;
    assert!(
        verify.ends_with(": 0 files, 0 events, 0 files damaged\n"),
        "{verify}"
    );
}

#[test]
fn damaged_files_are_set_aside_and_torn_ones_read_as_far_as_they_go() {
    let folder = Folder::new();
    no_sink(&folder);
    let mut daemon = folder.daemon(&config("tcp", ""));
    let lines: Vec<_> = (1..=5).map(line).collect();
    send_apart(&folder, &mut daemon, &lines);
    daemon.kill();
    let paths = files(&folder, "zst");
    let mut flipped = fs::read(&paths[1]).expect("a file");
    let middle = flipped.len() / 2;
    flipped[middle] ^= 1;
    fs::write(&paths[1], &flipped).expect("written");
    fs::write(&paths[3], b"").expect("emptied");
    // As a crash leaves it.
    let torn = fs::read(&paths[4]).expect("a file");
    fs::write(paths[4].with_extension("part"), &torn[..torn.len() - 1]).expect("written");
    fs::remove_file(&paths[4]).expect("it is there");
    let verify = folder.knownet(&["spool", "verify"]).ran().ended(1);
    let name = |n: usize| paths[n].file_name().expect("a name").to_string_lossy();
    verify.said(&format!("{}: ", name(1)));
    verify.said(&format!("{}: incomplete frame", name(3)));
    sink_again(&folder);
    let mut daemon = folder.again();
    daemon.said(&format!("{} is damaged", name(1)));
    eventually("the lines", || {
        let out = fs::read_to_string(folder.path("out.ndjson")).unwrap_or_default();
        (numbers(&out) == [1, 3, 5]).then_some(())
    });
    eventually("an empty spool", || {
        let left = [files(&folder, "zst"), files(&folder, "part")].concat();
        left.is_empty().then_some(())
    });
    let aside = files(&folder, "damaged");
    assert_eq!(aside.len(), 2);
    assert_eq!(fs::read(&aside[0]).expect("it is kept"), flipped);
    assert_eq!(daemon.stop().code, Some(0));
    folder.knownet(&["spool", "verify"]).ran().ended(1);
    // One that was set aside although nothing is wrong with it.
    fs::remove_file(&aside[1]).expect("it is there");
    flipped[middle] ^= 1;
    fs::write(&aside[0], &flipped).expect("written");
    let verify = folder.knownet(&["spool", "verify"]).ran().ended(1);
    verify.said("is whole, 1 events; renamed to end in .zst");
    fs::rename(&aside[0], &paths[1]).expect("renamed");
    folder.knownet(&["spool", "verify"]).ran().succeeded();
    let daemon = folder.again();
    eventually("the line", || {
        let out = folder.text("out.ndjson");
        (numbers(&out) == [1, 3, 5, 2]).then_some(())
    });
    assert_eq!(daemon.stop().code, Some(0));
}

#[test]
fn without_a_spool_nothing_is_written_to_disk() {
    let folder = Folder::new();
    let mut daemon = folder.daemon(&config("tcp", "spool = false"));
    let mut stream = connect(daemon.address("in"));
    stream.write_all(line(1).as_bytes()).expect("sent");
    eventually("the line", || {
        let out = fs::read_to_string(folder.path("out.ndjson")).unwrap_or_default();
        (out == line(1)).then_some(())
    });
    daemon.stop();
    assert!(!spool(&folder).exists());
    for what in ["ls", "cat", "verify"] {
        for place in ["knownet.toml", "knownet-state", "."] {
            let ran = folder.knownet(&["spool", what, place]).ran().ended(1);
            ran.said("has no spool");
        }
    }
}

#[test]
fn mistakes_in_the_key_are_told() {
    let folder = Folder::new();
    let check = |spool: &str| folder.check(&config("tcp", spool)).ended(1).err;
    assert!(check("spool = 3").contains("sources.in.spool: takes true, false, or a table"));
    assert!(
        check("spool = { when_full = \"x\" }")
            .contains("\"x\" is not an answer to a full spool; known: block")
    );
    assert!(check("spool = { max_size = \"1kB\" }").contains("from 1MiB to"));
    assert!(check("spool = { size = 3 }").contains("unknown key"));
    let stdin = "[sources.in]\ntype = \"stdin\"\nspool = true\n[sinks.out]\ntype = \"stdout\"\n";
    folder
        .check(stdin)
        .ended(1)
        .said("sources.in.spool: is for sources that go on");
}
