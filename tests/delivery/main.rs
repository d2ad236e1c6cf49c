//! Nothing is lost: knownet is killed at random moments while numbered events arrive, and at the
//! end the numbers in its files are compared with those that were sent.
//!
//! `KNOWNET_KILLS=200 cargo test --test delivery -- --nocapture` kills each variant so often;
//! without it a few times. `KNOWNET_SEED` gives other moments; the seed is in each variant's line.

// The binary and a folder to run it in, as the other tests have them.
#[allow(dead_code, unused_imports)]
#[path = "../end_to_end"]
mod end_to_end {
    pub mod rig;
}
use end_to_end::rig;

// Random numbers that can be had again.
mod random;
// Which numbers came out, and what that says.
mod ledger;
// Starts it, kills it, starts it again.
mod round;
// What else goes wrong meanwhile.
mod trouble;
// Who sends the events.
mod sender;

// What every source is tried with.
#[macro_use]
mod variant;
// The sources.
mod beats;
mod http;
mod net;
mod tail;
