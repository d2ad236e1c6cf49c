use std::fs;
use std::path::Path;

use crate::config::load;

/// What is wrong with a configuration file, its folder called DIR.
fn mistakes(file: &Path) -> Vec<String> {
    let folder = file.parent().unwrap().to_str().unwrap();
    load(file)
        .1
        .iter()
        .map(|mistake| mistake.to_string().replace(folder, "DIR"))
        .collect()
}

#[test]
fn files_that_are_not_there_are_told_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.toml");
    fs::write(folder.path().join("events"), "").unwrap();
    fs::write(
        &file,
        "dead_letter = \"no/dead\"\n[sources.in]\ntype = \"file\"\n\
         paths = [\n  \"events\",\n  \"gone\",\n  \".\",\n]\n\
         [labels.A]\nfeeds = [\"gone.txt\", \"builtin:private\"]\n\
         [[tags]]\nfrom = \"a\"\ninto = \"b\"\n\
         [sinks.a]\ntype = \"file\"\npath = \"new\"\n\
         [sinks.b]\ntype = \"file\"\npath = \"no/new\"\n\
         [sinks.c]\ntype = \"stdot\"\n",
    )
    .unwrap();
    assert_eq!(
        mistakes(&file),
        [
            "DIR/a.toml:1: dead_letter: DIR/no/dead has no folder to be in; create DIR/no",
            "DIR/a.toml:6: sources.in.paths[1]: DIR/gone cannot be read: No such file or directory \
                 (os error 2); a relative path starts at the configuration's folder",
            "DIR/a.toml:7: sources.in.paths[2]: DIR is a folder; name a file",
            "DIR/a.toml:10: labels.A.feeds[0]: DIR/gone.txt cannot be read: No such file or \
                 directory (os error 2); a relative path starts at the configuration's folder",
            "DIR/a.toml:19: sinks.b.path: DIR/no/new has no folder to be in; create DIR/no",
            "DIR/a.toml:21: sinks.c.type: \"stdot\" is not a sink; known: stdout, file, kafka, elasticsearch, opensearch",
        ]
    );
}

#[test]
fn nothing_is_written_by_two_parts_or_read_and_written() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.toml");
    for name in ["in", "feed"] {
        fs::write(folder.path().join(name), "").unwrap();
    }
    for name in ["x", "y"] {
        fs::create_dir(folder.path().join(name)).unwrap();
    }
    fs::write(
        &file,
        "dead_letter = \"x/dead\"\n[sources.in]\ntype = \"file\"\npaths = [\"in\", \"in\"]\n\
         [labels.A]\nfeeds = \"feed\"\n[[tags]]\nfrom = \"a\"\ninto = \"b\"\n\
         [sinks.c]\ntype = \"file\"\npath = \"out\"\n\
         [sinks.d]\ntype = \"file\"\npath = \"./y/../out\"\n\
         [sinks.e]\ntype = \"file\"\npath = \"in\"\n\
         [sinks.f]\ntype = \"file\"\npath = \"x//dead\"\n\
         [sinks.g]\ntype = \"file\"\npath = \"y/../feed\"\n",
    )
    .unwrap();
    assert_eq!(
        mistakes(&file),
        [
            "DIR/a.toml:15: sinks.d.path: DIR/y/../out is written by sinks.c.path already; \
             choose another",
            "DIR/a.toml:18: sinks.e.path: DIR/in is read by sources.in.paths[0] already; \
             choose another",
            "DIR/a.toml:18: sinks.e.path: DIR/in is read by sources.in.paths[1] already; \
             choose another",
            "DIR/a.toml:21: sinks.f.path: DIR/x/dead is written by dead_letter already; \
             choose another",
            "DIR/a.toml:24: sinks.g.path: DIR/y/../feed is read by labels.A.feeds already; \
             choose another",
        ]
    );
}

