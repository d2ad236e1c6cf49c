//! Each trouble by itself: every event ends in the documents once, or refused with a reason.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use knownet_flow::{Outcome, WriteError};

use super::rig::{PATIENCE, Rig, events};
use super::server::{Cluster, Fault};
use crate::Host;

/// Takes 100 events in four batches, and looks whether all of them are there.
fn delivers(rig: &mut Rig) {
    let all = events(0..100);
    all.chunks(25).for_each(|batch| rig.take(batch));
    assert_eq!(rig.confirmed(), []);
    assert_eq!(rig.events(), all);
}

#[test]
fn batches_share_a_request() {
    let mut rig = Rig::new(1);
    rig.options.flush = Duration::from_secs(3600);
    let all = events(0..100);
    all.chunks(25).for_each(|batch| rig.take(batch));
    assert_eq!(rig.finish(), Ok(()));
    assert_eq!(rig.confirmed(), []);
    assert_eq!(rig.events(), all);
    let seen = rig.cluster.lock().seen.clone();
    assert_eq!(seen.iter().map(|s| s.events).collect::<Vec<_>>(), [100]);
    assert_eq!(rig.failed(), [""; 0]);
}

#[test]
fn a_batch_without_an_event_is_confirmed() {
    let mut rig = Rig::new(1);
    rig.take([""; 0]);
    assert_eq!(rig.confirmed(), []);
}

#[test]
fn a_request_is_as_large_as_it_may_be() {
    let mut rig = Rig::new(1);
    rig.options.bulk_bytes = 1000;
    rig.options.flush = Duration::from_secs(3600);
    let mut all = events(0..50);
    all.push(format!(
        "{{\"@timestamp\":1,\"x\":\"{}\"}}",
        "y".repeat(5000)
    ));
    rig.take(&all);
    assert_eq!(rig.finish(), Ok(()));
    assert_eq!(rig.confirmed(), []);
    assert_eq!(rig.events(), all);
    let seen = rig.cluster.lock().seen.clone();
    assert!(
        seen.iter().all(|s| s.bytes <= 1000 || s.events == 1),
        "{seen:?}"
    );
    assert_eq!(seen.len(), 7, "{seen:?}");
}

#[test]
fn a_busy_server_gets_it_all_again() {
    let mut rig = Rig::with(vec![Fault::Status(429, "{}"); 5]);
    rig.options.concurrency = 1;
    delivers(&mut rig);
    assert_eq!(rig.failed().len(), 5);
    assert!(
        rig.failed()[0].ends_with(" is busy: it answered 429: {}"),
        "{:?}",
        rig.failed()
    );
}

#[test]
fn less_at_once_is_no_trouble_while_it_helps() {
    let mut rig = Rig::with([
        Fault::Status(429, "{}"),
        Fault::Items(2, 429, "es_rejected_execution_exception"),
    ]);
    rig.options.concurrency = 4;
    rig.options.flush = Duration::from_secs(3600);
    rig.take(events(0..100));
    assert_eq!(rig.finish(), Ok(()));
    assert_eq!(rig.confirmed(), []);
    assert_eq!(rig.events(), events(0..100));
    assert_eq!(rig.failed(), [""; 0]);
}

#[test]
fn a_server_without_service_gets_it_all_again() {
    let mut rig = Rig::with(vec![Fault::Status(503, "down"); 4]);
    delivers(&mut rig);
    assert!(
        rig.failed()[0].ends_with(": it answered 503: down"),
        "{:?}",
        rig.failed()
    );
}

#[test]
fn whom_the_server_does_not_let_in_tries_again() {
    let mut rig = Rig::with([Fault::Status(401, ""), Fault::Status(403, "")]);
    delivers(&mut rig);
    assert!(
        rig.failed()[0].contains("check user and password"),
        "{:?}",
        rig.failed()
    );
}

