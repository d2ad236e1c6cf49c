use std::sync::Arc;
use std::time::Duration;

use knownet_flow::{Batch, Commit, Read, Source, Stop};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::task::{JoinHandle, yield_now};
use tokio::time::{Instant, timeout};

use super::super::{Beats, Server};
use super::{AHEAD, serve};
use crate::Limits;
use crate::inbox::{Received, inbox};
use crate::net::{Connection, Listen};
use crate::site::Site;

const IDLE: Duration = Duration::from_secs(60);

/// A client with the source it talks to; time passes only where everyone waits.
struct Talk {
    client: DuplexStream,
    received: Received,
    commits: Box<dyn Commit>,
    stop: Arc<Stop>,
    served: JoinHandle<()>,
}

fn talk(max_event: usize, buffer: usize) -> Talk {
    let site = Site {
        name: "beats".to_owned(),
        limits: Limits {
            max_event,
            ..Limits::default()
        },
        state: "nowhere".into(),
        tokio: tokio::runtime::Handle::current(),
    };
    let beats = Beats {
        listen: Listen {
            address: ([127, 0, 0, 1], 0).into(),
            max_connections: 1,
            idle_timeout: IDLE,
            tls: None,
            proxy: false,
        },
        max_window: 64 << 20,
        buffer,
        keep_metadata: false,
    };
    let server = Server::new(&beats, &site);
    let (sender, mut received) = inbox(&site);
    let commits = received.commits().expect("commits");
    let (client, stream) = tokio::io::duplex(1 << 20);
    let connection = Connection {
        stream: Box::pin(stream),
        peer: None,
        sender,
        idle_timeout: IDLE,
    };
    Talk {
        client,
        received,
        commits,
        stop: Arc::new(Stop::new().expect("a pipe")),
        served: tokio::spawn(async move { serve(&server, connection).await }),
    }
}

impl Talk {
    async fn say(&mut self, bytes: &[u8]) {
        self.client.write_all(bytes).await.expect("a connection");
        for _ in 0..100 {
            yield_now().await;
        }
    }

    /// Takes what waits in the inbox.
    fn take(&mut self) -> (Read, String, u64) {
        let mut batch = Batch::default();
        let read = self.received.read(&mut batch, &self.stop).expect("a read");
        let text = String::from_utf8_lossy(batch.bytes.filled()).into_owned();
        (read, text, batch.position)
    }

    /// The next acknowledgement; `None` at the end.
    async fn ack(&mut self) -> Option<(u8, u32)> {
        let mut ack = [0; 6];
        self.client.read_exact(&mut ack).await.ok()?;
        assert_eq!(ack[1], b'A');
        Some((ack[0], u32::from_be_bytes([ack[2], ack[3], ack[4], ack[5]])))
    }

    /// Whether there is no acknowledgement for so long.
    async fn silent(&mut self, time: Duration) -> bool {
        timeout(time, self.client.read_u8()).await.is_err()
    }
}

fn on_paused_time<F: Future<Output = ()>>(test: F) {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .expect("a runtime")
        .block_on(test);
}

/// A window of one event with this sequence.
fn window(sequence: u32, event: &str) -> Vec<u8> {
    let mut bytes = b"2W\0\0\0\x012J".to_vec();
    bytes.extend(sequence.to_be_bytes());
    bytes.extend((event.len() as u32).to_be_bytes());
    bytes.extend(event.as_bytes());
    bytes
}

#[test]
fn a_window_is_acknowledged_when_it_is_safe() {
    on_paused_time(async {
        let mut talk = talk(1 << 20, 0);
        talk.say(&[window(1, "{}"), window(2, "[]")].concat()).await;
        let (_, lines, position) = talk.take();
        assert_eq!(lines, "{}\n[]\n");
        assert!(talk.silent(Duration::from_secs(4)).await);
        talk.commits.commit(0, position);
        assert_eq!(talk.ack().await, Some((b'2', 1)));
        assert_eq!(talk.ack().await, Some((b'2', 2)));
        talk.client.shutdown().await.expect("a connection");
        assert_eq!(talk.ack().await, None);
        talk.served.await.expect("no panic");
    });
}

