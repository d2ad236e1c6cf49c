//! Starts it, kills it, starts it again.

use std::collections::BTreeSet;
use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use crate::ledger::{Found, Report, events};
use crate::random::{Random, number};
use crate::rig::{Daemon, Folder, eventually};
use crate::sender::{Sender, Stream, Wire};
use crate::trouble::Trouble;

/// How long nothing more may come out at the end before what is missing is lost.
const SETTLED: Duration = Duration::from_secs(30);

/// For those who know the place by another name.
const NOWHERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 1);

/// What knownet says when datagrams came faster than it took them: nobody else has them either.
const DROPPED: &str = "the kernel drops datagrams";

/// Kills of each variant.
pub fn kills() -> u64 {
    number("KNOWNET_KILLS").unwrap_or(4)
}

/// How events get to knownet.
pub enum Arrival {
    /// To an address that it listens on.
    Address,
    /// To a socket in the file system.
    #[cfg(unix)]
    Socket,
    /// By files, which are there while nobody reads them.
    Files,
}

/// A variant.
pub struct Delivery {
    pub name: &'static str,
    pub folder: Folder,
    /// The table of the source `in`, and what belongs to it.
    pub source: String,
    /// Keys of the sink beside its path.
    pub sink: &'static str,
    pub trouble: Trouble,
    pub arrival: Arrival,
    /// Whether events lie in a spool before they count as received.
    pub is_spooled: bool,
    /// What lay there after a kill.
    pub promised: BTreeSet<(usize, u64)>,
    /// The first number of each stream that was sent to the last run, which is not killed.
    since: Vec<u64>,
    /// Whether the kernel had no room for some of what was sent to the last run.
    is_dropped: bool,
    /// How many events may be on their way at a kill, if that is no matter of the senders' windows.
    pub in_flight: Option<u64>,
    pub random: Random,
    pub seed: u64,
}

/// What is left after the last kill.
pub struct Ended {
    pub delivery: Delivery,
    /// How many events of each stream were sent.
    pub sent: Vec<u64>,
    pub found: Found,
    pub report: Report,
}

impl Delivery {
    pub fn new(name: &'static str, source: &str) -> Delivery {
        let seed = number("KNOWNET_SEED").unwrap_or(1);
        // Variants with one seed have moments of their own.
        let mix = |sum: u64, byte: u8| sum.wrapping_mul(31) ^ u64::from(byte);
        let own = name.bytes().fold(seed, mix);
        let folder = Folder::new();
        fs::create_dir(folder.path("out")).expect("a folder");
        Delivery {
            name,
            folder,
            source: source.to_owned(),
            sink: "",
            trouble: Trouble::None,
            arrival: Arrival::Address,
            is_spooled: false,
            promised: BTreeSet::new(),
            since: Vec::new(),
            is_dropped: false,
            in_flight: None,
            random: Random::new(own),
            seed,
        }
    }

    /// A generator of its own for a sender.
    pub fn random(&mut self) -> Random {
        Random::new(self.random.below(u64::MAX))
    }

    fn configure(&self) {
        let (source, sink) = (&self.source, self.sink);
        let out = self.trouble.sink_folder();
        // What is remembered lies on the same disk as what comes out.
        let state = self.trouble.state_folder();
        // Small, so that what is on its way is.
        let config = format!(
            "max_in_flight = \"1MiB\"\nstate_dir = \"{state}\"\n{source}\n[labels.Private]\nfeeds = [\"builtin:private\"]\n\
             [[tags]]\nfrom = [\"DestinationIp\"]\ninto = \"IPDestination\"\n\
             [sinks.out]\ntype = \"file\"\npath = \"{out}/out.ndjson\"\n{sink}\n"
        );
        self.folder.file("knownet.toml", config);
    }

