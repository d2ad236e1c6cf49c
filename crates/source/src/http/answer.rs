//! What a client is told that asks for an Elasticsearch.
//!
//! The shapes are those of Elasticsearch's REST reference; what clients look at before they send was
//! read from libbeat 7.17 (`esleg/eslegclient`, `idxmgmt/ilm`, `template`, `licenser`,
//! `monitoring/report/elasticsearch`) and the official clients for Python and Go. Whatever a client
//! asks about is there already, so that none of them sets up anything.

use std::borrow::Cow;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};

use super::parse::bulk::quoted;
use super::route::{Info, Thing};

/// Elasticsearch as this server says to be it, unless the configuration has another version or a Beat
/// is newer: Beats refuse a server that is older than they are.
const VERSION: (u32, u32, u32) = (8, 19, 0);

pub(super) type Answer = Response<Full<Bytes>>;

/// A text of JSON as an answer.
pub(super) fn json(status: StatusCode, text: impl Into<Bytes>) -> Answer {
    let mut answer = Response::new(Full::new(text.into()));
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    // Elastic's own clients send nothing to a server that does not say so.
    let product = HeaderValue::from_static("Elasticsearch");
    headers.insert("x-elastic-product", product);
    answer
}

/// An error as Elasticsearch tells it.
pub(super) fn error(status: StatusCode, reason: &str) -> Answer {
    let kind = match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => "security_exception",
        StatusCode::TOO_MANY_REQUESTS => "es_rejected_execution_exception",
        StatusCode::SERVICE_UNAVAILABLE => "unavailable_shards_exception",
        StatusCode::PAYLOAD_TOO_LARGE => "content_too_long_exception",
        _ => "illegal_argument_exception",
    };
    let reason = quoted(reason);
    let cause = format!(r#""type":"{kind}","reason":{reason}"#);
    let text = format!(
        r#"{{"error":{{"root_cause":[{{{cause}}}],{cause}}},"status":{}}}"#,
        status.as_u16()
    );
    json(status, text)
}

/// What is to be said about the server; `client` is the header `User-Agent`.
pub(super) fn info(info: Info, version: Option<&str>, client: &str) -> Answer {
    let text: Cow<'static, str> = match info {
        Info::Root => root(version, client).into(),
        Info::License => {
            r#"{"license":{"status":"active","uid":"00000000-0000-0000-0000-000000000000","type":"basic","issue_date_in_millis":0,"max_nodes":1000,"max_resource_units":null,"issued_to":"knownet","issuer":"elasticsearch","start_date_in_millis":-1}}"#.into()
        }
        Info::XPack => {
            // Monitoring is there, or Beats that are told to report theirs never stop to ask.
            r#"{"license":{"uid":"00000000-0000-0000-0000-000000000000","type":"basic","mode":"basic","status":"active"},"features":{"ilm":{"available":true,"enabled":true},"monitoring":{"available":true,"enabled":true},"security":{"available":true,"enabled":true},"ml":{"available":false,"enabled":false}},"tagline":"You know, for X"}"#.into()
        }
        Info::Health => {
            r#"{"cluster_name":"knownet","status":"green","timed_out":false,"number_of_nodes":1,"number_of_data_nodes":1,"active_primary_shards":1,"active_shards":1,"relocating_shards":0,"initializing_shards":0,"unassigned_shards":0,"delayed_unassigned_shards":0,"number_of_pending_tasks":0,"number_of_in_flight_fetch":0,"task_max_waiting_in_queue_millis":0,"active_shards_percent_as_number":100.0}"#.into()
        }
        Info::Settings => r#"{"persistent":{},"transient":{},"defaults":{}}"#.into(),
        Info::Nodes => {
            r#"{"_nodes":{"total":0,"successful":0,"failed":0},"cluster_name":"knownet","nodes":{}}"#.into()
        }
        Info::Cat => "[]".into(),
        Info::Refresh => r#"{"_shards":{"total":1,"successful":1,"failed":0}}"#.into(),
    };
    json(StatusCode::OK, text.into_owned())
}

