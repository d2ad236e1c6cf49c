//! Who sends the events: in the order of their numbers, as far as it may.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rdkafka::ClientContext;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{BaseRecord, DeliveryResult, Producer, ProducerContext, ThreadedProducer};

use crate::ledger::{event, key};
use crate::patience::until;
use crate::topic::Kafka;

pub struct Pump {
    shared: Arc<Shared>,
    thread: JoinHandle<()>,
}

#[derive(Default)]
struct Shared {
    /// The first number that may not be sent yet; `None` at the end.
    allowed: Mutex<Option<u64>>,
    changed: Condvar,
    delivered: AtomicU64,
    failed: AtomicU64,
}

/// Counts what the brokers have.
struct Reports(Arc<Shared>);

impl ClientContext for Reports {}

impl ProducerContext for Reports {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, (): ()) {
        let count = match result {
            Ok(_) => &self.0.delivered,
            Err(_) => &self.0.failed,
        };
        count.fetch_add(1, Ordering::Release);
    }
}

impl Pump {
    pub fn start(kafka: &Kafka, topic: &str) -> Pump {
        let shared = Arc::new(Shared {
            allowed: Mutex::new(Some(0)),
            ..Shared::default()
        });
        let mut config = kafka.client();
        // Copies of its own would look like knownet's.
        config
            .set("enable.idempotence", "true")
            .set("message.timeout.ms", "0")
            .set("partitioner", "murmur2_random")
            .set("linger.ms", "5");
        let context = Reports(shared.clone());
        let producer = config.create_with_context(context).expect("a producer");
        let thread = thread::spawn({
            let (shared, topic) = (shared.clone(), topic.to_owned());
            move || send(&producer, &shared, &topic)
        });
        Pump { shared, thread }
    }

    /// Lets it send up to this number.
    pub fn allow(&self, end: u64) {
        self.set(Some(end));
    }

    fn set(&self, end: Option<u64>) {
        *self
            .shared
            .allowed
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = end;
        self.shared.changed.notify_all();
    }

    /// Waits until the brokers have so many.
    pub fn wait(&self, count: u64) {
        until("events at the brokers", || {
            match self.shared.delivered.load(Ordering::Acquire) {
                delivered if delivered >= count => Ok(()),
                delivered => Err(delivered),
            }
        });
    }

    /// Ends it; the brokers have `count` events, and no event was given up.
    pub fn end(self, count: u64) {
        self.wait(count);
        self.set(None);
        self.thread.join().expect("the sender");
        let delivered = self.shared.delivered.load(Ordering::Acquire);
        let failed = self.shared.failed.load(Ordering::Acquire);
        assert_eq!((delivered, failed), (count, 0), "delivered and failed");
    }
}

fn send(producer: &ThreadedProducer<Reports>, shared: &Shared, topic: &str) {
    let mut next = 0;
    loop {
        let allowed = shared
            .allowed
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let waits = |end: &mut Option<u64>| end.is_some_and(|end| end <= next);
        let allowed = shared.changed.wait_while(allowed, waits);
        let Some(end) = *allowed.unwrap_or_else(PoisonError::into_inner) else {
            break;
        };
        while next < end {
            if one(producer, topic, next) {
                next += 1;
            } else {
                // Its queue is full; what the brokers take makes room.
                thread::sleep(Duration::from_millis(5));
            }
        }
    }
    let flushed = producer.flush(Duration::from_secs(60));
    flushed.expect("the brokers have everything");
}

fn one(producer: &ThreadedProducer<Reports>, topic: &str, n: u64) -> bool {
    let (event, key, number) = (event(n), key(n), n.to_string());
    let header = |key, value| Header { key, value };
    let headers = OwnedHeaders::new()
        .insert(header("number", Some(number.as_bytes())))
        .insert(header("bytes", Some(&[0xff, 0, b'\n'][..])))
        .insert(header("nothing", None::<&[u8]>));
    let record = BaseRecord::to(topic)
        .payload(&event)
        .key(&key)
        .headers(headers);
    match producer.send(record) {
        Ok(()) => true,
        Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), _)) => false,
        Err((error, _)) => panic!("event {n}: {error}"),
    }
}
