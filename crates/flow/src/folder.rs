//! Names of files that survive a power cut.

use std::io;
use std::path::Path;

/// Makes the names in `folder` survive a power cut, as far as the system can: where a folder may not
/// be read or cannot be synced, as on some shares and off Unix, it does nothing.
///
/// # Errors
/// If the disk fails.
pub fn sync(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    match std::fs::File::open(folder).and_then(|folder| folder.sync_all()) {
        Err(e)
            if matches!(
                e.kind(),
                io::ErrorKind::PermissionDenied | io::ErrorKind::InvalidInput
            ) => {}
        synced => return synced,
    }
    let _ = folder;
    Ok(())
}
