use rdkafka::Timestamp;
use rdkafka::message::{Header, OwnedHeaders, OwnedMessage};

use super::*;
use crate::tests::LONG;

impl Queue {
    fn until(&self, is: impl Fn(&State) -> bool) {
        let waited = self
            .news
            .wait_timeout_while(self.lock(), LONG, |state| !is(state));
        assert!(!waited.expect("no panic").1.timed_out());
    }

    /// Waits until a partition is to be given up, and is kept for what is not safe.
    pub fn until_draining(&self) {
        self.until(|state| state.draining);
    }

    /// Waits until the partitions are paused.
    pub fn until_paused(&self) {
        self.until(|state| state.paused);
    }

    /// Waits until there is a partition.
    pub fn until_assigned(&self) {
        self.until(|state| !state.assigned.is_empty());
    }

    /// Bytes that wait.
    pub fn waiting(&self) -> usize {
        self.lock().bytes
    }
}

fn queue() -> Queue {
    let limits = Limits {
        batch: 10,
        max_event: 8,
        bound: 40,
    };
    Queue::new("in", limits, false)
}

fn message(topic: &str, partition: i32, offset: i64, payload: &str) -> OwnedMessage {
    let payload = (!payload.is_empty()).then(|| payload.as_bytes().to_vec());
    let time = Timestamp::NotAvailable;
    OwnedMessage::new(
        payload,
        None,
        topic.to_owned(),
        time,
        partition,
        offset,
        None,
    )
}

fn take(queue: &Queue) -> (u32, u64, String) {
    queue.flush();
    let mut batch = Batch::default();
    queue.take(&mut batch).expect("a batch");
    let text = String::from_utf8_lossy(batch.bytes.filled()).into_owned();
    (batch.partition, batch.position, text)
}

#[test]
fn what_comes_behind_withdrawn_partitions_is_told_of_again() {
    let queue = queue();
    queue.assign("a", 0);
    queue.push(&message("a", 0, 0, "x1"));
    queue.flush();
    queue.withdraw(&[("a".to_owned(), 0)]);
    // Otherwise nobody would wake who waits for it.
    assert!(!queue.lock().ready);
    queue.assign("a", 1);
    queue.push(&message("a", 1, 0, "y1"));
    queue.flush();
    assert!(queue.lock().ready);
}

#[test]
fn each_partition_fills_batches_of_its_own() {
    let queue = queue();
    queue.assign("a", 0);
    queue.assign("a", 1);
    queue.push(&message("a", 0, 7, "x1"));
    queue.push(&message("a", 1, 0, "y1"));
    queue.push(&message("a", 0, 8, "x2"));
    queue.push(&message("a", 0, 9, "x3"));
    // One more does not fit.
    queue.push(&message("a", 0, 10, "x4"));
    queue.push(&message("b", 0, 0, "nobody's"));
    assert_eq!(take(&queue), (0, 10, "x1\nx2\nx3\n".to_owned()));
    assert_eq!(take(&queue), (1, 1, "y1\n".to_owned()));
    // The one that was begun is gone on with, though others before it were taken.
    queue.push(&message("a", 0, 12, "x5"));
    assert_eq!(take(&queue), (0, 13, "x4\nx5\n".to_owned()));
    assert_eq!(queue.waiting(), 0);
}

#[test]
fn a_new_assignment_has_a_new_number() {
    let queue = queue();
    queue.assign("a", 0);
    queue.push(&message("a", 0, 0, "old"));
    take(&queue);
    queue.push(&message("a", 0, 1, "gone"));
    let partition = [("a".to_owned(), 0)];
    let numbers = queue.withdraw(&partition);
    assert_eq!((queue.waiting(), &numbers[..]), (0, &[0][..]));
    queue.release(&numbers);
    queue.assign("a", 0);
    queue.push(&message("a", 0, 1, "new"));
    assert_eq!(take(&queue), (1, 2, "new\n".to_owned()));
    // What comes late is nobody's any more.
    queue.confirm(0, 1);
    assert_eq!(queue.due(), []);
    queue.confirm(1, 2);
    let due = Due {
        topic: "a".to_owned(),
        partition: 0,
        position: 2,
    };
    assert_eq!(queue.due(), std::slice::from_ref(&due));
    assert_eq!(queue.due(), []);
    queue.not_committed("a", 0);
    assert_eq!(queue.due(), [due]);
}

#[test]
fn what_has_no_event_is_passed_with_what_comes_before_it() {
    let queue = queue();
    queue.assign("a", 0);
    queue.push(&message("a", 0, 0, ""));
    assert_eq!(queue.due()[0].position, 1, "nothing waits before it");
    queue.push(&message("a", 0, 1, "x"));
    queue.push(&message("a", 0, 2, ""));
    assert_eq!(queue.due(), []);
    assert_eq!(take(&queue), (0, 3, "x\n".to_owned()));
    queue.push(&message("a", 0, 3, ""));
    assert_eq!(queue.due(), [], "what was handed out is not safe");
    queue.confirm(0, 3);
    assert_eq!(queue.due()[0].position, 4);
}

