use super::scene::{rule, rules, run};
use crate::Action;

/// Whether an event fulfils a match as a keep reads it, and as a drop does.
fn read(wanted: &str, event: &str) -> (bool, bool) {
    let counts = |action| {
        let mut rule = rule(wanted, action);
        rule.even_threats = true;
        run(&[event], &mut [&mut rules(vec![rule])]).counts.rules == [1]
    };
    (counts(Action::Keep), counts(Action::Drop))
}

const BOTH: (bool, bool) = (true, true);
const NEITHER: (bool, bool) = (false, false);
const KEPT: (bool, bool) = (true, false);

#[test]
fn a_target_is_the_label_of_the_most_specific_entry() {
    let office = r#"{"dst":"13.80.0.1"}"#;
    assert_eq!(read(r#"{"IPDestination": "Office"}"#, office), BOTH);
    assert_eq!(read(r#"{"IPDestination": "office"}"#, office), BOTH);
    assert_eq!(read(r#"{"IPDestination": "Microsoft"}"#, office), NEITHER);
    assert_eq!(
        read(r#"{"IPDestination": ["Private", "Office"]}"#, office),
        BOTH
    );
    assert_eq!(read(r#"{"IPSource": "Office"}"#, office), NEITHER);
}

#[test]
fn all_is_every_label_that_covers_the_address() {
    let office = r#"{"dst":"13.80.0.1"}"#;
    for label in ["Office", "Microsoft", "Cloud"] {
        assert_eq!(
            read(&format!(r#"{{"net.labels": "{label}"}}"#), office),
            BOTH
        );
    }
    assert_eq!(read(r#"{"net.labels": "Private"}"#, office), NEITHER);
}

#[test]
fn names_take_patterns() {
    let office = r#"{"dst":"13.80.0.1"}"#;
    for key in [
        r#""IPDestination": "Off*""#,
        r#""IPDestination|startswith": "off""#,
        r#""IPDestination|endswith": "ICE""#,
        r#""IPDestination|contains": "ffi""#,
        r#""IPDestination|re": "^Off""#,
    ] {
        assert_eq!(read(&format!("{{{key}}}"), office), BOTH, "{key}");
        assert_eq!(
            read(&format!("{{{key}}}"), r#"{"dst":"10.0.0.1"}"#),
            NEITHER,
            "{key}"
        );
    }
}

#[test]
fn bytes_that_arrived_change_nothing() {
    let forged = r#"{"IPDestination":"Microsoft","net":{"labels":["Microsoft"]}}"#;
    assert_eq!(read(r#"{"IPDestination": "Microsoft"}"#, forged), NEITHER);
    assert_eq!(read(r#"{"net.labels": "Microsoft"}"#, forged), NEITHER);
    assert_eq!(read(r#"{"IPDestination|exists": true}"#, forged), NEITHER);
    assert_eq!(read(r#"{"IPDestination|exists": false}"#, forged), BOTH);
    let unknown = r#"{"IPDestination":"Microsoft","dst":"192.0.2.1"}"#;
    assert_eq!(read(r#"{"IPDestination": "Microsoft"}"#, unknown), NEITHER);
    assert_eq!(read(r#"{"IPDestination|exists": false}"#, unknown), BOTH);
}

#[test]
fn a_drop_needs_every_address() {
    let microsoft = r#"{"IPDestination": "Microsoft"}"#;
    for (addresses, expected) in [
        (r#"["13.64.0.1","13.65.0.1"]"#, BOTH),
        (r#"["13.64.0.1","192.0.2.1"]"#, KEPT),
        (r#"["192.0.2.1","13.64.0.1"]"#, KEPT),
        (r#"["13.64.0.1","no address"]"#, KEPT),
        (r#"["13.64.0.1",""]"#, KEPT),
        (r#"["13.64.0.1","10.0.0.1"]"#, KEPT),
        (r#"["13.64.0.1","13.80.0.1"]"#, KEPT),
        (r#"["10.0.0.1","13.64.0.1"]"#, NEITHER),
        (r#"["192.0.2.1"]"#, NEITHER),
        ("[]", NEITHER),
    ] {
        let event = format!(r#"{{"dst":{addresses}}}"#);
        assert_eq!(read(microsoft, &event), expected, "{event}");
    }
}

#[test]
fn a_drop_needs_every_address_of_all_too() {
    let microsoft = r#"{"net.labels": "Microsoft"}"#;
    for (addresses, expected) in [
        (r#"["13.64.0.1","13.80.0.1"]"#, BOTH),
        (r#"["13.64.0.1","13.0.0.1"]"#, KEPT),
        (r#"["10.0.0.1","13.64.0.1"]"#, KEPT),
        (r#"["192.0.2.1","13.80.0.1"]"#, KEPT),
        (r#"["10.0.0.1"]"#, NEITHER),
    ] {
        let event = format!(r#"{{"dst":{addresses}}}"#);
        assert_eq!(read(microsoft, &event), expected, "{event}");
    }
}

#[test]
fn existence_is_a_label_and_in_a_drop_each_address_has_one() {
    for (addresses, some, none) in [
        (r#"["13.64.0.1","10.0.0.1"]"#, BOTH, NEITHER),
        (r#"["13.64.0.1","192.0.2.1"]"#, KEPT, NEITHER),
        (r#"["192.0.2.1","x"]"#, NEITHER, BOTH),
        ("[]", NEITHER, BOTH),
    ] {
        let event = format!(r#"{{"dst":{addresses},"src":"13.64.0.1"}}"#);
        for target in ["IPDestination", "net.labels"] {
            let read = |there| read(&format!(r#"{{"{target}|exists": {there}}}"#), &event);
            assert_eq!(read(true), some, "{target} {event}");
            assert_eq!(read(false), none, "{target} {event}");
        }
    }
}
