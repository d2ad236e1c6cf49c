use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::SystemTime;

use super::*;
use crate::tests::*;

fn stop() -> Arc<Stop> {
    Arc::new(Stop::new().expect("a pipe"))
}

fn numbered(partitions: i32, count: usize) -> Vec<Given> {
    let partition = |number: usize| i32::try_from(number).expect("few") % partitions;
    (0..count)
        .map(|number| text(partition(number), format!("{{\"n\":{number}}}")))
        .collect()
}

fn lines(seen: &[Seen]) -> Vec<String> {
    seen.iter().flat_map(|seen| seen.lines.clone()).collect()
}

fn confirm(commits: &mut dyn Commit, seen: &[Seen]) {
    for seen in seen {
        commits.commit(seen.partition, seen.position);
    }
}

#[test]
fn messages_become_events_that_tell_where_they_come_from() {
    let cluster = cluster(1, &[("logs", 1)]);
    let key = |key| Given {
        key: Some(key),
        headers: vec![("host", Some("a")), ("host", Some("")), ("none", None)],
        time: Some(1_700_000_000_123),
        ..text(0, "{\"a\":\n\"x\ny\"}\r\n")
    };
    let tombstone = Given {
        key: Some("gone"),
        ..Given::default()
    };
    produce(
        &cluster,
        "logs",
        &[
            key("k"),
            tombstone.clone(),
            text(0, "\r\n"),
            text(0, "second"),
            text(0, "x".repeat(1025)),
            text(0, "y".repeat(1024)),
            tombstone,
        ],
    );
    let mut source = open(&source_options(&cluster, &["logs"]), limits());
    let stop = stop();
    let all = read_lines(&mut source, &stop, 4);
    let flat: Vec<_> = all
        .iter()
        .flat_map(|seen| {
            let reads = std::iter::repeat(seen.read);
            reads.zip(seen.lines.clone()).zip(seen.places.clone())
        })
        .collect();
    let whole = Read::Oversized(knownet_flow::Piece {
        first: true,
        last: true,
    });
    assert_eq!(
        flat,
        [
            ((Read::Lines, "{\"a\": \"x\\ny\"}".to_owned()), 0),
            ((Read::Lines, "second".to_owned()), 3),
            ((whole, "x".repeat(1025)), 4),
            ((Read::Lines, "y".repeat(1024)), 5),
        ]
    );
    let messages: Vec<_> = all.iter().flat_map(|seen| seen.messages.clone()).collect();
    let header = |name: &str, value: Option<&str>| (name.to_owned(), value.map(ToOwned::to_owned));
    assert_eq!(
        messages[0],
        (
            Some("k".to_owned()),
            vec![
                header("host", Some("a")),
                header("host", Some("")),
                header("none", None)
            ],
            Some(1_700_000_000_123)
        )
    );
    assert_eq!(messages.len(), 4);
    assert_eq!(messages[1].0, None);
    for seen in &all {
        assert_eq!(seen.stream.as_deref(), Some("kafka:logs/0"));
    }
    // Behind the last event, and perhaps behind the tombstone after it.
    let last = all.last().map(|seen| seen.position);
    assert!(matches!(last, Some(6 | 7)), "{last:?}");
}

#[test]
fn the_next_one_goes_on_where_something_was_confirmed() {
    let cluster = cluster(1, &[("logs", 3)]);
    produce(&cluster, "logs", &numbered(3, 300));
    let options = source_options(&cluster, &["^lo.s"]);
    let stop = self::stop();
    let confirmed = {
        let mut source = open(
            &options,
            Limits {
                batch: 200,
                ..limits()
            },
        );
        let mut commits = source.commits().expect("it keeps positions");
        let seen = read_lines(&mut source, &stop, 300);
        // Of two partitions a part, of the third nothing.
        let of = |name: &str, most: usize| -> Vec<Seen> {
            let own = seen
                .iter()
                .filter(|seen| seen.stream.as_deref() == Some(name));
            own.take(most).cloned().collect()
        };
        let some = [of("kafka:logs/0", 3), of("kafka:logs/1", usize::MAX)].concat();
        confirm(&mut *commits, &some);
        drop(source);
        lines(&some)
    };
    let mut source = open(&options, limits());
    let seen = read_lines(&mut source, &stop, 300 - confirmed.len());
    let mut rest = lines(&seen);
    rest.extend(confirmed);
    let all: BTreeSet<_> = rest.iter().collect();
    assert_eq!(
        (rest.len(), all.len()),
        (300, 300),
        "none twice, none missing"
    );
}

#[test]
fn a_stop_ends_it_at_once_and_what_waited_comes_again() {
    let cluster = cluster(1, &[("logs", 1)]);
    produce(&cluster, "logs", &numbered(1, 100));
    let options = source_options(&cluster, &["logs"]);
    let stop = self::stop();
    let mut source = open(
        &options,
        Limits {
            batch: 100,
            ..limits()
        },
    );
    let mut commits = source.commits().expect("it keeps positions");
    let seen = read(&mut source, &stop);
    stop.set();
    assert_eq!(read(&mut source, &stop).read, Read::End);
    assert_eq!(read(&mut source, &stop).read, Read::End);
    // Safe only now, and kept all the same.
    confirm(&mut *commits, std::slice::from_ref(&seen));
    drop(source);
    let stop = self::stop();
    let mut source = open(&options, limits());
    let rest = read_lines(&mut source, &stop, 100 - seen.lines.len());
    assert_eq!(rest[0].places[0], seen.position);
    assert_eq!(lines(&rest).len(), 100 - seen.lines.len());
}

