use super::*;
use crate::text::field::Field;

/// The roles in a record, as `field=value`.
fn roles(record: &str) -> String {
    let (aliases, mut scratch) = (Aliases::new(&[]), Vec::new());
    let mut found = Vec::new();
    find(
        record.as_bytes(),
        &aliases,
        &mut scratch,
        |field: Field, span, carried| {
            let bytes = carried.unwrap_or(record.as_bytes());
            let value = String::from_utf8_lossy(&bytes[span]);
            found.push(format!("{}={value}", field.path()));
        },
    );
    found.join(" ")
}

#[test]
fn names_say_the_role_alone_or_with_their_parents() {
    for (record, expected) in [
        (
            r#"{"src_ip":"192.0.2.1","DestPort":"443"}"#,
            "source.ip=192.0.2.1 destination.port=443",
        ),
        (r#"{"src":{"ip":"192.0.2.1"}}"#, "source.ip=192.0.2.1"),
        (
            r#"{"id.orig_h":"192.0.2.1","id":{"resp_h":"192.0.2.2"}}"#,
            "source.ip=192.0.2.1 destination.ip=192.0.2.2",
        ),
        (
            r#"{"source":{"nat":{"ip":"192.0.2.1"}}}"#,
            "source.nat.ip=192.0.2.1",
        ),
        (
            r#"{"a":[{"dst_endpoint":{"ip":"192.0.2.1:53"}}]}"#,
            "destination.ip=192.0.2.1 destination.port=53",
        ),
        (
            r#"{"sourceIPs":["192.0.2.1","192.0.2.2"]}"#,
            "source.ip=192.0.2.1",
        ),
        (
            r#"{"source":{"ip":"192.0.2.0\/24"}}"#,
            "source.ip=192.0.2.0",
        ),
        // The best name, then the least depth, then the first.
        (
            r#"{"a":{"src_ip":"192.0.2.1"},"src_ip":"192.0.2.2","b":{"src_ip":"192.0.2.3"}}"#,
            "source.ip=192.0.2.2",
        ),
        (
            r#"{"src_ip":"192.0.2.2","x":{"source":{"ip":"192.0.2.1"}}}"#,
            "source.ip=192.0.2.1",
        ),
        // No address, no role.
        (
            r#"{"src":"aa:bb:cc:dd:ee:ff","dst":"host","dst_port":70000}"#,
            "",
        ),
        (
            r#"{"host":{"ip":["192.0.2.1"]},"observer":{"ip":"192.0.2.2"},"dvc":"192.0.2.3"}"#,
            "",
        ),
        (r#"{"x":"\"src_ip\":\"192.0.2.1\""}"#, ""),
    ] {
        assert_eq!(roles(record), expected, "{record}");
    }
}

/// Ends that many members have would slow every record down.
#[test]
fn few_ends_are_looked_for() {
    let names = Names::new(&Aliases::new(&[]));
    let mut ends: Vec<String> = names
        .last
        .iter()
        .filter(|(_, port)| !port)
        .map(|(pair, _)| String::from_utf8_lossy(pair).to_lowercase())
        .collect();
    ends.sort();
    ends.dedup();
    assert_eq!(ends.join(" "), "_h dr id ip p4 p6 ps rc ss st v4 v6");
}

#[test]
fn a_server_takes_a_client() {
    assert_eq!(roles(r#"{"server_ip":"192.0.2.1"}"#), "");
    assert_eq!(
        roles(r#"{"server_ip":"192.0.2.1","client_ip":"192.0.2.2"}"#),
        "source.ip=192.0.2.2 destination.ip=192.0.2.1"
    );
    assert_eq!(
        roles(r#"{"sip":"192.0.2.1","dip":"192.0.2.2","sport":1}"#),
        "source.ip=192.0.2.1 source.port=1 destination.ip=192.0.2.2"
    );
    assert_eq!(
        roles(r#"{"s_ip":"192.0.2.1","d_ip":"192.0.2.2","s_port":1,"d_port":2}"#),
        "source.ip=192.0.2.1 source.port=1 destination.ip=192.0.2.2 destination.port=2"
    );
    assert_eq!(roles(r#"{"sip":"192.0.2.1","s-ip":"192.0.2.2"}"#), "");
    assert_eq!(
        roles(r#"{"c-ip":"192.0.2.1","s-ip":"192.0.2.2","s-port":"80"}"#),
        "source.ip=192.0.2.1 destination.ip=192.0.2.2 destination.port=80"
    );
}

#[test]
fn who_acted_is_at_the_address_and_a_machine_is_not() {
    let source = "source.ip=192.0.2.1";
    assert_eq!(
        roles(r#"{"actor":{"email":"x"},"ipAddress":"192.0.2.1"}"#),
        source
    );
    assert_eq!(
        roles(r#"{"ipAddress":"192.0.2.1","hostname":"x","username":"y"}"#),
        ""
    );
    assert_eq!(
        roles(r#"{"device":{"ipAddress":"192.0.2.1","user":"y"}}"#),
        ""
    );
    assert_eq!(
        roles(r#"{"winlog":{"event_data":{"IpAddress":"192.0.2.1"}}}"#),
        source
    );
}

#[test]
fn the_direction_gives_local_and_remote_their_roles() {
    let record = |rest: &str| {
        roles(&format!(
            r#"{{"LocalIP":"192.0.2.1","LocalPort":1,"RemoteIP":"192.0.2.2","RemotePort":2{rest}}}"#
        ))
    };
    let out = "source.ip=192.0.2.1 source.port=1 destination.ip=192.0.2.2 destination.port=2";
    let into = "source.ip=192.0.2.2 source.port=2 destination.ip=192.0.2.1 destination.port=1";
    assert_eq!(record(""), "");
    assert_eq!(record(r#","ActionType":"ConnectionSuccess""#), out);
    assert_eq!(record(r#","ActionType":"InboundConnectionAccepted""#), into);
    assert_eq!(record(r#","ActionType":"ConnectionFound""#), "");
    assert_eq!(record(r#","direction":"inbound""#), into);
    assert_eq!(record(r#","ConnectionDirection":"0""#), out);
    // Who asks a server is remote, but not where a local end is known or could be.
    let asks = r#"{"remote_addr":"192.0.2.1","request_method":"GET"}"#;
    assert_eq!(roles(asks), "source.ip=192.0.2.1");
    assert_eq!(roles(r#"{"remote_addr":"192.0.2.1"}"#), "");
    assert_eq!(
        roles(r#"{"remote_ip":"192.0.2.1","local_ip":null,"method":"x"}"#),
        ""
    );
}

#[test]
fn a_record_that_is_carried_as_text_is_read() {
    let inner = r#"{\"src_ip\":\"192.0.2.1\"}"#;
    for name in ["message", "log", "event.original"] {
        let record = format!(r#"{{"host":{{"ip":["192.0.2.9"]}},"{name}":"{inner}"}}"#);
        assert_eq!(roles(&record), "source.ip=192.0.2.1", "{record}");
    }
    assert_eq!(roles(&format!(r#"{{"x":"{inner}"}}"#)), "");
    assert_eq!(
        roles(&format!(r#"{{"message":"{inner}","src_ip":"192.0.2.2"}}"#)),
        "source.ip=192.0.2.2"
    );
}

#[test]
fn nesting_and_garbage_cost_no_more_than_their_length() {
    let deep = "{\"src\":".repeat(10_000) + "{\"ip\":\"192.0.2.1\"}" + &"}".repeat(10_000);
    assert_eq!(roles(&deep), "");
    for garbage in [
        "{",
        "{\"",
        "{\"src_ip\"",
        "{\"src_ip\":",
        "{\"src_ip\":\"",
        "]]]]}}",
        "{\"src_ip\":[",
        "{\"message\":\"{\\\"",
    ] {
        assert_eq!(roles(garbage), "", "{garbage}");
    }
    roles(&"{\"ip\":[".repeat(100_000));
    let start = std::time::Instant::now();
    for members in [
        r#""ipAddress":"192.0.2.1","#,
        r#""ipAddress":"192.0.2.1","properties":{"ipAddress":"192.0.2.1"},"#,
        r#""RemoteIP":"192.0.2.1","x":{},"#,
    ] {
        assert_eq!(roles(&format!("{{{}\"x\":1}}", members.repeat(20_000))), "");
    }
    // With a look at every member for each it would be minutes.
    assert!(start.elapsed().as_secs() < 20);
}