#[test]
fn a_redirect_is_told_without_what_may_be_a_secret() {
    let mut rig = Rig::with([
        Fault::Redirect("https://other:9200/es/_bulk?token=s3cret#x"),
        Fault::Redirect("https://me:s3cret@other:9200"),
    ]);
    delivers(&mut rig);
    let [first, second] = &rig.failed()[..] else {
        panic!("{:?}", rig.failed());
    };
    let reason = "it answered 302; name the address that it leads to";
    let leads = format!("{reason}, https://other:9200/es/_bulk");
    assert!(first.ends_with(&leads), "{first}");
    assert!(second.ends_with(reason), "{second}");
}

#[test]
fn what_goes_to_the_failure_store_is_refused() {
    let stored = r#"{"errors":false,"items":[{"create":{"status":201,"failure_store":"used"}},
        {"create":{"status":201}}]}"#;
    let mut rig = Rig::with([Fault::Says(stored)]);
    rig.options.flush = Duration::from_secs(3600);
    rig.take(events(0..2));
    assert_eq!(rig.finish(), Ok(()));
    let refused = rig.confirmed();
    assert_eq!(refused.len(), 1, "{refused:?}");
    assert_eq!(refused[0].0, events(0..1)[0]);
    assert!(refused[0].1.contains("failure store"), "{refused:?}");
}

#[test]
fn an_answer_that_is_cut_is_asked_for_again_and_doubles_nothing() {
    let mut rig = Rig::with(vec![Fault::Cut; 6]);
    delivers(&mut rig);
    assert!(
        rig.failed()[0].contains("broke off its answer"),
        "{:?}",
        rig.failed()
    );
}

#[test]
fn an_answer_that_does_not_come_is_asked_for_again_and_doubles_nothing() {
    let mut rig = Rig::with([Fault::Hang]);
    rig.options.timeout = Duration::from_millis(300);
    delivers(&mut rig);
    assert!(
        rig.failed()[0].contains("did not answer within"),
        "{:?}",
        rig.failed()
    );
}

#[test]
fn garbage_is_no_answer() {
    let garbage = [
        "",
        "<html>",
        "{}",
        "{\"errors\":false,\"items\":[]}",
        "{\"items\":[{\"create\":{\"status\":201}}]}",
    ];
    let mut rig = Rig::with(garbage.map(Fault::Says));
    delivers(&mut rig);
    assert_eq!(rig.failed().len(), 5);
}

#[test]
fn an_answer_without_end_is_no_answer() {
    let long: &'static str = "x".repeat(4 << 20).leak();
    let mut rig = Rig::with([Fault::Says(long)]);
    delivers(&mut rig);
    assert!(
        rig.failed()[0].contains("with more than"),
        "{:?}",
        rig.failed()
    );
}

#[test]
fn items_that_are_not_taken_for_now_are_sent_alone() {
    let mut rig = Rig::with([
        Fault::Items(10, 429, "es_rejected_execution_exception"),
        Fault::Items(3, 403, "cluster_block_exception"),
        Fault::Items(2, 503, "unavailable_shards_exception"),
    ]);
    rig.options.concurrency = 1;
    rig.options.flush = Duration::from_secs(3600);
    rig.take(events(0..100));
    assert_eq!(rig.finish(), Ok(()));
    assert_eq!(rig.confirmed(), []);
    assert_eq!(rig.events(), events(0..100));
    let seen = rig.cluster.lock().seen.clone();
    assert_eq!(
        seen.iter().map(|s| s.events).collect::<Vec<_>>(),
        [100, 10, 4, 2]
    );
    assert_eq!(rig.failed(), [""; 0]);
}

#[test]
fn many_items_that_are_not_taken_for_now_become_requests_of_their_own() {
    let mut rig = Rig::with(vec![Fault::Items(1, 403, "cluster_block_exception"); 8]);
    rig.options.bulk_bytes = 1000;
    rig.options.concurrency = 1;
    // All eight have failed before the first is sent again.
    rig.options.pauses.first = Duration::from_millis(200);
    delivers(&mut rig);
    assert!(rig.failed().len() >= 8);
}

