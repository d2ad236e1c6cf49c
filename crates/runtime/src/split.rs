//! Where to cut a run of lines in two.

/// The line boundary closest behind the middle of `lines`, or before it if there is none behind;
/// `None` for a single line.
pub(crate) fn middle(lines: &[u8]) -> Option<usize> {
    let half = lines.len() / 2;
    let inner = lines.len().checked_sub(1)?;
    let behind = lines[half..inner].iter().position(|&b| b == b'\n');
    let before = || lines[..half].iter().rposition(|&b| b == b'\n');
    Some(behind.map(|n| half + n).or_else(before)? + 1)
}

#[cfg(test)]
#[path = "tests/split.rs"]
mod tests;
