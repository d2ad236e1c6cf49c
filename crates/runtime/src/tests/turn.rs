use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use super::*;

#[test]
fn turns_come_in_the_order_of_tickets() {
    let turns = Turns::default();
    let seen = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for ticket in [3, 1, 2, 0] {
            let (turns, seen) = (&turns, &seen);
            scope.spawn(move || {
                let mut place = turns.place(ticket);
                place.wait();
                seen.lock().unwrap().push(ticket);
            });
        }
    });
    assert_eq!(seen.into_inner().unwrap(), [0, 1, 2, 3]);
}

#[test]
fn a_lost_place_passes_its_turn_on() {
    let turns = Turns::default();
    let lost = AssertUnwindSafe(|| {
        let _place = turns.place(0);
        std::panic::resume_unwind(Box::new("lost"));
    });
    assert!(catch_unwind(lost).is_err());
    turns.place(1).wait();
}
