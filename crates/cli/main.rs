//! The command line.

// Its commands are still to come.
#[allow(dead_code, unused_imports)]
mod config;

fn main() {}
