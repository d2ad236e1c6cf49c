//! A rotated file, compressed beside itself.
//!
//! The compressed file gets its name when all of it is on the disk, and only then the plain one is
//! removed: whenever the process ends, one of the two is whole.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use flate2::write::GzEncoder;
use knownet_flow::folder;
use zstd::Encoder;

use super::Compress;
use super::current::{folder_of, imitate};

/// Bytes between two looks at whether to stop.
const BLOCK: usize = 256 << 10;

/// Replaces the file `plain` by a compressed one, unless `cancel` is set meanwhile.
pub(super) fn replace(plain: &Path, how: Compress, cancel: &AtomicBool) -> io::Result<()> {
    let target = add(plain, how.suffix());
    let part = add(&target, ".part");
    let written = write(plain, &part, how, cancel);
    if !matches!(written, Ok(true)) {
        // Above all it must not fill a disk that is full already.
        let _ = fs::remove_file(&part);
        return written.map(drop);
    }
    fs::rename(&part, &target)?;
    folder::sync(folder_of(&target))?;
    fs::remove_file(plain)
}

fn write(plain: &Path, part: &Path, how: Compress, cancel: &AtomicBool) -> io::Result<bool> {
    let mut input = File::open(plain)?;
    let metadata = input.metadata()?;
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
        // Never readable for more people than the plain one.
        options.mode(metadata.mode() & 0o777);
    }
    let output = options.open(part)?;
    imitate(&output, &metadata);
    let output = match how {
        Compress::Zstd => {
            let mut encoder = Encoder::new(output, zstd::DEFAULT_COMPRESSION_LEVEL)?;
            encoder.include_checksum(true)?;
            match copy(&mut input, &mut encoder, cancel)? {
                true => encoder.finish()?,
                false => return Ok(false),
            }
        }
        Compress::Gzip | Compress::None => {
            let mut encoder = GzEncoder::new(output, flate2::Compression::default());
            match copy(&mut input, &mut encoder, cancel)? {
                true => encoder.finish()?,
                false => return Ok(false),
            }
        }
    };
    // Whoever sorts by time finds it where the plain one was.
    if let Ok(modified) = metadata.modified() {
        let _ = output.set_modified(modified);
    }
    output.sync_all()?;
    Ok(true)
}

/// Copies to the end; `false` if `cancel` was set before.
fn copy(from: &mut File, to: &mut impl Write, cancel: &AtomicBool) -> io::Result<bool> {
    let mut block = vec![0; BLOCK];
    while !cancel.load(Ordering::Acquire) {
        match from.read(&mut block) {
            Ok(0) => return Ok(true),
            Ok(n) => to.write_all(&block[..n])?,
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(false)
}

fn add(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}
