//! `knownet run`: a configuration, started, and looked after until it ends.

#[cfg(unix)]
mod descriptor;
mod health;
mod lock;
mod manager;
mod print;
mod reload;
mod snapshot;

use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::Context;
use knownet_admin::{Listener, Metrics};
use knownet_flow::Stop;
use knownet_runtime::{Exit, Message, Pipeline, on_signals};
use knownet_source::Site;

use crate::command::check::{self, Looked};
use crate::compile::Compiled;
use crate::config::{Config, DeadLetter, Severity};
use crate::log::{self, Form, Output};
use crate::option::{self, Log};
use crate::report::{self, Said};
use health::Health;
pub(super) use lock::Lock;
use print::Files;
use reload::Reload;
pub(super) use snapshot::ready;

/// How often files are looked at that may have changed.
const LOOK: Duration = Duration::from_secs(1);

/// What is wanted of a run from outside.
pub enum Wish {
    /// To read the configuration and its feeds again.
    Reload,
    /// To look after it no more.
    End,
}

pub fn run(options: &option::Run) -> anyhow::Result<ExitCode> {
    let stop = Arc::new(Stop::new().context("no pipe for signals")?);
    let (wishes, wanted) = channel();
    let hangup = wishes.clone();
    // Nobody may be there any more to fulfil it.
    let hangup = move || drop(hangup.send(Wish::Reload));
    on_signals(stop.clone(), hangup).context("signals cannot be handled")?;
    start(options, Output::Standard, stop, (wishes, wanted))
}

/// Runs until the sources end or `stop` is set.
pub fn start(
    options: &option::Run,
    output: Output,
    stop: Arc<Stop>,
    wishes: (Sender<Wish>, Receiver<Wish>),
) -> anyhow::Result<ExitCode> {
    // Noted before they are read: what changes in between is a change.
    let mut files = Files::default();
    files.take(reload::files(&options.config).collect());
    let looked = check::look(&options.config);
    let form = match options.log {
        Log::Human => Form::Human,
        Log::Json => Form::Json,
        Log::Auto => log::suitable(looked.is_live()),
    };
    let level = looked.log_level();
    log::begin(form, level, output);
    tell(&looked, &options.config, form);
    let Some((config, compiled)) = looked.good() else {
        return Ok(ExitCode::FAILURE);
    };
    let outcome = operate(options, files, (config, compiled), form, stop, wishes);
    log::settle(true);
    match outcome {
        Err(error) if form != Form::Plain => {
            tracing::error!("{error:#}");
            Ok(ExitCode::FAILURE)
        }
        outcome => outcome,
    }
}

fn tell(looked: &Looked, file: &Path, form: Form) {
    for mistake in &looked.mistakes {
        match mistake.severity {
            _ if form == Form::Plain => eprintln!("{mistake}"),
            Severity::Error => tracing::error!("{mistake}"),
            Severity::Warning => tracing::warn!("{mistake}"),
        }
    }
    let errors = looked.errors();
    if errors > 0 {
        tracing::error!("{}", check::count(errors, file));
    }
}

fn operate(
    options: &option::Run,
    files: Files,
    (config, compiled): (Config, Compiled),
    form: Form,
    stop: Arc<Stop>,
    (wishes, wanted): (Sender<Wish>, Receiver<Wish>),
) -> anyhow::Result<ExitCode> {
    let Compiled {
        table, prefixes, ..
    } = compiled;
    let plan = snapshot::ready(&config, Arc::new(table))?;
    let state = config.state_dir();
    #[cfg(unix)]
    if config.is_live() {
        descriptor::allow();
    }
    let is_live = config.is_live();
    let locked = is_live.then(|| Lock::take(&state)).transpose()?;
    let letters = letters(&config);
    if is_live {
        // Not when the first letter comes, for then everything would wait behind it.
        probe(&letters)?;
    }
    let tokio = self::tokio()?;
    let health = Arc::new(Health::new(&config, stop.clone()));
    // First of all, so that handles that parts make from here on count.
    if let Some(admin) = &config.admin {
        let metrics = Metrics::gather(env!("CARGO_PKG_VERSION"))?;
        let listener = Listener::bind(admin.listen).context("admin")?;
        tracing::info!(part = "admin", "listening on {}", listener.address());
        listener.serve(tokio.handle(), metrics, health.clone());
    }
    let pipeline = assemble(&config, plan, &state, letters, tokio.handle())?;
    health.runs(pipeline.handle());
    let reload = Reload::new(
        options.config.clone(),
        files,
        config,
        prefixes,
        pipeline.handle(),
    );
    let helper = look_after(reload, wanted)?;
    stop.on_set(manager::stopping);
    let asked = stop.clone();
    manager::ready();
    manager::watch(health)?;
    let outcome = pipeline.log_to(move |message| say(message, form)).run(stop);
    if asked.is_set() {
        // Who handles the signal may not have come to it yet.
        manager::stopping();
    }
    // It may be gone, by a fault of its own.
    let _ = wishes.send(Wish::End);
    let _ = helper.join();
    let said = match form {
        Form::Plain | Form::Human => Said::Text,
        Form::Json => Said::Message,
    };
    let code = report::finish(Ok(outcome), said, is_live);
    drop(locked);
    code
}

