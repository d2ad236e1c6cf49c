//! Pairs as a user describes them, read by the reader of key=value.

use crate::text::record::Record;

/// Reads pairs with `pair` between them and `value` between a name and its value.
pub fn read<'a>(_pair: &str, _value: &str, _text: &'a [u8], _record: &mut Record<'a>) -> bool {
    false
}