fn root(version: Option<&str>, client: &str) -> String {
    let (major, minor, patch) = beat(client).map_or(VERSION, |beat| beat.max(VERSION));
    let number = match version {
        Some(version) => version.to_owned(),
        None => format!("{major}.{minor}.{patch}"),
    };
    format!(
        r#"{{"name":"knownet","cluster_name":"knownet","cluster_uuid":"a25vd25ldGtub3duZXQtMQ","version":{{"number":"{number}","build_flavor":"default","build_type":"tar","build_hash":"unknown","build_date":"2025-01-01T00:00:00.000Z","build_snapshot":false,"lucene_version":"9.12.0","minimum_wire_compatibility_version":"7.17.0","minimum_index_compatibility_version":"7.0.0"}},"tagline":"You Know, for Search"}}"#
    )
}

/// The version of a Beat or an Elastic Agent, such as `Elastic-filebeat/8.6.0 (linux; amd64; …)`.
fn beat(client: &str) -> Option<(u32, u32, u32)> {
    let (name, rest) = client.split_once('/')?;
    let name = name.to_ascii_lowercase();
    if !name.starts_with("elastic") && !name.ends_with("beat") {
        return None;
    }
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.');
    let mut numbers = rest[..end.unwrap_or(rest.len())].split('.').map(str::parse);
    let mut next = || numbers.next()?.ok();
    Some((next()?, next()?, next()?))
}

/// That something is there, under this name.
pub(super) fn exists(thing: Thing, name: &str) -> Answer {
    let name = quoted(name);
    let text = match thing {
        Thing::Index => format!(r#"{{{name}:{{"aliases":{{}},"mappings":{{}},"settings":{{}}}}}}"#),
        Thing::Alias => format!(r#"{{{name}:{{"aliases":{{{name}:{{"is_write_index":true}}}}}}}}"#),
        Thing::Template => format!(
            r#"{{{name}:{{"order":0,"index_patterns":[],"settings":{{}},"mappings":{{}},"aliases":{{}}}}}}"#
        ),
        Thing::IndexTemplate => format!(
            r#"{{"index_templates":[{{"name":{name},"index_template":{{"index_patterns":[],"composed_of":[],"data_stream":{{}}}}}}]}}"#
        ),
        Thing::ComponentTemplate => format!(
            r#"{{"component_templates":[{{"name":{name},"component_template":{{"template":{{}}}}}}]}}"#
        ),
        Thing::Policy => format!(r#"{{{name}:{{"version":1,"policy":{{"phases":{{}}}}}}}}"#),
        Thing::Pipeline => format!(r#"{{{name}:{{"processors":[]}}}}"#),
        Thing::DataStream => format!(
            r#"{{"data_streams":[{{"name":{name},"timestamp_field":{{"name":"@timestamp"}},"indices":[],"generation":1,"status":"GREEN","template":{name}}}]}}"#
        ),
    };
    json(StatusCode::OK, text)
}

/// That something was set up.
pub(super) fn acknowledged(name: &str) -> Answer {
    let name = quoted(name);
    let text = format!(r#"{{"acknowledged":true,"shards_acknowledged":true,"index":{name}}}"#);
    json(StatusCode::OK, text)
}

/// That a document was taken.
pub(super) fn created(index: &str, id: &str) -> Answer {
    let (index, id) = (quoted(index), quoted(id));
    let text = format!(
        r#"{{"_index":{index},"_id":{id},"_version":1,"result":"created","_shards":{{"total":1,"successful":1,"failed":0}},"_seq_no":0,"_primary_term":1}}"#
    );
    json(StatusCode::CREATED, text)
}

#[cfg(test)]
#[path = "tests/answer.rs"]
mod tests;
