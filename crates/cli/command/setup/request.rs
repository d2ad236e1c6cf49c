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

/// Everything that is to be sent, in order. `days` is how long an index stays after it was the newest.
///
/// # Errors
/// If a text lacks a place that is to be filled in.
pub fn requests(product: Product, patterns: &[String], days: u32) -> anyhow::Result<Vec<Request>> {
    let [(policy, lifecycle), (index, template)] = texts(product);
    let (age, streams) = places(product);
    let mut lifecycle = read(lifecycle)?;
    put(&mut lifecycle, age, json!(format!("{days}d")))?;
    if let Some(streams) = streams {
        put(&mut lifecycle, streams, json!(patterns))?;
    }
    let mut template = read(template)?;
    put(&mut template, "/index_patterns", json!(patterns))?;
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
