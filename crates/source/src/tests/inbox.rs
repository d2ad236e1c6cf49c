use std::sync::Arc;

use knownet_flow::{Batch, Piece, Read, Source, Stop};

use super::{BOUND, Received, Sender, made};
use crate::Limits;

fn new(limits: Limits) -> (Sender, Received) {
    made(limits, BOUND, metrics::Counter::noop())
}

fn tokio() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
}

fn pair() -> (Sender, Received, Arc<Stop>) {
    let (sender, received) = new(Limits {
        batch: 16,
        max_event: 32,
        ..Limits::default()
    });
    (sender, received, Arc::new(Stop::new().expect("a pipe")))
}

fn take(received: &mut Received, stop: &Stop) -> (Read, String, u64) {
    let mut batch = Batch::default();
    let read = received.read(&mut batch, stop).expect("a read");
    let text = String::from_utf8_lossy(batch.bytes.filled()).into_owned();
    (read, text, batch.position)
}

#[test]
fn deliveries_that_wait_are_one_batch_up_to_its_usual_size() {
    let (sender, mut received, stop) = pair();
    tokio().block_on(async {
        for line in ["one\n", "two\n", "three\n", "a line behind\n"] {
            sender.send(line.as_bytes(), None).await;
        }
    });
    assert_eq!(take(&mut received, &stop).1, "one\ntwo\nthree\n");
    assert_eq!(take(&mut received, &stop).1, "a line behind\n");
    stop.set();
    drop(sender);
    assert_eq!(take(&mut received, &stop).0, Read::End);
}

#[test]
fn short_lines_are_not_too_long_together() {
    let (sender, mut received) = new(Limits {
        batch: 100,
        max_event: 8,
        ..Limits::default()
    });
    let stop = Stop::new().expect("a pipe");
    tokio().block_on(sender.send(b"one\ntwo\nthree\nfour\n123456789\n", None));
    let mut taken = Vec::new();
    for _ in 0..4 {
        taken.push(take(&mut received, &stop));
    }
    let whole = Read::Oversized(Piece {
        first: true,
        last: true,
    });
    assert_eq!(taken[0], (Read::Lines, "one\ntwo\n".into(), 1));
    assert_eq!(taken[1], (Read::Lines, "three\n".into(), 2));
    assert_eq!(taken[2], (Read::Lines, "four\n".into(), 3));
    assert_eq!(taken[3], (whole, "123456789".into(), 4));
}

#[test]
fn a_receipt_comes_with_the_last_part_of_its_delivery() {
    let (sender, mut received, stop) = pair();
    let mut commits = received.commits().expect("commits");
    let receipt = sender.send_for_receipt(b"0123456789\n0123456789\n", None);
    let mut receipt = tokio().block_on(receipt);
    let (_, first, one) = take(&mut received, &stop);
    let (_, second, two) = take(&mut received, &stop);
    assert_eq!((&*first, &*second), ("0123456789\n", "0123456789\n"));
    commits.commit(0, one);
    assert!(receipt.try_recv().is_err(), "only a half is safe");
    commits.commit(0, two);
    assert_eq!(receipt.try_recv(), Ok(()));
}

#[test]
fn a_receipt_fails_when_the_source_is_gone() {
    let (sender, mut received, stop) = pair();
    let receipt = tokio().block_on(sender.send_for_receipt(b"taken\n", None));
    let waiting = tokio().block_on(sender.send_for_receipt(b"a longer line\n", None));
    take(&mut received, &stop);
    drop(received);
    assert!(tokio().block_on(receipt).is_err());
    assert!(tokio().block_on(waiting).is_err());
}

#[test]
fn nothing_is_safe_after_the_source_is_gone() {
    let (sender, mut received, stop) = pair();
    tokio().block_on(sender.send(b"taken\n", None));
    take(&mut received, &stop);
    drop(received);
    let empty = tokio().block_on(sender.send_for_receipt(b"", None));
    assert!(tokio().block_on(empty).is_err());
    let late = tokio().block_on(sender.send_for_receipt(b"late\n", None));
    assert!(tokio().block_on(late).is_err());
}

