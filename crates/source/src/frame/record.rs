//! One datagram, or one counted frame, as lines.

use knownet_flow::flat;
use memchr::{memchr, memchr_iter};

use super::count::has_priority;

/// Appends `message` to `lines`, with a line feed; nothing if it is empty.
///
/// Line feeds and NULs at its end belong to the sender's framing and go. A line feed inside a syslog
/// message is written as `#012`, as rsyslog does by default ([`parser.escapeControlCharactersOnReceive`]);
/// those inside a JSON object become spaces, or escapes inside its strings. The lines of other text
/// are lines.
///
/// [`parser.escapeControlCharactersOnReceive`]: https://www.rsyslog.com/doc/rainerscript/global.html
pub(crate) fn write(message: &[u8], lines: &mut Vec<u8>) {
    let end = |byte: &u8| !matches!(byte, b'\n' | 0);
    let Some(last) = message.iter().rposition(end) else {
        return;
    };
    let message = &message[..=last];
    if memchr(b'\n', message).is_none() {
        lines.extend_from_slice(message);
    } else if !has_priority(message) {
        if message[0] != b'{' || !flat::objects(message, lines) {
            lines.extend_from_slice(message);
        }
    } else {
        let mut from = 0;
        for at in memchr_iter(b'\n', message) {
            lines.extend_from_slice(&message[from..at]);
            lines.extend_from_slice(b"#012");
            from = at + 1;
        }
        lines.extend_from_slice(&message[from..]);
    }
    lines.push(b'\n');
}

/// Appends `text`, whole lines, without the NULs at the end of each.
pub(crate) fn strip(text: &[u8], lines: &mut Vec<u8>) {
    let mut from = 0;
    for at in memchr_iter(b'\n', text) {
        let line = &text[from..at];
        let len = line.iter().rposition(|&byte| byte != 0);
        lines.extend_from_slice(&line[..len.map_or(0, |last| last + 1)]);
        lines.push(b'\n');
        from = at + 1;
    }
}
