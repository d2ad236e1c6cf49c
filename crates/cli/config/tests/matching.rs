//! Rules, and the matches of rules and sinks.

use super::{ENDS, assert_mistakes, config, warnings};

const LABELS: &str = "[labels.Microsoft]\nfeeds = \"builtin:microsoft\"\n[labels.Private]\n\
                      feeds = \"builtin:private\"\n[[tags]]\nfrom = \"a\"\ninto = \"IPDestination\"\n";

#[test]
fn every_mistake_in_a_rule_is_told() {
    assert_mistakes(
        &format!(
            "[[rules]]\n[[rules]]\nmatch = \"x\"\naction = \"dorp\"\n\
             [[rules]]\nmatch = {{ }}\naction = \"keep\"\nevenThreats = true\nname = 1\n\
             even_threats = 1\n{LABELS}{ENDS}"
        ),
        &[
            "config/a.toml:1: rules[0].match: is missing; match = { } means every event",
            "config/a.toml:1: rules[0].action: is missing; known: drop, keep, count",
            "config/a.toml:3: rules[1].match: takes a table such as { field = \"value\" }, not text",
            "config/a.toml:4: rules[1].action: \"dorp\" is not an action; known: drop, keep, count",
            "config/a.toml:8: rules[2].evenThreats: unknown key; did you mean even_threats? known: \
             match, action, even_threats, name",
            "config/a.toml:9: rules[2].name: takes text, not a whole number",
            "config/a.toml:10: rules[2].even_threats: takes true or false, not a whole number",
        ],
    );
}

#[test]
fn a_match_is_checked_key_by_key() {
    assert_mistakes(
        &format!(
            "[[rules]]\naction = \"drop\"\n[rules.match]\nIPDestination = [\"Microsft\", \
             \"private\"]\n\"port|above\" = 3\n\"ip|cidr\" = \"10.0.0.0/64\"\nempty = []\n\
             when = 1979-05-27\nnested = [[1]]\n\"a|re\" = {{ b = 1 }}\nc = {{ }}\n\
             d = {{ e = {{ \"f|re\" = \"(\" }} }}\n{LABELS}{ENDS}match = {{ IPdestination = \"x\" }}\n"
        ),
        &[
            "config/a.toml:4: rules[0].match.IPDestination: \"Microsft\" names no label; labels: \
             Microsoft, Private",
            "config/a.toml:5: rules[0].match.\"port|above\": \"|above\" is not a modifier; known: \
             contains, startswith, endswith, cidr, exists, re, gt, gte, lt, lte",
            "config/a.toml:6: rules[0].match.\"ip|cidr\": \"10.0.0.0/64\" has no prefix length \
             from 0 to 32",
            "config/a.toml:7: rules[0].match.empty: an empty list matches nothing; give a value or \
             leave the key out",
            "config/a.toml:8: rules[0].match.when: takes text, a number or a boolean, not a date",
            "config/a.toml:9: rules[0].match.nested[0]: takes text, a number or a boolean, not a \
             list",
            "config/a.toml:10: rules[0].match.\"a|re\": a modifier stands behind the whole path, \
             not before a table",
            "config/a.toml:11: rules[0].match.c: an empty table matches nothing; give a value or \
             leave the key out",
            "config/a.toml:12: rules[0].match.d.e.\"f|re\": \"(\" is not a regular expression: \
             unclosed group",
            "config/a.toml:22: warning: sinks: every sink has a match, so that an event which fits \
             none is not written anywhere; add a sink without one to keep the rest",
            "config/a.toml:24: sinks.out.match.IPdestination: \"IPdestination\" is spelled \
             IPDestination by the tag that writes it",
        ],
    );
}

#[test]
fn a_label_that_is_broken_elsewhere_is_still_a_label() {
    assert_mistakes(
        &format!(
            "[[rules]]\naction = \"drop\"\nmatch = {{ IPDestination = \"Broken\" }}\n\
             [labels]\nBroken = 1\n[labels.Microsoft]\ncidrs = \"10.0.0.0/8\"\n\
             [[tags]]\nfrom = \"a\"\ninto = \"IPDestination\"\n{ENDS}"
        ),
        &["config/a.toml:5: labels.Broken: takes a table, not a whole number"],
    );
}

#[test]
fn rules_that_hardly_can_be_meant_are_warnings() {
    assert_eq!(
        warnings(&format!(
            "[[rules]]\nmatch = {{ }}\naction = \"drop\"\n\
             [[rules]]\nmatch = {{ a = 1 }}\naction = \"keep\"\neven_threats = true\n{LABELS}{ENDS}"
        )),
        [
            "config/a.toml:2: warning: rules[0].match: has no condition, so that the rule drops \
             every event",
            "config/a.toml:7: warning: rules[1].even_threats: says nothing here: threats veto only \
             drops",
        ]
    );
}

#[test]
fn nested_tables_and_dotted_keys_are_one_path() {
    let config = config(&format!(
        "[[rules]]\naction = \"drop\"\nmatch = {{ a = {{ b.c = 1, \"d|gt\" = 2 }}, \"e.f\" = 3, \
         g.h = 4 }}\n{LABELS}{ENDS}"
    ));
    let keys: Vec<_> = config.rules[0].conditions.iter().map(|c| &*c.key).collect();
    assert_eq!(keys, ["a.b.c", "a.d|gt", "e.f", "g.h"]);
}