#[test]
fn who_waits_is_kept_waiting() {
    on_paused_time(async {
        let mut talk = talk(1 << 20, 0);
        talk.say(&window(7, "{}")).await;
        let (_, _, position) = talk.take();
        let begun = Instant::now();
        for _ in 0..30 {
            // Longer than a silence may be: it is the client that waits.
            assert_eq!(talk.ack().await, Some((b'2', 0)));
        }
        assert_eq!(begun.elapsed().as_secs(), 150);
        talk.commits.commit(0, position);
        assert_eq!(talk.ack().await, Some((b'2', 7)));
        // Version 1 knows no such thing.
        let old: Vec<_> = b"1W\0\0\0\x011D\0\0\0\x09\0\0\0\0".to_vec();
        talk.say(&old).await;
        let (_, _, position) = talk.take();
        assert!(talk.silent(Duration::from_secs(100)).await);
        talk.commits.commit(0, position);
        assert_eq!(talk.ack().await, Some((b'1', 9)));
    });
}

#[test]
fn a_full_inbox_keeps_its_senders_waiting() {
    on_paused_time(async {
        let mut talk = talk(16 << 20, 64 << 20);
        let event = format!("\"{}\"", "x".repeat(7 << 20));
        let mut bytes = Vec::new();
        for sequence in 1..=3 {
            bytes.extend(window(sequence, &event));
        }
        let (mut input, output) = tokio::io::split(talk.client);
        let sent = tokio::spawn(async move {
            let mut output = output;
            output.write_all(&bytes).await.expect("a connection");
            output
        });
        let mut ack = [0; 6];
        for _ in 0..3 {
            input.read_exact(&mut ack).await.expect("an answer");
            assert_eq!(ack, *b"2A\0\0\0\0");
        }
        for sequence in 1..=3 {
            for _ in 0..10_000 {
                yield_now().await;
            }
            let mut batch = Batch::default();
            let read = talk.received.read(&mut batch, &talk.stop);
            assert_eq!(read.expect("a read"), Read::Lines);
            assert_eq!(batch.bytes.filled().len(), event.len() + 1);
            talk.commits.commit(0, batch.position);
            input.read_exact(&mut ack).await.expect("an answer");
            assert_eq!(ack[5], sequence);
        }
        drop(sent.await.expect("sent"));
        talk.served.await.expect("no panic");
    });
}

#[test]
fn at_the_end_whole_windows_are_acknowledged_and_half_ones_dropped() {
    on_paused_time(async {
        let mut talk = talk(1 << 20, 0);
        let (one, two) = (window(1, "{}"), window(2, "[]"));
        talk.say(&[&one[..], &two[..two.len() - 1]].concat()).await;
        let (_, lines, position) = talk.take();
        assert_eq!(lines, "{}\n");
        let inbox = talk.received;
        let (stop, commits) = (talk.stop.clone(), talk.commits);
        // The source ends once the connection is done.
        let reader = std::thread::spawn(move || {
            let mut received = inbox;
            let mut batch = Batch::default();
            let read = received.read(&mut batch, &stop).expect("a read");
            (read, received)
        });
        let mut commits = commits;
        commits.commit(0, position);
        talk.stop.set();
        let mut answers = Vec::new();
        talk.client.read_to_end(&mut answers).await.expect("an end");
        assert_eq!(answers, b"2A\0\0\0\x01");
        talk.served.await.expect("no panic");
        assert_eq!(reader.join().expect("a reader").0, Read::End);
    });
}

#[test]
fn the_end_does_not_wait_for_ever() {
    on_paused_time(async {
        let mut talk = talk(1 << 20, 0);
        talk.say(&window(1, "{}")).await;
        talk.take();
        talk.stop.set();
        let begun = Instant::now();
        (&mut talk.served).await.expect("no panic");
        assert!(begun.elapsed() < Duration::from_secs(11));
        let mut answers = Vec::new();
        talk.client.read_to_end(&mut answers).await.expect("an end");
        assert!(!answers.chunks(6).any(|ack| ack == b"2A\0\0\0\x01"));
        let closed = talk.take();
        assert_eq!(closed.0, Read::End);
    });
}

