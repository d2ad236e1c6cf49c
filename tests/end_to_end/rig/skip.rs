//! Saying that something was not tried.

use std::io::{Write, stderr};

/// Says so where everybody sees it: what the macros print is kept from them when a test passes. `.ci/run`
/// gathers these lines.
pub fn skipped(why: &str) {
    // With one thread the name of the test stands in the line already.
    let line = format!("\nskipped: {why}\n");
    let _ = stderr().write_all(line.as_bytes());
}
