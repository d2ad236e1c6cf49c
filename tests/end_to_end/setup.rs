use std::fs;

use serde_json::Value;

use crate::rig::Folder;

/// Each request that was printed: its first line, and its body.
fn printed(text: &str) -> Vec<(String, Value)> {
    let parts = text.split("\n\n");
    let parse = |part: &str| {
        let (head, body) = part.split_once('\n').expect("a body");
        (head.to_owned(), serde_json::from_str(body).expect("JSON"))
    };
    parts.map(parse).collect()
}

#[test]
fn requests_are_printed_for_a_console() {
    let folder = Folder::new();
    for (option, policy) in [
        ("--keep=7d", "PUT /_ilm/policy/knownet"),
        ("--opensearch", "PUT /_plugins/_ism/policies/knownet"),
    ] {
        let args = ["setup", "elasticsearch", "--print", option];
        let ran = folder.knownet(&args).ran().succeeded();
        let requests = printed(&ran.out);
        let heads: Vec<_> = requests.iter().map(|(head, _)| head.as_str()).collect();
        let mappings = "PUT /_component_template/knownet-mappings";
        assert_eq!(heads, [policy, mappings, "PUT /_index_template/knownet"]);
        let patterns = &requests[2].1["index_patterns"];
        assert_eq!(patterns, &serde_json::json!(["logs-knownet.*-*"]));
    }
}

#[test]
fn files_are_what_the_commands_that_are_printed_send() {
    let folder = Folder::new();
    let args = [
        "setup",
        "elasticsearch",
        "--output",
        "a/b",
        "--data-stream",
        "logs-x-y",
    ];
    let ran = folder.knownet(&args).ran().succeeded();
    let named: Vec<_> = ran
        .out
        .lines()
        .map(|line| {
            line.split('@')
                .nth(1)
                .expect("a file")
                .trim_end_matches('\'')
        })
        .collect();
    let files = [
        "lifecycle.json",
        "mappings.json",
        "template.json",
        "dashboards.ndjson",
    ];
    let files = files.map(|file| format!("a/b/{file}"));
    assert_eq!(named, files);
    for file in &files {
        let text = fs::read_to_string(folder.path(file)).expect("a file");
        let values = serde_json::Deserializer::from_str(&text).into_iter::<Value>();
        let values: Result<Vec<_>, _> = values.collect();
        let count = values.expect("JSON").len();
        assert_eq!(count > 1, file.ends_with("ndjson"), "{file}");
    }
    let template = fs::read_to_string(folder.path("a/b/template.json")).expect("a file");
    assert!(template.contains(r#""logs-x-y""#) && !template.contains("logs-knownet"));
}

#[test]
fn nowhere_to_go_and_wrong_options_are_said() {
    let folder = Folder::new();
    let setup = ["setup", "elasticsearch"];
    let ran = folder.knownet(&setup).ran().ended(2);
    ran.said("--print");
    ran.said("--output");
    for (wrong, said) in [
        (
            ["--print", "--keep=12h"],
            "write a number of days, such as 90d",
        ),
        (
            ["--print", "--data-stream=A"],
            "write small letters, digits",
        ),
    ] {
        let args = [&setup[..], &wrong].concat();
        folder.knownet(&args).ran().ended(2).said(said);
    }
    folder.file("taken", "");
    let args = [&setup[..], &["--output", "taken/x"]].concat();
    folder
        .knownet(&args)
        .ran()
        .ended(1)
        .said("taken/x cannot be written");
}
