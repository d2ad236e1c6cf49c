//! What moves through knownet, and the contracts of the parts that move it.
//!
//! A [`Source`] fills a [`Batch`]; a [`Format`] finds events and field values in its bytes and
//! writes both into a [`Work`]; each [`Stage`] adds what it learned (labels, a rule's verdict, the
//! sinks that want the event); [`splice`] copies the bytes once into an [`Output`]; a [`Sink`]
//! makes that safe, or a [`Courier`] that says so later. An [`Ack`] ties the end to the beginning.
//!
//! The crate holds no policy and knows no part by name.

mod ack;
mod batch;
mod contract;
mod courier;
pub mod flat;
pub mod folder;
mod id;
pub mod json;
mod message;
mod output;
mod path;
mod span;
mod stop;
pub mod text;
pub mod time;
mod work;

pub use ack::{Ack, Outcome};
pub use batch::{Batch, Buffer, Framing, Heading, Origin, Place};
pub use contract::{
    Commit, Format, Lines, Names, OpenError, Piece, Plan, ROLES, Read, Reader, Roles, RuleName,
    Sink, Source, SourceError, Stage, Steps, Value, WriteError,
};
pub use courier::{Courier, Desk, Item, Parcel, Receipt, Refused, Settled, Trace, Wants};
pub use id::Id;
pub use message::{Message, Messages};
pub use output::{Events, Output, splice};
pub use path::{Path, PathError};
pub use span::Span;
pub use stop::Stop;
pub use work::{
    Address, Answer, Assignment, Counts, Edit, Event, FieldId, Hit, Kind, MAX_SINKS, Verdict, Work,
};
