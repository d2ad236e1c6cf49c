//! What the commands do, one file each.

mod check;
mod explain;
mod formats;
mod lookup;
mod replay;
mod run;
#[cfg(windows)]
mod service;
mod setup;
mod spool;
mod tag;

pub use check::check;
pub use explain::explain;
pub use formats::formats;
pub use lookup::lookup;
pub use replay::replay;
pub use run::run;
#[cfg(windows)]
pub use service::service;
pub use setup::setup;
pub use spool::spool;
pub use tag::tag;
