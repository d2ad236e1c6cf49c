use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use serde_json::Value;

use crate::rig::Folder;

/// Each request that was printed: its first line, and its body.
fn printed(text: &str) -> Vec<(String, Value)> {
    let parts = text.split("\n\n");
    let parse = |part: &str| {
        let (head, body) = part.split_once('\n').expect("a body");
        (head.to_owned(), serde_json::from_str(body).expect("JSON"))
    };
    parts.map(parse).collect()
}

#[test]
fn requests_are_printed_for_a_console() {
    let folder = Folder::new();
    for (option, policy) in [
        ("--keep=7d", "PUT /_ilm/policy/knownet"),
        ("--opensearch", "PUT /_plugins/_ism/policies/knownet"),
    ] {
        let args = ["setup", "elasticsearch", "--print", option];
        let ran = folder.knownet(&args).ran().succeeded();
        let requests = printed(&ran.out);
        let heads: Vec<_> = requests.iter().map(|(head, _)| head.as_str()).collect();
        let mappings = "PUT /_component_template/knownet-mappings";
        assert_eq!(heads, [policy, mappings, "PUT /_index_template/knownet"]);
        let patterns = &requests[2].1["index_patterns"];
        assert_eq!(patterns, &serde_json::json!(["logs-knownet.*-*"]));
    }
}

#[test]
fn files_are_what_the_commands_that_are_printed_send() {
    let folder = Folder::new();
    let args = [
        "setup",
        "elasticsearch",
        "--output",
        "a/b",
        "--data-stream",
        "logs-x-y",
    ];
    let ran = folder.knownet(&args).ran().succeeded();
    let named: Vec<_> = ran
        .out
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            line.split('@')
                .nth(1)
                .expect("a file")
                .trim_end_matches('\'')
        })
        .collect();
    let files = [
        "lifecycle.json",
        "mappings.json",
        "template.json",
        "dashboards.ndjson",
    ];
    let files = files.map(|file| format!("a/b/{file}"));
    assert_eq!(named, files);
    for file in &files {
        let text = fs::read_to_string(folder.path(file)).expect("a file");
        let values = serde_json::Deserializer::from_str(&text).into_iter::<Value>();
        let values: Result<Vec<_>, _> = values.collect();
        let count = values.expect("JSON").len();
        assert_eq!(count > 1, file.ends_with("ndjson"), "{file}");
    }
    let template = fs::read_to_string(folder.path("a/b/template.json")).expect("a file");
    assert!(template.contains(r#""logs-x-y""#) && !template.contains("logs-knownet"));
}

#[test]
fn nowhere_to_go_and_wrong_options_are_said() {
    let folder = Folder::new();
    let setup = ["setup", "elasticsearch"];
    let ran = folder.knownet(&setup).ran().ended(1);
    ran.said("knownet.toml:1: cannot be read");
    let source = "[sources.in]\ntype = \"stdin\"\n";
    folder.file(
        "knownet.toml",
        format!("{source}[sinks.out]\ntype = \"stdout\"\n"),
    );
    let ran = folder.knownet(&setup).ran().ended(1);
    ran.said("knownet.toml has no sink of type elasticsearch");
    let ran = folder
        .knownet(&[&setup[..], &["--print", "--output", "x"]].concat())
        .ran();
    ran.ended(2).said("--print");
    for (wrong, said) in [
        (
            ["--print", "--keep=12h"],
            "write a number of days, such as 90d",
        ),
        (
            ["--print", "--data-stream=A"],
            "write small letters, digits",
        ),
    ] {
        let args = [&setup[..], &wrong].concat();
        folder.knownet(&args).ran().ended(2).said(said);
    }
    folder.file("taken", "");
    let args = [&setup[..], &["--output", "taken/x"]].concat();
    folder
        .knownet(&args)
        .ran()
        .ended(1)
        .said("taken/x cannot be written");
}

/// Two sinks, with data streams that are not knownet's own.
const TWO: &str = "\
[sources.in]
type = \"stdin\"
[sinks.one]
type = \"elasticsearch\"
hosts = [\"http://ADDRESS\"]
data_stream = \"logs-fw-default\"
[sinks.two]
type = \"elasticsearch\"
hosts = [\"http://ADDRESS\"]
data_stream = \"logs-zeek.http-default\"
";

#[test]
fn what_is_shown_is_for_the_sink_that_is_named() {
    let folder = Folder::new();
    folder.file("two.toml", TWO.replace("ADDRESS", "127.0.0.1:9"));
    let setup = ["setup", "elasticsearch", "-c", "two.toml"];
    let ran = folder
        .knownet(&[&setup[..], &["--print", "--sink", "two"]].concat())
        .ran()
        .succeeded();
    let patterns = &printed(&ran.out)[2].1["index_patterns"];
    assert_eq!(patterns, &serde_json::json!(["logs-zeek.http-default"]));
    let ran = folder
        .knownet(&[&setup[..], &["--output", "x", "--sink", "one"]].concat())
        .ran()
        .succeeded();
    assert_eq!(ran.lines()[0], "# for the data streams logs-fw-default");
    for file in ["template.json", "dashboards.ndjson"] {
        let text = fs::read_to_string(folder.path(&format!("x/{file}"))).expect("a file");
        assert!(text.contains("\"logs-fw-default\""), "{text}");
    }
    // It cannot know which is meant.
    let ran = folder.knownet(&[&setup[..], &["--print"]].concat()).ran();
    ran.ended(1).said("choose one with --sink");
}

/// A server that answers each request as `answer` says to its first line, and what it was asked.
fn server(
    answer: impl Fn(&str) -> (u16, &'static str) + Send + 'static,
) -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    let (say, asked) = channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = BufReader::new(stream.expect("a connection"));
            loop {
                let (mut head, mut length) = (String::new(), 0);
                if stream.read_line(&mut head).expect("a request") == 0 {
                    break;
                }
                loop {
                    let mut line = String::new();
                    stream.read_line(&mut line).expect("a header");
                    match line.trim_end().to_lowercase().split_once(": ") {
                        None => break,
                        Some(("content-length", value)) => {
                            length = value.parse().expect("a length")
                        }
                        Some(_) => {}
                    }
                }
                stream.read_exact(&mut vec![0; length]).expect("a body");
                let head = head.trim_end().trim_end_matches(" HTTP/1.1").to_owned();
                let (status, body) = answer(&head);
                let length = body.len();
                let text = format!("HTTP/1.1 {status} -\r\ncontent-length: {length}\r\n\r\n{body}");
                stream
                    .get_mut()
                    .write_all(text.as_bytes())
                    .expect("answered");
                let _ = say.send(head);
            }
        }
    });
    (address, asked)
}

