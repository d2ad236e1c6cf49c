//! Runs the parts: reads from every source, takes each batch through the steps, hands it to the
//! sinks, and tells the source what is safe.
//!
//! - **No hand-over.** The thread that reads a batch takes it through everything, so that a batch stays
//!   in the caches of one core. A slow sink slows its sources: directly, or because what a courier
//!   holds counts as in flight.
//! - **Nothing is confirmed implicitly.** A batch's ack is confirmed after every sink that takes
//!   some of it has it safe; a panic or a lost handle fails it.
//! - **A position moves only across an unbroken run of confirmed batches** ([`flow::Commit`]).
//! - **One bad event costs one event.** A batch that panics or is refused is split until the event
//!   is alone; it goes to the dead letters with the reason and is confirmed there.
//! - **Order.** The batches of a source reach each sink in the order in which they were read.
//!
//! [`flow::Commit`]: knownet_flow::Commit

mod append;
mod budget;
mod clerk;
mod dead_letter;
mod delivery;
mod desk;
mod fresh;
mod halt;
mod intake;
mod lane;
mod message;
mod meter;
mod oversized;
mod pipeline;
mod processor;
mod retry;
mod shared;
mod signals;
mod split;
mod staged;
mod summary;
mod tally;
mod trace;
mod turn;
mod vital;
mod watermark;

pub use halt::Cause;
pub use message::Message;
pub use pipeline::{Handle, Options, Pipeline, RunError};
pub use shared::Exit;
pub use signals::{on_signals, stop_on_signals};
pub use summary::{Ended, Summary};
pub use vital::{Health, Unreachable};