    /// Kills it so many times while the senders send; each of them has a stream of its own.
    ///
    /// `settled` says when everything is there that will come.
    pub fn run(
        mut self,
        senders: Vec<Box<dyn Sender>>,
        mut settled: impl FnMut(&Delivery, &[u64], &Found) -> bool,
    ) -> Ended {
        self.configure();
        let wire = Arc::new(Wire::default());
        let streams = senders.into_iter().enumerate();
        let streams: Vec<_> = streams
            .map(|(n, sender)| Stream::start(n, sender, wire.clone()))
            .collect();
        if matches!(self.arrival, Arrival::Files) {
            wire.connect(NOWHERE, false);
        }
        let kills = kills();
        for kill in 0..kills {
            if self.is_spooled && kill == 0 {
                self.held(&wire, &streams);
            } else {
                self.round(&wire, &streams);
            }
            if self.is_spooled {
                let spooled = self.spooled();
                self.promised.extend(spooled);
            }
        }
        self.trouble.end(&self.folder);
        let mut daemon = self.trouble.start(&self.folder);
        self.connect(&wire, &mut daemon, true);
        // Enough for many reads where this is all that must come out of what is not spooled.
        progress(&streams, if self.is_spooled { 100 } else { 1 });
        wire.end();
        let windows = streams.iter().map(|stream| stream.window).sum();
        let in_flight = self.in_flight.unwrap_or(windows);
        let ended = streams.into_iter().map(Stream::ended);
        let (since, sent): (Vec<u64>, Vec<u64>) = ended.unzip();
        self.since = since;
        let path = self.trouble.path(&self.folder, "out.ndjson");
        // As long as files grow there is more to come; they are read when they do not.
        let (mut size, mut grown) = (0, Instant::now());
        let mut is_settled = false;
        while !is_settled {
            let before = size;
            size = self.sink_size();
            if size != before {
                grown = Instant::now();
            } else if grown.elapsed() > SETTLED {
                break;
            } else {
                self.is_dropped = daemon.has_said(DROPPED);
                // This may take longer than all of the patience, and files may grow meanwhile.
                is_settled = settled(&self, &sent, &Found::read(&path));
                if size != self.sink_size() {
                    grown = Instant::now();
                }
            }
            thread::sleep(Duration::from_millis(100));
        }
        let ran = daemon.stop().succeeded();
        self.is_dropped = ran.err.contains(DROPPED);
        if !is_settled {
            println!("{}: nothing more came; it said:\n{}", self.name, ran.err);
        }
        let found = Found::read(&path);
        let report = Report {
            name: self.name.to_owned(),
            seed: self.seed,
            kills,
            events: sent.iter().sum(),
            in_flight,
            ..Report::of(&found)
        };
        Ended {
            delivery: self,
            sent,
            found,
            report,
        }
    }

    /// Bytes of all files of the sink.
    fn sink_size(&self) -> u64 {
        let files = fs::read_dir(self.trouble.path(&self.folder, "")).expect("the folder");
        let size = |file: std::io::Result<fs::DirEntry>| file.and_then(|file| file.metadata());
        files
            .filter_map(|file| size(file).ok())
            .map(|file| file.len())
            .sum()
    }

    /// What lies in the whole files of the spool.
    pub fn spooled(&self) -> BTreeSet<(usize, u64)> {
        let mut all = BTreeSet::new();
        for path in self.spool_files(&["zst"]) {
            // One that is read to its end is gone meanwhile.
            let Ok(bytes) = fs::read(&path) else { continue };
            let text = zstd::decode_all(&bytes[..]).expect("a whole file");
            all.extend(events(&String::from_utf8_lossy(&text)));
        }
        all
    }

    /// The files of the spool with these endings.
    fn spool_files(&self, endings: &[&str]) -> Vec<PathBuf> {
        let state = self.trouble.state_path(&self.folder);
        let Ok(files) = fs::read_dir(state.join("in/spool")) else {
            return Vec::new();
        };
        let paths = files.map(|file| file.expect("a file").path());
        paths
            .filter(|path| {
                let ending = path.extension().and_then(|ending| ending.to_str());
                ending.is_some_and(|ending| endings.contains(&ending))
            })
            .collect()
    }

