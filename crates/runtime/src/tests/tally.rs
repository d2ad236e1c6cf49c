use knownet_flow::RuleName;

use super::*;

fn names(labels: &[&str], rules: &[&str]) -> Names {
    Names {
        labels: labels.iter().map(|&name| name.to_owned()).collect(),
        rules: rules
            .iter()
            .map(|&name| RuleName {
                name: name.to_owned(),
                drops: true,
            })
            .collect(),
    }
}

fn counts(labels: &[u64], rules: &[u64]) -> Counts {
    Counts {
        events: 1,
        labels: labels.to_vec(),
        rules: rules.to_vec(),
        ..Counts::default()
    }
}

#[test]
fn a_name_keeps_its_count_wherever_it_moves() {
    let mut summary = Summary::default();
    let first = summary.places(&names(&["a", "b"], &["drop", "drop", "keep"]));
    summary.count(&counts(&[1, 10], &[1, 10, 100]), &first);
    let second = summary.places(&names(&["c", "b", "a"], &["keep", "drop", "drop"]));
    summary.count(&counts(&[100, 10, 1], &[100, 1, 10]), &second);
    // A lane that has not seen the new plan yet.
    summary.count(&counts(&[1], &[]), &first);
    assert_eq!(summary.names.labels, ["a", "b", "c"]);
    assert_eq!(summary.counts.labels, [3, 20, 100]);
    assert_eq!(summary.counts.rules, [2, 20, 200]);
    assert_eq!(summary.counts.events, 3);
}

#[test]
fn counts_without_names_stay_where_they_are() {
    let mut summary = Summary::default();
    let places = summary.places(&Names::default());
    summary.count(&counts(&[0, 2], &[3]), &places);
    assert_eq!(summary.counts.labels, [0, 2]);
    assert_eq!(summary.counts.rules, [3]);
}
