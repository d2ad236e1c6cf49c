//! JSON lines grown from a grammar of the names that matter, then mutated.
#![no_main]

use knownet_fuzz::choice::Choices;
use knownet_fuzz::grammar;
use knownet_fuzz::json::{Setup, check};
use knownet_fuzz::paths::SETS;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let mut choices = Choices::new(data);
    let setup = Setup::new(choices.byte(), choices.byte());
    let batch = grammar::batch(&mut choices, &SETS[setup.set]);
    check(&batch, &setup);
});
