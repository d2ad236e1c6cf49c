//! Any bytes as a PROXY header.
//!
//! Its reader is private to its crate, so its file is taken in here.
#![no_main]

#[allow(dead_code)]
#[path = "../../crates/source/src/net/proxy.rs"]
mod proxy;

use libfuzzer_sys::fuzz_target;
use proxy::{Step, announces, step};

fuzz_target!(|bytes: &[u8]| {
    let mut read = 0;
    // Every step reads something, so they end.
    let announced = loop {
        match step(&bytes[..read]) {
            Step::Read(more) => {
                assert!(more > 0 && read + more <= 16 + 4096);
                read += more;
                if read > bytes.len() {
                    return;
                }
            }
            Step::Announced(address) => break address,
            Step::Refused(_) => return,
        }
    };
    let header = &bytes[..read];
    if announced.is_some() && header.starts_with(b"PROXY ") {
        assert!(header.ends_with(b"\r\n") && read <= 107);
        assert_eq!(announces(header), Some(true));
    }
});
