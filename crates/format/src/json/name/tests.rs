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
fn a_bare_address_takes_an_actor_or_a_user_agent() {
    let source = "source.ip=192.0.2.1";
    for record in [
        r#"{"data":{"ip":"192.0.2.1","user_name":"x","user_agent":"y"}}"#,
        r#"{"ip":"192.0.2.1","actorId":"x"}"#,
        r#"{"ip_address":"192.0.2.1","created_by":{},"event_type":"x"}"#,
        r#"{"ipAddress":"192.0.2.1","actingUserId":"x","device":9}"#,
        r#"{"id":{"claims":{"ipaddr":"192.0.2.1"}}}"#,
    ] {
        assert_eq!(roles(record), source, "{record}");
    }
    for record in [
        r#"{"ip":"192.0.2.1","user":"x"}"#,
        r#"{"ip":"192.0.2.1","actor":"x","hostname":"y"}"#,
        r#"{"host":{"ip":"192.0.2.1","user_agent":"x","user":"y"}}"#,
        r#"{"agent":{"ip":["192.0.2.1"]},"actor":{"id":"x"}}"#,
        r#"{"ip_address":"192.0.2.1","created_by":{}}"#,
        r#"{"ipAddress":"192.0.2.1","actor":"x","device":{"id":9}}"#,
    ] {
        assert_eq!(roles(record), "", "{record}");
    }
}

#[test]
fn the_other_end_proves_a_target() {
    let both = "source.ip=192.0.2.1 destination.ip=192.0.2.2";
    for record in [
        r#"{"client_ip":"192.0.2.1","target_address":"192.0.2.2"}"#,
        r#"{"principal":{"ip":["192.0.2.1"]},"target":{"ip":["192.0.2.2"]}}"#,
        r#"{"cli_ip":"192.0.2.1","srv_ip":"192.0.2.2"}"#,
        r#"{"x":{"fd.cip":"192.0.2.1","fd.sip":"192.0.2.2"}}"#,
        r#"{"IPSourceAddress":"192.0.2.1","IPDestinationAddress":"192.0.2.2"}"#,
        r#"{"src":"192.0.2.1","dest":"192.0.2.2"}"#,
    ] {
        assert_eq!(roles(record), both, "{record}");
    }
    for record in [
        r#"{"target_address":"192.0.2.2"}"#,
        r#"{"victim":{"ip":"192.0.2.2"}}"#,
        r#"{"x":{"fd.sip":"192.0.2.2"}}"#,
        r#"{"internalip":"192.0.2.1"}"#,
        r#"{"endpoint":{"internalIp":"192.0.2.1"}}"#,
        r#"{"rip":"192.0.2.1"}"#,
    ] {
        assert_eq!(roles(record), "", "{record}");
    }
}

#[test]
fn an_entry_of_names_and_values_is_a_member() {
    let source = "source.ip=192.0.2.1 source.port=7";
    let list = |entries: &str| {
        roles(&format!(
            r#"{{"Event":{{"EventData":{{"Data":[{entries}]}}}}}}"#
        ))
    };
    for entries in [
        r##"{"@Name":"IpAddress","#text":"192.0.2.1"},{"@Name":"IpPort","#text":"7"}"##,
        r##"{"#text":"192.0.2.1","@Name":"IpAddress"},{"#text":"7","@Name":"IpPort"}"##,
        r##"{"#attributes":{"Name":"SourceIp"},"#text":"192.0.2.1"},{"#attributes":{"Name":"SourcePort"},"#text":7}"##,
        r#"{"key":"src_ip","value":"192.0.2.1"},{"name":"src_port","value":7}"#,
    ] {
        assert_eq!(list(entries), source, "{entries}");
    }
    for entries in [
        r#"{"name":"deviceIp","value":"192.0.2.1"}"#,
        // One entry's name is not the next one's.
        r#"{"name":"src_ip"},{"value":"192.0.2.1"}"#,
        r#"{"name":"src_ip","x":{"value":"192.0.2.1"}}"#,
        r#"{"x":{"name":"src_ip"},"value":"192.0.2.1"}"#,
        r#"{"name":"src_ip","value":{}}"#,
        r#"{"name":["src_ip"],"value":"192.0.2.1"}"#,
    ] {
        assert_eq!(list(entries), "", "{entries}");
    }
    assert_eq!(roles(r#"{"name":"src_ip","value":"192.0.2.1"}"#), "");
    assert_eq!(roles(r#"[{"name":"src_ip","value":"192.0.2.1"}]"#), "");
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
    assert_eq!(record(r#","netconn_inbound":true"#), into);
    assert_eq!(record(r#","netconn_inbound":false"#), out);
    assert_eq!(record(r#","direction":"Outgoing connection from""#), out);
    assert_eq!(record(r#","atype":"authenticate""#), into);
    assert_eq!(record(r#","action":"accept""#), "");
    assert_eq!(record(r#","action":"connect""#), "");
    let socket = r#","action":"accept","name":"socket_events""#;
    assert_eq!(record(socket), into);
    let logon = r#"{"RemoteIP":"192.0.2.1","LogonType":"Network"}"#;
    assert_eq!(roles(logon), "source.ip=192.0.2.1");
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
