//! What a sink is given besides its own keys.

use std::path::PathBuf;

use tokio::runtime::Handle;

/// Where a sink runs.
#[derive(Debug, Clone)]
pub struct Site {
    /// What it is called; the `sink` label of its metrics.
    pub name: String,
    /// The folder for what it has to remember, its own alone; made when it is needed.
    pub state: PathBuf,
    /// Drives its sockets and timers.
    pub tokio: Handle,
}
