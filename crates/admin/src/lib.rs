//! Health and metrics by HTTP, for whoever watches over a running knownet.
//!
//! - `GET /metrics` is Prometheus' text, `/healthz` says whether the process works, `/readyz` whether
//!   it can take events and get rid of them; the last two give the reasons where they answer 503.
//! - Nothing is changed from here, and nobody is asked who he is: it belongs on loopback.
//! - Few connections, short requests, short waits: whoever holds a connection open costs nothing else.

mod metric;
mod server;

pub use metric::{Metrics, MetricsError};
pub use server::{BindError, Listener, Watch};
