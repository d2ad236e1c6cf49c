use super::{BOUND, Room, STEP};

fn block<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.expect("a runtime").block_on(future)
}

#[test]
fn who_takes_and_gives_back_leaves_all_of_it() {
    let room = Room::new();
    let mut held = room.hold();
    assert!(!held.lacks(0));
    assert!(held.lacks(STEP + 1));
    block(held.grow(STEP + 1));
    assert!(!held.lacks(2 * STEP));
    assert!(!held.lacks(1), "one step is given back");
    assert_eq!(room.0.available_permits(), BOUND / STEP - 1);
    drop(held);
    assert_eq!(room.0.available_permits(), BOUND / STEP);
}

#[test]
fn more_than_there_is_is_all_there_is() {
    let room = Room::new();
    let mut held = room.hold();
    block(held.grow(2 * BOUND));
    assert_eq!(room.0.available_permits(), 0);
    let mut other = room.hold();
    assert!(other.lacks(1));
    let waiting = std::pin::pin!(other.grow(1));
    let context = &mut std::task::Context::from_waker(std::task::Waker::noop());
    assert!(waiting.poll(context).is_pending());
}
