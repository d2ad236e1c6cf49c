//! Events over HTTP: lines, JSON, and the bulk API.

mod client;

use client::Client;

use crate::rig::{Folder, MICROSOFT, PRIVATE, event, labelled};

const CONFIG: &str = r#"
[sources.web]
type = "http"
listen = "127.0.0.1:0"
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
"#;

#[test]
fn lines_are_answered_when_they_are_in_the_file() {
    let folder = Folder::new();
    let mut daemon = folder.daemon(CONFIG);
    let mut client = Client::new(daemon.address("web"));
    let body = format!("{}\n{}\n", event(MICROSOFT), event(PRIVATE));
    let answer = client.post("/", &body);
    assert_eq!((answer.status, &*answer.body), (200, r#"{"events":2}"#));
    let tagged = format!(
        "{}\n{}\n",
        labelled(MICROSOFT, "Microsoft"),
        labelled(PRIVATE, "Private")
    );
    assert_eq!(folder.text("out.ndjson"), tagged);
    daemon.stop().succeeded();
}
