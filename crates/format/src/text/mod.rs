//! Records of text: recognised, read into ECS fields, and written as one JSON line each.
//!
//! A reader is a function over one record; [`FORMATS`] lists them. What they need to know beside
//! the record (names, clock, header) is in [`Context`]; what they find goes into a [`Record`].

pub mod access;
pub mod adc;
pub mod address;
pub mod alias;
pub mod auth;
pub mod auto;
pub mod cef;
pub mod cisco;
pub mod columns;
pub mod field;
pub mod frame;
pub mod header;
pub mod iptables;
pub mod json;
pub mod kv;
pub mod leef;
pub mod message;
mod near;
pub mod netskope;
pub mod nps;
pub mod own;
pub mod panos;
pub mod pf;
pub mod pfirewall;
pub mod reader;
pub mod record;
pub mod securid;
pub mod syslog;
pub mod time;
mod transport;
pub mod umbrella;
pub mod vpc_flow;
pub mod xml;

use alias::Aliases;
use record::Record;
use time::Clock;

/// What readers need to know beside the record.
pub struct Context {
    /// Vendors' names for fields.
    pub aliases: Aliases,
    /// The time of reading, and the zone of times without one.
    pub clock: Clock,
}

impl Context {
    /// With the builtin names.
    pub fn new(clock: Clock) -> Context {
        Context {
            aliases: Aliases::new(&[]),
            clock,
        }
    }
}

/// Reads the text of one record (what is left of the line, where a syslog header was in front of
/// it) into `record`; `false` if it is not this format. Whoever calls takes back what was added
/// then.
pub type Read = for<'a> fn(text: &'a [u8], record: &mut Record<'a>) -> bool;

/// One format of text.
pub struct Spec {
    /// What a configuration calls it.
    pub name: &'static str,
    /// One line about it.
    pub summary: &'static str,
    /// A record.
    pub example: &'static str,
    /// Its reader.
    pub read: Read,
}

/// Every format that is recognised by itself, in the order in which they are asked: the first whose
/// reader takes a record has it, so those that are certain of theirs come first.
pub const FORMATS: &[&Spec] = &[
    &json::SPEC,
    &xml::SPEC,
    &cef::SPEC,
    &leef::SPEC,
    &cisco::SPEC,
    &pf::SPEC,
    &iptables::SPEC,
    &auth::SPEC,
    &access::SPEC,
    &adc::SPEC,
    &panos::SPEC,
    &pfirewall::SPEC,
    &vpc_flow::SPEC,
    &umbrella::SPEC,
    &securid::SPEC,
    &netskope::SPEC,
    &nps::SPEC,
    &kv::SPEC,
    &message::SPEC,
];
