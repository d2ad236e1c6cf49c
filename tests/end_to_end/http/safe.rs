//! What is answered is safe, and what is not safe is not answered.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use super::{Client, config, start};
use crate::rig::{Folder, eventually};

#[test]
fn what_was_answered_is_there_after_a_kill() {
    let folder = Folder::new();
    let (mut daemon, client) = start(&folder, "");
    drop(client);
    let address = daemon.address("web");
    let over = AtomicBool::new(false);
    let answered = thread::scope(|scope| {
        let senders: Vec<_> = (0..4)
            .map(|sender| {
                let over = &over;
                scope.spawn(move || {
                    let mut client = Client::new(address);
                    let mut answered = Vec::new();
                    for n in 0.. {
                        let id = format!("\"id\":\"{sender}-{n}\"");
                        let body = format!("{{\"index\":{{}}}}\n{{{id}}}\n");
                        match client.try_post("/_bulk", &body) {
                            Some(answer) if answer.status == 200 => answered.push(id),
                            _ => break,
                        }
                        if n == 50 {
                            over.store(true, Ordering::Release);
                        }
                    }
                    answered
                })
            })
            .collect();
        eventually("some are answered", || {
            over.load(Ordering::Acquire).then_some(())
        });
        daemon.kill();
        let senders = senders.into_iter();
        senders
            .flat_map(|sender| sender.join().expect("a sender"))
            .collect::<Vec<_>>()
    });
    assert!(answered.len() > 50);
    let out = folder.text("out.ndjson");
    for id in answered {
        assert!(out.contains(&id), "{id} was answered");
    }
}

/// A sink that takes nothing.
fn full(keys: &str) -> String {
    config(&format!("timeout = \"300ms\"\n{keys}")).replace("out.ndjson", "/dev/full")
}

#[test]
#[cfg(target_os = "linux")]
fn what_no_sink_takes_is_never_answered_with_success() {
    let folder = Folder::new();
    let mut daemon = folder.daemon(&full(""));
    let mut client = Client::new(daemon.address("web"));
    let answer = client.post("/_bulk", "{\"index\":{}}\n{\"a\":1}\n");
    assert_eq!(answer.status, 503);
    assert!(answer.header("retry-after").is_some());
    // Repetitions are put off, so that they do not pile up.
    let said = daemon.said("not safe in time");
    assert!(said.contains("web"), "{said}");
    for _ in 0..20 {
        assert_eq!(client.post("/", "{\"a\":1}\n").status, 503);
    }
    daemon.kill();
}

#[test]
#[cfg(target_os = "linux")]
fn what_there_is_no_room_for_is_to_be_sent_again() {
    let folder = Folder::new();
    let mut daemon = folder.daemon(&format!("max_in_flight = \"1MiB\"\n{}", full("")));
    let mut client = Client::new(daemon.address("web"));
    let line = format!("{{\"a\":\"{}\"}}\n", "x".repeat(1 << 10));
    let answer = client.post("/", line.repeat(24 << 10));
    assert_eq!(answer.status, 429);
    assert!(answer.header("retry-after").is_some());
    daemon.kill();
}

#[test]
#[cfg(unix)]
fn requests_in_work_are_answered_after_a_stop() {
    let folder = Folder::new();
    let (mut daemon, mut idle) = start(&folder, "");
    let mut busy = Client::new(daemon.address("web"));
    assert_eq!(idle.post("/", "{\"a\":1}\n").status, 200);
    busy.send(b"POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 16\r\n\r\n");
    // Its handler asks for the body, so it is in work.
    assert_eq!(busy.answer(false).expect("a word").status, 100);
    busy.send(b"{\"b\":2}\n");
    daemon.signal("TERM");
    assert!(idle.closes());
    busy.send(b"{\"c\":3}\n");
    let answer = busy.answer(false).expect("an answer");
    assert_eq!(
        (answer.status, answer.header("connection")),
        (200, Some("close"))
    );
    daemon.ended().succeeded();
    assert_eq!(
        folder.text("out.ndjson"),
        "{\"a\":1}\n{\"b\":2}\n{\"c\":3}\n"
    );
}
