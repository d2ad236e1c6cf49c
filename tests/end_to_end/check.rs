use crate::rig::{Folder, lines};

const ENDS: &str = "[sources.in]\ntype = \"stdin\"\n[sinks.out]\ntype = \"stdout\"\n";

const WRONG: &str = r#"workers = 0
[sources.in]
type = "fiel"
[sources.files]
type = "file"
paths = ["nowhere.ndjson"]
[labels.A]
cidrs = ["10.0.0.0/33"]
feeds = ["builtin:apple", "nowhere.txt"]
[[tags]]
from = ["a..b"]
into = "IPDestination"
[[rules]]
match = { IPDestination = "Mircosoft", "x|endwith" = "y" }
action = "drpo"
[sinks.out]
type = "stdot"
path = "x"
"#;

/// Every mistake of the text above, in the order of its lines.
const MISTAKES: &[&str] = &[
    "knownet.toml:1: workers: 0 is out of bounds; from 1 to 1024 is allowed",
    "knownet.toml:3: sources.in.type: \"fiel\" is not a source; known: file, stdin, tcp, udp, unix",
    "knownet.toml:6: sources.files.paths[0]: nowhere.ndjson cannot be read: No such file or directory (os error 2); a relative path starts at the configuration's folder",
    "knownet.toml:8: labels.A.cidrs[0]: ",
    "knownet.toml:9: labels.A.feeds[0]: \"builtin:apple\" is not builtin; known: builtin:",
    "knownet.toml:9: labels.A.feeds[1]: nowhere.txt cannot be read: ",
    "knownet.toml:11: tags[0].from[0]: \"a..b\" has an empty segment; write a path such as destination.ip",
    "knownet.toml:14: rules[0].match.IPDestination: \"Mircosoft\" names no label; labels: A",
    "knownet.toml:14: rules[0].match.\"x|endwith\": ",
    "knownet.toml:15: rules[0].action: \"drpo\" is not an action; known: drop, keep, count",
    "knownet.toml:17: sinks.out.type: \"stdot\" is not a sink; known: stdout, file, kafka, elasticsearch, opensearch",
];

/// A certificate for `localhost` that is used nowhere, its key, and another key.
const CERTIFICATE: &str = "\
-----BEGIN CERTIFICATE-----
MIIBlDCCATugAwIBAgIUYfGSvMe/uJCqO/em8QDvuSWTyaswCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMTEwNDM1MFoYDzIxMjYxMDI4
MTA0MzUwWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAASzMuqgF8YLBIe2vRt2KOMMKbtjpPmV1E4fhYNWbEatxqq703GYTUEN
63MIizO1rJScAy3CrR0jXoUCLX2eSbAYo2kwZzAdBgNVHQ4EFgQU54LImrv5zU1T
BoNPpjW4SYBiE+gwHwYDVR0jBBgwFoAU54LImrv5zU1TBoNPpjW4SYBiE+gwDwYD
VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglsb2NhbGhvc3QwCgYIKoZIzj0EAwID
RwAwRAIgLQ7J8AzkHKvy/EkVEQHA4wCy9JAXO6JWCeXub7iHyYkCIH67JjtMVm+m
Z3oEqexTlFVB2YrdRgaq/kIPfjXUh+di
-----END CERTIFICATE-----
";
const KEY: &str = "\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgjrTssX15AAcyxLnz
WvgK/ICFQyTbK0WQKl5H1slmM3OhRANCAASzMuqgF8YLBIe2vRt2KOMMKbtjpPmV
1E4fhYNWbEatxqq703GYTUEN63MIizO1rJScAy3CrR0jXoUCLX2eSbAY
-----END PRIVATE KEY-----
";
const OTHER_KEY: &str = "\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgiGxr30yO3DQLdD0+
zFrO4y2uXVstnDyC5V8c3Gle48qhRANCAASAozohowbfY4/OJ7jcdfyDyS13yX83
QBKTi1oQppav3e7k7WAmaFAMyjpI5FXImU0ULq8RcGKpu+vmgtBcLI8X
-----END PRIVATE KEY-----
";