    /// What must come out although nobody acknowledged it: what lay in the spool, and what was sent
    /// to a run that was not killed.
    pub fn due(&self, sent: &[u64]) -> BTreeSet<(usize, u64)> {
        let mut due = self.promised.clone();
        if !self.is_dropped {
            for (stream, (since, sent)) in self.since.iter().zip(sent).enumerate() {
                due.extend((*since..*sent).map(|n| (stream, n)));
            }
        }
        due
    }

    /// Tells the senders where it listens, once it does.
    fn connect(&self, wire: &Wire, daemon: &mut Daemon, is_last: bool) {
        let address = match self.arrival {
            Arrival::Address => daemon.address("in"),
            #[cfg(unix)]
            Arrival::Socket => {
                daemon.said("listening on ");
                NOWHERE
            }
            Arrival::Files => NOWHERE,
        };
        wire.connect(address, is_last);
    }

    fn disconnect(&self, wire: &Wire) {
        if !matches!(self.arrival, Arrival::Files) {
            wire.disconnect();
        }
    }

    /// A kill while the sink takes nothing, so that what arrives is in the spool for certain.
    fn held(&mut self, wire: &Wire, streams: &[Stream]) {
        let mut daemon = self.trouble.start(&self.folder);
        self.connect(wire, &mut daemon, false);
        self.trouble.hold(&self.folder);
        daemon.said("trying again until it works");
        let before: Vec<u64> = streams.iter().map(Stream::sent).collect();
        eventually("events in the spool", || {
            let spooled = self.spooled();
            let mut new = spooled.iter().filter(|(stream, n)| *n >= before[*stream]);
            new.next().map(drop)
        });
        daemon.kill();
        self.disconnect(wire);
    }

    fn round(&mut self, wire: &Wire, streams: &[Stream]) {
        let mut daemon = self.trouble.start(&self.folder);
        if self.random.one_in(8) {
            // Somewhere in its start.
            self.random.pause(Duration::from_millis(30));
            daemon.kill();
            return;
        }
        self.connect(wire, &mut daemon, false);
        let random = &mut self.random;
        if random.one_in(2) {
            self.trouble.end(&self.folder);
            progress(streams, random.below(20));
        }
        if random.one_in(2) {
            self.trouble.happen(&self.folder, random);
        }
        if random.one_in(2) {
            self.trouble.end(&self.folder);
            progress(streams, random.below(10));
        }
        // Nobody tells when a spool has them: it writes several times a second.
        let most = if self.is_spooled { 400 } else { 10 };
        random.pause(Duration::from_millis(most));
        daemon.kill();
        self.disconnect(wire);
    }
}

impl Ended {
    /// Everything that was sent must have come out.
    pub fn all_of_it(mut self) -> Report {
        for (stream, sent) in self.sent.iter().enumerate() {
            let missing = self.found.missing(stream, *sent).into_iter();
            self.report.lost.extend(missing.map(|n| (stream, n)));
        }
        self.report
    }

    /// What was promised must have come out; the rest is counted.
    pub fn what_was_promised(mut self) -> Report {
        let mut missing = 0;
        for (stream, sent) in self.sent.iter().enumerate() {
            missing += self.found.missing(stream, *sent).len() as u64;
        }
        let name = self.delivery.name;
        assert!(
            !self.delivery.promised.is_empty(),
            "{name}: nothing promised"
        );
        let due = self.delivery.due(&self.sent).into_iter();
        let lost = due.filter(|(stream, n)| !self.found.has(*stream, *n));
        self.report.lost.extend(lost);
        // Nothing is set aside by a kill, and nothing half written is left.
        let left = self.delivery.spool_files(&["part", "damaged"]);
        assert!(left.is_empty(), "{name}: {left:?}");
        self.report.unpromised = missing - self.report.lost.len() as u64;
        self.report
    }
}

/// Waits until so many more sendings have succeeded over all streams.
fn progress(streams: &[Stream], sendings: u64) {
    let sum = || streams.iter().map(Stream::sent).sum::<u64>();
    let window = streams.iter().map(|stream| stream.window).max();
    let target = sum() + sendings * window.unwrap_or(0).max(1);
    eventually("events that are taken", || (sum() >= target).then_some(()));
}
