//! Ids for events that have none of their own: no other event of any run has the same.
//!
//! Half of an id is this process's, by chance; the other half counts.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use knownet_flow::Id;
use ring::rand::{SecureRandom, SystemRandom};

/// The next id.
pub(crate) fn id() -> Id {
    static PROCESS: OnceLock<[u8; 8]> = OnceLock::new();
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let process = PROCESS.get_or_init(process);
    let next = NEXT.fetch_add(1, Ordering::Relaxed).to_be_bytes();
    let mut id = [0; 16];
    id[..8].copy_from_slice(process);
    id[8..].copy_from_slice(&next);
    Id(id)
}

fn process() -> [u8; 8] {
    // On a system without randomness the time has to tell processes apart.
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let mut process = (since.unwrap_or_default().as_nanos() as u64).to_be_bytes();
    let _ = SystemRandom::new().fill(&mut process);
    process
}