#[test]
fn every_mistake_is_told_at_once() {
    let ran = Folder::new().check(WRONG).ended(1);
    let err: Vec<_> = ran.err.lines().collect();
    for mistake in MISTAKES {
        assert!(
            err.iter().any(|line| line.starts_with(mistake)),
            "{mistake}\nin\n{}",
            ran.err
        );
    }
    let last = err.last().expect("a summary");
    assert_eq!(
        *last,
        format!("knownet: {} mistakes in knownet.toml", err.len() - 1)
    );
    let line = |text: &str| text.split(':').nth(1).and_then(|n| n.parse::<usize>().ok());
    assert!(
        err[..err.len() - 1].is_sorted_by_key(|text| line(text)),
        "{}",
        ran.err
    );
    assert_eq!(ran.out, "");
}

#[test]
fn mistakes_in_feeds_are_told_in_the_same_breath() {
    let folder = Folder::new();
    folder.file("bad.txt", "10.0.0.0/8\nexample.com\n");
    let ran = folder
        .check(
            "[sources.in]\ntype = \"stdn\"\n[labels.A]\nfeeds = [\"bad.txt\", \"gone.txt\"]\n\
             [[tags]]\nfrom = \"a\"\ninto = \"b\"\n[sinks.out]\ntype = \"stdout\"\n",
        )
        .ended(1);
    let starts = [
        "knownet.toml:2: sources.in.type: \"stdn\" is not a source",
        "knownet.toml:4: labels.A.feeds[0]: bad.txt:2: ",
        "knownet.toml:4: labels.A.feeds[1]: gone.txt cannot be read",
        "knownet: 3 mistakes in knownet.toml",
    ];
    let err: Vec<_> = ran.err.lines().collect();
    assert_eq!(err.len(), starts.len(), "{}", ran.err);
    for (line, start) in err.iter().zip(starts) {
        assert!(line.starts_with(start), "{}", ran.err);
    }
}

#[test]
fn run_says_the_same_and_starts_nothing() {
    let folder = Folder::new();
    folder.file("in.ndjson", "{}\n");
    let wrong = format!(
        "{ENDS}[sinks.file]\ntype = \"file\"\npath = \"out.ndjson\"\n\
         [sources.file]\ntype = \"file\"\npaths = \"in.ndjson\"\nfolow = false\n"
    );
    let checked = folder.check(&wrong).ended(1);
    assert_eq!(
        checked.err,
        "knownet.toml:11: sources.file.folow: unknown key; did you mean follow? known: max_event, \
         validate, format, timezone, ecs, original, spool, type, paths, follow\nknownet: 1 mistake in knownet.toml\n"
    );
    let ran = folder.run(&wrong).ended(1);
    assert_eq!((ran.err, &*ran.out), (checked.err, ""));
    assert_eq!(folder.names(), ["in.ndjson", "knownet.toml"]);
}

#[test]
fn a_mistake_in_a_feed_counts_as_one_of_the_configuration() {
    let folder = Folder::new();
    folder.file("a.txt", "10.0.0.0/8\nexample.com\n");
    let config =
        format!("{ENDS}[labels.A]\nfeeds = [\"a.txt\"]\n[[tags]]\nfrom = \"a\"\ninto = \"b\"\n");
    let checked = folder.check(&config).ended(1);
    assert!(
        checked
            .err
            .starts_with("knownet.toml:6: labels.A.feeds[0]: a.txt:2: "),
        "{}",
        checked.err
    );
    assert_eq!(folder.run(&config).ended(1).err, checked.err);
}

