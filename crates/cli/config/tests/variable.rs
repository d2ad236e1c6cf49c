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
    let expanded = |text: &str| crate::config::variable::expand(text, here, &env);
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
