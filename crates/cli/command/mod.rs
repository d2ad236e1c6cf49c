//! What the commands do, one file each.

mod check;
mod lookup;
mod run;
mod tag;

pub use check::check;
pub use lookup::lookup;
pub use run::run;
pub use tag::tag;
