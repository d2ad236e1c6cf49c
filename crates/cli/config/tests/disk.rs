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
            "DIR/a.toml:21: sinks.c.type: \"stdot\" is not a sink; known: stdout, file",
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
