//! Microsoft's service tags: the networks of each Azure service, as JSON.
//!
//! Attributes: `service` is the tag's `systemService`; where that is empty (`AzureCloud.eastus`) it
//! is the tag's name up to the first dot, for what follows is the region. `region` is the tag's
//! region, left out where the tag is not regional. A prefix stands in several tags, and arrives once
//! for each.
//!
//! Source: <https://www.microsoft.com/download/details.aspx?id=56519>; the fields are described in
//! <https://learn.microsoft.com/azure/virtual-network/service-tags-overview>.

use super::Spec;
use crate::error::{FeedError, Place};
use crate::read::Rows;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::fmt;
use std::io::BufRead;

pub(super) const SPEC: Spec = Spec {
    name: "azure-service-tags",
    about: "Microsoft's service tags JSON (ServiceTags_Public_….json)",
    detect,
    read,
};

/// A JSON object that soon names a list of prefixes as Microsoft does.
fn detect(head: &[u8]) -> bool {
    let key = b"\"addressPrefixes\"";
    head.trim_ascii_start().first() == Some(&b'{') && head.windows(key.len()).any(|at| at == key)
}

fn read(input: &mut dyn BufRead, rows: &mut Rows<'_>) -> Result<(), FeedError> {
    let mut json = serde_json::Deserializer::from_reader(input);
    let result = Document { rows }.deserialize(&mut json);
    match result.and_then(|()| json.end()) {
        Ok(()) => Ok(()),
        Err(error) if error.is_io() => Err(rows.unreadable(error.into())),
        Err(error) => {
            let place = Place {
                line: Some(error.line() as u64),
                tag: None,
                ..rows.place()
            };
            let problem = error.to_string();
            let problem = problem
                .split(" at line ")
                .next()
                .unwrap_or_default()
                .to_owned();
            Err(FeedError::Malformed { place, problem })
        }
    }
}

/// One tag; its prefixes are all that is in memory at a time.
#[derive(Deserialize)]
#[serde(expecting = "a service tag")]
struct Tag {
    name: String,
    properties: Properties,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a tag's properties")]
struct Properties {
    #[serde(default)]
    region: String,
    #[serde(default)]
    system_service: String,
    address_prefixes: Vec<String>,
}

impl Tag {
    fn hand_on(&self, rows: &mut Rows<'_>) {
        rows.at_tag(&self.name);
        let Properties {
            region,
            system_service,
            address_prefixes,
        } = &self.properties;
        let service = match system_service.as_str() {
            "" => self.name.split('.').next().unwrap_or_default(),
            service => service,
        };
        let both = [("service", service), ("region", region.as_str())];
        let attributes = if region.is_empty() { &both[..1] } else { &both };
        for text in address_prefixes {
            rows.prefix(text.as_bytes(), attributes);
        }
    }
}

/// The whole document: an object whose `values` are tags.
struct Document<'r, 'a> {
    rows: &'r mut Rows<'a>,
}

impl<'de> DeserializeSeed<'de> for Document<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Document<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with \"values\"")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut seen = false;
        while let Some(key) = map.next_key::<String>()? {
            if key == "values" {
                seen = true;
                map.next_value_seed(Values { rows: self.rows })?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        if seen {
            Ok(())
        } else {
            Err(A::Error::missing_field("values"))
        }
    }
}

/// The list of tags.
struct Values<'r, 'a> {
    rows: &'r mut Rows<'a>,
}

impl<'de> DeserializeSeed<'de> for Values<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Values<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of service tags")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut tags: A) -> Result<(), A::Error> {
        while let Some(tag) = tags.next_element::<Tag>()? {
            tag.hand_on(self.rows);
            if self.rows.is_full() {
                return Err(A::Error::custom("too much is wrong"));
            }
        }
        Ok(())
    }
}
