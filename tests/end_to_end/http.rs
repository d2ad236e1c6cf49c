//! Events over HTTP: lines, JSON, and the bulk API.

mod beats;
pub mod client;
mod hostile;
mod safe;

use std::io::Write;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;

use client::Client;

use crate::rig::{Daemon, Folder, MICROSOFT, PRIVATE, event, labelled, lines};

/// A source with these keys besides, and a file that it ends in.
fn config(keys: &str) -> String {
    format!(
        r#"
[sources.web]
type = "http"
listen = "127.0.0.1:0"
{keys}
[labels.Microsoft]
feeds = ["builtin:microsoft"]
[labels.Private]
feeds = ["builtin:private"]
[[tags]]
from = ["DestinationIp"]
into = "IPDestination"
[sinks.out]
type = "file"
path = "out.ndjson"
"#
    )
}

/// The source with these keys besides, and a client of it.
fn start(folder: &Folder, keys: &str) -> (Daemon, Client) {
    let mut daemon = folder.daemon(&config(keys));
    let client = Client::new(daemon.address("web"));
    (daemon, client)
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

const JSON: (&str, &str) = ("Content-Type", "application/json");

#[test]
fn lines_are_answered_when_they_are_in_the_file() {
    let folder = Folder::new();
    let (daemon, mut client) = start(&folder, "");
    let answer = client.post("/", lines([event(MICROSOFT), event(PRIVATE)]));
    assert_eq!((answer.status, &*answer.body), (200, r#"{"events":2}"#));
    let tagged = [
        labelled(MICROSOFT, "Microsoft"),
        labelled(PRIVATE, "Private"),
    ];
    assert_eq!(folder.text("out.ndjson"), lines(tagged));
    daemon.stop().succeeded();
}

#[test]
fn arrays_and_objects_over_several_lines_become_lines() {
    let folder = Folder::new();
    let (_daemon, mut client) = start(&folder, "");
    let [microsoft, private] = [event(MICROSOFT), event(PRIVATE)];
    let array = format!("[\n  {microsoft},\n  {private}\n]");
    assert_eq!(
        client.ask("POST", "/", &[JSON], array).body,
        r#"{"events":2}"#
    );
    let pretty = format!("{{\n\"DestinationIp\":\n\"{PRIVATE}\"}}");
    assert_eq!(
        client.ask("PUT", "/", &[JSON], pretty).body,
        r#"{"events":1}"#
    );
    let out = folder.text("out.ndjson");
    let expected = [
        labelled(MICROSOFT, "Microsoft"),
        labelled(PRIVATE, "Private"),
        format!(r#"{{ "DestinationIp": "{PRIVATE}","IPDestination":"Private"}}"#),
    ];
    assert_eq!(out, lines(expected));
    assert_eq!(client.post("/", "").body, r#"{"events":0}"#);
}

#[test]
fn lines_of_text_are_read_as_text() {
    let folder = Folder::new();
    let (_daemon, mut client) = start(&folder, "format = \"auto\"");
    let text = [("Content-Type", "text/plain")];
    let body = "<134>1 2024-01-01T00:00:00Z fw a - - - hello\n[x] src=10.0.0.1 dst=10.0.0.2\n";
    assert_eq!(client.ask("POST", "/any/path", &text, body).status, 200);
    assert_eq!(folder.text("out.ndjson").lines().count(), 2);
}

#[test]
fn each_action_of_a_bulk_request_has_its_own_result() {
    let folder = Folder::new();
    let (_daemon, mut client) = start(&folder, "");
    let body = lines([
        r#"{"index":{"_index":"logs","_id":"one"}}"#,
        &event(PRIVATE),
        r#"{"delete":{"_index":"logs","_id":"two"}}"#,
        r#"{"update":{"_index":"logs","_id":"three"}}"#,
        r#"{"doc":{"DestinationIp":"10.0.0.9"}}"#,
        r#"{"create":{}}"#,
        "this is no JSON",
    ]);
    let answer = client.post("/other/_bulk", body);
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("x-elastic-product"), Some("Elasticsearch"));
    let answer = answer.json();
    assert_eq!(answer["errors"], true);
    let items = &answer["items"];
    assert_eq!(items[0]["index"]["_id"], "one");
    assert_eq!(items[0]["index"]["status"], 201);
    assert_eq!(items[1]["delete"]["status"], 400);
    assert_eq!(items[2]["update"]["status"], 400);
    assert_eq!(items[3]["create"]["_index"], "other");
    assert_eq!(items[3]["create"]["status"], 201);
    let out = folder.text("out.ndjson");
    assert!(
        out.starts_with(&lines([labelled(PRIVATE, "Private")])),
        "{out}"
    );
    assert!(out.contains("this is no JSON"), "{out}");
    assert_eq!(out.lines().count(), 2, "{out}");

    let broken = client.post("/_bulk", "{\"index\":{}}\n{}\n{\"what\":{}}\n");
    assert_eq!(broken.status, 400);
    let reason = broken.json()["error"]["reason"].to_string();
    assert!(reason.contains("line 3 "), "{reason}");
}

#[test]
fn one_document_is_one_event() {
    let folder = Folder::new();
    let (_daemon, mut client) = start(&folder, "");
    let answer = client.ask("PUT", "/logs/_doc/7", &[JSON], event(PRIVATE));
    assert_eq!(answer.status, 201);
    assert_eq!(answer.json()["_id"], "7");
    assert_eq!(client.post("/logs/_doc", "").status, 400);
    let out = folder.text("out.ndjson");
    assert_eq!(out, lines([labelled(PRIVATE, "Private")]));
}

#[test]
fn gzip_is_taken_and_what_is_cut_short_leaves_nothing() {
    let folder = Folder::new();
    let (_daemon, mut client) = start(&folder, "");
    let body = gzip(lines([event(PRIVATE)]).as_bytes());
    let headers = [("Content-Encoding", "gzip")];
    let short = client.ask("POST", "/", &headers, &body[..body.len() - 4]);
    assert_eq!(short.status, 400);
    assert_eq!(client.ask("POST", "/", &headers, body).status, 200);
    let out = folder.text("out.ndjson");
    assert_eq!(out, lines([labelled(PRIVATE, "Private")]));
    let unknown = client.ask("POST", "/", &[("Content-Encoding", "br")], "x");
    assert_eq!(unknown.status, 415);
}

#[test]
fn a_body_in_chunks_and_one_that_waits_to_be_asked_for() {
    let folder = Folder::new();
    let (_daemon, mut client) = start(&folder, "");
    client.send(b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    client.send(b"5\r\n{\"a\":\r\n3\r\n1}\n\r\n0\r\n\r\n");
    assert_eq!(client.answer(false).expect("an answer").status, 200);
    client.send(b"POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 8\r\n\r\n");
    assert_eq!(client.answer(false).expect("a word").status, 100);
    client.send(b"{\"b\":2}\n");
    assert_eq!(client.answer(false).expect("an answer").status, 200);
    assert_eq!(folder.text("out.ndjson"), "{\"a\":1}\n{\"b\":2}\n");
}

#[test]
fn only_who_is_known_may_send_and_secrets_are_not_told() {
    let folder = Folder::new();
    folder.file("token", "id:hush-token\n");
    let keys =
        "auth = [{ user = \"beats\", password = \"hush-word\" }, { token_file = \"token\" }]";
    let (daemon, mut client) = start(&folder, keys);
    let basic = |text: &str| format!("Basic {}", BASE64_STANDARD.encode(text));
    let wrong = [
        basic("beats:hush"),
        basic("other:hush-word"),
        "Bearer hush-token".to_owned(),
        "Bearer".to_owned(),
    ];
    for header in &wrong {
        let answer = client.ask("POST", "/", &[("Authorization", header)], "{\"wrong\":1}\n");
        assert_eq!(answer.status, 401, "{header}");
        assert!(answer.header("www-authenticate").is_some());
    }
    assert_eq!(client.get("/").status, 401);
    assert_eq!(client.post("/_bulk", "").status, 401);
    let key = format!("ApiKey {}", BASE64_STANDARD.encode("id:hush-token"));
    for header in [&basic("beats:hush-word"), "Bearer id:hush-token", &key] {
        let answer = client.ask("POST", "/", &[("Authorization", header)], "{\"right\":1}\n");
        assert_eq!(answer.status, 200, "{header}");
    }
    assert_eq!(folder.text("out.ndjson"), "{\"right\":1}\n".repeat(3));
    let ran = daemon.stop().succeeded();
    ran.said("without valid credentials");
    assert!(!ran.err.contains("hush"), "{}", ran.err);
}

#[test]
fn a_page_in_a_browser_may_not_send() {
    let folder = Folder::new();
    let (_daemon, mut client) = start(&folder, "");
    let page = [
        ("Origin", "http://example.com"),
        ("Content-Type", "text/plain"),
    ];
    assert_eq!(client.ask("POST", "/", &page, "{}\n").status, 403);
    assert_eq!(folder.text("out.ndjson"), "");
}