#[test]
#[cfg(unix)]
fn a_file_is_not_written_to_under_another_name() {
    use std::os::unix::fs::symlink;
    let folder = Folder::new();
    let file = folder.file("in.ndjson", "{}\n");
    std::fs::create_dir(folder.path("a")).expect("a folder");
    symlink("in.ndjson", folder.path("soft")).expect("a link");
    symlink(".", folder.path("here")).expect("a link");
    std::fs::hard_link(file, folder.path("hard")).expect("a link");
    let config = |read: &str, written: &str| {
        format!(
            "[sources.in]\ntype = \"file\"\npaths = \"{read}\"\n\
             [sinks.out]\ntype = \"file\"\npath = \"{written}\"\n"
        )
    };
    for (read, written, known_as) in [
        ("in.ndjson", "in.ndjson", ""),
        ("in.ndjson", "./a/../in.ndjson", ""),
        ("in.ndjson", "soft", " as in.ndjson"),
        ("in.ndjson", "hard", " as in.ndjson"),
        ("in.ndjson", "here/in.ndjson", " as in.ndjson"),
        ("soft", "in.ndjson", " as soft"),
        ("hard", "soft", " as hard"),
    ] {
        let config = config(read, written);
        let checked = folder.check(&config).ended(1);
        let shown = written.trim_start_matches("./");
        assert_eq!(
            checked.err,
            format!(
                "knownet.toml:6: sinks.out.path: {shown} is read by sources.in.paths already\
                 {known_as}; choose another\nknownet: 1 mistake in knownet.toml\n"
            )
        );
        assert_eq!(folder.run(&config).ended(1).err, checked.err);
        assert_eq!(folder.text("in.ndjson"), "{}\n");
    }
    // What is behind a link to a folder lies in that folder's parent.
    symlink("a", folder.path("b")).expect("a link");
    std::fs::create_dir(folder.path("a/c")).expect("a folder");
    symlink("a/c", folder.path("c")).expect("a link");
    folder.file("a/in.ndjson", "");
    folder
        .check(&config("in.ndjson", "c/../in.ndjson"))
        .succeeded();
    folder
        .check(&config("a/in.ndjson", "c/../in.ndjson"))
        .ended(1);
    // A device, such as a terminal, may well be both.
    symlink("/dev/null", folder.path("null")).expect("a link");
    folder.check(&config("/dev/null", "null")).succeeded();
}

#[test]
fn a_good_configuration_is_described() {
    let folder = Folder::new();
    let ran = folder.check(&format!(
        "{ENDS}[labels.Private]\nfeeds = [\"builtin:private\"]\n\
         [labels.\"Head office\"]\ncidrs = [\"10.1.0.0/16\", \"192.0.2.0/24\"]\n\
         [[tags]]\nfrom = \"a\"\ninto = \"b\"\n"
    ));
    let ran = ran.succeeded();
    assert_eq!(ran.err, "");
    for text in [
        "knownet.toml: can run\n",
        "  sources: in\n",
        "  sinks: out\n",
        "  label Private: 9 prefixes, ",
        "  label Head office: 2 prefixes, 65,792 IPv4 addresses, 0 IPv6 /64 networks\n",
        "  Private and Head office share 65,536 IPv4 addresses, ",
    ] {
        assert!(ran.out.contains(text), "{text} in {}", ran.out);
    }
    assert_eq!(folder.names(), ["knownet.toml"]);
}

#[test]
fn the_default_is_knownet_toml_in_this_folder() {
    let folder = Folder::new();
    let ran = folder.knownet(&["check"]).ran().ended(1);
    ran.said("knownet.toml:1: cannot be read: No such file or directory");
    folder.file("other.toml", ENDS);
    folder.knownet(&["check", "other.toml"]).ran().succeeded();
    folder.file("knownet.toml", ENDS);
    folder.knownet(&["check"]).ran().succeeded();
}

#[test]
fn warnings_are_said_and_stop_nothing() {
    let folder = Folder::new();
    let routed = "[sources.in]\ntype = \"stdin\"\n[labels.A]\ncidrs = \"10.1.2.3/8\"\n\
                  [[tags]]\nfrom = \"a\"\ninto = \"b\"\n\
                  [sinks.out]\ntype = \"stdout\"\nmatch = { b = \"A\" }\n";
    let ran = folder.check(routed).succeeded();
    let err: Vec<_> = ran.err.lines().collect();
    assert_eq!(err.len(), 2, "{err:?}");
    assert_eq!(
        err[0],
        "knownet.toml:4: warning: labels.A.cidrs: \"10.1.2.3/8\" has host bits set; it is read as 10.0.0.0/8"
    );
    assert!(
        err[1].starts_with("knownet.toml:8: warning: sinks: every sink has a match"),
        "{err:?}"
    );
    assert_eq!(folder.run(routed).succeeded().lines(), [""; 0]);
    let rest = format!("{routed}[sinks.rest]\ntype = \"file\"\npath = \"rest.ndjson\"\n");
    assert_eq!(folder.check(&rest).succeeded().err.lines().count(), 1);
}

