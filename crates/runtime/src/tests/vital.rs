use super::*;

#[test]
fn a_worker_in_the_steps_is_seen_and_one_that_waits_is_not() {
    let vitals = Vitals::default();
    let (waits, works) = (vitals.pulse(), vitals.pulse());
    vitals.enter(&waits);
    vitals.leave(&waits);
    assert_eq!(vitals.health().busy, Duration::ZERO);
    works.0.store(1, Ordering::Relaxed);
    let begun = vitals.epoch;
    while begun.elapsed() < Duration::from_millis(3) {
        std::hint::spin_loop();
    }
    assert!(vitals.health().busy >= Duration::from_millis(3));
    vitals.leave(&works);
    assert_eq!(vitals.health().busy, Duration::ZERO);
}

#[test]
fn trouble_lasts_from_its_beginning_until_it_is_over() {
    let vitals = Vitals::default();
    vitals.unreachable("out", "full");
    let since = lock(&vitals.unreachable)["out"].0;
    vitals.unreachable("out", "still full");
    assert_eq!(lock(&vitals.unreachable)["out"].0, since);
    let health = vitals.health();
    assert_eq!(health.unreachable[0].part, "out");
    assert_eq!(health.unreachable[0].reason, "still full");
    vitals.reached("out");
    assert_eq!(vitals.health(), Health::default());
}
