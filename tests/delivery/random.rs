//! Random numbers that can be had again: xorshift64*, seeded by `KNOWNET_SEED`.

use std::env;
use std::thread;
use std::time::Duration;

pub struct Random(u64);

/// The number that an environment variable gives.
pub fn number(name: &str) -> Option<u64> {
    let text = env::var(name).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{name}={text} is not a number")),
    )
}

impl Random {
    pub fn new(seed: u64) -> Random {
        // The state must not be zero, and near seeds must not begin alike.
        let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        for _ in 0..8 {
            random.next();
        }
        random
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    pub fn one_in(&mut self, count: u64) -> bool {
        self.below(count) == 0
    }

    /// Lets a random time pass. Nothing is waited for.
    pub fn pause(&mut self, most: Duration) {
        let micros = self.below(1 + most.as_micros() as u64);
        thread::sleep(Duration::from_micros(micros));
    }
}
