//! What a request asks for, by its method and path.
//!
//! A path with a part that begins with `_` belongs to Elasticsearch's API; whatever is posted
//! anywhere else is a body of events.

use std::borrow::Cow;

use hyper::Method;

/// What is asked for.
#[derive(Debug, PartialEq, Eq, Clone)]
pub(super) enum Route<'a> {
    /// Events of any shape.
    Events,
    /// Actions and events; the index, if the path names one.
    Bulk(Cow<'a, str>),
    /// One event for an index, with an `_id` perhaps.
    Document(Cow<'a, str>, Option<Cow<'a, str>>),
    /// Metrics of a client about itself, which are no events.
    Monitoring,
    /// Something that is there once and for all.
    Info(Info),
    /// Whether something is there, such as an index template; it always is.
    Exists(Thing, Cow<'a, str>),
    /// Something to be set up; nothing has to be.
    Setup(Cow<'a, str>),
    /// A known path, asked with a method that it has not.
    WrongMethod(&'static str),
    /// Nothing that this server has.
    Unknown,
}

/// What is asked about the server.
#[derive(Debug, PartialEq, Eq, Clone, Copy)]
pub(super) enum Info {
    Root,
    License,
    XPack,
    Health,
    Settings,
    Nodes,
    Cat,
    Refresh,
}

/// What clients look for before they send.
#[derive(Debug, PartialEq, Eq, Clone, Copy)]
pub(super) enum Thing {
    Index,
    Alias,
    Template,
    IndexTemplate,
    ComponentTemplate,
    Policy,
    Pipeline,
    DataStream,
}

impl Route<'_> {
    /// By the path of a request.
    pub fn of<'a>(method: &Method, path: &'a str) -> Route<'a> {
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let api = parts.iter().position(|part| part.starts_with('_'));
        let Some(api) = api else {
            return plain(method, &parts);
        };
        let (before, parts) = parts.split_at(api);
        let index = before.first().map(|part| decoded(part));
        let name = || decoded(parts.last().copied().unwrap_or_default());
        let reads = method == Method::GET || method == Method::HEAD;
        let writes = method == Method::POST || method == Method::PUT;
        let info = |info| match reads {
            true => Route::Info(info),
            false => Route::WrongMethod("GET, HEAD"),
        };
        let thing = |thing| match reads {
            true => Route::Exists(thing, name()),
            false => Route::Setup(name()),
        };
        match (parts, index) {
            // A type between the two was usual once.
            (["_bulk"] | ["_doc", "_bulk"], index) => match writes {
                true => Route::Bulk(index.unwrap_or_default()),
                false => Route::WrongMethod("POST, PUT"),
            },
            (["_doc" | "_create"] | ["_doc" | "_create", _], Some(index)) => match writes {
                true => Route::Document(index, parts.get(1).map(|id| decoded(id))),
                false => Route::WrongMethod("POST, PUT"),
            },
            (["_monitoring", "bulk"], None) | (["_xpack", "monitoring", "_bulk"], None) => {
                Route::Monitoring
            }
            (["_license", ..], None) => info(Info::License),
            (["_xpack"], None) => info(Info::XPack),
            (["_xpack", "license"], None) => info(Info::License),
            (["_cluster", "health", ..], None) => info(Info::Health),
            (["_cluster", "settings"], None) if reads => Route::Info(Info::Settings),
            (["_cluster", "settings"], None) => Route::Setup("".into()),
            (["_nodes", ..], None) => info(Info::Nodes),
            (["_cat", ..], None) => info(Info::Cat),
            (["_refresh" | "_flush"], _) => Route::Info(Info::Refresh),
            (["_template", _], None) => thing(Thing::Template),
            (["_index_template", _], None) => thing(Thing::IndexTemplate),
            (["_component_template", _], None) => thing(Thing::ComponentTemplate),
            (["_ilm", "policy", _], None) => thing(Thing::Policy),
            (["_ingest", "pipeline", _], None) => thing(Thing::Pipeline),
            (["_data_stream", _], None) => thing(Thing::DataStream),
            (["_alias" | "_aliases", _], _) => thing(Thing::Alias),
            (["_aliases"], None) => Route::Setup("".into()),
            (["_data_stream", name, "_lifecycle"], None) if !reads => Route::Setup(decoded(name)),
            (["_mapping" | "_mappings" | "_settings", ..], Some(index)) => match reads {
                true => Route::Exists(Thing::Index, index),
                false => Route::Setup(index),
            },
            _ => Route::Unknown,
        }
    }

    /// What it is called in metrics.
    pub fn kind(&self) -> &'static str {
        match self {
            Route::Events => "events",
            Route::Bulk(_) => "bulk",
            Route::Document(..) => "document",
            Route::Monitoring => "monitoring",
            Route::Info(_) => "info",
            Route::Exists(..) | Route::Setup(_) => "setup",
            Route::WrongMethod(_) | Route::Unknown => "unknown",
        }
    }
}

/// A path without a part of the API.
fn plain<'a>(method: &Method, parts: &[&'a str]) -> Route<'a> {
    let index = || decoded(parts.first().copied().unwrap_or_default());
    match (method, parts) {
        (&Method::POST, _) => Route::Events,
        (&Method::GET | &Method::HEAD, []) => Route::Info(Info::Root),
        (&Method::GET | &Method::HEAD, [_]) => Route::Exists(Thing::Index, index()),
        (&Method::PUT, []) => Route::Events,
        // An index with its aliases.
        (&Method::PUT, [_]) => Route::Setup(index()),
        (&Method::PUT, _) => Route::Events,
        _ => Route::WrongMethod("POST"),
    }
}

/// A part of a path without its percent signs.
fn decoded(part: &str) -> Cow<'_, str> {
    if !part.contains('%') {
        return part.into();
    }
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.as_bytes();
    while let [first, tail @ ..] = rest {
        let byte = match rest {
            [b'%', high, low, ..] => hex(*high).zip(hex(*low)).map(|(h, l)| h << 4 | l),
            _ => None,
        };
        rest = match byte {
            Some(_) => &rest[3..],
            None => tail,
        };
        bytes.push(byte.unwrap_or(*first));
    }
    String::from_utf8_lossy(&bytes).into_owned().into()
}

fn hex(digit: u8) -> Option<u8> {
    (digit as char).to_digit(16).map(|value| value as u8)
}

#[cfg(test)]
#[path = "tests/route.rs"]
mod tests;
