//! Holds the roles that the one pass finds by name against a walk over the whole record.

#[allow(dead_code)]
mod model;

use std::sync::Arc;

use knownet_flow::{Format, Path, Work};
use knownet_format::json::{Json, Options, name};
use knownet_format::text::alias::Aliases;
use model::Random;

const FIELDS: [&str; 4] = [
    "source.ip",
    "source.port",
    "destination.ip",
    "destination.port",
];

const KEYS: [&str; 32] = [
    "src_ip",
    "srcip",
    "ip",
    "src",
    "dst",
    "source",
    "nat",
    "port",
    "dest_ip",
    "DestAddress",
    "server_ip",
    "client",
    "ipAddress",
    "user",
    "hostname",
    "RemoteIP",
    "LocalIP",
    "remote_port",
    "direction",
    "message",
    "event_data",
    "sip",
    "dip",
    "source.ip",
    "x",
    "id.orig_h",
    "target_ip",
    "actor",
    "data",
    "dest",
    "request",
    "claims.ipaddr",
];

const VALUES: [&str; 14] = [
    r#""192.0.2.1""#,
    r#""192.0.2.2:53""#,
    r#""2001:db8::1""#,
    r#""443""#,
    "80",
    "null",
    "\"-\"",
    r#""in""#,
    r#""192.0.2.9\/24""#,
    r#"["192.0.2.3","192.0.2.4"]"#,
    r#""host""#,
    "70000",
    "[]",
    r#""{\"src_ip\":\"192.0.2.7\",\"dpt\":1}""#,
];

fn object(random: &mut Random, depth: usize, out: &mut String) {
    out.push('{');
    for index in 0..random.below(5) {
        if index > 0 {
            out.push(',');
        }
        let space = ["", "", "", " "][random.below(4)];
        out.push_str(&format!(
            "\"{}\"{space}:{space}",
            KEYS[random.below(KEYS.len())]
        ));
        match random.below(6) {
            0 | 1 if depth < 5 => object(random, depth + 1, out),
            2 if depth < 5 => {
                out.push('[');
                object(random, depth + 1, out);
                out.push(',');
                object(random, depth + 1, out);
                out.push(']');
            }
            _ => out.push_str(VALUES[random.below(VALUES.len())]),
        }
    }
    out.push('}');
}

/// The hits of a record, by field.
fn hits(json: &mut Json, record: &str) -> Vec<Vec<String>> {
    let bytes = format!("{record}\n").into_bytes();
    let mut work = Work::default();
    json.scan(&bytes, &mut work);
    let mut found = vec![Vec::new(); FIELDS.len()];
    for hit in &work.hits[work.events[0].hits] {
        let text = String::from_utf8_lossy(work.hit_text(&bytes, hit)).into_owned();
        found[usize::from(hit.field)].push(text);
    }
    found
}

#[test]
fn the_pass_finds_what_a_walk_finds() {
    let aliases = Arc::new(Aliases::new(&[]));
    let fields: Vec<Path> = FIELDS.map(|name| Path::parse(name).unwrap()).to_vec();
    let make = |portable, aliases| {
        let options = Options {
            portable,
            aliases,
            ..Options::default()
        };
        Json::new(&fields, &[], options)
    };
    let mut plain = make(false, None);
    let mut named = [
        make(false, Some(aliases.clone())),
        make(true, Some(aliases.clone())),
    ];
    let rounds = if cfg!(miri) {
        30
    } else if cfg!(debug_assertions) {
        8000
    } else {
        80_000
    };
    let mut scratch = Vec::new();
    let mut seen = 0;
    for seed in 0..rounds {
        let mut record = String::new();
        object(&mut Random::new(seed), 0, &mut record);
        let exact = hits(&mut plain, &record);
        let there = |field: &[String]| field.iter().any(|text| text.len() > 1);
        let any = exact.iter().any(|field| there(field));
        let mut expected = exact.clone();
        let mut carried = false;
        name::find(
            record.as_bytes(),
            &aliases,
            &mut scratch,
            |field, span, inside| {
                carried |= inside.is_some();
                let at = FIELDS.iter().position(|name| *name == field.path());
                if let Some(at) = at
                    && !there(&exact[at])
                {
                    let bytes = inside.unwrap_or(record.as_bytes());
                    expected[at].push(String::from_utf8_lossy(&bytes[span]).into_owned());
                    seen += 1;
                }
            },
        );
        // What a string carries is not asked beside a field that is there.
        if carried && any {
            continue;
        }
        for json in &mut named {
            assert_eq!(hits(json, &record), expected, "seed {seed}: {record}");
        }
    }
    assert!(
        seen > rounds as usize / 4,
        "{seen} roles are too few to show anything"
    );
}
