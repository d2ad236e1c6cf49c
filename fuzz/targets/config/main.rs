//! Any text as a configuration.
//!
//! The reader is part of the command, so its files are taken in here: `config.rs` and `config/`
//! beside this file are links to them, which lets the module stand where the command has it.
#![no_main]

#[allow(dead_code, unused_imports)]
mod config;

use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use config::Severity;
use libfuzzer_sys::fuzz_target;

/// Where the text is put to be read, in memory where there is such a folder. A process of its own
/// has a file of its own.
static FILE: LazyLock<PathBuf> = LazyLock::new(|| {
    let memory = PathBuf::from("/dev/shm");
    let folder = if memory.is_dir() {
        memory
    } else {
        std::env::temp_dir()
    };
    let folder = folder.join(format!("knownet-fuzz-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder");
    folder.join("knownet.toml")
});

fuzz_target!(|text: &[u8]| {
    fs::write(&*FILE, text).expect("a file");
    let lines = 1 + text.iter().filter(|&&byte| byte == b'\n').count();
    let (config, mistakes) = config::load(&FILE);
    if mistakes.iter().all(|m| m.severity == Severity::Warning) {
        let config = config.expect("what has no mistake can be run");
        assert!(!config.sources.is_empty() && !config.sinks.is_empty());
        assert!(config.sinks.len() <= knownet_flow::MAX_SINKS);
    }
    assert!(mistakes.is_sorted_by_key(|mistake| mistake.line));
    for mistake in mistakes {
        assert!((1..=lines).contains(&mistake.line), "{mistake}");
        assert!(
            !mistake.to_string().contains(|c: char| c.is_control()),
            "{mistake:?}"
        );
    }
});
