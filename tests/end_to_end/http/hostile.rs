//! Clients that mean no good, or are broken.

use super::{Client, config, gzip, start};
use crate::rig::{Folder, lines};

#[test]
fn a_bomb_is_refused_and_the_next_client_served() {
    let folder = Folder::new();
    let (mut daemon, mut client) = start(&folder, "");
    let bomb = gzip(&vec![b' '; 64 << 20]);
    let headers = [("Content-Encoding", "gzip")];
    assert_eq!(client.ask("POST", "/_bulk", &headers, &bomb).status, 400);
    let mut client = Client::new(daemon.address("web"));
    assert_eq!(client.ask("POST", "/", &headers, &bomb).status, 413);
    let mut client = Client::new(daemon.address("web"));
    assert_eq!(client.post("/", "{\"a\":1}\n").status, 200);
    assert_eq!(folder.text("out.ndjson"), "{\"a\":1}\n");
}

#[test]
fn a_body_that_is_too_large_is_refused() {
    let folder = Folder::new();
    let (mut daemon, mut client) = start(&folder, "max_body = \"1KiB\"");
    client.send(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999999\r\n\r\n");
    client.send(&[b'x'; 2 << 20]);
    assert_eq!(client.answer(false).expect("an answer").status, 413);
    let mut client = Client::new(daemon.address("web"));
    client.send(b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n401\r\n");
    client.send(&[b'x'; 0x401]);
    assert_eq!(client.answer(false).expect("an answer").status, 413);
    assert_eq!(folder.text("out.ndjson"), "");
}

#[test]
fn who_stalls_is_let_go() {
    let folder = Folder::new();
    let (mut daemon, mut silent) = start(&folder, "idle_timeout = \"300ms\"");
    let address = daemon.address("web");
    assert!(silent.closes(), "nothing was sent");
    let mut head = Client::new(address);
    head.send(b"POST / HTTP/1.1\r\nHost: ");
    assert!(head.closes(), "half a head was sent");
    let mut body = Client::new(address);
    body.send(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{\"half\":");
    assert_eq!(body.answer(false).expect("an answer").status, 408);
    assert!(body.closes(), "half a body was sent");
    let mut after = Client::new(address);
    assert_eq!(after.post("/", "{\"a\":1}\n").status, 200);
    assert!(after.closes(), "nothing more was asked");
    assert_eq!(folder.text("out.ndjson"), "{\"a\":1}\n");
}

#[test]
fn garbage_is_answered_or_closed_and_others_are_served() {
    let folder = Folder::new();
    let (mut daemon, mut client) = start(&folder, "");
    let address = daemon.address("web");
    for garbage in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..],
        b"2W\x00\x00\x00\x012C\x00\x00\x00\x10",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\nX: \x00\r\n\r\n",
    ] {
        let mut broken = Client::new(address);
        broken.send(garbage);
        broken.half_close();
        if let Some(answer) = broken.answer(false) {
            assert!(answer.status >= 400, "{answer:?}");
        }
    }
    let mut long = Client::new(address);
    long.send(format!("GET /{} HTTP/1.1\r\n\r\n", "x".repeat(1 << 20)).as_bytes());
    if let Some(answer) = long.answer(false) {
        assert!(answer.status >= 400, "{answer:?}");
    }
    assert_eq!(client.post("/", "{\"a\":1}\n").status, 200);
    assert_eq!(folder.text("out.ndjson"), "{\"a\":1}\n");
}

#[test]
fn a_line_that_is_too_long_is_a_dead_letter_and_answered() {
    let folder = Folder::new();
    let keys = config("max_event = \"1KiB\"");
    let mut daemon = folder.daemon(&format!("dead_letter = \"dead.ndjson\"\n{keys}"));
    let mut client = Client::new(daemon.address("web"));
    let long = "x".repeat(5000);
    let body = format!("{{\"index\":{{}}}}\n{long}\n{{\"index\":{{}}}}\n{{\"a\":1}}\n");
    let answer = client.post("/_bulk", body).json();
    assert_eq!(answer["errors"], false);
    assert_eq!(folder.text("out.ndjson"), "{\"a\":1}\n");
    assert!(folder.text("dead.ndjson").contains(&long[..1024]));
}

#[test]
fn what_is_no_action_is_not_in_the_log() {
    for action in [
        r#""s3cret""#,
        r#"{"s3cret":{}}"#,
        r#"{"index":"s3cret"}"#,
        r#"{"index":{}} s3cret"#,
        "s3cret",
    ] {
        // A run of its own for each, as a source tells of few such requests in a while.
        let folder = Folder::new();
        let (daemon, mut client) = start(&folder, "");
        let answer = client.post("/_bulk", lines([action, "{}"]));
        assert_eq!(answer.status, 400, "{action}: {}", answer.body);
        let ran = daemon.stop();
        ran.said("line 1 is no action");
        assert!(!ran.err.contains("s3cret"), "{}", ran.err);
    }
}