#[test]
fn what_the_server_will_never_take_is_refused_alone() {
    let mut rig = Rig::new(1);
    rig.cluster.lock().rule = Some(Box::new(|event| {
        event
            .contains("bad")
            .then_some((400, "mapper_parsing_exception"))
    }));
    let mut all = events(0..30);
    all.insert(7, "{\"@timestamp\":1,\"bad\":1}".to_owned());
    all.insert(20, "no json".to_owned());
    all.chunks(8).for_each(|batch| rig.take(batch));
    let mut refused = rig.confirmed();
    refused.sort();
    let reason = "refused with 400: mapper_parsing_exception: mapper_parsing_exception it is";
    let wanted =
        ["no json", "{\"@timestamp\":1,\"bad\":1}"].map(|e| (e.to_owned(), reason.to_owned()));
    assert_eq!(refused, wanted);
    assert_eq!(rig.events(), events(0..30));
    assert_eq!(rig.failed(), [""; 0]);
}

#[test]
fn a_body_that_is_too_large_is_halved_and_an_event_that_is_alone_refused() {
    let mut rig = Rig::new(1);
    rig.options.flush = Duration::from_secs(3600);
    rig.cluster.lock().limit = Some(1000);
    let mut all = events(0..50);
    all.insert(
        30,
        format!("{{\"@timestamp\":1,\"x\":\"{}\"}}", "y".repeat(5000)),
    );
    rig.take(&all);
    assert_eq!(rig.finish(), Ok(()));
    let refused = rig.confirmed();
    assert_eq!(refused.len(), 1);
    assert_eq!(refused[0].0, all[30]);
    assert_eq!(refused[0].1, "too large for the server, it answered 413");
    assert_eq!(rig.events(), events(0..50));
}

#[test]
fn a_body_that_is_spoiled_is_cut_until_the_event_is_alone() {
    let mut rig = Rig::new(1);
    rig.options.flush = Duration::from_secs(3600);
    let mut all = events(0..50);
    all.insert(13, "{\"@timestamp\":1,\"x\":\"poison\"}".to_owned());
    rig.take(&all);
    assert_eq!(rig.finish(), Ok(()));
    let refused = rig.confirmed();
    assert_eq!(refused.len(), 1);
    assert_eq!(refused[0].0, all[13]);
    assert!(
        refused[0]
            .1
            .starts_with("refused alone, it answered 400: illegal_argument"),
        "{refused:?}"
    );
    assert_eq!(rig.events(), events(0..50));
    assert_eq!(rig.failed(), [""; 0]);
}

#[test]
fn a_node_that_goes_away_is_waited_for_and_others_go_on() {
    let mut rig = Rig::new(2);
    let gone = rig.nodes.remove(0);
    let address = gone.address.to_string();
    drop(gone);
    delivers(&mut rig);
    let gone = rig.nodes.remove(0);
    let last = gone.address.to_string();
    drop(gone);
    rig.take(events(100..150));
    let reached = |text: &String| text.contains(&last);
    rig.desk
        .wait(|book| book.failed.iter().any(reached).then_some(()));
    assert!(
        rig.failed()
            .iter()
            .all(|why| why.contains(&address) || why.contains(&last))
    );
    let cluster = rig.cluster.clone();
    let node = rig.tokio.block_on(cluster.node(&last, None));
    rig.nodes.push(node);
    assert_eq!(rig.confirmed(), []);
    assert_eq!(rig.events().len(), 150);
}

#[test]
fn an_end_that_nobody_waits_for_lets_go_of_everything() {
    let mut rig = Rig::new(1);
    rig.nodes.clear();
    rig.take(events(0..5));
    rig.desk.wait(|book| (book.failed.len() > 2).then_some(()));
    rig.desk.halted.store(true, Ordering::Relaxed);
    let outcome = rig.desk.wait(|book| book.outcomes.get(&0).copied());
    assert_eq!(outcome, Outcome::Failed);
    assert_eq!(rig.finish(), Ok(()));
    rig.take(events(5..6));
    assert_eq!(
        rig.desk.wait(|book| book.outcomes.get(&1).copied()),
        Outcome::Failed
    );
}

