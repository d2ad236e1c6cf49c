use super::*;
use crate::text::Context;
use crate::text::time::{Clock, Time};

/// The line that an event becomes; `None` if it is not taken.
fn line(text: &str) -> Option<String> {
    let context = Context::new(Clock::at(Time::default()));
    let mut record = Record::new(&context);
    record.begin(b"");
    read(text.as_bytes(), &mut record).then(|| {
        let mut out = Vec::new();
        record.write("xml", &mut out);
        let value: serde_json::Value = serde_json::from_slice(&out).expect("JSON");
        value.to_string()
    })
}

fn value(text: &str, path: &str) -> Option<String> {
    let line: serde_json::Value = serde_json::from_str(&line(text)?).expect("JSON");
    let pointer = format!("/{}", path.replace('.', "/"));
    let value = line.pointer(&pointer)?;
    Some(
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned),
    )
}

fn event(provider: &str, id: &str, rest: &str) -> String {
    format!(
        "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>\
         <Provider Name='{provider}'/><EventID Qualifiers=\"0\">{id}</EventID>\
         <TimeCreated SystemTime='2026-02-03T04:05:06.7Z'/><Computer>pc.example</Computer></System>\
         {rest}</Event>"
    )
}

#[test]
fn texts_are_what_they_mean() {
    let text = event(
        "P",
        "1",
        "<EventData><Data Name=\"a&amp;b\">1 &lt; 2 &#x41;&#66; &amp;amp; &nope; & &#xD800;</Data>\
         <!-- <Data Name='no'>x</Data> --><Data Name='c'>x<![CDATA[</Data> & ]]>y<!-- z --></Data>\
         <Data>one</Data><Data/><Data>two</Data><Data Name=\"e\"></Data>\
         <Data Name='c'>again</Data><Binary>00FF</Binary></EventData>",
    );
    let want = serde_json::json!({
        "a&b": "1 < 2 AB &amp; &nope; & &#xD800;",
        "c": "x</Data> & y",
        "param3": "one",
        "param5": "two",
        "Binary": "00FF",
    });
    assert_eq!(value(&text, "winlog.event_data"), Some(want.to_string()));
    assert_eq!(
        value(&text, "@timestamp").as_deref(),
        Some("2026-02-03T04:05:06.700Z")
    );
    assert_eq!(value(&text, "host.name").as_deref(), Some("pc.example"));
}

#[test]
fn user_data_is_flat_and_prefixes_do_not_matter() {
    let provider = "Microsoft-Windows-TerminalServices-RemoteConnectionManager";
    let text = event(
        provider,
        "1149",
        "<UserData><EventXML xmlns='Event_NS'><Param1>ann</Param1><Param2>EX</Param2>\
         <Param3>192.0.2.9</Param3></EventXML></UserData><RenderingInfo Culture='en-US'>\
         <Message>m</Message><Data Name='IpAddress'>192.0.2.8</Data></RenderingInfo>",
    );
    for text in [
        text.clone(),
        text.replace("<Ev", "<e:Ev").replace("</Ev", "</e:Ev"),
        format!(
            "\u{feff}<?xml version='1.0'?>\r\n<!-- > -->\r\n{}",
            text.replace("><", ">\r\n  <")
        ),
    ] {
        let want = serde_json::json!({
            "xml_name": "EventXML", "Param1": "ann", "Param2": "EX", "Param3": "192.0.2.9",
        });
        assert_eq!(
            value(&text, "winlog.user_data"),
            Some(want.to_string()),
            "{text}"
        );
        assert_eq!(value(&text, "source.ip").as_deref(), Some("192.0.2.9"));
        assert_eq!(value(&text, "event.code").as_deref(), Some("1149"));
    }
}

