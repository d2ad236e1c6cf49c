use crate::rig::{Folder, Ran, lines, objects};

/// Labels that overlap: a threat lies deep in Cloud, Cloud and Home are apart.
const HEAD: &str = r#"
[sources.in]
type = "file"
paths = ["in.ndjson"]
[labels.Cloud]
cidrs = ["198.51.100.0/24", "2001:db8::/32"]
[labels.Home]
cidrs = ["10.0.0.0/8"]
[labels.Threat]
cidrs = ["198.51.100.66", "10.6.0.0/16"]
threat = true
[labels.Inside]
cidrs = ["10.6.6.0/24"]
[[tags]]
from = ["destination.ip", "dst"]
into = "IPDestination"
all = "network.labels"
[[tags]]
from = ["src"]
into = "IPSource"
[sinks.out]
type = "stdout"
"#;

fn run(rules: &str, events: &[&str]) -> Ran {
    let folder = Folder::new();
    folder.file("in.ndjson", lines(events));
    folder.run(&format!("{HEAD}{rules}")).succeeded()
}

/// The `n` of the events that pass.
#[track_caller]
fn passing(rules: &str, events: &[&str]) -> Vec<i64> {
    let ran = run(rules, events);
    let number = |event: serde_json::Value| event["n"].as_i64().expect("a number");
    ran.objects().into_iter().map(number).collect()
}

const DROP: &str = "[[rules]]\nmatch = { IPDestination = \"Cloud\" }\naction = \"drop\"\n";

#[test]
fn a_drop_needs_every_address_to_carry_the_label() {
    let events = [
        r#"{"n":0,"dst":"198.51.100.1"}"#,
        r#"{"n":1,"dst":["198.51.100.1","2001:db8::1"]}"#,
        r#"{"n":2,"dst":["198.51.100.1","192.0.2.1"]}"#,
        r#"{"n":3,"dst":["198.51.100.1","10.0.0.1"]}"#,
        r#"{"n":4,"dst":["198.51.100.1","198.51.100.1."]}"#,
        r#"{"n":5,"dst":"192.0.2.1"}"#,
        r#"{"n":6}"#,
        r#"{"n":7,"dst":"-"}"#,
        r#"{"n":8,"src":"198.51.100.1"}"#,
        r#"{"n":9,"dst":["198.51.100.1","-",""]}"#,
    ];
    assert_eq!(passing(DROP, &events), [2, 3, 4, 5, 6, 7, 8]);
}

#[test]
fn a_threat_vetoes_every_drop_at_any_prefix_length() {
    let events = [
        // The threat is the most specific label, and a covering one.
        r#"{"n":0,"dst":"198.51.100.66"}"#,
        r#"{"n":1,"dst":"10.6.6.6"}"#,
        r#"{"n":2,"dst":"10.6.1.1"}"#,
        r#"{"n":3,"dst":"10.1.1.1"}"#,
        // On another address, on another field, in a field that another came before.
        r#"{"n":4,"dst":["10.1.1.1","10.6.6.6"]}"#,
        r#"{"n":5,"dst":"10.1.1.1","src":"198.51.100.66"}"#,
        r#"{"n":6,"dst":"198.51.100.66","destination":{"ip":"10.1.1.1"}}"#,
    ];
    let all = "[[rules]]\nmatch = {}\naction = \"drop\"\n";
    assert_eq!(passing(all, &events), [0, 1, 2, 4, 5, 6]);
    let inside = "[[rules]]\nmatch = { IPDestination = [\"Home\", \"Inside\", \"Threat\"] }\naction = \"drop\"\n";
    assert_eq!(passing(inside, &events), [0, 1, 2, 4, 5, 6]);
}

#[test]
fn a_threat_in_a_field_that_no_tag_reads_vetoes_too() {
    let events = [
        r#"{"n":0,"dst":"10.1.1.1","source":{"ip":"198.51.100.66"}}"#,
        r#"{"n":1,"dst":"10.1.1.1","winlog":{"event_data":{"SourceIp":"198.51.100.66"}}}"#,
        r#"{"n":2,"dst":"10.1.1.1","related":{"ip":["10.1.1.1","198.51.100.66"]}}"#,
        r#"{"n":3,"dst":"10.1.1.1","related":{"ip":["10.1.1.1","198.51.100.67"]}}"#,
        r#"{"n":4,"dst":["10.1.1.1",{"deep":[["198.51.100.\u0036\u0036"]]}]}"#,
        r#"{"n":5,"dst":"10.1.1.1","message":"to 198.51.100.66, no address by itself"}"#,
    ];
    let all = "[[rules]]\nmatch = {}\naction = \"drop\"\n";
    assert_eq!(passing(all, &events), [0, 1, 2, 4]);
}

