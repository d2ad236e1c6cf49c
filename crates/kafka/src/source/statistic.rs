//! How far behind each partition is, from what librdkafka says about itself every few seconds.

use std::collections::HashMap;

use serde::Deserialize;

/// The little of it that is read (librdkafka's STATISTICS.md).
#[derive(Deserialize)]
struct Statistics {
    #[serde(default)]
    topics: HashMap<String, Topic>,
}

#[derive(Deserialize)]
struct Topic {
    #[serde(default)]
    partitions: HashMap<String, Partition>,
}

#[derive(Deserialize)]
struct Partition {
    /// Messages between the committed position and the end; negative while that is not known.
    #[serde(default)]
    consumer_lag: i64,
}

/// Sets the lag of each of `ours`.
pub(super) fn report(source: &str, ours: &[(String, i32)], json: &[u8]) {
    for (topic, partition, behind) in read(ours, json) {
        lag(source, &topic, partition).set(behind as f64);
    }
}

fn read(ours: &[(String, i32)], json: &[u8]) -> Vec<(String, i32, u64)> {
    let Ok(Statistics { topics }) = serde_json::from_slice(json) else {
        tracing::debug!("librdkafka's statistics are not what they were");
        return Vec::new();
    };
    let known = ours.iter().filter_map(|(topic, partition)| {
        let all = &topics.get(topic)?.partitions;
        let behind = all.get(&partition.to_string())?.consumer_lag;
        Some((topic.clone(), *partition, u64::try_from(behind).ok()?))
    });
    known.collect()
}

/// The gauge of one partition.
pub(super) fn lag(source: &str, topic: &str, partition: i32) -> metrics::Gauge {
    metrics::gauge!(
        "knownet_kafka_lag",
        "source" => source.to_owned(),
        "topic" => topic.to_owned(),
        "partition" => partition.to_string(),
    )
}

#[cfg(test)]
#[path = "../tests/statistic.rs"]
mod tests;
