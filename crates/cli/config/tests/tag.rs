use super::{ENDS, assert_mistakes};

const LABEL: &str = "[labels.A]\ncidrs = \"10.0.0.0/8\"\n";

#[test]
fn every_mistake_in_a_tag_is_told() {
    assert_mistakes(
        &format!(
            "[[tags]]\n[[tags]]\nfrom = []\ninto = \"tags\"\nall = \"tags.x\"\n\
             [[tags]]\nfrom = [\"a..b\", 1]\ninto = \"a\\\"b\"\nal = \"c\"\n{LABEL}{ENDS}"
        ),
        &[
            "config/a.toml:1: tags[0].from: is missing; name a field, such as from = \
             [\"destination.ip\"]",
            "config/a.toml:1: tags[0].into: is missing; name the field that takes the label, such \
             as \"IPDestination\"",
            "config/a.toml:3: tags[1].from: is an empty list; name a field, such as from = \
             [\"destination.ip\"]",
            "config/a.toml:4: tags[1].into: \"tags\" is where failures are noted; write to another \
             field",
            "config/a.toml:5: tags[1].all: \"tags.x\" is where failures are noted; write to \
             another field",
            "config/a.toml:7: tags[2].from[0]: \"a..b\" has an empty segment; write a path such as \
             destination.ip",
            "config/a.toml:7: tags[2].from[1]: takes text, not a whole number",
            "config/a.toml:8: tags[2].into: \"a\"b\" holds a quote, backslash or control \
             character, which no field name may",
            "config/a.toml:9: tags[2].al: unknown key; did you mean all? known: from, into, all",
        ],
    );
}

#[test]
fn no_tag_writes_where_another_does_or_inside_it() {
    assert_mistakes(
        &format!(
            "[[tags]]\nfrom = \"a\"\ninto = \"x.y\"\nall = \"x.y\"\n\
             [[tags]]\nfrom = \"a\"\ninto = \"x.y.z\"\nall = \"x\"\n\
             [[tags]]\nfrom = \"a\"\ninto = \"x.yz\"\nall = \"tagset\"\n{LABEL}{ENDS}"
        ),
        &[
            "config/a.toml:1: tags[0].all: \"x.y\" is written by tags[0].into (\"x.y\"); choose \
             another",
            "config/a.toml:5: tags[1].into: \"x.y.z\" lies inside what is written by tags[0].into \
             (\"x.y\"); choose another",
            "config/a.toml:5: tags[1].into: \"x.y.z\" lies inside what is written by tags[0].all \
             (\"x.y\"); choose another",
            "config/a.toml:5: tags[1].all: \"x\" would replace what is written by tags[0].into \
             (\"x.y\"); choose another",
            "config/a.toml:5: tags[1].all: \"x\" would replace what is written by tags[0].all \
             (\"x.y\"); choose another",
            "config/a.toml:5: tags[1].all: \"x\" would replace what is written by tags[1].into \
             (\"x.y.z\"); choose another",
            "config/a.toml:9: tags[2].into: \"x.yz\" lies inside what is written by tags[1].all \
             (\"x\"); choose another",
        ],
    );
}

#[test]
fn a_value_is_shown_in_one_line() {
    assert_mistakes(
        &format!("[[tags]]\nfrom = \"a\\n\\u001B[2J\"\ninto = \"b\"\n{LABEL}{ENDS}"),
        &[
            "config/a.toml:2: tags[0].from: \"a\\n\\u{1b}[2J\" holds a quote, backslash or control \
             character, which no field name may",
        ],
    );
}