#[test]
fn a_sink_that_is_dropped_lets_go_of_what_is_on_its_way() {
    let mut rig = Rig::with([Fault::Hang]);
    rig.take(events(0..5));
    let cluster = rig.cluster.clone();
    while cluster.lock().documents.is_empty() {
        std::thread::yield_now();
    }
    rig.sink = None;
    assert_eq!(
        rig.desk.wait(|book| book.outcomes.get(&0).copied()),
        Outcome::Failed
    );
}

#[test]
fn what_cannot_be_finished_in_time_is_told() {
    let mut rig = Rig::new(1);
    rig.nodes.clear();
    rig.take(events(0..1));
    let Err(WriteError::Unreachable(reason)) = rig.finish() else {
        panic!("it was finished");
    };
    assert!(reason.contains("cannot be reached"), "{reason}");
}

#[test]
fn an_event_without_an_id_is_sent_without_one() {
    let mut rig = Rig::new(1);
    rig.take_as("{\"n\":1}\n{\"n\":2}\n", vec![None, None]);
    assert_eq!(rig.confirmed(), []);
    let inner = rig.cluster.lock();
    assert!(inner.documents.keys().all(|id| id.starts_with("unnamed")));
    assert!(
        inner
            .documents
            .values()
            .all(|d| d.index == "logs-a-b" && d.event.starts_with("{\"@timestamp\":\"20"))
    );
}

#[test]
fn a_connection_that_is_cut_whenever_a_large_body_comes_gets_smaller_ones() {
    // A proxy that closes instead of saying 413.
    let mut rig = Rig::new(0);
    let cluster = Cluster::default();
    let node = rig.tokio.block_on(cluster.cutting_node(700));
    rig.options.hosts = vec![Host::parse(&format!("http://{}", node.address)).unwrap()];
    rig.cluster = cluster;
    rig.nodes.push(node);
    delivers(&mut rig);
}

/// An event that is told from the others by a word.
fn marked(word: &str) -> String {
    format!("{{\"@timestamp\":1,\"x\":\"{word}\"}}")
}

#[test]
fn an_event_that_is_not_taken_for_long_holds_up_no_others() {
    for kind in ["cluster_block_exception", "es_rejected_execution_exception"] {
        let mut rig = Rig::new(1);
        rig.options.concurrency = 1;
        // It could be sent again at once and always.
        rig.options.pauses.first = Duration::ZERO;
        rig.options.pauses.longest = Duration::ZERO;
        let rule = move |event: &str| event.contains("full").then_some((429, kind));
        rig.cluster.lock().rule = Some(Box::new(rule));
        rig.take([marked("full")]);
        rig.desk.wait(|book| book.failed.first().cloned());
        let all = events(0..100);
        all.chunks(25).for_each(|batch| rig.take(batch));
        rig.desk
            .wait(|book| (book.outcomes.len() == 4).then_some(()));
        rig.cluster.lock().rule = None;
        assert_eq!(rig.confirmed(), []);
        assert_eq!(rig.events().len(), 101);
    }
}

#[test]
fn a_block_of_one_index_does_not_slow_down_the_others() {
    let mut rig = Rig::with([Fault::Items(100, 429, "cluster_block_exception")]);
    rig.options.concurrency = 8;
    rig.options.pauses.first = Duration::from_secs(3600);
    rig.take(events(0..100));
    rig.has(99);
    // Would come an hour later, if that answer had a pause for all.
    rig.take(events(100..110));
    rig.desk
        .wait(|book| book.outcomes.contains_key(&1).then_some(()));
}