#[test]
fn what_cannot_be_made_safe_is_not_acknowledged() {
    on_paused_time(async {
        let mut talk = talk(1 << 20, 0);
        talk.say(&window(1, "{}")).await;
        talk.take();
        drop(talk.received);
        let mut answers = Vec::new();
        talk.client.read_to_end(&mut answers).await.expect("an end");
        assert!(answers.is_empty());
        talk.served.await.expect("no panic");
    });
}

#[test]
fn after_an_error_the_windows_before_it_are_acknowledged() {
    on_paused_time(async {
        let mut talk = talk(1 << 20, 0);
        talk.say(&[window(1, "{}"), b"2W\0\0\0\x02nonsense".to_vec()].concat())
            .await;
        let (_, lines, position) = talk.take();
        assert_eq!(lines, "{}\n");
        talk.commits.commit(0, position);
        assert_eq!(talk.ack().await, Some((b'2', 1)));
        assert_eq!(talk.ack().await, None);
        talk.served.await.expect("no panic");
    });
}

#[test]
fn the_silent_and_the_slow_are_sent_away() {
    on_paused_time(async {
        let talk = talk(1 << 20, 0);
        let begun = Instant::now();
        talk.served.await.expect("no panic");
        assert_eq!(begun.elapsed(), IDLE);
    });
    // A byte now and then.
    on_paused_time(async {
        let mut talk = talk(1 << 20, 0);
        talk.say(&window(1, &"x".repeat(1000))[..20]).await;
        let begun = Instant::now();
        while !talk.served.is_finished() {
            tokio::time::sleep(IDLE / 2).await;
            let _ = talk.client.write_all(b"x").await;
            assert!(begun.elapsed() < 4 * IDLE);
        }
    });
}

#[test]
fn without_memory_lines_are_handed_on_early() {
    on_paused_time(async {
        // The store holds two events of the longest kind and no more.
        let mut talk = talk(20_000, 0);
        let event = format!("\"{}\"", "x".repeat(18_000));
        let mut bytes = b"2W\0\0\0\x14".to_vec();
        for sequence in 1..=20 {
            bytes.extend(&window(sequence, &event)[6..]);
        }
        let half = bytes.len() / 2;
        talk.say(&bytes[..half]).await;
        let (_, early, _) = talk.take();
        assert!(early.len() > event.len() && early.len() < half);
        talk.say(&bytes[half..]).await;
        let (mut all, mut last) = (early, 0);
        while all.lines().count() < 20 {
            talk.say(b"").await;
            let (read, lines, position) = talk.take();
            assert_eq!(read, Read::Lines);
            all += &lines;
            last = position;
        }
        assert!(all == format!("{event}\n").repeat(20));
        talk.commits.commit(0, last);
        assert_eq!(talk.ack().await, Some((b'2', 20)));
    });
}

#[test]
fn an_event_that_is_too_long_is_handed_on_and_acknowledged() {
    on_paused_time(async {
        let mut talk = talk(100, 0);
        let long = "x".repeat(150_000);
        talk.say(&[window(1, "{}"), window(2, &long), window(3, "[]")].concat())
            .await;
        assert_eq!(talk.take().1, "{}\n");
        let mut parts = String::new();
        while parts.len() < long.len() {
            let (read, part, _) = talk.take();
            assert!(matches!(read, Read::Oversized(_)));
            parts += &part;
        }
        assert!(parts == long);
        let (_, lines, position) = talk.take();
        assert_eq!(lines, "[]\n");
        talk.commits.commit(0, position);
        for sequence in 1..=3 {
            assert_eq!(talk.ack().await, Some((b'2', sequence)));
        }
    });
}

#[test]
fn windows_ahead_are_bounded() {
    on_paused_time(async {
        let mut talk = talk(1 << 20, 0);
        let windows: Vec<_> = (1..=100).flat_map(|n| window(n, "{}")).collect();
        talk.say(&windows).await;
        let (_, lines, mut position) = talk.take();
        assert_eq!(lines.lines().count(), AHEAD + 1);
        let mut taken = AHEAD + 1;
        for sequence in 1..=100 {
            talk.commits.commit(0, position);
            assert_eq!(talk.ack().await, Some((b'2', sequence)));
            talk.say(b"").await;
            if taken < 100 {
                let (_, lines, next) = talk.take();
                (taken, position) = (taken + lines.lines().count(), next);
            }
        }
    });
}
