use knownet_feed::BadLine;

use super::{ENDS, assert_mistakes, config, warnings};

const TAG: &str = "[[tags]]\nfrom = \"a\"\ninto = \"b\"\n";

#[test]
fn feeds_take_what_their_label_says_unless_they_say_otherwise() {
    let config = config(&format!(
        "[labels.A]\non_bad_line = \"skip\"\nallow = \"0.0.0.0/0\"\ncidrs = \"0.0.0.0/0\"\n\
         feeds = [\"a\", {{ path = \"b\" }}, {{ path = \"builtin:private\", on_bad_line = \"error\", allow = [] }}]\n\
         {TAG}{ENDS}"
    ));
    let [first, table, second] = &config.labels[0].feeds[..] else {
        panic!("{:?}", config.labels)
    };
    assert_eq!(first.options.on_bad_line, BadLine::Skip);
    assert_eq!(first.options.allow.len(), 1);
    assert_eq!(table.options.on_bad_line, BadLine::Skip);
    assert_eq!(table.options.allow.len(), 1);
    assert_eq!(second.options.on_bad_line, BadLine::Error);
    assert!(second.options.allow.is_empty());
    assert_eq!(config.labels[0].cidrs[0].to_string(), "0.0.0.0/0");
    assert_eq!((first.line, &*first.key), (5, "labels.A.feeds[0]"));
}

#[test]
fn every_mistake_in_a_label_is_told() {
    assert_mistakes(
        &format!(
            "[labels.A]\nfeeds = [\n  \"builtin:microsft\",\n  \"https://example.org/list\",\n  \
             {{ kind = \"lst\", x = 1 }},\n  7,\n]\n\
             [labels.B]\ncidrs = [\"10.0.0.0/33\", \"x\", \"::/0\"]\nthreat = \"yes\"\n\
             on_bad_line = \"warn\"\nallow = [\"10.0.0.0/8\"]\nfeed = \"a\"\n{TAG}{ENDS}"
        ),
        &[
            "config/a.toml:3: labels.A.feeds[0]: \"builtin:microsft\" is not builtin; known: \
             builtin:private, builtin:special, builtin:microsoft, builtin:apple-relay",
            "config/a.toml:4: labels.A.feeds[1]: \"https://example.org/list\" is an address; feeds \
             are read from files: fetch it and name the file",
            "config/a.toml:5: labels.A.feeds[2].path: is missing; name a file or builtin:NAME",
            "config/a.toml:5: labels.A.feeds[2].kind: \"lst\" is not a kind of feed; known: \
             azure-service-tags, apple-relay, list",
            "config/a.toml:5: labels.A.feeds[2].x: unknown key; known: path, on_bad_line, allow, \
             kind",
            "config/a.toml:6: labels.A.feeds[3]: takes text or a table such as { path = \
             \"feed.txt\" }, not a whole number",
            "config/a.toml:9: labels.B.cidrs[0]: \"10.0.0.0/33\" has no prefix length from 0 to 32",
            "config/a.toml:9: labels.B.cidrs[1]: \"x\" is not an address or prefix",
            "config/a.toml:9: labels.B.cidrs[2]: ::/0 covers every address of its family; if that \
             is meant, set allow = [\"::/0\"]",
            "config/a.toml:10: labels.B.threat: takes true or false, not text",
            "config/a.toml:11: labels.B.on_bad_line: \"warn\" is not an answer to a bad line; \
             known: error, skip",
            "config/a.toml:12: labels.B.allow[0]: \"10.0.0.0/8\" needs no leave; known: 0.0.0.0/0, \
             ::/0",
            "config/a.toml:13: labels.B.feed: unknown key; did you mean feeds? known: on_bad_line, \
             allow, feeds, threat, cidrs",
        ],
    );
}

#[test]
fn what_may_be_meant_is_a_warning() {
    assert_eq!(
        warnings(&format!(
            "[labels.A]\n[labels.B]\ncidrs = [\"10.1.2.3/8\"]\n[labels.b]\nfeeds = \"x\"\n{TAG}{ENDS}"
        )),
        [
            "config/a.toml:1: warning: labels.A: has neither feeds nor cidrs, so that no address \
             carries it",
            "config/a.toml:3: warning: labels.B.cidrs[0]: \"10.1.2.3/8\" has host bits set; it is \
             read as 10.0.0.0/8",
            "config/a.toml:4: warning: labels.b: differs from \"B\" in case only, which no match \
             tells apart",
        ]
    );
}