#[test]
fn an_event_that_something_on_the_way_keeps_away_ends_alone_and_holds_up_no_others() {
    let mut rig = Rig::new(1);
    rig.options.concurrency = 1;
    rig.cluster.lock().wall = Some("attack");
    let mut all = events(0..100);
    all.insert(61, marked("attack"));
    rig.take(&all);
    rig.has(100);
    all[61..]
        .chunks(8)
        .skip(1)
        .for_each(|batch| rig.take(batch));
    let batches = all[61..].chunks(8).skip(1).count();
    rig.desk
        .wait(|book| (book.outcomes.len() == batches).then_some(()));
    rig.cluster.lock().wall = None;
    assert_eq!(rig.confirmed(), []);
    assert_eq!(rig.cluster.lock().documents.len(), 101 + all[69..].len());
}

#[test]
fn events_that_are_kept_away_on_both_sides_of_a_request_end_alone() {
    let mut rig = Rig::new(1);
    rig.options.pauses.longest = Duration::from_millis(1);
    rig.cluster.lock().wall = Some("attack");
    let mut all = events(0..6);
    all.insert(0, marked("attack 1"));
    all.push(marked("attack 2"));
    rig.take(&all);
    rig.has(6);
    rig.cluster.lock().wall = None;
    assert_eq!(rig.confirmed(), []);
    assert_eq!(rig.events(), all);
}

#[test]
fn a_refused_event_is_what_it_was_before_it_got_a_time() {
    let mut rig = Rig::with([Fault::Items(3, 429, "es_rejected_execution_exception")]);
    rig.options.bulk_bytes = 150;
    let rule = |event: &str| event.contains("bad").then_some((400, "parse_exception"));
    rig.cluster.lock().rule = Some(Box::new(rule));
    let mut all: Vec<_> = ["{\"bad\":", "{\"@timestamp\":null,\"bad\":"]
        .iter()
        .flat_map(|start| (0..6).map(move |n| format!("{start}{n}}}")))
        .collect();
    rig.take(&all);
    rig.take(["{\"good\":1}"]);
    let refused = rig.confirmed();
    let mut refused: Vec<_> = refused.into_iter().map(|(event, _)| event).collect();
    refused.sort();
    all.sort();
    assert_eq!(refused, all);
    let good = rig.events().remove(0);
    assert!(good.starts_with("{\"@timestamp\":\"20"), "{good}");
}

#[test]
fn trouble_is_over_when_others_are_taken() {
    let mut rig = Rig::new(1);
    let rule = |event: &str| {
        let full = event.contains("full");
        full.then_some((403, "cluster_block_exception"))
    };
    rig.cluster.lock().rule = Some(Box::new(rule));
    rig.take([marked("full")]);
    let said = rig.desk.wait(|book| book.failed.first().cloned());
    let reason = "does not take 1 of 1 events for now: cluster_block_exception";
    assert!(said.contains(reason), "{said}");
    events(0..100).chunks(10).for_each(|batch| rig.take(batch));
    // One that waits is no trouble for all.
    rig.desk
        .wait(|book| (book.outcomes.len() == 10).then_some(()));
    rig.desk.wait(|book| (book.succeeded > 0).then_some(()));
    rig.cluster.lock().rule = None;
    assert_eq!(rig.confirmed(), []);
    assert_eq!(rig.cluster.lock().documents.len(), 101);
}

/// How often the event with the word "full" is not taken, which is always.
fn full(rig: &Rig, kind: &'static str) -> Arc<AtomicUsize> {
    let count = Arc::new(AtomicUsize::new(0));
    let tries = count.clone();
    rig.cluster.lock().rule = Some(Box::new(move |event| {
        let full = event.contains("full");
        full.then(|| {
            tries.fetch_add(1, Ordering::Relaxed);
            (429, kind)
        })
    }));
    count
}

fn until(what: impl Fn() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !what() {
        assert!(Instant::now() < end, "it does not come about");
        std::thread::yield_now();
    }
}

