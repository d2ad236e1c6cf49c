//! The wanted fields and targets that the JSON targets run with.

/// One configuration of the format.
pub struct Paths {
    /// What is looked for.
    pub fields: &'static [&'static str],
    /// What can be written; no target lies within another.
    pub targets: &'static [&'static str],
}

/// Few short names, so that duplicates and wrong parents abound; a usual configuration; characters
/// that JSON can spell in several ways; more and longer names than one vector table tells apart.
pub const SETS: [Paths; 4] = [
    Paths {
        fields: &["ip", "a.ip", "a.b.ip", "b.ip", "é.x", "b"],
        targets: &["t", "a.t", "a.b.t", "c.d.e", "c.f", "é.x"],
    },
    Paths {
        fields: &[
            "destination.ip",
            "winlog.event_data.DestinationIp",
            "event_data.DestinationIp",
            "DestinationIp",
            "source.ip",
            "winlog.event_data.SourceIp",
            "SourceIp",
        ],
        targets: &["IPDestination", "IPSource", "network.labels"],
    },
    Paths {
        fields: &["a", "a/b", "b.a", "/", "é", "ü.é.a", "x y", "a.a.a"],
        targets: &["c", "a/c", "é.t", "b.c.d", "ü.u"],
    },
    Paths {
        fields: &[
            "client.address.of.the.first.hop",
            "client.ip",
            "server.ip",
            "host.ip",
            "a_field_with_a_name_longer_than_one_vector_register_holds",
            "related.ip",
            "dst",
            "src",
            "dst_ip",
            "src_ip",
            "id.orig_h",
            "id.resp_h",
            "q",
        ],
        targets: &["client.label", "server.label", "id.resp_l", "labels"],
    },
];