fn say(message: &Message, form: Form) {
    // People have it in the text.
    let sink = message.sink.as_deref().filter(|_| form == Form::Json);
    match message.good {
        true => tracing::info!(sink, "{message}"),
        false => tracing::warn!(sink, "{message}"),
    }
}

fn assemble(
    config: &Config,
    plan: crate::plan::Ready,
    state: &Path,
    letters: PathBuf,
    tokio: &tokio::runtime::Handle,
) -> anyhow::Result<Pipeline> {
    let sinks = sinks(config, state, tokio)?;
    let sources = config.sources.iter().map(|source| {
        let site = Site {
            name: source.name.clone(),
            limits: source.limits()?,
            state: state.join(&source.name),
            tokio: tokio.clone(),
        };
        let opened = source.open(&site);
        let opened = opened.with_context(|| format!("source {}", source.name))?;
        Ok((source.name.clone(), opened))
    });
    let sources = sources.collect::<anyhow::Result<_>>()?;
    let options = runtime_options(config, letters);
    Ok(Pipeline::new(sources, sinks, Arc::new(plan), options))
}

/// The sinks, opened.
pub(super) fn sinks(
    config: &Config,
    state: &Path,
    tokio: &tokio::runtime::Handle,
) -> anyhow::Result<Vec<(String, Exit)>> {
    let sinks = config.sinks.iter().map(|sink| {
        let site = knownet_sink::Site {
            name: sink.name.clone(),
            state: state.join(format!("sink-{}", sink.name)),
            tokio: tokio.clone(),
        };
        Ok((sink.name.clone(), sink.open(&site)?))
    });
    sinks.collect()
}

/// What drives connections.
pub(super) fn tokio() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("net")
        .enable_all()
        .build()
        .context("no threads for connections")
}

/// The file for dead letters.
pub(super) fn letters(config: &Config) -> PathBuf {
    match &config.options.dead_letter {
        Some(DeadLetter::File(path)) => path.clone(),
        // The configuration's folder is not for services to write to.
        _ if config.is_live() => config.state_dir().join(report::DEAD_LETTERS),
        _ => {
            let folder = config.file.parent().unwrap_or(Path::new(""));
            folder.join(report::DEAD_LETTERS)
        }
    }
}

/// Whether `letters` can be appended to, or made.
fn probe(letters: &Path) -> anyhow::Result<()> {
    let mut name = letters.as_os_str().to_owned();
    name.push(format!(".{}-probe", std::process::id()));
    let probe = PathBuf::from(name);
    let made = match letters.exists() {
        true => OpenOptions::new().append(true).open(letters).map(drop),
        false => File::create(&probe).and_then(|_| fs::remove_file(&probe)),
    };
    made.with_context(|| {
        let letters = letters.display();
        format!(
            "dead letters could not be written to {letters}; set dead_letter to a file that can"
        )
    })
}

pub(super) fn runtime_options(config: &Config, letters: PathBuf) -> knownet_runtime::Options {
    let mut runtime = knownet_runtime::Options::default();
    if let Some(workers) = config.options.workers {
        runtime.workers = workers;
    }
    if let Some(bytes) = config.options.max_in_flight {
        runtime.in_flight = usize::try_from(bytes).unwrap_or(usize::MAX);
    }
    runtime.dead_letter = letters;
    let letters = config
        .dead_letter_sink()
        .map(|n| config.sinks[n].name.clone());
    runtime.dead_letter_sink = letters;
    runtime
}

/// Fulfils wishes, and looks after files and the log, until the end is wished for.
fn look_after(mut reload: Reload, wanted: Receiver<Wish>) -> anyhow::Result<JoinHandle<()>> {
    let work = move || {
        loop {
            match wanted.recv_timeout(LOOK) {
                Ok(Wish::Reload) => {
                    // Those that came meanwhile want what is there now, too.
                    if wanted.try_iter().any(|wish| matches!(wish, Wish::End)) {
                        return;
                    }
                    reload.asked();
                }
                Ok(Wish::End) | Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) => reload.look(),
            }
            log::settle(false);
        }
    };
    let thread = thread::Builder::new().name("caretaker".into());
    thread
        .spawn(work)
        .context("no thread to look after the run")
}