#[test]
fn what_is_forgotten_of_one_partition_does_not_pass_what_waits_of_another() {
    let queue = queue();
    queue.assign("a", 0);
    queue.assign("a", 1);
    queue.push(&message("a", 0, 0, "gone"));
    queue.push(&message("a", 1, 5, "x"));
    let numbers = queue.withdraw(&[("a".to_owned(), 0)]);
    // What comes late of the one that goes is nobody's, and does not count as passed.
    queue.push(&message("a", 0, 1, ""));
    queue.push(&message("a", 1, 6, ""));
    assert_eq!(queue.due(), [], "it waits");
    queue.release(&numbers);
    queue.push(&message("a", 1, 7, "y"));
    assert_eq!(take(&queue), (1, 8, "x\ny\n".to_owned()));
    queue.confirm(1, 8);
    assert_eq!(queue.due()[0].position, 8);
}

#[test]
fn nothing_that_was_forgotten_at_a_stop_is_passed() {
    let queue = queue();
    queue.assign("a", 0);
    queue.push(&message("a", 0, 0, "x"));
    take(&queue);
    queue.push(&message("a", 0, 1, "gone"));
    queue.stop();
    queue.push(&message("a", 0, 2, ""));
    queue.confirm(0, 1);
    assert_eq!(queue.due()[0].position, 1);
}

#[test]
fn keys_headers_and_places_count_as_well_as_events() {
    let queue = queue();
    queue.assign("a", 0);
    let headers = OwnedHeaders::new().insert(Header {
        key: "name",
        value: Some(&[b'v'; 5000]),
    });
    let (key, time) = (vec![b'k'; 3000], Timestamp::NotAvailable);
    let of = |offset| {
        let (payload, key) = (Some(b"x".to_vec()), Some(key.clone()));
        let topic = "a".to_owned();
        OwnedMessage::new(payload, key, topic, time, 0, offset, Some(headers.clone()))
    };
    queue.push(&of(0));
    assert!(queue.waiting() > 8000 && queue.is_full());
    queue.push(&of(1));
    assert!(queue.waiting() > 16_000);
    take(&queue);
    assert_eq!(queue.waiting(), 0);
    // Small events do not gather a batch of large headers without a bound.
    let limits = Limits {
        batch: 10_000,
        max_event: 8,
        bound: 40,
    };
    let wide = Queue::new("in", limits, false);
    wide.assign("a", 0);
    for offset in 0..1000 {
        wide.push(&of(offset));
    }
    wide.flush();
    let mut batch = Batch::default();
    wide.take(&mut batch).expect("a batch");
    assert!(batch.messages.size() < 2 << 20, "{}", batch.messages.size());
}

#[test]
fn where_others_commit_only_what_is_beyond_is_due() {
    let limits = queue().limits;
    let queue = Queue::new("in", limits, true);
    queue.assign("a", 0);
    queue.push(&message("a", 0, 0, "x"));
    take(&queue);
    queue.confirm(0, 1);
    assert_eq!(queue.due(), [], "somebody else committed it");
    queue.not_committed("a", 0);
    assert_eq!(queue.due(), [], "whatever failed");
    queue.push(&message("a", 0, 1, ""));
    queue.push(&message("a", 0, 2, "y"));
    assert_eq!(queue.due(), [], "what waits may be committed first");
    take(&queue);
    assert_eq!(queue.due(), []);
    queue.push(&message("a", 0, 3, ""));
    queue.confirm(0, 3);
    assert_eq!(queue.due()[0].position, 4);
}

#[test]
fn where_it_begins_is_due_before_anything_is_safe() {
    let queue = queue();
    queue.assign("a", 0);
    queue.begin("a", 0, 7);
    queue.push(&message("a", 0, 7, "x"));
    take(&queue);
    assert_eq!(queue.due()[0].position, 7);
    queue.confirm(0, 8);
    assert_eq!(queue.due()[0].position, 8);
}

#[test]
fn a_fault_is_told_once_after_what_waits() {
    let queue = queue();
    queue.assign("a", 0);
    queue.push(&message("a", 0, 0, "x"));
    queue.fail("broken".to_owned());
    take(&queue);
    let mut batch = Batch::default();
    let error = queue.take(&mut batch).expect_err("it failed");
    assert_eq!(error.to_string(), "broken");
    assert!(matches!(queue.take(&mut batch), Ok(Read::End)));
}

#[test]
fn nothing_is_waited_for_after_a_close() {
    let queue = queue();
    queue.assign("a", 0);
    queue.push(&message("a", 0, 0, "x"));
    take(&queue);
    assert!(!queue.drain(&[0], Duration::ZERO));
    queue.close();
    assert!(!queue.drain(&[0], LONG));
    queue.confirm(0, 1);
    assert!(queue.drain(&[0], LONG));
    queue.leave();
    assert!(queue.wait_until_left(LONG));
}