#[test]
fn a_wildcard_that_its_backslash_makes_a_character_is_a_warning() {
    let folder = Folder::new();
    let config = ENDS.to_owned()
        + r#"match = { dir = ['D:\Temp\\*', "C:\\Temp\\*"] }
[sinks.rest]
type = "file"
path = "rest.ndjson"
[[rules]]
action = "drop"
match."file|endswith" = '\Temp\?.tmp'
"#;
    let expected = lines([
        r#"knownet.toml:5: warning: sinks.out.match.dir: "C:\Temp\*" has \*, which is the character * and no wildcard; for a backslash and then a wildcard write \\*, in single quotes"#,
        r#"knownet.toml:11: warning: rules[0].match."file|endswith": "\Temp\?.tmp" has \?, which is the character ? and no wildcard; for a backslash and then a wildcard write \\?, in single quotes"#,
    ]);
    assert_eq!(folder.check(&config).succeeded().err, expected);
    assert!(folder.run(&config).succeeded().err.starts_with(&expected));
    let corrected = config
        .replace(r#""C:\\Temp\\*""#, r"'C:\Temp\\*'")
        .replace(r"Temp\?", r"Temp\\?");
    assert_eq!(folder.check(&corrected).succeeded().err, "");
}

#[test]
fn what_is_not_toml_is_told_with_its_line() {
    let ran = Folder::new()
        .check("[sources.in]\ntype = \"stdin\n")
        .ended(1);
    assert!(
        ran.err.starts_with("knownet.toml:2: is not TOML here: "),
        "{}",
        ran.err
    );
}

#[test]
fn what_a_run_would_refuse_at_once_is_a_mistake() {
    let folder = Folder::new();
    for (name, content) in [
        ("good.pem", CERTIFICATE),
        ("good.key", KEY),
        ("other.key", OTHER_KEY),
        ("text", "no PEM\n"),
        ("empty", " \n"),
    ] {
        folder.file(name, content);
    }
    let tls = |certificate: &str, key: &str, rest: &str| {
        let tls = format!("certificate = \"{certificate}\", key = \"{key}\"{rest}");
        format!("type = \"tcp\"\nlisten = \"127.0.0.1:0\"\ntls = {{ {tls} }}\n")
    };
    let http = |auth: &str| format!("type = \"http\"\nlisten = \"127.0.0.1:0\"\nauth = {auth}\n");
    let config = |state: &str, source: &str| {
        format!("state_dir = \"{state}\"\n[sources.in]\n{source}[sinks.out]\ntype = \"stdout\"\n")
    };
    let certificate = "5: sources.in.tls.certificate: ";
    for (state, source, place, reason) in [
        (
            "state",
            tls("good.pem", "other.key", ""),
            certificate,
            "good.pem cannot be used: ",
        ),
        (
            "state",
            tls("text", "good.key", ""),
            certificate,
            "text cannot be used: ",
        ),
        (
            "state",
            tls("good.pem", "text", ""),
            certificate,
            "text cannot be used: ",
        ),
        (
            "state",
            tls("good.pem", "good.key", ", client_ca = \"text\""),
            certificate,
            "text cannot be used: ",
        ),
        (
            "state",
            http("{ token_file = \"empty\" }"),
            "5: sources.in.auth.token_file: ",
            "empty is empty",
        ),
        (
            "state",
            http("[{ user = \"u\", password_file = \"empty\" }]"),
            "5: sources.in.auth[0].password_file: ",
            "empty is empty",
        ),
        (
            "text/state",
            tls("good.pem", "good.key", ""),
            "1: state_dir: ",
            "text/state cannot be made, for text: that is no folder",
        ),
    ] {
        let config = config(state, &source);
        let checked = folder.check(&config).ended(1);
        let expected = format!("knownet.toml:{place}{reason}");
        assert!(
            checked.err.starts_with(&expected),
            "{expected} in {}",
            checked.err
        );
        checked.said("knownet: 1 mistake in knownet.toml");
        folder.run(&config).ended(1);
    }
    let names = folder.names();
    folder
        .check(&config("state", &tls("good.pem", "good.key", "")))
        .succeeded();
    folder
        .check(&config("state", &http("{ token_file = \"text\" }")))
        .succeeded();
    // A run that ends by itself remembers nothing.
    folder
        .check(&config("text/state", "type = \"stdin\"\n"))
        .succeeded();
    assert_eq!(folder.names(), names, "a check leaves nothing behind");
}
