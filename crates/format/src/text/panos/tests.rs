use crate::text::Context;
use crate::text::field::Field::{self, *};
use crate::text::record::Record;
use crate::text::time::{Clock, Time};

/// What is found in a line, by path.
fn found(line: &str) -> Option<Vec<(Field, String)>> {
    let context = Context::new(Clock::at(Time::default()));
    let mut record = Record::new(&context);
    record.begin(line.as_bytes());
    (super::SPEC.read)(line.as_bytes(), &mut record).then(|| {
        Field::ALL
            .iter()
            .filter_map(|&field| {
                let value = String::from_utf8_lossy(record.get(field)?).into_owned();
                Some((field, value))
            })
            .collect()
    })
}

fn get(fields: &[(Field, String)], field: Field) -> &str {
    let found = fields.iter().find(|(name, _)| *name == field);
    found.map_or("", |(_, value)| value)
}

#[test]
fn a_translated_address_stands_apart_and_zeros_are_none() {
    let line = "1,2026/03/01 11:59:58,0132,TRAFFIC,end,2561,2026/03/01 11:59:57,192.0.2.10,203.0.113.7,0.0.0.0,198.51.100.9,out,ex\\ann,,ssl,vsys1,trust,untrust,e1,e2,fwd,x,4711,1,50123,443,0,8443,0x0,tcp,allow,5,1,4,2";
    let fields = found(line).expect("a record");
    for (field, value) in [
        (SourceIp, "192.0.2.10"),
        (SourcePort, "50123"),
        (SourceNatIp, ""),
        (DestinationIp, "203.0.113.7"),
        (DestinationNatIp, "198.51.100.9"),
        (DestinationNatPort, "8443"),
        (UserName, "ann"),
        (UserDomain, "ex"),
        (NetworkBytes, "5"),
        (DestinationBytes, "4"),
    ] {
        assert_eq!(get(&fields, field), value, "{field:?}");
    }
}

#[test]
fn the_first_column_may_be_missing() {
    let line = "2026-03-01T11:59:58.000000Z,0132,TRAFFIC,end,10.2,2026-03-01T11:59:57.000000Z,192.0.2.10,203.0.113.7,,,out,,,ssl,vsys1,trust,untrust,e1,e2,fwd,x,4711,1,50123,443";
    let fields = found(line).expect("a record");
    assert_eq!(get(&fields, SourceIp), "192.0.2.10");
    assert_eq!(get(&fields, DestinationPort), "443");
}

#[test]
fn sentences_of_system_logs_say_who_came_from_where() {
    for (sentence, source, destination, user) in [
        (
            "failed authentication for user 'ann'. Reason: x. server address '198.51.100.3', From: 203.0.113.9.",
            "203.0.113.9",
            "198.51.100.3",
            "ann",
        ),
        (
            "User ann logged in via Web from 203.0.113.9 using https",
            "203.0.113.9",
            "",
            "ann",
        ),
        (
            "Login from: 2001:db8::7, User name: ann, Client OS: x",
            "2001:db8::7",
            "",
            "ann",
        ),
        (
            "Connection to Update server: updates.example closed, source: 192.0.2.1",
            "",
            "",
            "",
        ),
        ("frombone 203.0.113.9", "", "", ""),
    ] {
        let line = format!(
            "1,2026/03/01 11:59:58,0132,SYSTEM,auth,0,2026/03/01 11:59:58,,auth-fail,P,0,0,general,medium,\"{sentence}\",1,0x0,0,0,0,0,,fw1"
        );
        let fields = found(&line).expect("a record");
        assert_eq!(get(&fields, SourceIp), source, "{sentence}");
        assert_eq!(get(&fields, DestinationIp), destination, "{sentence}");
        assert_eq!(get(&fields, UserName), user, "{sentence}");
        assert_eq!(get(&fields, ObserverHostname), "fw1");
        assert_eq!(get(&fields, EventOutcome), "failure");
    }
}

#[test]
fn configuration_logs_with_and_without_details() {
    for middle in ["", "before,after,"] {
        let line = format!(
            "1,2026/03/01 11:59:58,0132,CONFIG,0,0,2026/03/01 11:59:58,192.0.2.5,,set,ann,Web,Succeeded,config devices,{middle}7,0x0,0,0,0,0,,fw1"
        );
        let fields = found(&line).expect("a record");
        assert_eq!(get(&fields, SourceIp), "192.0.2.5");
        assert_eq!(get(&fields, UserName), "ann");
        assert_eq!(get(&fields, ObserverHostname), "fw1");
    }
}

#[test]
fn others_are_not_taken() {
    for line in [
        "",
        "1",
        "1,2026/03/01 11:59:58,0132,TRAFFIC",
        "1,2026/03/01 11:59:58,0132,OTHER,end,2561,2026/03/01 11:59:57,a,b,c,d,e,f,g,h,i",
        "1,x,0132,TRAFFIC,end,2561,2026/03/01 11:59:57,a,b,c,d,e,f,g,h,i",
        "5,6,7,8,9",
    ] {
        assert!(found(line).is_none(), "{line}");
    }
}

#[test]
fn hostile_lines_cost_linear_time() {
    use crate::text::{netskope, nps, pfirewall, securid, umbrella, vpc_flow};
    let readers = [
        super::SPEC,
        netskope::SPEC,
        nps::SPEC,
        pfirewall::SPEC,
        securid::SPEC,
        umbrella::SPEC,
        vpc_flow::SPEC,
    ];
    let heads = [
        "",
        "1,2026/03/01 11:59:58,0132,SYSTEM,auth,0,2026/03/01 11:59:58,,auth-fail,P,0,0,general,medium,\"",
        "1,2026/03/01 11:59:58,0132,THREAT,url,0,2026/03/01 11:59:58,",
        "\"2026-02-28 23:59:57\",",
        "\"NPS1\",\"IAS\",02/28/2026,23:59:57,1,",
        "2026-02-28 23:59:57 ",
        "22:12:54,239, x, audit.runtime.com.rsa.",
        "2 123456789010 eni-1 ",
    ];
    let bodies = [
        "\"",
        "\"\"",
        ",",
        "\",",
        "from ",
        "from 1.2.3.4.5 ",
        "http_transaction ",
        "\u{e4}",
        "user '",
    ];
    let start = std::time::Instant::now();
    let context = Context::new(Clock::at(Time::default()));
    for head in heads {
        for body in bodies {
            let line = format!("{head}{}", body.repeat(200_000));
            for cut in [line.len(), line.len() - 1, head.len() + 1, head.len() / 2] {
                let line = &line.as_bytes()[..cut];
                for spec in &readers {
                    let mut record = Record::new(&context);
                    record.begin(line);
                    (spec.read)(line, &mut record);
                }
            }
        }
    }
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
}

#[test]
fn examples_are_records() {
    use crate::text::{netskope, nps, pfirewall, securid, umbrella, vpc_flow};
    let context = Context::new(Clock::at(Time::default()));
    for spec in [
        super::SPEC,
        netskope::SPEC,
        nps::SPEC,
        pfirewall::SPEC,
        securid::SPEC,
        umbrella::SPEC,
        vpc_flow::SPEC,
    ] {
        let mut record = Record::new(&context);
        record.begin(spec.example.as_bytes());
        assert!(
            (spec.read)(spec.example.as_bytes(), &mut record),
            "{}",
            spec.name
        );
        assert!(record.has(SourceIp), "{}", spec.name);
    }
}
