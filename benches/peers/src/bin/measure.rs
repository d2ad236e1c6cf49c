//! `measure [--stdin FILE] [--stdout FILE] [--until FIFO] [--limit SECONDS] REPORT COMMAND…`: runs a
//! command and writes what it and its children cost to REPORT, as one JSON object.
//!
//! A process of its own does this because Linux counts the memory of the process that starts a
//! command into that command's peak: this one is small, an interpreter is not. A service that does
//! not end by itself is told to with SIGTERM once it has written to FIFO. The end of measure's own
//! standard input ends the command, so that none outlives an interrupted bench.

use std::fs::{File, OpenOptions};
use std::io::Read;
use std::process::{Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

enum News {
    Ready,
    Abandoned,
    Ended(std::io::Result<std::process::ExitStatus>),
}

fn main() {
    if let Err(error) = run() {
        eprintln!("measure: {error}");
        std::process::exit(2);
    }
}

fn run() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut limit = Duration::from_secs(600);
    let (mut stdin, mut stdout, mut until) = (Stdio::null(), Stdio::null(), None);
    let report = loop {
        let option = arguments.next().ok_or("expected REPORT and COMMAND")?;
        let mut value = || arguments.next().ok_or(format!("{option} wants a value"));
        match option.as_str() {
            "--stdin" => stdin = File::open(value()?)?.into(),
            "--stdout" => {
                stdout = OpenOptions::new()
                    .write(true)
                    .create(true)
                    .truncate(true)
                    .open(value()?)?
                    .into()
            }
            "--until" => until = Some(value()?),
            "--limit" => limit = Duration::from_secs(value()?.parse()?),
            _ => break option,
        }
    };
    let program = arguments.next().ok_or("expected COMMAND")?;
    let (news, hear) = channel();
    if let Some(path) = until {
        // Open for writing too, so that the service may open it before, after, or never.
        let mut fifo = OpenOptions::new().read(true).write(true).open(path)?;
        let news = news.clone();
        std::thread::spawn(move || {
            if fifo.read(&mut [0]).is_ok_and(|length| length == 1) {
                let _ = news.send(News::Ready);
            }
        });
    }
    let abandon = news.clone();
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        abandon.send(News::Abandoned)
    });
    let start = Instant::now();
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(stdin)
        .stdout(stdout)
        .spawn()?;
    let process = Pid::from_raw(child.id().try_into()?);
    std::thread::spawn(move || news.send(News::Ended(child.wait())));
    let mut timed_out = false;
    let status = loop {
        match hear.recv_timeout(limit.saturating_sub(start.elapsed())) {
            Ok(News::Ended(status)) => break status?,
            Ok(News::Ready) => kill(process, Signal::SIGTERM)?,
            Ok(News::Abandoned) => kill(process, Signal::SIGKILL)?,
            Err(RecvTimeoutError::Timeout) if !timed_out => {
                timed_out = true;
                limit += Duration::from_secs(10);
                kill(process, Signal::SIGKILL)?;
            }
            Err(error) => return Err(error.into()),
        }
    };
    let wall = start.elapsed().as_secs_f64();
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let seconds =
        |time: nix::sys::time::TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6;
    let cpu = seconds(usage.user_time()) + seconds(usage.system_time());
    let (peak, code) = (usage.max_rss(), status.code().unwrap_or(-1));
    let text = format!(
        "{{\"wall\":{wall:.6},\"cpu\":{cpu:.6},\"peak_kib\":{peak},\"code\":{code},\"timed_out\":{timed_out}}}\n"
    );
    Ok(std::fs::write(report, text)?)
}
