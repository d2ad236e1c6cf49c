//! The command line: configuration and options into parts, and parts into a run.
//!
//! Exit codes: 0 all went well; 1 something could not be read, passed on or was wrong; 2 the
//! command line itself is wrong.

mod command;
mod compile;
mod config;
mod log;
mod option;
mod plan;
mod report;
mod usual;

use std::io;
use std::process::ExitCode;

use clap::Parser;
use option::{Args, Command};

fn main() -> ExitCode {
    let outcome = match Args::parse().command {
        Command::Run(options) => command::run(&options),
        #[cfg(windows)]
        Command::Service(wish) => command::service(&wish),
        Command::Check(options) => command::check(&options),
        Command::Tag(options) => command::tag(&options),
        Command::Explain(options) => command::explain(&options),
        Command::Formats => command::formats(),
        Command::Lookup(options) => command::lookup(&options),
        Command::Replay(options) => command::replay(&options),
        Command::Setup(setup) => command::setup(&setup),
        Command::Spool(spool) => command::spool(&spool),
    };
    match outcome {
        Ok(code) => code,
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            report::tell(format_args!("knownet: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// Whether the reader of our output has gone, which is its right.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let kind = error.downcast_ref::<io::Error>().map(io::Error::kind);
    kind == Some(io::ErrorKind::BrokenPipe)
}
