//! What follows from an answer: what is done, what is sent again and how, and what never will be.
//!
//! | answer | what follows |
//! |---|---|
//! | 200 with an item for each event | each item by itself, see below |
//! | 413 | the half, and half of that; one event alone is refused |
//! | 400 in Elasticsearch's own words | the same, since one of them is to blame |
//! | 429 | all again, with less at once |
//! | everything else | all again: the servers', a proxy's or the configuration's fault, never the events' |
//!
//! | item | what follows |
//! |---|---|
//! | 2xx | it is there, unless it lies in the failure store: then it is refused |
//! | 409 for [`CONFLICT`] | it is there already, since its id is its own; without an id it is refused |
//! | other 409 | again |
//! | 429 but for [`BLOCK`] | again, with the less at once the more of them there are |
//! | 5xx, 401, [`BLOCK`], 403 (or a missing right), and those in [`PASSING`] | again |
//! | other | refused, with the server's reason |

use super::answer::{self, Answer, Other, excerpt};
use super::load::Fate;

/// Errors with a status below 429 that say nothing about the event, by the name and how the reason
/// begins: the index was closed; there are as many shards as the cluster may have; the index is not
/// there and may not be made; the index's pipeline is not there; the alias has no index to write to;
/// the shard holds as many documents as Lucene can; the cluster takes no index by name
/// (`rest.action.multi.allow_explicit_index`).
const PASSING: [(&str, &str); 7] = [
    ("index_closed_exception", ""),
    ("validation_exception", ""),
    ("index_not_found_exception", ""),
    ("illegal_argument_exception", "pipeline with id ["),
    (
        "illegal_argument_exception",
        "no write index is defined for alias [",
    ),
    (
        "illegal_argument_exception",
        "Number of documents in the index",
    ),
    (
        "illegal_argument_exception",
        "explicit index in bulk is not allowed",
    ),
];

/// There is a document with this id. In a time-series stream the server makes ids of dimensions and
/// time, so that it may be another event.
const CONFLICT: &str = "version_conflict_engine_exception";

/// The index takes nothing for now, such as one on a full disk: with a status of 403, or of 429 when
/// the server lifts it by itself (Elasticsearch since 7). Less at once is no help.
const BLOCK: &str = "cluster_block_exception";

/// What follows.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Every event has its answer.
    Items(Items),
    /// The body is too large.
    TooLarge(String),
    /// One event at least spoils it.
    Spoiled(String),
    /// Too much at once.
    TooMuch(String),
    /// It has to be tried again.
    Failed(String),
}

/// The events of a request that was taken.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Items {
    /// Those that are there now.
    pub created: usize,
    /// Those that were there before.
    pub duplicates: usize,
    /// The others, by their indices, which ascend.
    pub others: Vec<(usize, Fate)>,
    /// How many of them were too much at once.
    pub too_much: usize,
    /// Of the first that is sent again: what the server said.
    pub reason: Option<String>,
}

/// What follows from an answer to a request of so many events; `named` says which have an id of ours.
pub fn judge(status: u16, body: &[u8], events: usize, named: impl Fn(usize) -> bool) -> Verdict {
    if (200..300).contains(&status) {
        return match answer::read(body) {
            Ok(answer) if answer.items() == events => Verdict::Items(items(answer, named)),
            Ok(answer) => Verdict::Failed(format!(
                "its answer is about {} events and not about the {events} that it was sent",
                answer.items()
            )),
            Err(error) => Verdict::Failed(format!(
                "it answered {status} with something else than the answer to a bulk request ({error})"
            )),
        };
    }
    let said = answer::error(body);
    let words = match &said {
        Some(error) => error.to_string(),
        None => excerpt(String::from_utf8_lossy(body).trim()),
    };
    let reason = match &*words {
        "" => format!("it answered {status}"),
        words => format!("it answered {status}: {words}"),
    };
    match status {
        413 => Verdict::TooLarge(reason),
        400 if said.is_some_and(|error| !is_passing(&error)) => Verdict::Spoiled(reason),
        429 => Verdict::TooMuch(reason),
        _ => Verdict::Failed(format!("{reason}{}", advice(status))),
    }
}

/// What is to be done about a status; empty where nothing is known.
pub(super) fn advice(status: u16) -> &'static str {
    match status {
        300..=399 => "; name the address that it leads to",
        401 => {
            "; check user and password, or api_key, or the certificate; what was changed in the \
             configuration is read at the next start"
        }
        403 => {
            "; give the user, or the key, the rights that `knownet help setup elasticsearch` names"
        }
        _ => "",
    }
}

fn items(answer: Answer, named: impl Fn(usize) -> bool) -> Items {
    let mut items = Items {
        created: answer.created,
        ..Items::default()
    };
    for (index, other) in answer.others {
        let fate = match other.status {
            _ if other.aside => Fate::Refused(aside(&other)),
            409 if other.kind == CONFLICT && named(index) => {
                items.duplicates += 1;
                continue;
            }
            409 if other.kind != CONFLICT => Fate::Again,
            429 => {
                items.too_much += usize::from(other.kind != BLOCK);
                Fate::Again
            }
            // Below 400 it is none, or a good one beside an error.
            ..=399 | 401 | 403 | 500.. => Fate::Again,
            _ if is_passing(&other) => Fate::Again,
            _ => Fate::Refused(refusal(&other)),
        };
        if fate == Fate::Again && items.reason.is_none() {
            items.reason = Some(other.to_string());
        }
        items.others.push((index, fate));
    }
    items
}

fn is_passing(error: &Other) -> bool {
    let is =
        |(kind, reason): &(&str, &str)| error.kind == *kind && error.reason.starts_with(reason);
    PASSING.iter().any(is)
}

fn aside(other: &Other) -> String {
    let place = "it lies in the failure store of its data stream as well";
    match (&*other.kind, &*other.reason) {
        ("", "") => place.to_owned(),
        _ => format!("{place}: {other}"),
    }
}

fn refusal(other: &Other) -> String {
    format!("refused with {}: {other}", other.status)
}

#[cfg(test)]
#[path = "../tests/elasticsearch/verdict.rs"]
mod tests;
