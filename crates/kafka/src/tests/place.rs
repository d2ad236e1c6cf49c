use proptest::prelude::*;

use super::*;

#[derive(Debug, Clone)]
enum Step {
    Hand(u64),
    Confirm,
    Pass,
    Send,
    Fail,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (1..5u64).prop_map(Step::Hand),
        Just(Step::Confirm),
        Just(Step::Pass),
        Just(Step::Send),
        Just(Step::Fail),
    ]
}

proptest! {
    #[test]
    fn nothing_is_due_that_is_not_safe(steps in prop::collection::vec(step(), 0..50)) {
        let mut place = Assigned::new("t", 0);
        let (mut end, mut handed, mut sent) = (0, Vec::new(), 0);
        for step in steps {
            match step {
                Step::Hand(more) => {
                    end += more;
                    handed.push(end);
                    place.hand(end);
                }
                Step::Confirm if !handed.is_empty() => place.confirm(handed.remove(0)),
                Step::Confirm => {}
                Step::Pass => {
                    end += 1;
                    place.pass(end);
                }
                Step::Send => if let Some(due) = place.due() {
                    prop_assert!(due > sent);
                    sent = due;
                    place.sent(due);
                },
                Step::Fail => {
                    sent = 0;
                    place.failed();
                }
            }
            if let (Some(due), Some(first)) = (place.due(), handed.first()) {
                prop_assert!(due < *first, "{due} is due, {first} is not safe");
            }
            if handed.is_empty() && sent < end {
                prop_assert_eq!(place.due(), Some(end));
            }
        }
    }
}

#[test]
fn where_an_empty_partition_begins_is_due_once() {
    let mut place = Assigned::new("t", 0);
    assert_eq!((place.due(), place.due_beyond()), (None, None));
    place.begin(0);
    assert_eq!((place.due(), place.due_beyond()), (Some(0), Some(0)));
    place.sent(0);
    assert_eq!((place.due(), place.due_beyond()), (None, None));
    place.failed();
    assert_eq!(place.due(), Some(0));
    // What was handed out since is not safe, and where it begins is.
    place.hand(3);
    assert_eq!((place.due(), place.due_beyond()), (Some(0), None));
    place.confirm(3);
    assert_eq!((place.due(), place.due_beyond()), (Some(3), None));
}
