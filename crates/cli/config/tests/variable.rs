use knownet_rule::Scalar;

use super::{ENDS, assert_mistakes, config};

/// What the text becomes in a match.
fn expanded(text: &str) -> String {
    let config = config(&format!(
        "[[rules]]\naction = \"keep\"\nmatch = {{ a = '{text}' }}\n{ENDS}"
    ));
    match &config.rules[0].conditions[0].values[..] {
        [Scalar::Text(text)] => text.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn variables_come_from_the_environment() {
    assert_eq!(expanded("${OFFICE}"), "203.0.113.0/24");
    assert_eq!(
        expanded("a ${OFFICE}, ${OFFICE:-x} b"),
        "a 203.0.113.0/24, 203.0.113.0/24 b"
    );
    assert_eq!(expanded("${MISSING:-a:-b}"), "a:-b");
    assert_eq!(expanded("${MISSING:-}"), "");
    assert_eq!(expanded("${EMPTY:-default}"), "default");
    assert_eq!(expanded("<${EMPTY}>"), "<>");
    assert_eq!(
        expanded("${NESTED}"),
        "${OFFICE}",
        "a value is not looked at again"
    );
}

#[test]
fn only_a_dollar_with_a_brace_is_a_variable() {
    for text in ["^a$", "$HOME", "$$", "{a}", "a$}", "\\$x"] {
        assert_eq!(expanded(text), text);
    }
    assert_eq!(expanded("$${OFFICE}"), "${OFFICE}");
    assert_eq!(expanded("$$${OFFICE}"), "$${OFFICE}");
}

#[test]
fn a_variable_that_cannot_be_filled_in_is_told_where_it_stands() {
    assert_mistakes(
        &format!(
            "dead_letter = \"${{MISSING}}\"\n[labels.A]\ncidrs = [\n  \"${{OFFICE\",\n  \
             \"${{1st}}\",\n  \"${{}}\",\n]\n[[tags]]\nfrom = \"a\"\ninto = \"b\"\n{ENDS}"
        ),
        &[
            "config/a.toml:1: dead_letter: the environment has no MISSING; set it, or write \
             ${MISSING:-default}",
            "config/a.toml:4: labels.A.cidrs[0]: \"${OFFICE\" has no } behind ${; write $${ where \
             no variable is meant",
            "config/a.toml:5: labels.A.cidrs[1]: \"1st\" is not a variable's name; write $${ where \
             no variable is meant",
            "config/a.toml:6: labels.A.cidrs[2]: \"\" is not a variable's name; write $${ where no \
             variable is meant",
        ],
    );
}

#[test]
fn a_secret_comes_from_a_file_without_the_line_end() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let env = |name: &str| match name {
        "CREDENTIALS_DIRECTORY" => Some(here.join("credentials").display().to_string()),
        "file" => Some("a variable".to_owned()),
        _ => None,
    };
    let expanded = |text: &str| {
        let text = crate::config::variable::expand(text, here, &env)?;
        Ok::<_, String>(text.value().to_owned())
    };
    std::fs::create_dir(here.join("credentials")).unwrap();
    std::fs::write(here.join("credentials/token"), "t0ken\r\n").unwrap();
    for (held, value) in [
        ("secret\n", "secret"),
        ("secret", "secret"),
        (" two \n\n", " two \n"),
        ("${file}", "${file}"),
        ("", ""),
    ] {
        std::fs::write(here.join("secret"), held).unwrap();
        assert_eq!(expanded("${file:secret}").unwrap(), value);
    }
    assert_eq!(expanded("<${credential:token}>").unwrap(), "<t0ken>");
    assert_eq!(expanded("${file:-x} ${other:-y}").unwrap(), "a variable y");

    std::fs::write(here.join("secret"), b"\xffpassword").unwrap();
    let error = expanded("${file:secret}").unwrap_err();
    assert!(error.ends_with("secret is not UTF-8 text") && !error.contains("password"));
    std::fs::write(here.join("secret"), "x".repeat(65537)).unwrap();
    assert!(
        expanded("${file:secret}")
            .unwrap_err()
            .ends_with("is longer than 65536 bytes")
    );
    let missing = expanded("${file:missing}").unwrap_err();
    assert!(missing.contains("missing cannot be read: "), "{missing}");
    assert!(expanded("${file:}").unwrap_err().ends_with("is not a file"));
    for name in ["../secret", "/etc/passwd", "", ".."] {
        let error = expanded(&format!("${{credential:{name}}}")).unwrap_err();
        assert_eq!(error, format!("\"{name}\" is not a credential's name"));
    }
    let alone = crate::config::variable::expand("${credential:token}", here, &|_| None);
    assert!(
        alone
            .unwrap_err()
            .starts_with("there are no credentials (CREDENTIALS_DIRECTORY")
    );
}

/// Keys that take no such value, each in a configuration of its own.
const MISPLACED: &[&str] = &[
    "log_level = SECRET",
    "max_event = SECRET",
    "timezone = SECRET",
    "format = SECRET",
    "format = { regex = SECRET }",
    "format = { regex = '(?P<a>x)', fields = { a = SECRET, b = SECRET } }",
    "format = { grok = SECRET }",
    "format = { csv = ['a'], fields = { b = SECRET } }",
    "format = { kv = { pair = SECRET, value = SECRET } }",
    "format = { csv = ['a'], delimiter = SECRET }",
    "dead_letter = SECRET",
    "dead_letter = '${file:x}/y'",
    "state_dir = '${file:name}/y'",
    "aliases.a = SECRET",
    "[sources.a]\ntype = SECRET",
    "[sources.a]\ntype = 'file'\npaths = [SECRET]",
    "[sources.a]\ntype = 'file'\nfollow = true\npaths = [SECRET]",
    "[sources.a]\ntype = 'file'\nfollow = true\npaths = 'a'\nstart = SECRET",
    "[sources.a]\ntype = 'file'\nfollow = true\npaths = 'a'\nmultiline.pattern = SECRET",
    "[sources.a]\ntype = 'tcp'\nlisten = SECRET",
    "[sources.a]\ntype = 'tcp'\nidle_timeout = SECRET",
    "[sources.a]\ntype = 'tcp'\ntls = { certificate = SECRET, key = SECRET }",
    "[sources.a]\ntype = 'beats'\nmetadata = SECRET",
    "[sources.a]\ntype = 'http'\nversion = SECRET",
    "[sources.a]\ntype = 'http'\nauth = { user = SECRET, password = 'p' }",
    "[sources.a]\ntype = 'http'\nauth = { user = 'u', password_file = SECRET }",
    "[sources.a]\ntype = 'http'\nauth = { token_file = SECRET }",
    "[sources.a]\ntype = 'unix'\npath = 'a'\npermissions = SECRET",
    "[labels.A]\nfeeds = SECRET",
    "[labels.A]\nfeeds = 'builtin:${file:x}'",
    "[labels.A]\nfeeds = 'https://${file:x}'",
    "[labels.A]\nfeeds = { path = SECRET, kind = SECRET, on_bad_line = SECRET }",
    "[labels.A]\nallow = SECRET\ncidrs = SECRET",
    "[[tags]]\nfrom = SECRET\ninto = SECRET",
    "[[rules]]\naction = SECRET\nmatch = {}",
    "[[rules]]\naction = 'drop'\nmatch = { 'a|re' = SECRET }",
    "[[rules]]\naction = 'drop'\nmatch = { 'a|cidr' = ['::/0', SECRET] }",
    "[sinks.a]\ntype = 'file'\npath = SECRET",
    "[sinks.a]\ntype = 'file'\npath = 'a'\nrotate = { size = SECRET, compress = SECRET }",
    "[admin]\nlisten = SECRET",
];

#[test]
fn no_mistake_shows_what_was_filled_in() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.toml");
    // Nothing that any of the keys takes.
    std::fs::write(folder.path().join("x"), "s3cret:/..\"[(\n").unwrap();
    std::fs::write(folder.path().join("name"), "s3cret").unwrap();
    std::fs::write(folder.path().join("s3cret"), "no folder").unwrap();
    // A run that goes on has more to look at.
    let ends = ENDS.replace("stdin", "tcp");
    for keys in MISPLACED {
        let keys = keys.replace("SECRET", "'${file:x}'");
        std::fs::write(&file, format!("{keys}\n{ends}")).unwrap();
        let (_, mistakes) = crate::config::load(&file);
        assert!(!mistakes.is_empty(), "{keys}");
        for mistake in super::show(&mistakes) {
            assert!(!mistake.contains("s3cret"), "{keys}\n{mistake}");
        }
    }
}