#[test]
fn what_is_written_is_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.toml");
    for name in ["x", "logs"] {
        fs::create_dir(folder.path().join(name)).unwrap();
    }
    let sinks = "[sinks.a]\ntype = \"file\"\npath = \"out.nd\"\n\
                 [sinks.b]\ntype = \"file\"\npath = \"x/b.log\"\n\
                 rotate = { size = \"1MiB\", compress = \"gzip\" }\n";
    let found = |paths: &str| {
        let text = format!(
            "dead_letter = \"x/../dead\"\n[sources.in]\ntype = \"file\"\nfollow = true\n\
             paths = [{paths}]\n{sinks}"
        );
        fs::write(&file, text).unwrap();
        mistakes(&file)
    };
    let end = ": what is written would be read again, without an end; write to another folder or \
               narrow the pattern";
    let at = "DIR/a.toml:5: sources.in.paths[0]: ";
    for (pattern, clashes) in [
        ("*.nd", vec!["DIR/out.nd, which sinks.a.path writes"]),
        ("./out.nd", vec!["DIR/out.nd, which sinks.a.path writes"]),
        (
            "logs/../*.nd",
            vec!["DIR/out.nd, which sinks.a.path writes"],
        ),
        ("d*", vec!["DIR/x/../dead, which dead_letter writes"]),
        ("**/*.log", vec!["DIR/x/b.log, which sinks.b.path writes"]),
        (
            "x/b-*.log",
            vec!["DIR/x/b-20260101T000000Z-000001.log, which sinks.b.path writes when it rotates"],
        ),
        (
            "x/*.gz",
            vec![
                "DIR/x/b-20260101T000000Z-000001.log.gz, which sinks.b.path writes when it rotates",
            ],
        ),
        ("logs/*", vec![]),
        ("x/b.log.*", vec![]),
        ("out-*.nd", vec![]),
    ] {
        let expected: Vec<_> = clashes
            .iter()
            .map(|clash| format!("{at}\"{pattern}\" matches {clash}{end}"))
            .collect();
        assert_eq!(found(&format!("\"{pattern}\"")), expected, "{pattern}");
    }
    assert_eq!(
        found("\"logs/\""),
        [format!("{at}logs is a folder; write logs/*").replace("5: ", "5: warning: ")]
    );
}

#[cfg(unix)]
#[test]
fn a_link_to_what_is_written_is_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.toml");
    fs::create_dir(folder.path().join("x")).unwrap();
    std::os::unix::fs::symlink("x", folder.path().join("y")).unwrap();
    fs::write(
        &file,
        "[sources.in]\ntype = \"file\"\nfollow = true\npaths = \"y/*\"\n\
         [sinks.a]\ntype = \"file\"\npath = \"x/out\"\n",
    )
    .unwrap();
    let found = mistakes(&file);
    assert!(
        found.len() == 1 && found[0].contains("\"y/*\" matches DIR/x/out"),
        "{found:?}"
    );
}

#[test]
fn a_pattern_without_follow_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.toml");
    fs::write(folder.path().join("[1].log"), "").unwrap();
    fs::write(
        &file,
        "[sources.in]\ntype = \"file\"\npaths = [\"*.log\", \"[1].log\"]\n\
         [sinks.a]\ntype = \"stdout\"\n",
    )
    .unwrap();
    let found = mistakes(&file);
    assert!(
        found.len() == 1 && found[0].ends_with("; patterns need follow = true"),
        "{found:?}"
    );
}

#[test]
fn a_configuration_that_cannot_be_read_is_a_mistake_too() {
    let folder = tempfile::tempdir().unwrap();
    let gone = load(&folder.path().join("gone.toml")).1;
    assert!(
        gone[0]
            .to_string()
            .ends_with("gone.toml:1: cannot be read: No such file or directory (os error 2)")
    );
    let file = folder.path().join("a.toml");
    fs::write(&file, b"a = 1\nb = \"\xff\"\n").unwrap();
    let latin = load(&file).1;
    assert!(
        latin[0]
            .to_string()
            .ends_with("a.toml:2: is not UTF-8 text; save it as UTF-8")
    );
}

#[test]
fn a_configuration_whose_files_are_there_is_loaded() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.toml");
    fs::write(folder.path().join("events"), "").unwrap();
    fs::write(
        &file,
        "[sources.in]\ntype = \"file\"\npaths = \"events\"\n\
         [sinks.out]\ntype = \"file\"\npath = \"new\"\n",
    )
    .unwrap();
    let (config, mistakes) = load(&file);
    assert_eq!((config.unwrap().file, mistakes), (file, vec![]));
}
