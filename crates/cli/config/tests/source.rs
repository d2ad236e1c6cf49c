use std::path::{Path, PathBuf};

use knownet_source::tail::{Glob, Start};

use super::{assert_mistakes, warnings};
use crate::config::{SourceKind, parse};

const SINK: &str = "[sinks.out]\ntype = \"stdout\"\n";

#[test]
fn types_and_keys_of_sources() {
    assert_mistakes(
        &format!(
            "[sources.a]\ntype = \"fiel\"\nanything = 1\n[sources.b]\npaths = []\n\
             [sources.c]\ntype = \"file\"\n[sources.d]\ntype = \"file\"\npath = \"x\"\npaths = []\n\
             follow = 1\n[sources.e]\ntype = \"file\"\npaths = [\"x\", 3, \"\"]\n\
             [sources.\"f g\"]\ntype = 1\n{SINK}"
        ),
        &[
            "config/a.toml:2: sources.a.type: \"fiel\" is not a source; known: file, stdin, tcp, udp, unix, beats, http, kafka",
            "config/a.toml:4: sources.b.type: is missing; known: file, stdin, tcp, udp, unix, beats, http, kafka",
            "config/a.toml:6: sources.c.paths: is missing; name a file, such as paths = \
             [\"events.ndjson\"]",
            "config/a.toml:10: sources.d.path: unknown key; did you mean paths? known: max_event, \
             validate, format, timezone, ecs, original, spool, type, paths, follow",
            "config/a.toml:11: sources.d.paths: is an empty list; name a file, such as paths = \
             [\"events.ndjson\"]",
            "config/a.toml:12: sources.d.follow: takes true or false, not a whole number",
            "config/a.toml:15: sources.e.paths[1]: takes text, not a whole number",
            "config/a.toml:15: sources.e.paths[2]: \"\" is not a path",
            "config/a.toml:17: sources.\"f g\".type: takes text, not a whole number",
        ],
    );
}

#[test]
fn standard_input_has_one_reader() {
    assert_mistakes(
        &format!("[sources.a]\ntype = \"stdin\"\n[sources.b]\ntype = \"stdin\"\n{SINK}"),
        &["config/a.toml:3: sources.b: standard input is read by another source already"],
    );
}

#[test]
fn paths_start_at_the_folder_of_the_configuration() {
    let text = format!("[sources.a]\ntype = \"file\"\npaths = [\"./x\", \".\", \"/y\"]\n{SINK}");
    for (file, paths) in [
        ("a.toml", ["x", ".", "/y"]),
        ("b/a.toml", ["b/x", "b", "/y"]),
    ] {
        let (config, _) = parse(&text, Path::new(file), &|_| None).unwrap();
        let paths = paths.map(PathBuf::from).into();
        assert_eq!(config.sources[0].kind, SourceKind::File { paths });
    }
}