#[test]
fn an_event_that_is_never_taken_is_no_trouble_for_the_others() {
    for kind in ["cluster_block_exception", "es_rejected_execution_exception"] {
        let mut rig = Rig::new(1);
        rig.options.concurrency = 8;
        let tries = full(&rig, kind);
        let mut all = events(0..99);
        all.push(marked("full"));
        rig.take(&all);
        until(|| tries.load(Ordering::Relaxed) > 6);
        assert_eq!(rig.state(|state| state.pace.requests()), 8);
        assert_eq!(rig.failed(), [""; 0]);
        // Twice for a moment, while it comes back.
        until(|| rig.state(|state| state.repeated()) == 1);
        rig.cluster.lock().rule = None;
        assert_eq!(rig.confirmed(), []);
        assert_eq!(rig.state(|state| state.repeated()), 0);
    }
}

#[test]
fn duplicates_and_one_that_is_too_much_slow_nobody_down() {
    let mut rig = Rig::with([
        Fault::Cut,
        Fault::Items(100, 429, "es_rejected_execution_exception"),
    ]);
    rig.options.concurrency = 4;
    rig.options.flush = Duration::from_secs(3600);
    rig.take(events(0..100));
    assert_eq!(rig.finish(), Ok(()));
    assert_eq!(rig.confirmed(), []);
    assert_eq!(rig.state(|state| state.pace.requests()), 4);
}

#[test]
fn a_part_that_is_too_much_slows_down_and_ends_no_pause() {
    let mut rig = Rig::with([Fault::Items(2, 429, "es_rejected_execution_exception")]);
    rig.options.concurrency = 1;
    rig.options.flush = Duration::from_secs(3600);
    rig.take(events(0..100));
    assert_eq!(rig.finish(), Ok(()));
    assert_eq!(rig.confirmed(), []);
    // The other half, sent again, says nothing.
    assert_eq!(rig.state(|state| state.pace.bytes()), 768 << 10);
}

#[test]
fn a_node_of_several_that_is_gone_is_no_trouble() {
    let mut rig = Rig::new(3);
    rig.nodes.remove(1);
    for batch in events(0..60).chunks(3) {
        rig.take(batch);
        rig.confirmed();
    }
    assert_eq!(rig.events().len(), 60);
    assert_eq!(rig.failed(), [""; 0]);
}

#[test]
fn requests_that_are_kept_away_again_and_again_say_nothing_of_their_node() {
    let mut rig = Rig::new(1);
    rig.cluster.lock().wall = Some("attack");
    for word in ["attack 1", "attack 2"] {
        let before = rig.failed().len();
        rig.take([marked(word)]);
        rig.desk
            .wait(|book| (book.failed.len() > before + 3).then_some(()));
    }
    rig.take(events(0..1));
    rig.desk
        .wait(|book| book.outcomes.contains_key(&2).then_some(()));
    let seen = rig.cluster.lock().seen.len();
    until(|| {
        assert!(rig.state(|state| state.nodes.any()));
        rig.cluster.lock().seen.len() > seen + 8
    });
    rig.cluster.lock().wall = None;
    assert_eq!(rig.confirmed(), []);
}

#[test]
fn a_server_that_refuses_whole_requests_for_ever_does_not_get_all_buried() {
    let own = r#"{"error":{"type":"illegal_argument_exception","reason":"not here"},"status":400}"#;
    let mut rig = Rig::with(vec![Fault::Status(400, own); 60]);
    rig.options.concurrency = 1;
    rig.take(events(0..40));
    rig.desk.wait(|book| book.failed.first().cloned());
    let refused = rig.confirmed();
    assert!((1..=10).contains(&refused.len()), "{}", refused.len());
    assert_eq!(rig.events().len() + refused.len(), 40);
    assert!(rig.failed()[0].ends_with("not here"), "{:?}", rig.failed());
}

#[test]
fn a_panic_lets_go_of_everything() {
    // The request may be on its way again before it is noticed that the first one panicked.
    let mut rig = Rig::with((0..100).map(|_| Fault::Status(503, "")));
    rig.desk.panics.store(true, Ordering::Relaxed);
    rig.take(events(0..5));
    let outcome = rig.desk.wait(|book| book.outcomes.get(&0).copied());
    assert_eq!(outcome, Outcome::Failed);
}
