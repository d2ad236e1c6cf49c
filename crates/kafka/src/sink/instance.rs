//! A name that only one running producer has, the same after each start.
//!
//! Brokers let the last producer of a name go on and shut out all before it. Several runs of the same
//! configuration must not do that to each other, and a run that comes after one that was killed
//! should, so that nobody waits for what that one left open. A random number in the state folder,
//! which one run at a time may use, makes the difference.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use knownet_flow::folder;

/// The file in the state folder.
pub(super) const FILE: &str = "instance";
/// Digits of the number: 64 bits.
const DIGITS: usize = 16;

/// The number of this instance, made if there is none.
pub(super) fn number(state: &Path) -> io::Result<String> {
    let path = state.join(FILE);
    match fs::read_to_string(&path) {
        Ok(text) if is_number(text.trim()) => return Ok(text.trim().to_owned()),
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    fs::create_dir_all(state)?;
    let number = random();
    let new = state.join(format!("{FILE}.new"));
    let mut file = File::create(&new)?;
    writeln!(file, "{number}")?;
    file.sync_all()?;
    fs::rename(&new, &path)?;
    folder::sync(state)?;
    Ok(number)
}

fn is_number(text: &str) -> bool {
    text.len() == DIGITS && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The keys of std's hashers come from the system's source of random numbers.
fn random() -> String {
    use std::hash::{BuildHasher, Hasher, RandomState};
    let number = RandomState::new().build_hasher().finish();
    format!("{number:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_stays_and_is_another_one_elsewhere() {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let state = one.path().join("state");
        let first = number(&state).unwrap();
        assert!(is_number(&first), "{first}");
        assert_eq!(number(&state).unwrap(), first);
        assert_ne!(number(other.path()).unwrap(), first);
        // Whatever else stands there is no number.
        fs::write(state.join(FILE), "half a num").unwrap();
        assert!(is_number(&number(&state).unwrap()));
    }
}
