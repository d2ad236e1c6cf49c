//! Metrics of a lane: a few atomic additions for each batch, by handles made once for each plan.

use knownet_flow::{Counts, Names};
use metrics::{Counter, counter};

use crate::shared::Outlet;
use crate::tally::Places;

pub(crate) struct Meter {
    /// Where the run's totals count what this lane counts.
    pub places: Places,
    labels: Vec<Counter>,
    /// Of each rule; the other one only if it drops.
    rules: Vec<(Counter, Option<Counter>)>,
    events_in: Counter,
    bytes_in: Counter,
    unrouted: Counter,
    unparsed: Counter,
    no_format: Counter,
    enrich_failures: Counter,
    long: Counter,
    /// Events and bytes of each sink.
    sinks: Vec<(Counter, Counter)>,
}

impl Meter {
    /// Counts what comes from `source` and goes to `sinks`.
    pub fn new(source: &str, sinks: &[Outlet]) -> Meter {
        let source = source.to_owned();
        let sink = |outlet: &Outlet| {
            let name = outlet.name.clone();
            // A series that begins with its first failure would have no rate to alert on.
            counter!("knownet_sink_retries_total", "sink" => name.clone()).increment(0);
            (
                counter!("knownet_events_out_total", "sink" => name.clone()),
                counter!("knownet_bytes_out_total", "sink" => name),
            )
        };
        counter!("knownet_dead_letters_total").increment(0);
        Meter {
            places: Places::default(),
            labels: Vec::new(),
            rules: Vec::new(),
            events_in: counter!("knownet_events_in_total", "source" => source.clone()),
            bytes_in: counter!("knownet_bytes_in_total", "source" => source),
            unrouted: counter!("knownet_unrouted_total"),
            unparsed: counter!("knownet_unparsed_total"),
            no_format: counter!("knownet_no_format_total"),
            enrich_failures: counter!("knownet_enrich_failures_total"),
            long: counter!("knownet_long_total"),
            sinks: sinks.iter().map(sink).collect(),
        }
    }

    /// From now on counts are those of a plan with these names.
    pub fn rename(&mut self, names: &Names, places: Places) {
        self.places = places;
        let label = |name: &String| counter!("knownet_labels_total", "label" => name.clone());
        self.labels = names.labels.iter().map(label).collect();
        let rules = names.rules.iter().map(|rule| {
            let dropped = || counter!("knownet_dropped_total", "rule" => rule.name.clone());
            (
                counter!("knownet_rules_total", "rule" => rule.name.clone()),
                rule.drops.then(dropped),
            )
        });
        self.rules = rules.collect();
    }

    /// Bytes that were read and are safe.
    pub fn read(&self, bytes: usize) {
        self.bytes_in.increment(bytes as u64);
    }

    /// What a sink has safe.
    pub fn wrote(&self, sink: usize, events: u64, bytes: usize) {
        if let Some((counted, size)) = self.sinks.get(sink) {
            counted.increment(events);
            size.increment(bytes as u64);
        }
    }

    /// What the steps counted over a batch.
    pub fn passed(&self, counts: &Counts) {
        self.unrouted.increment(counts.unrouted);
        self.unparsed.increment(counts.unparsed);
        self.no_format.increment(counts.no_format);
        self.enrich_failures.increment(counts.enrich_failures);
        self.long.increment(counts.long);
        for (counter, &count) in self.labels.iter().zip(&counts.labels) {
            counter.increment(count);
        }
        for ((all, dropped), &count) in self.rules.iter().zip(&counts.rules) {
            all.increment(count);
            if let Some(dropped) = dropped {
                dropped.increment(count);
            }
        }
        // The last one: whoever sees these events sees what became of them.
        self.events_in.increment(counts.events);
    }
}
