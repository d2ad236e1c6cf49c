//! The sink that speaks the bulk API, into another process that takes it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use crate::rig::{Daemon, Folder, MICROSOFT, PRIVATE, lines};

/// A run that takes bulk requests, with these keys, and writes `out.ndjson`.
fn server(folder: &Folder, keys: &str) -> (Daemon, SocketAddr) {
    let mut server = folder.daemon(&format!(
        "[sources.bulk]\ntype = \"http\"\nlisten = \"127.0.0.1:0\"\n{keys}\n\
         [sinks.out]\ntype = \"file\"\npath = \"out.ndjson\"\n"
    ));
    let address = server.address("bulk");
    (server, address)
}

/// From `in.ndjson` to this address, with these keys.
fn config(address: SocketAddr, keys: &str) -> String {
    format!(
        "dead_letter = \"dead.ndjson\"\n\
         [sources.in]\ntype = \"file\"\npaths = [\"in.ndjson\"]\n\
         [labels.Microsoft]\nfeeds = [\"builtin:microsoft\"]\n\
         [[tags]]\nfrom = [\"dst\"]\ninto = \"net\"\n\
         [sinks.es]\ntype = \"elasticsearch\"\nhosts = [\"http://{address}\"]\n{keys}\n"
    )
}

fn event(number: usize) -> String {
    let address = if number.is_multiple_of(2) {
        MICROSOFT
    } else {
        PRIVATE
    };
    format!("{{\"@timestamp\":\"2026-01-01T00:00:00Z\",\"n\":{number},\"dst\":\"{address}\"}}")
}

/// The same, as it comes out.
fn tagged(number: usize) -> String {
    let event = event(number);
    match number.is_multiple_of(2) {
        true => format!("{},\"net\":\"Microsoft\"}}", &event[..event.len() - 1]),
        false => event,
    }
}

#[test]
fn events_go_tagged_into_bulk_requests() {
    let (there, here) = (Folder::new(), Folder::new());
    let auth = "auth = { user = \"knownet\", password = \"pass\" }";
    let (server, address) = server(&there, auth);
    here.file("in.ndjson", lines((0..20_000).map(event)));
    let keys = "user = \"knownet\"\npassword = \"pass\"\nconcurrency = 1";
    let ran = here.run(&config(address, keys)).succeeded();
    ran.said("20,000 events in, 20,000 out in ");
    server.stop().succeeded();
    assert!(there.text("out.ndjson") == lines((0..20_000).map(tagged)));
}

/// Takes bulk requests, and says of each action with its event what `item` says of them.
fn answering(item: impl FnMut(&str, &str) -> &'static str + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let item = Arc::new(Mutex::new(item));
    thread::spawn(move || {
        for stream in listener.incoming() {
            let item = item.clone();
            thread::spawn(move || connection(&stream.expect("a client"), &item));
        }
    });
    address
}

fn connection(stream: &TcpStream, item: &Mutex<impl FnMut(&str, &str) -> &'static str>) {
    let mut reader = BufReader::new(stream);
    loop {
        let mut length = 0;
        let mut line = String::new();
        while reader.read_line(&mut line).expect("a line") > 2 {
            if let Some(value) = line.to_lowercase().strip_prefix("content-length: ") {
                length = value.trim().parse().expect("a length");
            }
            line.clear();
        }
        if line.is_empty() {
            return;
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).expect("a body");
        let text = String::from_utf8(body).expect("UTF-8");
        let mut item = item.lock().expect("no panic");
        let (actions, events) = (text.lines().step_by(2), text.lines().skip(1).step_by(2));
        let items = actions
            .zip(events)
            .map(|(action, event)| item(action, event));
        let items: Vec<_> = items.map(|said| format!("{{\"create\":{said}}}")).collect();
        let answer = format!("{{\"errors\":true,\"items\":[{}]}}", items.join(","));
        let length = answer.len();
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n");
        let mut stream = stream;
        stream
            .write_all((head + &answer).as_bytes())
            .expect("a client");
    }
}

const CREATED: &str = r#"{"status":201}"#;
const REFUSED: &str =
    r#"{"status":400,"error":{"type":"mapper_parsing_exception","reason":"a mapping"}}"#;

