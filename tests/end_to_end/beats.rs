use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use serde_json::{Value, json};

use crate::rig::{Folder, PRIVATE, UNKNOWN, eventually, objects, window};

const CONFIG: &str = r#"
workers = 2
[sources.beats]
type = "beats"
listen = "127.0.0.1:0"
[labels.Private]
feeds = ["builtin:private"]
[[tags]]
from = ["destination.ip"]
into = "IPDestination"
[sinks.out]
type = "file"
path = "out.ndjson"
"#;

/// As much of a Beat as can be seen from outside.
pub struct Client(TcpStream);

impl Client {
    pub fn new(address: SocketAddr) -> Client {
        let stream = TcpStream::connect(address).expect("a connection");
        let patience = Some(Duration::from_secs(60));
        stream.set_read_timeout(patience).expect("a timeout");
        Client(stream)
    }

    pub fn say(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).expect("a connection");
    }

    /// Waits for the answer to a window, through signs of life; `None` if there is none.
    pub fn acked(&mut self) -> Option<u32> {
        loop {
            let mut ack = [0; 6];
            self.0.read_exact(&mut ack).ok()?;
            assert_eq!(ack[..2], *b"2A");
            match u32::from_be_bytes([ack[2], ack[3], ack[4], ack[5]]) {
                0 => {}
                sequence => return Some(sequence),
            }
        }
    }
}

/// The event with this number, as Filebeat spells it.
fn event(number: usize) -> String {
    let address = [PRIVATE, UNKNOWN][number % 2];
    format!(
        r#"{{"@timestamp":"2026-01-01T00:00:00.000Z","@metadata":{{"beat":"filebeat","type":"_doc","version":"7.17.0"}},"destination":{{"ip":"{address}"}},"number":{number}}}"#
    )
}

fn numbers(out: &str) -> Vec<u64> {
    let number = |event: &Value| event["number"].as_u64().expect("a number");
    objects(out).iter().map(number).collect()
}

#[test]
fn windows_are_tagged_written_and_acknowledged() {
    let folder = Folder::new();
    let mut daemon = folder.daemon(CONFIG);
    let mut client = Client::new(daemon.address("beats"));
    let events: Vec<_> = (0..300).map(event).collect();
    for (level, part) in [0, 3, 9].into_iter().zip(events.chunks(100)) {
        client.say(&window(part, level));
        assert_eq!(client.acked(), Some(100));
    }
    // All of it is there once it is acknowledged.
    let out = folder.text("out.ndjson");
    assert_eq!(numbers(&out), (0..300).collect::<Vec<_>>());
    for (line, event) in out.lines().zip(&events) {
        let metadata = r#""@metadata":{"beat":"filebeat","type":"_doc","version":"7.17.0"},"#;
        let bare = event.replace(metadata, "");
        match event.contains(PRIVATE) {
            true => {
                let tag = r#","IPDestination":"Private"}"#;
                assert_eq!(
                    line,
                    bare.strip_suffix('}').expect("an object").to_owned() + tag
                );
            }
            false => assert_eq!(line, bare),
        }
    }
    daemon.stop().succeeded();
}

#[test]
fn several_windows_on_their_way_from_several_clients() {
    let folder = Folder::new();
    let mut daemon = folder.daemon(CONFIG);
    let address = daemon.address("beats");
    let clients = (0..4).map(|client| {
        std::thread::spawn(move || {
            let events: Vec<_> = (client * 1000..client * 1000 + 1000).map(event).collect();
            let mut talk = Client::new(address);
            for part in events.chunks(50) {
                talk.say(&window(part, client as u32));
            }
            for _ in 0..20 {
                assert_eq!(talk.acked(), Some(50));
            }
        })
    });
    for client in clients.collect::<Vec<_>>() {
        client.join().expect("a client");
    }
    let mut numbers = numbers(&folder.text("out.ndjson"));
    numbers.sort_unstable();
    assert_eq!(numbers, (0..4000).collect::<Vec<_>>());
    daemon.stop().succeeded();
}

