//! What is sent to the server: a policy, mappings and a template, filled in.
//!
//! - The texts stand in `cli/setup`, valid JSON as they are, with the defaults in them; only patterns
//!   and times are written into them here.
//! - They are in the order in which they are to be sent: a template names the other two.
//!
//! Elasticsearch replaces whatever has the name already. So does OpenSearch, except for policies: it
//! answers 409 to one that is there, and wants to know which version is replaced (`if_seq_no` and
//! `if_primary_term` of its answer to a GET of the same path).

use anyhow::Context;
use serde_json::{Value, json};

/// Whose server it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Product {
    /// From version 8.13 on.
    Elasticsearch,
    /// From version 2.12 on.
    OpenSearch,
}

/// One request to the server.
#[derive(Clone, PartialEq, Debug)]
pub struct Request {
    /// The file that holds the body where it is written to a folder.
    pub file: &'static str,
    /// `PUT`.
    pub method: &'static str,
    /// From the first slash on.
    pub path: &'static str,
    /// JSON.
    pub body: Value,
}

const MAPPINGS: &str = include_str!("../../setup/mapping.json");

/// The texts of a product and where they belong: its policy, and its template.
const fn texts(product: Product) -> [(&'static str, &'static str); 2] {
    match product {
        Product::Elasticsearch => [
            (
                "/_ilm/policy/knownet",
                include_str!("../../setup/elasticsearch/lifecycle.json"),
            ),
            (
                "/_index_template/knownet",
                include_str!("../../setup/elasticsearch/template.json"),
            ),
        ],
        Product::OpenSearch => [
            (
                "/_plugins/_ism/policies/knownet",
                include_str!("../../setup/opensearch/lifecycle.json"),
            ),
            (
                "/_index_template/knownet",
                include_str!("../../setup/opensearch/template.json"),
            ),
        ],
    }
}

/// Where a policy says when an index goes, and for which data streams it is, if it says so at all.
const fn places(product: Product) -> (&'static str, Option<&'static str>) {
    match product {
        Product::Elasticsearch => ("/policy/phases/delete/min_age", None),
        Product::OpenSearch => (
            "/policy/states/0/transitions/0/conditions/min_rollover_age",
            Some("/policy/ism_template/0/index_patterns"),
        ),
    }
}

/// What is to be set up.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Plan {
    pub product: Product,
    /// The data streams.
    pub patterns: Vec<String>,
    /// How long an index stays after it was the newest.
    pub days: u32,
    /// Whether the server knows failure stores. They are turned off: the sink makes a dead letter of an
    /// event that goes there, so that it would be in two places.
    pub failure_store: bool,
}

impl Plan {
    /// Everything that is to be sent, in order.
    ///
    /// # Errors
    /// If a text lacks a place that is to be filled in.
    pub fn requests(&self) -> anyhow::Result<Vec<Request>> {
        let [(policy, lifecycle), (index, template)] = texts(self.product);
        let (age, streams) = places(self.product);
        let mut lifecycle = read(lifecycle)?;
        put(&mut lifecycle, age, json!(format!("{}d", self.days)))?;
        if let Some(streams) = streams {
            put(&mut lifecycle, streams, json!(self.patterns))?;
        }
        let mut template = read(template)?;
        put(&mut template, "/index_patterns", json!(self.patterns))?;
        if self.failure_store {
            template["template"]["data_stream_options"] =
                json!({ "failure_store": { "enabled": false } });
        }
        let put = |file, path, body| Request {
            file,
            method: "PUT",
            path,
            body,
        };
        Ok(vec![
            put("lifecycle.json", policy, lifecycle),
            put(
                "mappings.json",
                "/_component_template/knownet-mappings",
                read(MAPPINGS)?,
            ),
            put("template.json", index, template),
        ])
    }
}

/// What an earlier run set up.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct There {
    pub patterns: Vec<String>,
    pub days: Option<u32>,
}

impl There {
    /// Reads the answers to a GET of the policy and of the template. What is called knownet but is not
    /// its own says nothing.
    pub fn read(product: Product, policy: &Value, template: &Value) -> There {
        let (age, streams) = places(product);
        // Elasticsearch puts it beneath its name.
        let policy = policy.get("knownet").unwrap_or(policy);
        let template = template.pointer("/index_templates/0/index_template");
        let template =
            template.filter(|all| all.pointer("/_meta/managed_by") == Some(&json!("knownet")));
        if template.is_none() {
            return There::default();
        }
        let lists = [
            template.and_then(|all| all.get("index_patterns")),
            streams.and_then(|place| policy.pointer(place)),
        ];
        let mut patterns: Vec<String> = Vec::new();
        for pattern in lists
            .into_iter()
            .flatten()
            .filter_map(Value::as_array)
            .flatten()
        {
            if let Some(pattern) = pattern
                .as_str()
                .filter(|new| patterns.iter().all(|old| old != new))
            {
                patterns.push(pattern.to_owned());
            }
        }
        let days = policy.pointer(age).and_then(Value::as_str);
        let days = days.and_then(|days| days.strip_suffix('d')?.parse().ok());
        There { patterns, days }
    }
}

/// The paths of a product's policy and template.
pub const fn paths(product: Product) -> [&'static str; 2] {
    let [(policy, _), (template, _)] = texts(product);
    [policy, template]
}

fn read(text: &str) -> anyhow::Result<Value> {
    serde_json::from_str(text).context("the setup's own text is no JSON")
}

fn put(text: &mut Value, place: &str, value: Value) -> anyhow::Result<()> {
    let old = text.pointer_mut(place);
    *old.with_context(|| format!("the setup's own text has no {place}"))? = value;
    Ok(())
}

#[cfg(test)]
#[path = "tests/request.rs"]
mod tests;
