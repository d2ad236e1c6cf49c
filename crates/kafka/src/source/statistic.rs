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
    /// The end of what is committed by transactions; negative while it is not known.
    #[serde(default = "unknown")]
    ls_offset: i64,
}

fn unknown() -> i64 {
    -1
}

/// Sets the lag of each of `ours`, which are safe up to a position, or up to 0 if that is not known.
pub(super) fn report(source: &str, ours: &[(String, i32, u64)], json: &[u8]) {
    for (topic, partition, behind) in read(ours, json) {
        lag(source, &topic, partition).set(behind as f64);
    }
}

fn read(ours: &[(String, i32, u64)], json: &[u8]) -> Vec<(String, i32, u64)> {
    let Ok(Statistics { topics }) = serde_json::from_slice(json) else {
        tracing::debug!("librdkafka's statistics are not what they were");
        return Vec::new();
    };
    let known = ours.iter().filter_map(|(topic, partition, safe)| {
        let all = &topics.get(topic)?.partitions;
        let told = all.get(&partition.to_string())?;
        // Of what others commit for us librdkafka does not know.
        let behind = match u64::try_from(told.ls_offset) {
            Ok(end) if *safe > 0 => end.saturating_sub(*safe),
            _ => u64::try_from(told.consumer_lag).ok()?,
        };
        Some((topic.clone(), *partition, behind))
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
