//! What happens to an event: rules drop, keep or count it, sinks' matches route it.
//!
//! A [`Match`] is written as in Sigma: keys are AND, a list is OR, `*` and `?` are wildcards in text
//! without regard to case, and a modifier after `|` says another comparison. Read [`Match::new`] for
//! all of it.
//!
//! Guarantees:
//! - a key that names a tag's target is answered from knownet's own lookup, never from bytes that
//!   arrived with the event;
//! - a drop needs *every* address of such a tag to carry the label, and an address of a threat
//!   label vetoes it (see [`Rules`]);
//! - nothing is allocated per event, and a rule about labels costs nothing on an event without an
//!   address.

mod error;
mod field;
mod key;
mod label;
mod matching;
mod number;
mod route;
mod rules;
mod scalar;
mod tag;
mod threat;
mod value;
mod wildcard;

pub use error::MatchError;
pub use matching::Match;
pub use route::Routes;
pub use rules::{Action, Rule, Rules};
pub use scalar::Scalar;
pub use tag::Tags;

#[cfg(test)]
mod tests;
