//! Syslog headers: RFC 3164 and RFC 5424 as devices really send them.

use super::record::Record;

/// Reads the header in front of a message into `record` and returns the message; `None` if there is
/// no header.
pub fn header<'a>(_line: &'a [u8], _record: &mut Record<'a>) -> Option<&'a [u8]> {
    None
}