#[test]
fn nobody_waits_for_room_when_the_source_is_gone() {
    let limits = Limits {
        batch: 16,
        max_event: 32,
        ..Limits::default()
    };
    let (sender, received) = made(limits, 8, metrics::Counter::noop());
    tokio().block_on(async {
        sender.send(b"full...\n", None).await;
        let waiting = sender.send_for_receipt(b"waiting\nfor room\n", None);
        tokio::pin!(waiting);
        assert!(is_pending(waiting.as_mut()).await, "there is no room");
        drop(received);
        assert!(waiting.await.await.is_err());
        let late = b"more than the bound\n".repeat(3);
        let late = sender.send_for_receipt(&late, None);
        tokio::pin!(late);
        assert!(!is_pending(late.as_mut()).await, "it waits for nothing");
        sender.send_runs(b"one\ntwo\n", &[(8, None)]).await;
        sender.send_runs(b"one\ntwo\n", &[(8, None)]).await;
    });
}

#[test]
fn an_empty_delivery_is_safe_when_what_came_before_it_is() {
    let (sender, mut received, stop) = pair();
    let mut commits = received.commits().expect("commits");
    tokio().block_on(sender.send(b"one\n", None));
    let (_, _, position) = take(&mut received, &stop);
    let mut receipt = tokio().block_on(sender.send_for_receipt(b"", None));
    assert!(receipt.try_recv().is_err());
    commits.commit(0, position);
    assert_eq!(receipt.try_recv(), Ok(()));
    let mut idle = tokio().block_on(sender.send_for_receipt(b"", None));
    assert_eq!(idle.try_recv(), Ok(()));
}

#[test]
fn a_line_that_is_too_long_is_a_piece_of_its_own() {
    let (sender, mut received, stop) = pair();
    let long = [&[b'x'; 40][..], b"\nshort\n"].concat();
    tokio().block_on(sender.send(&long, None));
    let (read, text, _) = take(&mut received, &stop);
    assert!(matches!(read, Read::Oversized(piece) if piece.first && piece.last));
    assert_eq!(text, "x".repeat(40));
    assert_eq!(take(&mut received, &stop).1, "short\n");
}

#[test]
fn who_sent_what_is_noted_by_runs() {
    let (sender, mut received, stop) = pair();
    let peer = |port| Some(([127, 0, 0, 1], port).into());
    tokio().block_on(async {
        sender.send(b"a\n", peer(1)).await;
        sender.send(b"b\n", peer(1)).await;
        sender.send(b"c\n", peer(2)).await;
    });
    let mut batch = Batch::default();
    received.read(&mut batch, &stop).expect("a read");
    let runs: Vec<_> = batch.origins.iter().map(|o| (o.end, o.peer)).collect();
    assert_eq!(runs, [(4, peer(1)), (6, peer(2))]);
}

#[test]
fn runs_of_several_senders_come_as_one_delivery() {
    let (sender, mut received, stop) = pair();
    let peer = |port| Some(([127, 0, 0, 1], port).into());
    let long = "x".repeat(40);
    let lines = format!("{long}\nc\n");
    tokio().block_on(async {
        sender
            .send_runs(b"a\nb\nb\n", &[(2, peer(1)), (6, peer(2))])
            .await;
        sender.send_runs(b"b\n", &[(2, peer(2))]).await;
        sender
            .send_runs(lines.as_bytes(), &[(41, peer(2)), (43, peer(1))])
            .await;
    });
    let mut batch = Batch::default();
    received.read(&mut batch, &stop).expect("a read");
    assert_eq!(batch.bytes.filled(), b"a\nb\nb\nb\n");
    let runs: Vec<_> = batch.origins.iter().map(|o| (o.end, o.peer)).collect();
    assert_eq!(runs, [(2, peer(1)), (8, peer(2))]);
    let (read, text, _) = take(&mut received, &stop);
    assert!(matches!(read, Read::Oversized(_)) && text == long);
    assert_eq!(take(&mut received, &stop).1, "c\n");
}

#[test]
fn who_sends_more_than_may_wait_waits_until_some_of_it_is_taken() {
    let (sender, mut received) = new(Limits::default());
    let stop = Stop::new().expect("a pipe");
    let mut half = vec![b'x'; BOUND / 2 - 1];
    half.push(b'\n');
    let runtime = tokio();
    runtime.block_on(async {
        sender.send(&half, None).await;
        sender.send(&half, None).await;
        let third = sender.send(b"third\n", None);
        tokio::pin!(third);
        let waits = is_pending(third.as_mut()).await;
        assert!(waits, "there is no room");
        take(&mut received, &stop);
        third.await;
    });
    take(&mut received, &stop);
    assert_eq!(take(&mut received, &stop).1, "third\n");
}

/// Whether `future` is not ready when it is polled once.
async fn is_pending(mut future: std::pin::Pin<&mut impl Future>) -> bool {
    std::future::poll_fn(|context| {
        std::task::Poll::Ready(future.as_mut().poll(context).is_pending())
    })
    .await
}
