//! Where bytes come in: standard input, files, followed files, and connections.
//!
//! Files and standard input are read straight into the batch that the runtime hands over; gzip and
//! zstd are recognised by their first bytes. What connections send waits in an inbox. Reads that
//! may have to wait end as soon as the stop is set.

mod beats;
mod file;
mod frame;
mod http;
mod inbox;
mod input;
mod lines;
mod name;
mod net;
mod site;
pub mod spool;
mod stdin;
pub mod tail;
mod udp;
mod wait;

pub use beats::Beats;
pub use file::Files;
pub use http::{Auth, Http};
pub use lines::Limits;
#[cfg(unix)]
pub use net::unix;
pub use net::{Listen, Tls, Unix, tcp};
pub use site::Site;
pub use spool::{Spool, Spooled, WhenFull};
pub use stdin::Stdin;
pub use udp::{Udp, udp};
