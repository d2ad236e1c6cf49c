use super::{assert_mistakes, config, warnings};

const SOURCE: &str = "[sources.in]\ntype = \"stdin\"\n";

#[test]
fn types_and_keys_of_sinks() {
    assert_mistakes(
        &format!(
            "{SOURCE}[sinks.out]\ntype = \"stout\"\n[sinks.b]\ntype = \"file\"\n\
             [sinks.c]\ntype = \"file\"\npath = [\"x\"]\n[sinks.d]\ntype = \"stdout\"\npath = \"x\"\n"
        ),
        &[
            "config/a.toml:4: sinks.out.type: \"stout\" is not a sink; known: stdout, file",
            "config/a.toml:5: sinks.b.path: is missing; name a file, such as path = \
             \"events.ndjson\"",
            "config/a.toml:9: sinks.c.path: takes text, not a list",
            "config/a.toml:12: sinks.d.path: unknown key; known: match, type",
        ],
    );
}

#[test]
fn standard_output_is_written_by_one_sink() {
    assert_mistakes(
        &format!("{SOURCE}[sinks.a]\ntype = \"stdout\"\n[sinks.b]\ntype = \"stdout\"\n"),
        &["config/a.toml:5: sinks.b: standard output is written by another sink already"],
    );
}

#[test]
fn a_place_where_no_sink_takes_an_event_is_told() {
    let some = "[sinks.a]\ntype = \"stdout\"\nmatch = { x = 1 }\n";
    assert_eq!(
        warnings(&format!("{SOURCE}{some}")),
        [
            "config/a.toml:3: warning: sinks: every sink has a match, so that an event which fits \
             none is not written anywhere; add a sink without one to keep the rest"
        ]
    );
    config(&format!(
        "{SOURCE}{some}[sinks.b]\ntype = \"file\"\npath = \"b\"\nmatch = {{ }}\n"
    ));
}

#[test]
fn there_is_a_bit_for_64_sinks() {
    let sinks = |count: usize| -> String {
        (0..count)
            .map(|n| format!("[sinks.s{n}]\ntype = \"file\"\npath = \"{n}\"\n"))
            .collect()
    };
    config(&format!("{SOURCE}{}", sinks(64)));
    assert_mistakes(
        &format!("{SOURCE}{}", sinks(65)),
        &["config/a.toml:1: sinks: 65 are too many; 64 are allowed"],
    );
}
