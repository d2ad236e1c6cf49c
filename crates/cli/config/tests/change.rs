use std::path::Path;

use super::{ENDS, config};
use crate::config::{barriers, parse};

fn refused(old: &str, new: &str) -> Vec<String> {
    let read = |text: &str| match parse(text, Path::new("a.toml"), &|_| None) {
        Ok((config, _)) => config,
        Err(mistakes) => panic!("{text}\n{}", super::show(&mistakes).join("\n")),
    };
    super::show(&barriers(&read(old), &read(new)))
}

#[test]
fn labels_tags_rules_matches_and_readings_are_taken() {
    let old = "[sources.in]\ntype = \"stdin\"\n[sinks.out]\ntype = \"stdout\"\n";
    let new = "log_level = \"debug\"\ntimezone = \"Europe/Berlin\"\n[sources.in]\ntype = \"stdin\"\n\
               ecs = true\nformat = \"syslog\"\nvalidate = true\n[labels.a]\ncidrs = \
               [\"10.0.0.0/8\"]\n[[tags]]\nfrom = [\"a\"]\ninto = \"b\"\n[[rules]]\nmatch = { b = \
               \"a\" }\naction = \"drop\"\n[sinks.out]\ntype = \"stdout\"\nmatch = { b = \"a\" }\n";
    assert_eq!(refused(old, new), [""; 0]);
    assert_eq!(refused(new, old), [""; 0]);
}

#[test]
fn what_is_open_stays_as_it_is() {
    let restart = "which a run cannot take; restart it";
    for (old, new, said) in [
        (
            String::new(),
            "workers = 3\n".to_owned(),
            "a.toml:1: workers: was changed",
        ),
        (
            String::new(),
            "max_in_flight = \"2MiB\"\n".to_owned(),
            "a.toml:1: max_in_flight: was changed",
        ),
        (
            String::new(),
            "state_dir = \"x\"\n".to_owned(),
            "a.toml:1: state_dir: was changed",
        ),
        (
            String::new(),
            "dead_letter = \"x\"\n".to_owned(),
            "a.toml:1: dead_letter: was changed",
        ),
        (
            String::new(),
            "[admin]\n".to_owned(),
            "a.toml:1: admin: was changed",
        ),
        (
            "[admin]\nlisten = \"127.0.0.1:1\"\n".to_owned(),
            "[admin]\n".to_owned(),
            "a.toml:1: admin: was changed",
        ),
        (
            String::new(),
            "max_event = \"2MiB\"\n".to_owned(),
            "a.toml:2: sources.in.max_event: was changed",
        ),
        (
            String::new(),
            "format = \"json\"\n".to_owned(),
            "a.toml:2: sources.in.format: was changed between \"json\" and text",
        ),
    ] {
        let (old, new) = (old + ENDS, new + ENDS);
        assert_eq!(refused(&old, &new), [format!("{said}, {restart}")], "{new}");
    }
    let file = "[sinks.out]\ntype = \"file\"\npath = \"x\"\n[sources.in]\ntype = \"file\"\npaths = [\"y\"]\n";
    let expected = [
        "a.toml:4: sources.in: what it reads, or how it is reached, was changed",
        "a.toml:1: sinks.out: what it writes, or where, was changed",
    ];
    assert_eq!(
        refused(ENDS, file),
        expected.map(|said| format!("{said}, {restart}"))
    );
}

#[test]
fn sources_and_sinks_stay_the_same_in_the_same_order() {
    let two = |first: &str, second: &str| {
        format!(
            "[sources.in]\ntype = \"stdin\"\n[sinks.{first}]\ntype = \"file\"\npath = \"{first}\"\n\
             [sinks.{second}]\ntype = \"file\"\npath = \"{second}\"\n"
        )
    };
    let restart = "which a run cannot take; restart it";
    assert_eq!(
        refused(&two("a", "b"), &two("b", "a")),
        [format!("a.toml:1: sinks: have another order, {restart}")]
    );
    assert_eq!(
        refused(&two("a", "b"), &two("a", "c")),
        [
            format!("a.toml:1: sinks.b: was removed, {restart}"),
            format!("a.toml:6: sinks.c: was added, {restart}"),
        ]
    );
}

#[test]
fn an_admin_section_listens_on_loopback_unless_it_says_otherwise() {
    let admin = config(&format!("[admin]\n{ENDS}")).admin.unwrap();
    assert_eq!(admin.listen.to_string(), "127.0.0.1:9600");
    assert!(config(ENDS).admin.is_none());
    let warned = super::warnings(&format!("[admin]\nlisten = \"0.0.0.0:9600\"\n{ENDS}"));
    assert!(
        warned[0].starts_with("config/a.toml:2: warning: admin.listen: can be reached from"),
        "{warned:?}"
    );
    super::assert_mistakes(
        &format!(
            "log_level = \"loud\"\n[admin]\nlisten = \"9600\"\nport = 1\nunready_after = 3\n{ENDS}"
        ),
        &[
            "config/a.toml:1: log_level: \"loud\" is not a level; known: error, warn, info, debug, trace",
            "config/a.toml:3: admin.listen: \"9600\" is not an address with a port; write one such as \"127.0.0.1:5044\", \"0.0.0.0:5044\" for every address of this machine, or \"[::1]:5044\"",
            "config/a.toml:4: admin.port: unknown key; known: listen, unready_after",
            "config/a.toml:5: admin.unready_after: takes a time such as \"30s\", not a whole number",
        ],
    );
}

#[test]
fn a_port_has_one_listener() {
    super::assert_mistakes(
        &format!(
            "[admin]\nlisten = \"127.0.0.1:5140\"\n[sources.a]\ntype = \"tcp\"\nlisten = \
             \"0.0.0.0:5140\"\n[sources.b]\ntype = \"udp\"\nlisten = \"127.0.0.1:5140\"\n\
             [sources.c]\ntype = \"udp\"\nlisten = \"127.0.0.1:0\"\n[sources.d]\ntype = \"udp\"\n\
             listen = \"127.0.0.1:0\"\n[sources.e]\ntype = \"udp\"\nlisten = \"127.0.0.1:5140\"\n{ENDS}"
        )
        .replace("[sources.in]\ntype = \"stdin\"\n", ""),
        &[
            "config/a.toml:1: admin: 127.0.0.1:5140 is listened on by sources.a already; choose \
             another port",
            "config/a.toml:5: warning: sources.a.listen: everyone who reaches this address may send, \
             and who is on the way may read along; add tls",
            "config/a.toml:15: sources.e: 127.0.0.1:5140 is listened on by sources.b already; choose \
             another port",
        ],
    );
}
