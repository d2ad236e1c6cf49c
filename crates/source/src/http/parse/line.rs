//! Lines, one event each.

use memchr::memchr;

use super::{Malformed, Out, Parse};

/// Cuts at line feeds. The last line may lack its own.
#[derive(Default)]
pub(crate) struct Lines;

impl Parse for Lines {
    fn push(&mut self, piece: &[u8], out: &mut Out) -> Result<(), Malformed> {
        let mut rest = piece;
        while let Some(end) = memchr(b'\n', rest) {
            out.extend(&rest[..end]);
            out.end_line();
            rest = &rest[end + 1..];
        }
        out.extend(rest);
        Ok(())
    }

    fn end(&mut self, out: &mut Out) -> Result<(), Malformed> {
        out.end_line();
        Ok(())
    }
}
