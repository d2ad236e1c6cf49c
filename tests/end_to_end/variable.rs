use crate::rig::{Folder, PRIVATE, event, labelled, lines};

const CONFIG: &str = r#"
[sources.in]
type = "file"
paths = ["${KNOWNET_TEST_IN:-default}.ndjson"]
[labels."${KNOWNET_TEST_UNUSED:-x}"]
cidrs = ["${KNOWNET_TEST_NET:-10.0.0.0/8}"]
[[tags]]
from = ["DestinationIp"]
into = "${KNOWNET_TEST_INTO:-IPDestination}"
[sinks.out]
type = "stdout"
"#;

fn folder() -> Folder {
    let folder = Folder::new();
    folder.file(
        "knownet.toml",
        CONFIG.replace("${KNOWNET_TEST_UNUSED:-x}", "Mine"),
    );
    folder.file("default.ndjson", event(PRIVATE));
    folder.file("other.ndjson", event("192.0.2.1"));
    folder
}

#[test]
fn a_default_stands_where_the_environment_has_nothing() {
    let expected = lines([labelled(PRIVATE, "Mine")]);
    let folder = folder();
    assert_eq!(folder.knownet(&["run"]).ran().succeeded().out, expected);
    let call = folder.knownet(&["run"]).variable("KNOWNET_TEST_IN", "");
    assert_eq!(call.ran().succeeded().out, expected);
}

#[test]
fn the_environment_comes_before_the_default() {
    let folder = folder();
    let call = folder
        .knownet(&["run"])
        .variable("KNOWNET_TEST_IN", "other");
    let call = call.variable("KNOWNET_TEST_NET", "192.0.2.0/24");
    let ran = call.variable("KNOWNET_TEST_INTO", "net").ran().succeeded();
    assert_eq!(
        ran.out,
        "{\"DestinationIp\":\"192.0.2.1\",\"net\":\"Mine\"}\n"
    );
}

#[test]
fn a_variable_without_value_and_default_is_a_mistake() {
    let folder = folder();
    folder.file("knownet.toml", CONFIG.replace(":-default", ""));
    let ran = folder.knownet(&["check"]).ran().ended(1);
    ran.said(
        "knownet.toml:4: sources.in.paths[0]: the environment has no KNOWNET_TEST_IN; set it, or \
         write ${KNOWNET_TEST_IN:-default}\n",
    );
}
