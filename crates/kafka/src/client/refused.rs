//! Options of librdkafka's that are not to be set, each with what to do instead.

/// Options that one kind of client refuses, with the reason.
pub(crate) type Refused = [(&'static str, &'static str)];

const BROKERS: &str = "is set by brokers";
const SECURITY: &str = "is set by tls and sasl";
const TLS: &str = "is set by tls";
const SASL: &str = "is set by sasl";
const CODE: &str = "would load code into the process; it cannot be set";
const SAFE: &str = "would let events be lost or confirmed too early; it cannot be set";

/// Those that nobody may set.
const ALL: &Refused = &[
    ("bootstrap.servers", BROKERS),
    ("metadata.broker.list", BROKERS),
    ("security.protocol", SECURITY),
    ("ssl.ca.location", TLS),
    ("ssl.certificate.location", TLS),
    ("ssl.key.location", TLS),
    ("sasl.mechanism", SASL),
    ("sasl.mechanisms", SASL),
    ("sasl.username", SASL),
    ("sasl.password", SASL),
    ("plugin.library.paths", CODE),
    ("ssl.engine.location", CODE),
    ("ssl.providers", CODE),
    ("test.mock.num.brokers", "would send nothing to the brokers"),
    ("test.mock.broker.rtt", "would send nothing to the brokers"),
];

/// Those of a source.
pub(crate) const SOURCE: &Refused = &[
    ("group.id", "is set by group"),
    ("auto.offset.reset", "is set by start"),
    ("enable.auto.offset.store", SAFE),
    ("enable.auto.commit", SAFE),
    ("auto.commit.enable", SAFE),
    (
        "auto.commit.interval.ms",
        "has no effect: positions are committed every second",
    ),
    ("enable.partition.eof", "has no effect here"),
    (
        "partition.assignment.strategy",
        "is cooperative-sticky; an instance with another one could not join the group",
    ),
];

/// Those of a sink.
pub(crate) const SINK: &Refused = &[
    ("partitioner", "is set by partitioner"),
    ("compression.codec", "is set by compression"),
    ("compression.type", "is set by compression"),
    ("acks", SAFE),
    ("request.required.acks", SAFE),
    ("enable.idempotence", SAFE),
    ("message.timeout.ms", SAFE),
    ("delivery.timeout.ms", SAFE),
    ("message.send.max.retries", SAFE),
    ("retries", SAFE),
    ("delivery.report.only.error", SAFE),
    (
        "enable.gapless.guarantee",
        "would end the producer for what is sent again without it; it cannot be set",
    ),
    ("transactional.id", "is set by transactional_id"),
];

/// Why `name` may not be set; `None` if it may.
pub(super) fn reason(name: &str, more: &Refused) -> Option<&'static str> {
    let all = ALL.iter().chain(more);
    all.filter(|(refused, _)| *refused == name)
        .map(|(_, reason)| *reason)
        .next()
}