#[test]
fn what_the_server_does_not_take_for_long_is_told_and_no_trouble() {
    let folder = Folder::new();
    let mut times = 0;
    let address = answering(move |_, event| {
        times += usize::from(event.contains("stuck"));
        // Each time after a pause: 0.2, 0.4, 0.8 and 1.6 seconds.
        match event.contains("stuck") && times < 5 {
            true => r#"{"status":429,"error":{"type":"es_rejected_execution_exception"}}"#,
            false => CREATED,
        }
    });
    folder.file(
        "in.ndjson",
        lines([event(3), "{\"stuck\":1}".to_owned(), event(5)]),
    );
    let ran = folder
        .run(&config(address, "compression = false"))
        .succeeded();
    ran.said("events that wait while others are taken: 1");
    ran.said("does not take 1 of 1 events for now: es_rejected_execution_exception");
    assert_eq!(ran.err.matches("while others are taken").count(), 1);
    assert!(!ran.err.contains("trying again"), "{}", ran.err);
}

#[test]
fn what_the_server_refuses_is_a_dead_letter_and_the_rest_goes_on() {
    let folder = Folder::new();
    let address = answering(|_, event| match event.contains("bad") {
        true => REFUSED,
        false => CREATED,
    });
    folder.file(
        "in.ndjson",
        lines([event(3), "{\"bad\":1}".to_owned(), event(5)]),
    );
    let ran = folder.run(&config(address, "compression = false")).ended(1);
    ran.said("dead letters 1");
    let dead = folder.text("dead.ndjson");
    assert_eq!(dead.lines().count(), 1);
    assert!(
        dead.contains("refused with 400: mapper_parsing_exception: a mapping"),
        "{dead}"
    );
    assert!(dead.contains("bad"), "{dead}");
}

/// Answers every event like this, and keeps the ids that came.
fn noting(said: &'static str) -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
    let ids = Arc::new(Mutex::new(Vec::new()));
    let kept = ids.clone();
    let address = answering(move |action, _| {
        let action: serde_json::Value = serde_json::from_str(action).expect("JSON");
        let id = action["create"]["_id"].as_str().expect("an id").to_owned();
        kept.lock().expect("no panic").push(id);
        said
    });
    (address, ids)
}

/// All of them, in order.
fn sorted(ids: &Mutex<Vec<String>>) -> Vec<String> {
    let mut ids = ids.lock().expect("no panic").clone();
    ids.sort();
    ids
}

#[test]
fn refused_events_are_sent_again_as_the_same_events_also_where_they_are_all_alike() {
    let folder = Folder::new();
    folder.file("in.ndjson", lines(vec![event(3); 100]));
    let (address, refused) = noting(REFUSED);
    folder.run(&config(address, "compression = false")).ended(1);
    // A letter that was written twice is sent as one event, too.
    let letters = folder.text("dead.ndjson").repeat(2);
    folder.file("dead.ndjson", letters);
    let (address, sent) = noting(CREATED);
    folder.file("knownet.toml", config(address, "compression = false"));
    let ran = folder.knownet(&["replay", "dead.ndjson"]).ran();
    ran.succeeded().said("200 out");
    let mut sent = sorted(&sent);
    sent.dedup();
    assert_eq!(sent.len(), 100);
    assert_eq!(sent, sorted(&refused));
    assert_eq!(folder.text("dead.ndjson"), "");
}

#[test]
fn a_server_that_is_not_there_yet_is_waited_for() {
    let (there, here) = (Folder::new(), Folder::new());
    // Whose port is free again.
    let (gone, address) = server(&there, "");
    gone.stop().succeeded();
    let (mut sender, mut input) = here.piped(&config(address, "").replace(
        "type = \"file\"\npaths = [\"in.ndjson\"]",
        "type = \"stdin\"",
    ));
    input
        .write_all(lines([event(1)]).as_bytes())
        .expect("a pipe");
    drop(input);
    sender.said("cannot be reached");
    let text = there.text("knownet.toml");
    there.file(
        "knownet.toml",
        text.replace("127.0.0.1:0", &address.to_string()),
    );
    let server = there.again();
    sender.ended().succeeded();
    server.stop().succeeded();
    assert_eq!(there.text("out.ndjson"), lines([tagged(1)]));
}
