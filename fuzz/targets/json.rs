//! Any bytes as a batch of JSON lines.
#![no_main]

use knownet_fuzz::json::{Setup, check};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let [options, chosen, batch @ ..] = data {
        check(batch, &Setup::new(*options, *chosen));
    }
});