#[test]
fn even_threats_drops_them() {
    let events = [
        r#"{"n":0,"dst":"198.51.100.66"}"#,
        r#"{"n":1,"dst":"10.6.6.6"}"#,
    ];
    let all = "[[rules]]\nmatch = {}\naction = \"drop\"\neven_threats = true\n";
    assert_eq!(passing(all, &events), [0; 0]);
}

#[test]
fn a_veto_asks_the_rules_behind_it() {
    let rules = "[[rules]]\nmatch = {}\naction = \"drop\"\n\
                 [[rules]]\nmatch = { n = 1 }\naction = \"drop\"\neven_threats = true\n";
    let events = [r#"{"n":0,"dst":"10.6.6.6"}"#, r#"{"n":1,"dst":"10.6.6.6"}"#];
    assert_eq!(passing(rules, &events), [0]);
}

#[test]
fn the_first_drop_or_keep_that_matches_ends_the_rules() {
    let rules = "[[rules]]\nname = \"port\"\nmatch = { port = 445 }\naction = \"keep\"\n\
                 [[rules]]\nname = \"home\"\nmatch = { IPDestination = \"Home\" }\naction = \"drop\"\n\
                 [[rules]]\nname = \"late\"\nmatch = { }\naction = \"count\"\n";
    let events = [
        r#"{"n":0,"dst":"10.1.1.1","port":"445"}"#,
        r#"{"n":1,"dst":"10.1.1.1","port":80}"#,
        r#"{"n":2,"dst":"192.0.2.1"}"#,
    ];
    assert_eq!(passing(rules, &events), [0, 2]);
    let ran = run(rules, &events);
    ran.said("  dropped      1 event\n");
    ran.said("  rule         port: 1 event\n");
    ran.said("  rule         home: 1 event\n");
    ran.said("  rule         late: 1 event\n");
}

#[test]
fn counting_takes_nothing_away_and_ends_nothing() {
    let rules = "[[rules]]\nname = \"one\"\nmatch = { IPDestination = \"*o*\" }\naction = \"count\"\n\
                 [[rules]]\nname = \"two\"\nmatch = { IPDestination = \"home\" }\naction = \"count\"\n\
                 [[rules]]\nmatch = { IPDestination = \"Home\" }\naction = \"count\"\n";
    let events = [
        r#"{"n":0,"dst":"10.1.1.1"}"#,
        r#"{"n":1,"dst":"198.51.100.1"}"#,
        r#"{"n":2,"dst":"192.0.2.1"}"#,
        r#"{"n":3}"#,
    ];
    assert_eq!(passing(rules, &events), [0, 1, 2, 3]);
    let ran = run(rules, &events);
    ran.said("  rule         one: 2 events\n");
    ran.said("  rule         two: 1 event\n");
    // A rule without a name has its place.
    ran.said("  rule         rule 3 (line ");
    assert!(!ran.err.contains("dropped"), "{}", ran.err);
}

#[test]
fn a_label_that_the_sender_wrote_changes_nothing() {
    let events = [
        r#"{"n":0,"dst":"192.0.2.1","IPDestination":"Cloud"}"#,
        r#"{"n":1,"IPDestination":"Cloud"}"#,
        r#"{"n":2,"dst":"10.1.1.1","IPDestination":"Cloud"}"#,
        r#"{"n":3,"dst":"198.51.100.1","IPDestination":"Home"}"#,
        r#"{"n":4,"network":{"labels":["Cloud"]}}"#,
    ];
    assert_eq!(passing(DROP, &events), [0, 1, 2, 4]);
    let all = DROP.replace("IPDestination", "\"network.labels\"");
    assert_eq!(passing(&all, &events), [0, 1, 2, 4]);
    let out = run(DROP, &events).out;
    // What nobody answered stays as it came.
    assert_eq!(out.lines().next(), Some(events[0]));
    assert_eq!(out.lines().nth(1), Some(events[1]));
    // What was answered is replaced.
    let answered = &objects(&out)[2];
    assert_eq!(
        (&answered["n"], &answered["IPDestination"]),
        (&2.into(), &"Home".into())
    );
}

#[test]
fn all_names_every_label_that_covers_an_address() {
    let ran = run(
        "",
        &[
            r#"{"dst":"10.6.6.6"}"#,
            r#"{"dst":["192.0.2.1","10.6.1.1","198.51.100.1"]}"#,
            r#"{"dst":"10.6.1.1","network":{"labels":"old","x":1}}"#,
            r#"{"dst":"192.0.2.1"}"#,
        ],
    );
    assert_eq!(
        ran.lines(),
        [
            r#"{"dst":"10.6.6.6","IPDestination":"Inside","network":{"labels":["Inside","Threat","Home"]}}"#,
            r#"{"dst":["192.0.2.1","10.6.1.1","198.51.100.1"],"IPDestination":"Threat","network":{"labels":["Threat","Home","Cloud"]}}"#,
            r#"{"dst":"10.6.1.1","network":{"labels":["Threat","Home"],"x":1},"IPDestination":"Threat"}"#,
            r#"{"dst":"192.0.2.1"}"#,
        ]
    );
}

#[test]
fn a_match_on_all_sees_the_covering_labels() {
    let events = [
        r#"{"n":0,"dst":"10.6.6.6"}"#,
        r#"{"n":1,"dst":"10.1.1.1"}"#,
        r#"{"n":2,"dst":"198.51.100.1"}"#,
    ];
    let rule = |target: &str| {
        format!(
            "[[rules]]\nmatch = {{ {target} = \"Home\" }}\naction = \"drop\"\neven_threats = true\n"
        )
    };
    assert_eq!(passing(&rule("IPDestination"), &events), [0, 2]);
    assert_eq!(passing(&rule("network.labels"), &events), [2]);
}

#[test]
fn conditions_are_and_values_are_or() {
    let office = r#"
[[rules]]
match = { IPDestination = "Cloud", "winlog.event_data.Image|endswith" = ['\winword.exe', '\excel.exe'] }
action = "drop"
"#;
    let events = [
        r#"{"n":0,"dst":"198.51.100.1","winlog":{"event_data":{"Image":"C:\\Office16\\WINWORD.EXE"}}}"#,
        r#"{"n":1,"dst":"198.51.100.1","winlog":{"event_data":{"Image":"C:\\Office16\\\u0045xcel.exe"}}}"#,
        r#"{"n":2,"dst":"198.51.100.1","winlog":{"event_data":{"Image":"C:\\Temp\\evilwinword.exe"}}}"#,
        r#"{"n":3,"dst":"192.0.2.1","winlog":{"event_data":{"Image":"C:\\Office16\\WINWORD.EXE"}}}"#,
        r#"{"n":4,"dst":"198.51.100.1"}"#,
    ];
    assert_eq!(passing(office, &events), [2, 3, 4]);
}

#[test]
fn every_modifier_compares_in_its_way() {
    let events = [
        r#"{"n":0,"s":"Alpha beta","p":80,"a":"192.0.2.7"}"#,
        r#"{"n":1,"s":"beta","p":"443","a":["203.0.113.1","192.0.2.9"]}"#,
        r#"{"n":2,"s":null,"p":8080.5,"a":"2001:db8::1"}"#,
    ];
    for (condition, dropped) in [
        ("s = \"ALPHA*\"", &[0][..]),
        ("s = \"?eta\"", &[1]),
        ("\"s|contains\" = \"BETA\"", &[0, 1]),
        ("\"s|startswith\" = [\"be\", \"no\"]", &[1]),
        ("\"s|endswith\" = \"a\"", &[0, 1]),
        ("\"s|re\" = \"^A.*a$\"", &[0]),
        ("\"p|gt\" = 80", &[1, 2]),
        ("\"p|lt\" = 443", &[0]),
        ("p = 443", &[1]),
        ("\"a|cidr\" = \"192.0.2.0/24\"", &[0, 1]),
        (
            "\"a|cidr\" = [\"2001:db8::/32\", \"192.0.2.7/32\"]",
            &[0, 2],
        ),
        ("\"q|exists\" = false", &[0, 1, 2]),
        ("\"p|exists\" = true, n = [1, 2]", &[1, 2]),
    ] {
        let rule = format!("[[rules]]\nmatch = {{ {condition} }}\naction = \"drop\"\n");
        let kept: Vec<i64> = (0..3).filter(|n| !dropped.contains(n)).collect();
        assert_eq!(passing(&rule, &events), kept, "{condition}");
    }
}
