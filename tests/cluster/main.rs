//! Real servers: numbered events go through knownet while it and they are killed, and at the end the
//! numbers that came out are compared with those that were sent.
//!
//! `KNOWNET_KAFKA` (brokers, with commas between them) and `KNOWNET_ELASTICSEARCH` (a URL; OpenSearch does
//! as well) say where the servers are, whoever started them; what one of them is needed for is skipped
//! without it. Servers are stopped and started where `tests/servers` started them:
//!
//! ```text
//! export SERVERS_OPENSEARCH_OPTS="thread_pool.write.size=1 thread_pool.write.queue_size=1"
//! eval "$(tests/servers up kafka:3 opensearch)"
//! KNOWNET_CLUSTER_EVENTS=1000000 cargo test --release --test cluster -- --nocapture
//! tests/servers down
//! ```
//!
//! Those that want TLS and passwords are named by `KNOWNET_KAFKA_SECURE`, `KNOWNET_ELASTICSEARCH_SECURE` and
//! `KNOWNET_SECURE`, as `tests/servers up kafka-secure opensearch-secure` prints them.
//!
//! `KNOWNET_SEED` gives other moments; the seed is in each line that is printed.
#![cfg(all(unix, feature = "kafka"))]

// The binary and a folder to run it in, as the other tests have them.
#[allow(dead_code, unused_imports)]
#[path = "../end_to_end"]
mod end_to_end {
    pub mod rig;
}
use end_to_end::rig;

// Random numbers that can be had again.
#[allow(dead_code)]
#[path = "../delivery/random.rs"]
mod random;
// Waiting for what changes by itself.
mod patience;
// Where the servers are.
mod place;
// What proves who we are.
mod secret;
// The servers that `tests/servers` started.
mod script;
// Requests to a server of HTTP.
mod http;
// The search server.
mod search;
// Topics: made, looked at, read.
mod topic;
// The events, and which of them came out.
mod ledger;
// Who sends them.
mod pump;
// Several knownets of one configuration.
mod fleet;
// What goes wrong.
mod fault;
// Events through all that goes wrong.
mod ordeal;

// From a topic to a data stream.
mod to_search;
// From topic to topic.
mod to_kafka;
// Events that the brokers refuse.
mod refused;
// Events that the search server refuses.
mod conflict;
// Instances that come and go.
mod scale;
// Servers that want to know who comes.
mod secure;
// The configurations of `config/`, as they are.
mod sample;
