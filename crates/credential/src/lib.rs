//! What proves who somebody is: secrets, certificates and keys, from files.
//!
//! Sources that let others in, and sinks and clients that want to be let in, read them alike.

pub mod pem;
mod secret;
mod trust;

pub use secret::Secret;
pub use trust::{Identity, Trust, advice};
