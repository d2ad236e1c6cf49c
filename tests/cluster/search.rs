//! The search server: what is set up in it, its troubles, and the documents in it.

use std::io;

use serde_json::{Value, json};

use crate::http::{Answer, Door};
use crate::ledger::Found;
use crate::patience::until;
use crate::rig::Folder;
use crate::secret::Secrets;

/// Documents of an answer.
const PAGE: usize = 10_000;

pub struct Search {
    pub url: String,
    pub address: String,
    door: Door,
}

impl Search {
    pub fn new(url: &str) -> Search {
        let url = url.trim_end_matches('/');
        let address = url
            .strip_prefix("http://")
            .filter(|rest| !rest.contains('/'));
        let address =
            address.unwrap_or_else(|| panic!("KNOWNET_ELASTICSEARCH={url}: not http://HOST:PORT"));
        Search {
            address: address.to_owned(),
            url: url.to_owned(),
            door: Door::default(),
        }
    }

    /// One that wants TLS and a password, asked by its administrator.
    pub fn secure(url: &str, secrets: &Secrets) -> Search {
        let address = url
            .strip_prefix("https://")
            .filter(|rest| !rest.contains('/'));
        let address = address
            .unwrap_or_else(|| panic!("KNOWNET_ELASTICSEARCH_SECURE={url}: not https://HOST:PORT"));
        Search {
            address: address.to_owned(),
            url: url.to_owned(),
            door: Door::safe(
                &secrets.path("ca.pem"),
                "admin",
                &secrets.text("admin-password"),
            ),
        }
    }

    /// Asks; it may be away.
    pub fn try_ask(&self, method: &str, path: &str, body: &Value) -> io::Result<Answer> {
        let body = match body {
            Value::Null => String::new(),
            Value::String(lines) => lines.clone(),
            value => value.to_string(),
        };
        self.door.ask(&self.address, method, path, &body)
    }

    /// Asks, and must be understood.
    #[track_caller]
    pub fn ask(&self, method: &str, path: &str, body: Value) -> Value {
        let answer = self.try_ask(method, path, &body);
        let answer = answer.unwrap_or_else(|e| panic!("{method} {path}: {e}"));
        assert!(answer.status < 300, "{method} {path}: {answer:?}");
        serde_json::from_str(&answer.body).unwrap_or_else(|e| panic!("{method} {path}: {e}"))
    }

    pub fn get(&self, path: &str) -> Value {
        self.ask("GET", path, Value::Null)
    }

    /// Sends what `knownet setup elasticsearch` prints.
    pub fn set_up(&self) {
        let version = &self.get("/")["version"];
        let mut args = vec!["setup", "elasticsearch", "--print"];
        if version["distribution"] == "opensearch" {
            args.push("--opensearch");
        }
        let printed = Folder::new().knownet(&args).ran().succeeded().out;
        for request in printed.split("\n\n") {
            let (head, body) = request.split_once('\n').expect("a head and a body");
            let (method, path) = head.split_once(' ').expect("a method and a path");
            let body = serde_json::from_str(body).expect("JSON");
            // A server as bare as those of the tests has no plugin for lifecycles.
            let spare = path.contains("_ism") || path.contains("_ilm");
            match self.try_ask(method, path, &body) {
                Ok(answer) if answer.status < 300 || spare => {}
                other => panic!("{head}: {other:?}"),
            }
        }
    }

    /// Events that the server's queue had no room for since it started; `None` while it is away.
    pub fn rejected(&self) -> Option<u64> {
        let path = "/_nodes/stats/thread_pool";
        let answer = self.try_ask("GET", path, &Value::Null).ok()?;
        let stats: Value = serde_json::from_str(&answer.body).ok()?;
        let nodes = stats["nodes"].as_object()?.values();
        nodes
            .map(|node| node["thread_pool"]["write"]["rejected"].as_u64())
            .sum()
    }

    /// Requests that may wait for the server's writers.
    pub fn queue(&self) -> u64 {
        let nodes = &self.get("/_nodes/thread_pool")["nodes"];
        let queues = nodes
            .as_object()
            .into_iter()
            .flat_map(|nodes| nodes.values());
        let queues = queues.filter_map(|node| node["thread_pool"]["write"]["queue_size"].as_u64());
        queues.min().unwrap_or(u64::MAX)
    }

    /// The numbers of all documents there, each with its label.
    pub fn documents(&self, stream: &str) -> Found {
        self.ask("POST", &format!("/{stream}/_refresh"), Value::Null);
        let query = json!({
            "size": PAGE,
            "sort": ["_doc"],
            "_source": ["event.sequence", "IPDestination"],
        });
        let mut found = Found::default();
        let mut answer = self.ask("POST", &format!("/{stream}/_search?scroll=2m"), query);
        loop {
            let hits = answer["hits"]["hits"].as_array().expect("documents");
            if hits.is_empty() {
                break;
            }
            for hit in hits {
                found.add(&hit["_source"]);
            }
            let next = json!({"scroll": "2m", "scroll_id": answer["_scroll_id"]});
            answer = self.ask("POST", "/_search/scroll", next);
        }
        let counted = self.get(&format!("/{stream}/_count"))["count"].as_u64();
        assert_eq!(counted, Some(found.total()), "what {stream} says of itself");
        found
    }

    /// Whether an index of the stream has the block of a disk that is full.
    pub fn is_blocked(&self, stream: &str) -> bool {
        let all = self.get(&format!("/{stream}/_settings"));
        let mut indices = all.as_object().into_iter().flat_map(|all| all.values());
        indices.any(|one| {
            let block = &one["settings"]["index"]["blocks"]["read_only_allow_delete"];
            *block == "true" || *block == true
        })
    }

    /// Says that less than `free` is a disk that is full: more than there is, or next to nothing, since
    /// the machine's own disk is no matter of the tests. It outlives the server.
    fn watermark(&self, free: &str) {
        let disk = "cluster.routing.allocation.disk.watermark";
        let settings = json!({"persistent": {
            format!("{disk}.low"): free,
            format!("{disk}.high"): free,
            format!("{disk}.flood_stage"): free,
            "cluster.info.update.interval": "10s",
        }});
        self.ask("PUT", "/_cluster/settings", settings);
    }

    /// The disk has room.
    pub fn make_room(&self) {
        self.watermark("1mb");
    }

    /// The disk of the stream is full; waits until the server has seen it.
    pub fn fill(&self, stream: &str) {
        self.watermark("1000tb");
        self.wait_for_block(stream, true);
    }

    /// The disk of the stream has room again; waits until it can be written to.
    pub fn empty(&self, stream: &str) {
        self.make_room();
        self.wait_for_block(stream, false);
    }

    fn wait_for_block(&self, stream: &str, wanted: bool) {
        until("the block of a full disk", || {
            match self.is_blocked(stream) {
                is if is == wanted => Ok(()),
                is => Err(is),
            }
        });
    }

    /// Takes the stream away, if it is there.
    pub fn remove(&self, stream: &str) {
        // What is left over says nothing about knownet.
        let _ = self.try_ask("DELETE", &format!("/_data_stream/{stream}"), &Value::Null);
    }
}
