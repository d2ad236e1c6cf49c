//! `type = "kafka"`: a topic that messages go to.

use knownet_flow::Path;
use knownet_kafka::{Compression, Extra, Headers, Link, Partitioner, SinkOptions, Transaction};

use super::SinkKind;
use crate::config::kafka;
use crate::config::section::Section;

pub(super) fn read(section: &Section<'_>) -> Option<SinkKind> {
    let connection = kafka::connection(section, Extra::check_sink);
    section.require("topic", "name one, such as topic = \"labelled\"");
    let topic = section.text("topic", kafka::topic);
    let key = section.text("key", |text| text.read(Path::parse));
    let partitioner = section.one_of("partitioner", "a partitioner", &Partitioner::ALL);
    let compression = section.one_of("compression", "a way to compress", &Compression::ALL);
    let headers = section.one_of("headers", "what becomes of headers", &Headers::ALL);
    let transaction = section.text("transactional_id", |text| match text.value().trim() {
        "" => Err(format!("\"{text}\" is not the id of a producer")),
        id => Ok(Transaction {
            id: id.to_owned(),
            link: Link::default(),
        }),
    });
    Some(SinkKind::Kafka(SinkOptions {
        connection,
        topic: topic?,
        key,
        partitioner: partitioner.unwrap_or_default(),
        compression: compression.unwrap_or_default(),
        headers: headers.unwrap_or_default(),
        transaction,
    }))
}
