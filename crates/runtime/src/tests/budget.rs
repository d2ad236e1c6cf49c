use std::sync::mpsc;
use std::thread;

use super::*;

#[test]
fn a_request_larger_than_the_bound_is_granted_alone() {
    let budget = Arc::new(Budget::new(10));
    drop(budget.take(100));
    let small = budget.take(1);
    thread::scope(|scope| {
        let (granted, order) = mpsc::channel();
        let budget = &budget;
        scope.spawn(move || {
            let _huge = budget.take(100);
            granted.send(budget.lock().used).unwrap();
        });
        while budget.lock().asked != 3 {
            thread::yield_now();
        }
        assert!(order.try_recv().is_err(), "granted beside another");
        drop(small);
        assert_eq!(order.recv().unwrap(), 100);
    });
    assert_eq!(budget.lock().used, 0);
}

#[test]
fn who_comes_next_waits_for_what_was_claimed() {
    let budget = Arc::new(Budget::new(10));
    let first = budget.take(6);
    // Nobody who claims waits.
    let claimed = budget.claim(20);
    assert_eq!(budget.lock().used, 26);
    drop(first);
    thread::scope(|scope| {
        let (granted, order) = mpsc::channel();
        let budget = &budget;
        scope.spawn(move || {
            let _next = budget.take(1);
            granted.send(budget.lock().used).unwrap();
        });
        while budget.lock().asked != 2 {
            thread::yield_now();
        }
        assert!(order.try_recv().is_err(), "granted beside too much");
        drop(claimed);
        assert_eq!(order.recv().unwrap(), 1);
    });
}

#[test]
fn who_came_first_is_served_first() {
    let budget = Arc::new(Budget::new(10));
    let (served, order) = mpsc::channel();
    thread::scope(|scope| {
        let first = budget.take(6);
        for (n, bytes) in [(0, 8), (1, 1)] {
            let (budget, served) = (&budget, served.clone());
            scope.spawn(move || {
                let permit = budget.take(bytes);
                served.send(n).unwrap();
                drop(permit);
            });
            while budget.lock().asked != n + 2 {
                thread::yield_now();
            }
        }
        // The small one would fit, but the large one asked before it.
        assert!(order.try_recv().is_err());
        drop(first);
    });
    let mut seen: Vec<u64> = order.try_iter().collect();
    assert_eq!(seen.len(), 2);
    seen.sort_unstable();
    assert_eq!(seen, [0, 1]);
}

#[test]
fn the_bound_holds_under_many_threads() {
    let budget = Arc::new(Budget::new(100));
    thread::scope(|scope| {
        for n in 0..4_usize {
            let budget = &budget;
            scope.spawn(move || {
                for round in 0..500 {
                    let bytes = (n * 37 + round * 13) % 60;
                    let _permit = budget.take(bytes);
                    assert!(budget.lock().used <= 100);
                }
            });
        }
    });
    assert_eq!(budget.lock().used, 0);
}

#[test]
fn what_grows_is_waited_for() {
    let budget = Arc::new(Budget::new(10));
    let permit = budget.take(1);
    permit.grow(100);
    thread::scope(|scope| {
        let (granted, order) = mpsc::channel();
        let budget = &budget;
        scope.spawn(move || {
            let _next = budget.take(1);
            granted.send(budget.lock().used).unwrap();
        });
        while budget.lock().asked != 2 {
            thread::yield_now();
        }
        assert!(order.try_recv().is_err(), "granted beside what grew");
        drop(permit);
        assert_eq!(order.recv().unwrap(), 1);
    });
    assert_eq!(budget.lock().used, 0);
}
