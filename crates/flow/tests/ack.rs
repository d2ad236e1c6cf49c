//! An ack is confirmed only if every clone of it is, and says so once.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, channel};

use knownet_flow::{Ack, Outcome};

fn ack() -> (Ack, Receiver<Outcome>) {
    let (tell, told) = channel();
    (Ack::new(move |outcome| tell.send(outcome).unwrap()), told)
}

#[test]
fn confirmed_when_the_only_holder_confirms() {
    let (ack, told) = ack();
    assert!(told.try_recv().is_err());
    ack.confirm();
    assert_eq!(told.try_iter().collect::<Vec<_>>(), [Outcome::Confirmed]);
}

#[test]
fn confirmed_only_when_the_last_clone_is() {
    let (ack, told) = ack();
    let clones = [ack.clone(), ack.clone()];
    ack.confirm();
    for clone in clones {
        assert!(told.try_recv().is_err());
        clone.confirm();
    }
    assert_eq!(told.try_iter().collect::<Vec<_>>(), [Outcome::Confirmed]);
}

#[test]
fn one_clone_given_up_leaves_it_to_somebody_else_unless_one_is_lost() {
    for lost in [None, Some(0), Some(2)] {
        let (ack, told) = ack();
        for (at, clone) in [ack.clone(), ack.clone(), ack].into_iter().enumerate() {
            match at {
                1 => clone.give_up(),
                _ if Some(at) == lost => drop(clone),
                _ => clone.confirm(),
            }
        }
        let expected = match lost {
            None => Outcome::GivenUp,
            Some(_) => Outcome::Failed,
        };
        assert_eq!(told.try_iter().collect::<Vec<_>>(), [expected]);
    }
}

#[test]
fn one_lost_clone_fails_it_whatever_the_order() {
    for lost in 0..3 {
        let (ack, told) = ack();
        let clones = [ack.clone(), ack.clone(), ack];
        for (at, clone) in clones.into_iter().enumerate() {
            match at == lost {
                true => drop(clone),
                false => clone.confirm(),
            }
        }
        assert_eq!(
            told.try_iter().collect::<Vec<_>>(),
            [Outcome::Failed],
            "{lost}"
        );
    }
}

#[test]
fn a_panic_and_a_closed_channel_fail_it() {
    let (held, told) = ack();
    let panicked = catch_unwind(AssertUnwindSafe(move || {
        let _held = held;
        panic!("injected");
    }));
    assert!(panicked.is_err());
    assert_eq!(told.recv(), Ok(Outcome::Failed));

    let (sent, told) = ack();
    let (queue, closed) = channel();
    queue.send(sent).unwrap();
    drop(closed);
    assert_eq!(told.recv(), Ok(Outcome::Failed));
}
