//! A spool without room, and a disk without any.

#[cfg(target_os = "linux")]
use std::fs;
use std::io::ErrorKind;
use std::io::Write;
use std::net::SocketAddr;
use std::thread;

#[cfg(target_os = "linux")]
use super::line;
use super::{config, connect, files, no_sink, numbers, sink_again};
use crate::admin::metrics;
#[cfg(target_os = "linux")]
use crate::rig::SmallDisk;
use crate::rig::{Folder, eventually};

/// Has an address for figures.
const ADMIN: &str = "[admin]\nlisten = \"127.0.0.1:0\"\n";

/// Waits until this figure of the spool is as it should be.
fn figure(address: SocketAddr, name: &str, right: impl Fn(f64) -> bool) {
    let series = format!("knownet_spool_{name}{{source=\"in\"}}");
    eventually(&series, || {
        let figures = metrics(address);
        figures.get(&series).filter(|f| right(**f)).map(drop)
    });
}

/// A line with this number that hardly can be compressed.
fn large(n: u64) -> String {
    let mut state = n.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut text = format!("{{\"n\":{n},\"x\":\"");
    while text.len() < 50_000 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        text.push_str(&format!("{state:016x}"));
    }
    text + &format!("\",\"end\":{n}}}\n")
}

#[test]
fn a_full_spool_drops_its_oldest_if_it_is_told_to() {
    let folder = Folder::new();
    no_sink(&folder);
    let spool = "spool = { max_size = \"4MiB\", when_full = \"drop-oldest\" }";
    let mut daemon = folder.daemon(&config("tcp", spool));
    let mut stream = connect(daemon.address("in"));
    for n in 1..=400 {
        stream.write_all(large(n).as_bytes()).expect("sent");
    }
    daemon.said("the oldest events are dropped");
    eventually("the last line", || {
        let cat = folder.knownet(&["spool", "cat"]).ran();
        numbers(&cat.out).contains(&400).then_some(())
    });
    daemon.kill();
    let all = drained(&folder);
    assert_eq!(all.last(), Some(&400));
    assert!(all.is_sorted() && all.len() < 400, "{all:?}");
}

#[test]
fn a_full_spool_blocks_its_senders_and_loses_nothing() {
    let folder = Folder::new();
    no_sink(&folder);
    let spool = "spool = { max_size = \"1MiB\" }";
    let mut daemon = folder.daemon(&(config("tcp", spool) + ADMIN));
    let admin = daemon.address("\"admin\"");
    let stream = connect(daemon.address("\"in\""));
    figure(admin, "blocked", |blocked| blocked == 0.0);
    let mut sending = stream.try_clone().expect("a clone");
    let sender = thread::spawn(move || {
        // More than memory and the system's buffers take: it has to wait.
        (1..=2000)
            .take_while(|&n| sending.write_all(large(n).as_bytes()).is_ok())
            .count()
    });
    daemon.said("nothing is received until there is room");
    figure(admin, "blocked", |blocked| blocked == 1.0);
    daemon.kill();
    assert!(sender.join().expect("the sender") < 2000);
    let all = drained(&folder);
    assert!(!all.is_empty());
    assert_eq!(all, (1..=all.len() as u64).collect::<Vec<_>>());
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_waited_for_and_costs_nothing() {
    let folder = Folder::new();
    let Some(disk) = SmallDisk::new(&folder, 1024) else {
        return;
    };
    let config = config("tcp", "") + ADMIN;
    folder.file("knownet.toml", format!("state_dir = \"disk\"\n{config}"));
    let mut daemon = folder.again_on(&disk);
    let admin = daemon.address("\"admin\"");
    let address = daemon.address("\"in\"");
    let filler = disk.path("filler");
    let filled = fs::write(&filler, vec![b'x'; 2 << 20]).map_err(|e| e.kind());
    assert_eq!(filled, Err(ErrorKind::StorageFull));
    let mut stream = connect(address);
    for n in 1..=9 {
        stream.write_all(line(n).as_bytes()).expect("sent");
    }
    daemon.said("cannot be written: No space left");
    figure(admin, "blocked", |blocked| blocked == 1.0);
    figure(admin, "retries_total", |retries| retries >= 1.0);
    for n in 10..=20 {
        stream.write_all(line(n).as_bytes()).expect("sent");
    }
    assert_eq!(fs::read(folder.path("out.ndjson")).unwrap_or_default(), b"");
    fs::remove_file(&filler).expect("it is there");
    daemon.said("can be written again");
    figure(admin, "blocked", |blocked| blocked == 0.0);
    eventually("the lines", || {
        let out = numbers(&folder.text("out.ndjson"));
        (out == (1..=20).collect::<Vec<_>>()).then_some(())
    });
    assert_eq!(daemon.stop().code, Some(0));
}

/// Lets the sink work again and a new run empty the spool: the numbers that came out.
fn drained(folder: &Folder) -> Vec<u64> {
    sink_again(folder);
    let mut daemon = folder.again();
    daemon.address("in");
    eventually("an empty spool", || {
        files(folder, "zst").is_empty().then_some(())
    });
    assert_eq!(daemon.stop().code, Some(0));
    numbers(&folder.text("out.ndjson"))
}