#[test]
fn what_was_taken_is_safe_before_another_member_goes_on_with_it() {
    let cluster = cluster(1, &[("logs", 4)]);
    produce(&cluster, "logs", &numbered(4, 400));
    let options = source_options(&cluster, &["logs"]);
    let stop = self::stop();
    let mut first = open(&options, limits());
    let mut commits = first.commits().expect("it keeps positions");
    let seen = read_lines(&mut first, &stop, 400);
    let mut second = open(&options, limits());
    // It gives nothing up before all of it is confirmed.
    first.queue.until_draining();
    confirm(&mut *commits, &seen);
    produce(&cluster, "logs", &numbered(4, 400));
    let mut commits_of_second = second.commits().expect("it keeps positions");
    let other = read_lines(&mut second, &stop, 200);
    confirm(&mut *commits_of_second, &other);
    let own = read_lines(&mut first, &stop, 200);
    let streams = |seen: &[Seen]| -> BTreeSet<_> {
        seen.iter().filter_map(|seen| seen.stream.clone()).collect()
    };
    assert_eq!(streams(&own).len(), 2);
    assert!(streams(&own).is_disjoint(&streams(&other)));
    let again = |seen: &[Seen]| {
        seen.iter()
            .any(|seen| seen.places.iter().any(|at| *at < 100))
    };
    assert!(!again(&own) && !again(&other), "something was read twice");
    let numbers: BTreeSet<_> = [&own, &other].into_iter().flat_map(|s| lines(s)).collect();
    assert_eq!(numbers.len(), 400);
}

#[test]
fn a_full_queue_pauses_and_stays_in_the_group() {
    let cluster = cluster(1, &[("logs", 2)]);
    let fill = "x".repeat(1000);
    let given: Vec<_> = (0..2000)
        .map(|number| text(number % 2, format!("{number} {fill}")))
        .collect();
    produce(&cluster, "logs", &given);
    let options = source_options(&cluster, &["logs"]);
    let stop = self::stop();
    let small = Limits {
        bound: 100_000,
        ..limits()
    };
    let mut first = open(&options, small);
    first.queue.until_paused();
    assert!(first.queue.waiting() < 400_000, "the bound does not hold");
    // Paused it takes part: it gives a partition up.
    let mut second = open(&options, limits());
    let other = read_lines(&mut second, &stop, 1000);
    let own = read_lines(&mut first, &stop, 1000);
    let all: BTreeSet<_> = [&own, &other].into_iter().flat_map(|s| lines(s)).collect();
    assert_eq!(all.len(), 2000);
}

#[test]
fn fresh_partitions_begin_where_they_are_told() {
    // The cluster within the process knows no times of messages: to any time it answers with the end.
    for start in [Start::Latest, Start::Time(SystemTime::UNIX_EPOCH)] {
        let cluster = cluster(1, &[("logs", 1)]);
        produce(&cluster, "logs", &[text(0, "old"), text(0, "old")]);
        let mut options = source_options(&cluster, &["logs"]);
        options.start = start;
        let mut source = open(&options, limits());
        source.queue.until_assigned();
        // The end may be looked up before or after some of these; one of them is the first to come.
        let reading = std::thread::spawn(move || read(&mut source, &stop()));
        while !reading.is_finished() {
            produce(&cluster, "logs", &[text(0, "new")]);
        }
        let seen = reading.join().expect("no panic");
        assert_eq!(seen.lines[0], "new", "{start:?}");
    }
}

#[test]
fn a_commit_that_fails_is_sent_again_without_news() {
    let cluster = cluster(1, &[("logs", 1)]);
    produce(&cluster, "logs", &numbered(1, 10));
    let stop = stop();
    let mut source = open(&source_options(&cluster, &["logs"]), limits());
    let mut commits = source.commits().expect("it keeps positions");
    let seen = read_lines(&mut source, &stop, 10);
    let busy = rdkafka::types::RDKafkaRespErr::RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS;
    cluster.request_errors(rdkafka::types::RDKafkaApiKey::OffsetCommit, &[busy; 2]);
    confirm(&mut *commits, &seen);
    // The source lives on, so that it is not its end that commits.
    until_committed(&cluster, "logs", 10);
    drop(source);
}

#[test]
fn the_latest_is_looked_up_once() {
    let cluster = cluster(1, &[("logs", 1)]);
    produce(&cluster, "logs", &[text(0, "old"), text(0, "old")]);
    let mut options = source_options(&cluster, &["logs"]);
    options.start = Start::Latest;
    let source = open(&options, limits());
    // Nothing was read, but where reading begins is known from here on.
    until_committed(&cluster, "logs", 2);
    drop(source);
    produce(&cluster, "logs", &[text(0, "between")]);
    let mut source = open(&options, limits());
    let seen = read(&mut source, &stop());
    assert_eq!(seen.lines, ["between"]);
}

#[test]
fn the_latest_of_an_empty_partition_is_its_beginning_from_then_on() {
    let cluster = cluster(1, &[("logs", 1)]);
    let mut options = source_options(&cluster, &["logs"]);
    options.start = Start::Latest;
    let source = open(&options, limits());
    until_committed(&cluster, "logs", 0);
    drop(source);
    produce(&cluster, "logs", &[text(0, "between")]);
    let mut source = open(&options, limits());
    let seen = read(&mut source, &stop());
    assert_eq!(seen.lines, ["between"]);
}
