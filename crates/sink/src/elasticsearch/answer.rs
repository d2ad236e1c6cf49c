//! Reads the answer to a bulk request as a stream: only items that did not succeed are kept.
//!
//! An answer that does not speak of every event, in their order, is none: then nobody knows what
//! became of which. An event that went to a failure store was not created where it belongs.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};

/// Characters of a server's words that are repeated.
const LONGEST: usize = 500;

/// An answer that was read to its end.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// Items that were created.
    pub created: usize,
    /// Those that were not, by their indices, which ascend.
    pub others: Vec<(usize, Other)>,
}

impl Answer {
    /// How many items there are.
    pub fn items(&self) -> usize {
        self.created + self.others.len()
    }
}

/// An item that was not created.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Other {
    /// As HTTP has it.
    pub status: u16,
    /// The name of the error; empty if there is none.
    pub kind: String,
    /// What the server says of it, shortened.
    pub reason: String,
    /// Whether it went to the failure store of its data stream instead: then its status is a good one.
    pub aside: bool,
}

impl fmt::Display for Other {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.kind {
            "" => write!(f, "status {}", self.status)?,
            kind => f.write_str(kind)?,
        }
        match &*self.reason {
            "" => Ok(()),
            reason => write!(f, ": {reason}"),
        }
    }
}

/// Reads `body`.
///
/// # Errors
/// If it is something else.
pub fn read(body: &[u8]) -> Result<Answer, serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    let answer = reader.deserialize_map(Whole)?;
    reader.end()?;
    answer.ok_or_else(|| serde_json::Error::custom("it has no items"))
}

/// What a server says of a request that it did not take at all; `None` if it is not in the words of
/// Elasticsearch.
pub fn error(body: &[u8]) -> Option<Other> {
    #[derive(Deserialize)]
    struct Refusal<'a> {
        #[serde(borrow)]
        error: Cause<'a>,
        #[serde(default)]
        status: u16,
    }
    let refusal: Refusal<'_> = serde_json::from_slice(body).ok()?;
    refusal.error.kind.as_ref()?;
    Some(refusal.error.other(refusal.status))
}

/// The beginning of a text that may be anything, on one line.
pub fn excerpt(text: &str) -> String {
    let plain = text.chars().map(|c| match c.is_control() {
        true => ' ',
        false => c,
    });
    let mut out: String = plain.take(LONGEST).collect();
    if text.chars().nth(LONGEST).is_some() {
        out.push('…');
    }
    out
}

#[derive(Deserialize, Default)]
struct Cause<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    reason: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    caused_by: Option<Inner<'a>>,
}

#[derive(Deserialize)]
struct Inner<'a> {
    #[serde(borrow, default)]
    reason: Option<Cow<'a, str>>,
}

impl Cause<'_> {
    fn other(self, status: u16) -> Other {
        let mut reason = self.reason.unwrap_or_default().into_owned();
        // "failed to parse" alone helps nobody.
        if let Some(inner) = self.caused_by.and_then(|inner| inner.reason) {
            if !reason.is_empty() {
                reason.push_str(": ");
            }
            reason.push_str(&inner);
        }
        Other {
            status,
            kind: excerpt(&self.kind.unwrap_or_default()),
            reason: excerpt(&reason),
            aside: false,
        }
    }
}

/// The whole answer; `None` if it has no items.
struct Whole;

impl<'de> Visitor<'de> for Whole {
    type Value = Option<Answer>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the answer to a bulk request")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Option<Answer>, A::Error> {
        let mut answer: Option<Answer> = None;
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            match (&*key, &mut answer) {
                ("items", none @ None) => *none = Some(map.next_value_seed(Items)?),
                ("items", Some(_)) => return Err(A::Error::custom("it has items twice")),
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(answer)
    }
}

struct Items;

impl<'de> DeserializeSeed<'de> for Items {
    type Value = Answer;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Answer, D::Error> {
        reader.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Items {
    type Value = Answer;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of items")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Answer, A::Error> {
        let mut answer = Answer::default();
        while let Some(Item(other)) = items.next_element()? {
            match other {
                None => answer.created += 1,
                Some(other) => answer.others.push((answer.items(), other)),
            }
        }
        Ok(answer)
    }
}

/// `{"create":{"status":201}}`: `None` if it was created.
struct Item(Option<Other>);

impl<'de> Deserialize<'de> for Item {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Item, D::Error> {
        struct Single;
        impl<'de> Visitor<'de> for Single {
            type Value = Item;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an item with one action")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Item, A::Error> {
                let first: Option<(IgnoredAny, Done<'_>)> = map.next_entry()?;
                let (_, done) = first.ok_or_else(|| A::Error::custom("an item has no action"))?;
                if map.next_key::<IgnoredAny>()?.is_some() {
                    return Err(A::Error::custom("an item has two actions"));
                }
                // An error beside a good status would be a riddle; it was not created for sure.
                let good = (200..300).contains(&done.status);
                let aside = good && matches!(&*done.failure_store, "used" | "failed");
                if good && !aside && done.error.is_none() {
                    return Ok(Item(None));
                }
                let other = done.error.unwrap_or_default().other(done.status);
                Ok(Item(Some(Other { aside, ..other })))
            }
        }
        reader.deserialize_map(Single)
    }
}

#[derive(Deserialize)]
struct Done<'a> {
    status: u16,
    #[serde(borrow, default)]
    error: Option<Cause<'a>>,
    /// `used`, `failed`, `not_enabled` or `not_applicable_or_unknown` (Elasticsearch's API, "Bulk index or
    /// delete documents"). Only the first comes with a good status; the second does not count as one.
    #[serde(borrow, default)]
    failure_store: Cow<'a, str>,
}

#[cfg(test)]
#[path = "../tests/elasticsearch/answer.rs"]
mod tests;
