mod change;
mod disk;
mod http;
#[cfg(feature = "kafka")]
mod kafka;
mod label;
mod matching;
mod random;
mod reference;
mod shape;
mod sink;
mod source;
mod syntax;
mod tag;
mod variable;

use std::path::Path;

use super::{Config, Mistake, parse};

/// Two parts without which no configuration is whole, to put behind a test's own lines.
const ENDS: &str = "[sources.in]\ntype = \"stdin\"\n[sinks.out]\ntype = \"stdout\"\n";

fn read(text: &str) -> Result<(Config, Vec<Mistake>), Vec<Mistake>> {
    let env = |name: &str| match name {
        "OFFICE" => Some("203.0.113.0/24".to_owned()),
        "EMPTY" => Some(String::new()),
        "NESTED" => Some("${OFFICE}".to_owned()),
        _ => None,
    };
    parse(text, Path::new("config/a.toml"), &env)
}

/// The configuration of a text without errors and warnings.
fn config(text: &str) -> Config {
    match read(text) {
        Ok((config, warnings)) if warnings.is_empty() => config,
        Ok((_, mistakes)) | Err(mistakes) => panic!("{text}\n{}", show(&mistakes).join("\n")),
    }
}

fn warnings(text: &str) -> Vec<String> {
    match read(text) {
        Ok((_, warnings)) => show(&warnings),
        Err(mistakes) => panic!("{text}\n{}", show(&mistakes).join("\n")),
    }
}

fn mistakes(text: &str) -> Vec<String> {
    match read(text) {
        Ok(_) => panic!("no error in\n{text}"),
        Err(mistakes) => show(&mistakes),
    }
}

fn show(mistakes: &[Mistake]) -> Vec<String> {
    mistakes.iter().map(ToString::to_string).collect()
}

#[track_caller]
fn assert_mistakes(text: &str, expected: &[&str]) {
    let found = mistakes(text);
    assert_eq!(found, expected, "\n{text}\n{}", found.join("\n"));
}
