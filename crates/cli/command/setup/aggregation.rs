//! What a picture counts: aggregations as Kibana saves them, the first one always the number of events.

use serde_json::{Value, json};

fn aggregation(id: &str, kind: &str, schema: &str, params: Value) -> Value {
    json!({ "id": id, "enabled": true, "type": kind, "schema": schema, "params": params })
}

/// How many events there are; the others order by it.
pub fn count() -> Value {
    aggregation("1", "count", "metric", json!({ "customLabel": "events" }))
}

/// How many events, and how many values of each field, under a name.
pub fn counts(fields: &[(&str, &str)]) -> Vec<Value> {
    let each = fields.iter().zip(2..).map(|((field, name), id)| {
        let params = json!({ "field": field, "customLabel": name });
        aggregation(&id.to_string(), "cardinality", "metric", params)
    });
    [count()].into_iter().chain(each).collect()
}

/// The most frequent values of a field, in the place that `schema` names.
pub fn terms(id: &str, schema: &str, field: &str, size: u32) -> Value {
    let params = json!({
        "field": field,
        "orderBy": "1",
        "order": "desc",
        "size": size,
        "otherBucket": false,
        "otherBucketLabel": "other",
        "missingBucket": false,
        "missingBucketLabel": "none",
    });
    aggregation(id, "terms", schema, params)
}

/// The most frequent combinations of values.
pub fn rows(fields: &[&str]) -> Vec<Value> {
    let each = fields.iter().zip(2..);
    let each = each.map(|(field, id): (_, u32)| terms(&id.to_string(), "bucket", field, 50));
    [count()].into_iter().chain(each).collect()
}

/// A field's values over time; `none` is what events without it are called.
pub fn over_time(field: &str, none: &str) -> Vec<Value> {
    let time = json!({
        "field": "@timestamp",
        "interval": "auto",
        "drop_partials": false,
        "min_doc_count": 1,
        "extended_bounds": {},
    });
    let mut by = terms("3", "group", field, 20);
    by["params"]["missingBucket"] = true.into();
    by["params"]["missingBucketLabel"] = none.into();
    vec![
        count(),
        aggregation("2", "date_histogram", "segment", time),
        by,
    ]
}
