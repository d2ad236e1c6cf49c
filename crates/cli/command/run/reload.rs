//! Takes a changed configuration, or changed feeds, while the run goes on.
//!
//! - All of it is read, checked and compiled first; then one snapshot takes the place of the other.
//!   With one mistake nothing changes.
//! - What a run cannot take is refused by name ([`crate::config::barriers`]).
//! - A label whose feeds suddenly hold nothing, or less than half of 100 prefixes or more, is refused
//!   where a changed file is all that asks for it. Who asks in person (SIGHUP) gets what is there.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use knownet_runtime::Handle;

use super::print::Files;
use super::{manager, snapshot};
use crate::command::check;
use crate::compile::Compiled;
use crate::config::{self, Config, Label, Severity, barriers};
use crate::log;

/// A label of fewer prefixes may shrink as it likes, though not to nothing.
const SMALL: u64 = 100;

pub struct Reload {
    file: PathBuf,
    running: Config,
    /// What each label of it was made of.
    prefixes: Vec<u64>,
    handle: Handle,
    files: Files,
}

/// Who wants it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    Person,
    Change,
}

impl Reload {
    /// For a run of `running`, which was read from `file` after `files` were looked at.
    pub fn new(
        file: PathBuf,
        files: Files,
        running: Config,
        prefixes: Vec<u64>,
        handle: Handle,
    ) -> Reload {
        for result in ["success", "refused"] {
            metrics::counter!("knownet_reloads_total", "result" => result).increment(0);
        }
        taken();
        let reload = Reload {
            file,
            running,
            prefixes,
            handle,
            files,
        };
        reload.ages();
        reload
    }

    /// A person wants it.
    pub fn asked(&mut self) {
        self.run(By::Person);
    }

    /// Looks whether a file has changed; only where the run goes on until it is stopped.
    pub fn look(&mut self) {
        if self.running.is_live() && self.files.look() {
            self.run(By::Change);
        }
        self.ages();
    }

    fn run(&mut self, by: By) {
        manager::reloading();
        let attempted = self.attempt(by);
        let result = match attempted {
            Ok(()) => "success",
            Err(_) => "refused",
        };
        // Before it is said: who reads of it may look at once.
        metrics::counter!("knownet_reloads_total", "result" => result).increment(1);
        let file = self.file.display();
        match attempted {
            Ok(()) => {
                taken();
                let labels = self.running.labels.iter().zip(&self.prefixes);
                let labels = labels.map(|(label, count)| format!("{} {count}", label.name));
                let labels = labels.collect::<Vec<_>>().join(", ");
                tracing::info!(prefixes = labels, "reloaded {file}");
            }
            Err(reasons) => {
                metrics::gauge!("knownet_config_last_reload_successful").set(0.0);
                for reason in &reasons {
                    tracing::error!("{reason}");
                }
                tracing::error!("{file} was not reloaded; what ran before runs on");
            }
        }
        manager::ready();
    }

    fn attempt(&mut self, by: By) -> Result<(), Vec<String>> {
        // Noted before they are read: what changes in between is a change again.
        let running = self.running.feed_files().map(ToOwned::to_owned);
        self.files.take(files(&self.file).chain(running).collect());
        let looked = check::look(&self.file);
        let mut reasons = Vec::new();
        for mistake in &looked.mistakes {
            match mistake.severity {
                Severity::Error => reasons.push(mistake.to_string()),
                Severity::Warning => tracing::warn!("{mistake}"),
            }
        }
        let Some((config, compiled)) = looked.good() else {
            return Err(reasons);
        };
        let found = barriers(&self.running, &config);
        reasons.extend(found.iter().map(ToString::to_string));
        if by == By::Change {
            reasons.extend(self.shrunk(&config, &compiled));
        }
        if !reasons.is_empty() {
            return Err(reasons);
        }
        let plan = snapshot::ready(&config, Arc::new(compiled.table));
        let plan = plan.map_err(|error| vec![format!("{error:#}")])?;
        self.handle.replace(Arc::new(plan));
        log::set_level(config.options.log_level);
        self.running = config;
        self.prefixes = compiled.prefixes;
        Ok(())
    }

    /// Labels that are made as before, but of much less.
    fn shrunk(&self, config: &Config, compiled: &Compiled) -> Vec<String> {
        let before = self.running.labels.iter().zip(&self.prefixes);
        let lost = |(label, &count): (&Label, &u64)| {
            let mut known = before.clone();
            let (old, &known) = known.find(|(old, _)| old.name == label.name)?;
            (collapsed(known, count) && old.is_made_as(label)).then(|| {
                format!(
                    "label {}: {count} prefixes, but there were {known}; if that is meant, send \
                     SIGHUP or restart",
                    label.name
                )
            })
        };
        let now = config.labels.iter().zip(&compiled.prefixes);
        now.filter_map(lost).collect()
    }

    /// Says how old feeds are.
    fn ages(&self) {
        for label in &self.running.labels {
            let times = label.files().filter_map(|file| {
                let changed = std::fs::metadata(file).ok()?.modified().ok()?;
                Some(
                    SystemTime::now()
                        .duration_since(changed)
                        .unwrap_or_default(),
                )
            });
            if let Some(age) = times.max() {
                metrics::gauge!("knownet_feed_age_seconds", "label" => label.name.clone())
                    .set(age.as_secs_f64());
            }
        }
    }
}

/// Whether so many prefixes where there were `known` look like a feed that was fetched in part.
fn collapsed(known: u64, count: u64) -> bool {
    match known < SMALL {
        true => count == 0 && known > 0,
        false => count < known.div_ceil(2),
    }
}

/// The configuration and the feeds that it names.
pub fn files(file: &Path) -> impl Iterator<Item = PathBuf> {
    let (config, _) = config::load(file);
    let feeds: Vec<PathBuf> = config
        .iter()
        .flat_map(Config::feed_files)
        .map(ToOwned::to_owned)
        .collect();
    std::iter::once(file.to_owned()).chain(feeds)
}

fn taken() {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    metrics::gauge!("knownet_config_last_reload_successful").set(1.0);
    metrics::gauge!("knownet_config_last_reload_success_timestamp_seconds")
        .set(now.unwrap_or_default().as_secs_f64());
}

#[cfg(test)]
#[path = "tests/reload.rs"]
mod tests;