#[test]
fn what_was_acknowledged_survives_a_kill() {
    let folder = Folder::new();
    let mut sent = 0;
    for round in 0..3 {
        let mut daemon = folder.daemon(CONFIG);
        let mut client = Client::new(daemon.address("beats"));
        for _ in 0..=round {
            let events: Vec<_> = (sent..sent + 500).map(event).collect();
            client.say(&window(&events, 3));
            assert_eq!(client.acked(), Some(500));
            sent += 500;
        }
        // A window without an answer comes again, as from a Beat.
        client.say(&window(&(sent..sent + 500).map(event).collect::<Vec<_>>(), 0)[..5000]);
        daemon.kill();
    }
    let mut numbers = numbers(&folder.text("out.ndjson"));
    numbers.dedup();
    assert_eq!(numbers, (0..sent as u64).collect::<Vec<_>>());
}

#[test]
fn a_stop_drops_a_half_window_and_answers_a_whole_one() {
    let folder = Folder::new();
    let mut daemon = folder.daemon(CONFIG);
    let mut client = Client::new(daemon.address("beats"));
    let whole = window(&[event(1), event(2)], 0);
    let half = window(&[event(3), event(4)], 0);
    client.say(&[&whole[..], &half[..half.len() - 1]].concat());
    assert_eq!(client.acked(), Some(2));
    daemon.stop().succeeded();
    assert_eq!(client.acked(), None);
    assert_eq!(numbers(&folder.text("out.ndjson")), [1, 2]);
}

#[test]
fn nonsense_ends_one_connection_and_no_other() {
    let folder = Folder::new();
    let mut daemon = folder.daemon(CONFIG);
    let address = daemon.address("beats");
    let mut good = Client::new(address);
    let nested = {
        let mut bytes = window(&[event(1)], 3);
        let packed = bytes.split_off(6);
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::new(3));
        zlib.write_all(&packed).expect("memory");
        let packed = zlib.finish().expect("memory");
        bytes.extend(b"2C");
        bytes.extend((packed.len() as u32).to_be_bytes());
        [bytes, packed].concat()
    };
    for nonsense in [
        &b"GET / HTTP/1.1\r\n\r\n"[..],
        b"2J\0\0\0\x01\0\0\0\x02{}",
        &nested,
    ] {
        let mut bad = Client::new(address);
        bad.say(nonsense);
        assert_eq!(bad.acked(), None);
    }
    daemon.said("connection closed: a frame begins with byte 0x47");
    good.say(&window(&[event(1)], 0));
    assert_eq!(good.acked(), Some(1));
    assert_eq!(numbers(&folder.text("out.ndjson")), [1]);
    daemon.stop().succeeded();
}

#[test]
fn odd_events_arrive_as_lines() {
    let folder = Folder::new();
    let mut daemon =
        folder.daemon(&CONFIG.replace("beats\"\nlisten", "beats\"\nmetadata = \"keep\"\nlisten"));
    let mut client = Client::new(daemon.address("beats"));
    let events = [
        "{\n\"a\": \"x\ny\"}",
        "{\"@metadata\":{\"beat\":\"b\"}}",
        "plain text",
    ];
    client.say(&window(&events.map(String::from), 0));
    assert_eq!(client.acked(), Some(3));
    // An event of version 1 is made of keys and values.
    client.say(b"1W\0\0\0\x011D\0\0\0\x01\0\0\0\x01\0\0\0\x04line\0\0\0\x02hi");
    let out = eventually("four lines", || {
        let out = objects(&folder.text("out.ndjson"));
        (out.len() == 4).then_some(out)
    });
    assert_eq!(out[0], json!({"a": "x\ny"}));
    assert_eq!(out[1], json!({"@metadata": {"beat": "b"}}));
    assert_eq!(out[2]["message"], "plain text");
    assert_eq!(out[3], json!({"line": "hi"}));
    daemon.stop().succeeded();
}
