//! Any text as a configuration.
//!
//! The reader is part of the command, so its files are taken in here: `config.rs` and `config/`
//! beside this file are links to them, which lets the module stand where the command has it.
#![no_main]

#[allow(dead_code, unused_imports)]
mod config;

use std::path::Path;

use config::Severity;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let env = |name: &str| match name {
        "SET" => Some("set".to_owned()),
        "EMPTY" => Some(String::new()),
        "ODD" => Some("\"${SET}\n\u{1b}".to_owned()),
        _ => None,
    };
    let lines = 1 + text.matches('\n').count();
    let mistakes = match config::parse(text, Path::new("folder/knownet.toml"), &env) {
        Ok((config, warnings)) => {
            assert!(!config.sources.is_empty() && !config.sinks.is_empty());
            assert!(config.sinks.len() <= knownet_flow::MAX_SINKS);
            assert_eq!(config.label_names().len(), config.labels.len());
            assert!(warnings.iter().all(|w| w.severity == Severity::Warning));
            warnings
        }
        Err(mistakes) => {
            assert!(mistakes.iter().any(|m| m.severity == Severity::Error));
            mistakes
        }
    };
    assert!(mistakes.is_sorted_by_key(|mistake| mistake.line));
    for mistake in mistakes {
        assert!((1..=lines).contains(&mistake.line), "{mistake}");
        assert!(
            !mistake.to_string().contains(|c: char| c.is_control()),
            "{mistake:?}"
        );
    }
});
