//! What of a changed configuration a run can take, and what needs a new start.
//!
//! Labels, tags, rules, what a sink takes and how a source's records are read are one snapshot that
//! can be replaced whole. What is open stays as it is: sources, sinks, folders, listeners, threads.

use super::mistake::{Mistake, Severity};
use super::tree::dotted;
use super::{Config, Options, Sink, Source};

/// What keeps `new` from being taken while `old` runs; nothing if it can be.
pub fn barriers(old: &Config, new: &Config) -> Vec<Mistake> {
    let mut found = Barriers {
        config: new,
        all: Vec::new(),
    };
    options(&old.options, &new.options, &mut found);
    let places = |config: &Config| {
        let admin = config.admin.as_ref();
        admin.map(|admin| (admin.listen, admin.unready_after))
    };
    if places(old) != places(new) {
        let line = new.admin.as_ref().map_or(1, |admin| admin.line);
        found.add(line, "admin".to_owned(), "was changed");
    }
    sources(&old.sources, &new.sources, &mut found);
    sinks(&old.sinks, &new.sinks, &mut found);
    found.all
}

struct Barriers<'a> {
    config: &'a Config,
    all: Vec<Mistake>,
}

impl Barriers<'_> {
    fn add(&mut self, line: usize, key: String, what: &str) {
        self.all.push(Mistake {
            severity: Severity::Error,
            file: self.config.file.clone(),
            line,
            key,
            message: format!("{what}, which a run cannot take; restart it"),
        });
    }
}

fn options(old: &Options, new: &Options, found: &mut Barriers<'_>) {
    // Whoever adds an option decides here whether a run can take it.
    let Options {
        workers,
        max_in_flight,
        state_dir,
        dead_letter,
        max_event: _,
        log_level: _,
        reading: _,
    } = new;
    for (key, same) in [
        ("workers", old.workers == *workers),
        ("max_in_flight", old.max_in_flight == *max_in_flight),
        ("state_dir", old.state_dir == *state_dir),
        ("dead_letter", old.dead_letter == *dead_letter),
    ] {
        if !same {
            found.add(1, key.to_owned(), "was changed");
        }
    }
}

fn sources(old: &[Source], new: &[Source], found: &mut Barriers<'_>) {
    let names = |all: &[Source]| {
        let names = all.iter().map(|source| (source.name.clone(), source.line));
        names.collect::<Vec<_>>()
    };
    if !lists("sources", &names(old), &names(new), found) {
        return;
    }
    for (old, new) in old.iter().zip(new) {
        let Source {
            name,
            line,
            reading,
            max_event,
            spool,
            kind,
        } = new;
        let key = dotted("sources", name);
        if old.kind != *kind {
            let what = "what it reads, or how it is reached, was changed";
            found.add(*line, key.clone(), what);
        }
        if old.max_event != *max_event {
            found.add(*line, dotted(&key, "max_event"), "was changed");
        }
        if old.spool != *spool {
            found.add(*line, dotted(&key, "spool"), "was changed");
        }
        // Lines are cut where they come in, and text is cut otherwise than JSON.
        if old.reading.choice.is_none() != reading.choice.is_none() {
            let what = "was changed between \"json\" and text";
            found.add(*line, dotted(&key, "format"), what);
        }
    }
}

fn sinks(old: &[Sink], new: &[Sink], found: &mut Barriers<'_>) {
    let names = |all: &[Sink]| {
        let names = all.iter().map(|sink| (sink.name.clone(), sink.line));
        names.collect::<Vec<_>>()
    };
    if !lists("sinks", &names(old), &names(new), found) {
        return;
    }
    for (old, new) in old.iter().zip(new) {
        let Sink {
            name,
            line,
            conditions: _,
            kind,
        } = new;
        if old.kind != *kind {
            let what = "what it writes, or where, was changed";
            found.add(*line, dotted("sinks", name), what);
        }
    }
}

/// Whether two lists of names with their lines are the same; what differs is noted.
fn lists(
    key: &str,
    old: &[(String, usize)],
    new: &[(String, usize)],
    found: &mut Barriers<'_>,
) -> bool {
    let has = |all: &[(String, usize)], name: &str| all.iter().any(|(other, _)| other == name);
    let before = found.all.len();
    for (name, _) in old.iter().filter(|(name, _)| !has(new, name)) {
        found.add(1, dotted(key, name), "was removed");
    }
    for (name, line) in new.iter().filter(|(name, _)| !has(old, name)) {
        found.add(*line, dotted(key, name), "was added");
    }
    let order = |all: &[(String, usize)]| all.iter().map(|(name, _)| name.clone()).collect();
    let (first, second): (Vec<String>, Vec<String>) = (order(old), order(new));
    if found.all.len() == before && first != second {
        found.add(1, key.to_owned(), "have another order");
    }
    found.all.len() == before
}