#[test]
fn addresses_have_the_role_that_their_name_says() {
    let data = |pairs: &[(&str, &str)]| {
        let pairs = pairs.iter();
        let data = pairs.map(|(name, value)| format!("<Data Name=\"{name}\">{value}</Data>"));
        format!("<EventData>{}</EventData>", data.collect::<String>())
    };
    let log_on = data(&[("IpAddress", "::ffff:192.0.2.1"), ("IpPort", "0")]);
    let log_on = event("Microsoft-Windows-Security-Auditing", "4624", &log_on);
    assert_eq!(value(&log_on, "source.ip").as_deref(), Some("192.0.2.1"));
    assert_eq!(value(&log_on, "source.port"), None);
    let local = event("P", "4624", &data(&[("IpAddress", "-"), ("IpPort", "-")]));
    assert_eq!(value(&local, "source"), None);
    // An inbound connection was begun by the source, too.
    let inbound = data(&[
        ("Direction", "%%14592"),
        ("SourceAddress", "192.0.2.1"),
        ("SourcePort", "50000"),
        ("DestAddress", "198.51.100.7"),
        ("DestPort", "389"),
        ("Protocol", "6"),
    ]);
    let inbound = event("Microsoft-Windows-Security-Auditing", "5156", &inbound);
    assert_eq!(value(&inbound, "source.ip").as_deref(), Some("192.0.2.1"));
    assert_eq!(value(&inbound, "destination.port").as_deref(), Some("389"));
    assert_eq!(
        value(&inbound, "network.direction").as_deref(),
        Some("inbound")
    );
    assert_eq!(value(&inbound, "network.transport").as_deref(), Some("tcp"));
    let policy = event(
        "Microsoft-Windows-Security-Auditing",
        "6272",
        &data(&[("ClientIPAddress", "192.0.2.1")]),
    );
    assert_eq!(value(&policy, "source"), None);
}

#[test]
fn a_cut_event_keeps_whole_elements_and_nothing_panics() {
    let text = event(
        "Microsoft-Windows-Sysmon",
        "3",
        "<EventData><Data Name='SourceIp'>192.0.2.1</Data><Data Name='DestinationIp'>198.51.100.70</Data></EventData>",
    );
    for end in 0..text.len() {
        let cut = &text[..end];
        let source = value(cut, "source.ip");
        assert!(
            matches!(source.as_deref(), None | Some("192.0.2.1")),
            "{cut}"
        );
        let destination = value(cut, "destination.ip");
        assert!(
            matches!(destination.as_deref(), None | Some("198.51.100.70")),
            "{cut}"
        );
    }
    let elements = text.rfind("</EventData>").expect("the end");
    assert_eq!(
        value(&text[..elements], "destination.ip").as_deref(),
        Some("198.51.100.70")
    );
}

#[test]
fn what_is_no_event_is_left() {
    for text in [
        "<Event></Event>",
        "<Event><System/></Event>",
        "<Event><System><Provider Name='x'/></System></Event>",
        "<EPOevent><Event><EventID>1</EventID></Event></EPOevent>",
        "<13>Jan  1 00:00:00 host x: <Event>",
        "<Events><Event/></Events>",
        "<Event\"'<Event>",
        "<?xml <!-- <![CDATA[ ",
        "</Event></Event></Event>",
    ] {
        assert_eq!(line(text), None, "{text}");
    }
}

#[test]
fn hostile_texts_cost_linear_time() {
    let open = event("P", "1", &"<EventData><Data Name='x'>".repeat(100_000));
    let quotes = event("P", "1", &"<Data Name='".repeat(300_000));
    let amps = event(
        "P",
        "1",
        &format!(
            "<EventData><Data>{}</Data></EventData>",
            "&#".repeat(500_000)
        ),
    );
    let marks = event("P", "1", &"<![CDATA[".repeat(300_000));
    let start = std::time::Instant::now();
    for text in [open, quotes, amps, marks] {
        let context = Context::new(Clock::at(Time::default()));
        read(text.as_bytes(), &mut Record::new(&context));
    }
    assert!(start.elapsed().as_secs() < 10, "{:?}", start.elapsed());
}