#[test]
fn beats_listen_where_logstash_does() {
    let text = format!("[sources.a]\ntype = \"beats\"\n{SINK}");
    let (config, _) = parse(&text, Path::new("a.toml"), &|_| None).unwrap();
    let SourceKind::Beats(beats) = &config.sources[0].kind else {
        panic!("{:?}", config.sources[0].kind);
    };
    assert_eq!(beats.listen.address.to_string(), "127.0.0.1:5044");
    assert!(!beats.keep_metadata);
    assert_mistakes(
        &format!(
            "[sources.a]\ntype = \"beats\"\nmetadata = \"maybe\"\nmax_window = 3\nbuffer = true\n\
             {SINK}"
        ),
        &[
            "config/a.toml:3: sources.a.metadata: \"maybe\" is not a choice; known: drop, keep",
            "config/a.toml:4: sources.a.max_window: 3 is out of bounds; from 1KiB to 16GiB is allowed",
            "config/a.toml:5: sources.a.buffer: takes a size such as \"64MiB\", not a boolean",
        ],
    );
}
#[test]
fn followed_files_have_keys_of_their_own() {
    assert_mistakes(
        &format!(
            "[sources.a]\ntype = \"file\"\nfollow = true\npaths = [\"a[\", \"\"]\nstart = \"middle\"\n\
             watch = \"never\"\npoll_interval = 1\nclose_after = \"soon\"\n\
             multiline = {{ pattern = \"(\", before = 1 }}\n\
             [sources.b]\ntype = \"file\"\nfollow = true\npaths = \"x\"\nmultiline = {{}}\n\
             [sources.c]\ntype = \"file\"\npaths = [\"x\"]\nstart = \"end\"\n\
             multiline = {{}}\nclose = 1\n{SINK}"
        ),
        &[
            "config/a.toml:4: sources.a.paths[0]: \"config/a[\" is not a pattern: Pattern syntax error \
             near position 8: invalid range pattern",
            "config/a.toml:4: sources.a.paths[1]: \"\" is not a path",
            "config/a.toml:5: sources.a.start: \"middle\" is not a start; known: beginning, end",
            "config/a.toml:6: sources.a.watch: \"never\" is not a way to watch; known: auto, poll",
            "config/a.toml:7: sources.a.poll_interval: takes a time such as \"30s\", not a whole number",
            "config/a.toml:8: sources.a.close_after: \"soon\" is not a time; write a number and a unit \
             such as \"30s\" (ms, s, m, h, d)",
            "config/a.toml:9: sources.a.multiline.pattern: \"(\" is not a pattern: error: unclosed group",
            "config/a.toml:9: sources.a.multiline.before: unknown key; known: pattern, timeout",
            "config/a.toml:14: sources.b.multiline.pattern: is missing; write what the first line of each \
             record matches",
            "config/a.toml:18: sources.c.start: needs follow = true",
            "config/a.toml:19: sources.c.multiline: needs follow = true",
            "config/a.toml:20: sources.c.close: unknown key; known: max_event, validate, format, \
             timezone, ecs, original, spool, type, paths, follow, start, multiline",
        ],
    );
}

#[test]
fn patterns_start_at_the_folder_of_the_configuration() {
    let text = format!(
        "[sources.a]\ntype = \"file\"\nfollow = true\npaths = [\"x/*.log\", \"/y?\"]\n{SINK}"
    );
    for (file, paths) in [
        ("a.toml", ["x/*.log", "/y?"]),
        ("[b]/a.toml", ["[[]b[]]/x/*.log", "/y?"]),
    ] {
        let (config, _) = parse(&text, Path::new(file), &|_| None).unwrap();
        let SourceKind::Tail(options) = &config.sources[0].kind else {
            panic!("{:?}", config.sources[0]);
        };
        let own = paths.map(|path| Glob::new(Path::new(""), path).unwrap());
        assert_eq!(options.paths, own);
        assert_eq!(options.start, Start::Beginning);
        assert!(config.sources[0].kind.is_live());
    }
}

#[test]
fn connections_that_everyone_can_read_along_are_warned_of() {
    let all = |kind: &str, listen: &str| {
        let source = format!("[sources.a]\ntype = \"{kind}\"\nlisten = \"{listen}\"\n");
        warnings(&format!("{source}{SINK}"))
    };
    for kind in ["tcp", "beats"] {
        assert_eq!(
            all(kind, "0.0.0.0:1"),
            [
                "config/a.toml:3: warning: sources.a.listen: everyone who reaches this address may \
                 send, and who is on the way may read along; add tls"
            ]
        );
        let tls = "0.0.0.0:1\"\ntls.certificate = \"c\"\ntls.key = \"k";
        assert_eq!(all(kind, tls), [""; 0]);
        assert_eq!(all(kind, "[::1]:1"), [""; 0]);
    }
    assert_eq!(all("udp", "0.0.0.0:1"), [""; 0]);
}