#[test]
fn a_mistake_shows_the_variable_and_what_is_wrong_with_its_value() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.toml");
    std::fs::write(folder.path().join("x"), "one:two").unwrap();
    let config = format!(
        "format = \"${{file:x}}\"\nlog_level = \"a${{MISSING:-b}}\"\n[sources.a]\ntype = \"http\"\n\
         listen = \"${{file:x}}\"\nauth = {{ user = \"${{file:x}}\", password = \"p\" }}\n\
         [sinks.a]\ntype = \"file\"\npath = \"${{file:x}}/a/b\"\n{ENDS}"
    );
    std::fs::write(&file, config).unwrap();
    let (_, mistakes) = crate::config::load(&file);
    let here = folder.path().to_str().unwrap();
    let mistakes = super::show(&mistakes);
    let mistakes: Vec<_> = mistakes.iter().map(|m| m.replace(here, "DIR")).collect();
    assert_eq!(
        mistakes,
        [
            "DIR/a.toml:1: format: \"${file:x}\" is filled in with what does not fit here; look at what \
             its variables hold; or a table with regex, grok, csv or kv",
            "DIR/a.toml:2: log_level: \"a${MISSING:-b}\" is not a level; known: error, warn, info, debug, trace",
            "DIR/a.toml:5: sources.a.listen: \"${file:x}\" is not an address with a port; write one such as \
             \"127.0.0.1:5044\", \"0.0.0.0:5044\" for every address of this machine, or \"[::1]:5044\"",
            "DIR/a.toml:6: sources.a.auth.user: \"${file:x}\" has a colon, which a user's name cannot have",
            "DIR/a.toml:9: sinks.a.path: \"${file:x}/a/b\" has no folder to be in; create it",
        ]
    );
}
