//! `generate events|networks`: writes events or a list of labelled networks to stdout.

use std::io::{self, Write};

use knownet_peers::generate::{Generator, Mix};
use knownet_peers::network;

const USAGE: &str =
    "usage: generate events [--count N | --size BYTES[K|M|G]] [--seed N] [--mix network|rare]
       generate networks COUNT";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Err(Failure::Write(error)) if error.kind() == io::ErrorKind::BrokenPipe => {}
        Err(Failure::Write(error)) => stop(&format!("cannot write: {error}")),
        Err(Failure::Usage(text)) => stop(&format!("{text}\n{USAGE}")),
        Ok(()) => {}
    }
}

enum Failure {
    Usage(String),
    Write(io::Error),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Failure::Write(error)
    }
}

fn stop(text: &str) -> ! {
    eprintln!("generate: {text}");
    std::process::exit(2);
}

fn run(arguments: &[String]) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match arguments.split_first() {
        Some((command, [count])) if command == "networks" => {
            let mut list = Vec::new();
            network::write(number(count)? as usize, &mut list)?;
            Ok(out.write_all(&list)?)
        }
        Some((command, options)) if command == "events" => events(options, &mut out),
        _ => Err(Failure::Usage("expected events or networks".into())),
    }
}

fn events(options: &[String], out: &mut impl Write) -> Result<(), Failure> {
    let (mut count, mut size, mut seed, mut mix) = (1000, u64::MAX, 1, Mix::Network);
    for option in options.chunks(2) {
        let [name, value] = option else {
            return Err(Failure::Usage(format!("{} wants a value", option[0])));
        };
        match name.as_str() {
            "--count" => count = number(value)?,
            "--size" => (count, size) = (u64::MAX, number(value)?),
            "--seed" => seed = number(value)?,
            "--mix" => mix = value.parse().map_err(Failure::Usage)?,
            _ => return Err(Failure::Usage(format!("unknown option {name}"))),
        }
    }
    let mut generator = Generator::new(seed, mix);
    let (mut buffer, mut written) = (Vec::with_capacity(1 << 19), 0);
    for _ in 0..count {
        generator.event(&mut buffer);
        if buffer.len() >= 1 << 18 {
            out.write_all(&buffer)?;
            written += buffer.len() as u64;
            buffer.clear();
        }
        if written + buffer.len() as u64 >= size {
            break;
        }
    }
    Ok(out.write_all(&buffer)?)
}

fn number(text: &str) -> Result<u64, Failure> {
    let (digits, unit) = match text.char_indices().last() {
        Some((at, 'K')) => (&text[..at], 1 << 10),
        Some((at, 'M')) => (&text[..at], 1 << 20),
        Some((at, 'G')) => (&text[..at], 1 << 30),
        _ => (text, 1),
    };
    let number: Option<u64> = digits
        .parse()
        .ok()
        .and_then(|number: u64| number.checked_mul(unit));
    number.ok_or_else(|| Failure::Usage(format!("no number: {text:?}")))
}
