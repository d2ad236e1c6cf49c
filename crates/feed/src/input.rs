//! A feed's bytes: unpacked, without byte-order mark, its beginning at hand for detection.
//!
//! Guarantees: a line takes at most [`LONGEST_LINE`] bytes of memory, however long it is, and a
//! small gzip stream that unpacks to very much is read in pieces.

use crate::error::FeedError;
use crate::read::Rows;
use flate2::bufread::MultiGzDecoder;
use std::io::{self, BufRead, BufReader, Cursor, Read};

/// How much of a feed detection looks at.
pub(crate) const HEAD: u64 = 64 << 10;
/// The longest line that is read as one.
pub(crate) const LONGEST_LINE: usize = 64 << 10;

/// A feed ready to be read from its first byte.
pub(crate) struct Input<'a> {
    /// Its first bytes, at most [`HEAD`].
    pub head: Vec<u8>,
    /// All of it, head included.
    pub all: Box<dyn BufRead + 'a>,
}

/// Opens a feed.
pub(crate) fn open<'a>(mut raw: impl BufRead + 'a) -> io::Result<Input<'a>> {
    let packed = raw.fill_buf()?.starts_with(&[0x1f, 0x8b]);
    let mut plain: Box<dyn BufRead + 'a> = match packed {
        true => Box::new(BufReader::with_capacity(
            HEAD as usize,
            MultiGzDecoder::new(raw),
        )),
        false => Box::new(raw),
    };
    let mut head = Vec::new();
    plain.by_ref().take(HEAD).read_to_end(&mut head)?;
    let mark = if head.starts_with(b"\xef\xbb\xbf") {
        3
    } else {
        0
    };
    head.drain(..mark);
    let all = Box::new(Cursor::new(head.clone()).chain(plain));
    Ok(Input { head, all })
}

/// One line of a feed.
pub(crate) enum Line<'a> {
    /// Its text without line ending and the white space around it.
    Text(&'a [u8]),
    /// The beginning of a line that is longer than any that holds a prefix.
    TooLong(&'a [u8]),
}

/// Calls `each` for every line, its number (from 1) set in `rows`.
pub(crate) fn lines<'a>(
    input: &mut dyn BufRead,
    rows: &mut Rows<'a>,
    mut each: impl FnMut(Line<'_>, &mut Rows<'a>),
) -> Result<(), FeedError> {
    let mut text = Vec::new();
    for number in 1.. {
        text.clear();
        let whole = next(input, &mut text).map_err(|source| rows.unreadable(source))?;
        rows.at_line(number);
        match whole {
            _ if text.is_empty() => break,
            true => each(Line::Text(text.trim_ascii()), rows),
            false => each(Line::TooLong(&text), rows),
        }
        if rows.is_full() {
            break;
        }
    }
    Ok(())
}

/// Reads one line with its ending; `false` if only its beginning fitted and the rest is gone.
fn next(input: &mut dyn BufRead, text: &mut Vec<u8>) -> io::Result<bool> {
    input.take(LONGEST_LINE as u64).read_until(b'\n', text)?;
    if text.len() < LONGEST_LINE || text.ends_with(b"\n") {
        return Ok(true);
    }
    Ok(input.skip_until(b'\n')? == 0)
}
