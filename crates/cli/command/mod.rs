//! What the commands do, one file each.

mod check;
mod explain;
mod formats;
mod lookup;
mod run;
mod spool;
mod tag;

pub use check::check;
pub use explain::explain;
pub use formats::formats;
pub use lookup::lookup;
pub use run::run;
pub use spool::spool;
pub use tag::tag;
