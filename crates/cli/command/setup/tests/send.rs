use super::*;

#[test]
fn versions_that_know_failure_stores_are_told_from_those_that_do_not() {
    for (version, knows) in [
        ("8.13.4", false),
        ("8.18.0", false),
        ("8.19.0", true),
        ("9.0.5", false),
        ("9.1.0", true),
        ("9.10.0-SNAPSHOT", true),
        ("10.0.0", true),
        ("", false),
        ("serverless", false),
    ] {
        assert_eq!(knows_failure_store(version), knows, "{version}");
    }
}