#[test]
fn a_server_is_set_up_and_says_what_it_refuses() {
    const POLICY: &str = "/_plugins/_ism/policies/knownet";
    let (address, asked) = server(|head| match head {
        "GET /" => (200, r#"{"version":{"distribution":"opensearch"}}"#),
        // There is one already.
        "PUT /_plugins/_ism/policies/knownet" => (409, "{}"),
        "GET /_plugins/_ism/policies/knownet" => (200, r#"{"_seq_no":7,"_primary_term":2}"#),
        "PUT /_index_template/knownet" => (
            400,
            r#"{"error":{"type":"mapper_parsing_exception","reason":"no such type"},"status":400}"#,
        ),
        _ => (200, r#"{"acknowledged":true}"#),
    });
    let folder = Folder::new();
    folder.file(
        "knownet.toml",
        format!(
            "[sources.in]\ntype = \"stdin\"\n[sinks.a]\ntype = \"stdout\"\n[sinks.b]\n\
             type = \"elasticsearch\"\nhosts = [\"http://{address}\"]\n"
        ),
    );
    let ran = folder.knownet(&["setup", "elasticsearch"]).ran().ended(1);
    let lines = ran.lines();
    assert_eq!(lines[0], format!("PUT {POLICY}: done"));
    assert_eq!(lines[1], "PUT /_component_template/knownet-mappings: done");
    assert_eq!(
        lines[2],
        "PUT /_index_template/knownet: refused with 400: mapper_parsing_exception: no such type"
    );
    assert_eq!(lines[3], "it is for the data streams logs-knownet.*-*");
    let asked: Vec<String> = asked.try_iter().collect();
    assert_eq!(
        asked,
        [
            "GET /".to_owned(),
            format!("GET {POLICY}"),
            "GET /_index_template/knownet".to_owned(),
            format!("PUT {POLICY}"),
            format!("GET {POLICY}"),
            format!("PUT {POLICY}?if_seq_no=7&if_primary_term=2"),
            "PUT /_component_template/knownet-mappings".to_owned(),
            "PUT /_index_template/knownet".to_owned(),
            "GET /logs-knownet.event-default/_settings".to_owned(),
        ]
    );
    let args = ["setup", "elasticsearch", "--sink", "a"];
    let ran = folder.knownet(&args).ran().ended(1);
    ran.said("knownet.toml has no sink a of type elasticsearch; known: b");
}

#[test]
fn a_second_setup_keeps_what_the_first_was_for() {
    let (address, asked) = server(|head| match head {
        "GET /" => (200, r#"{"version":{"number":"9.2.1"}}"#),
        "GET /_ilm/policy/knownet" => (
            200,
            r#"{"knownet":{"policy":{"phases":{"delete":{"min_age":"30d"}}}}}"#,
        ),
        "GET /_index_template/knownet" => (
            200,
            r#"{"index_templates":[{"index_template":{"index_patterns":["logs-fw-default"],
                "_meta":{"managed_by":"knownet"}}}]}"#,
        ),
        "GET /logs-zeek.http-default/_settings" => (200, r#"{"logs-zeek.http-default":{}}"#),
        _ => (200, r#"{"acknowledged":true}"#),
    });
    let folder = Folder::new();
    folder.file("knownet.toml", TWO.replace("ADDRESS", &address));
    let args = ["setup", "elasticsearch", "--sink", "two"];
    let ran = folder.knownet(&args).ran().succeeded();
    assert_eq!(
        ran.lines()[3],
        "it is for the data streams logs-zeek.http-default, logs-fw-default, whose indices stay for 30 days"
    );
    ran.said("warning: logs-zeek.http-default is an index");
    assert_eq!(asked.try_iter().count(), 7);
}
