//! What a source is given besides its own keys.

use std::path::PathBuf;

use tokio::runtime::Handle;

use crate::Limits;

/// Where a source runs.
#[derive(Debug, Clone)]
pub struct Site {
    /// What it is called; the `source` label of its metrics.
    pub name: String,
    /// How it cuts what it reads.
    pub limits: Limits,
    /// The folder for what it has to remember, its own alone; made when it is needed.
    pub state: PathBuf,
    /// Drives its sockets and timers.
    pub tokio: Handle,
}
