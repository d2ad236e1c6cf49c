//! Keys and values of a legacy event as a JSON object of strings.

use knownet_flow::text::quote;

/// Makes a JSON string of the text from `start` on, which may be any bytes, with what follows a key
/// or a value.
pub(super) fn spell(bytes: &mut Vec<u8>, start: usize, is_key: bool) {
    let text = bytes.split_off(start);
    quote(&text, bytes);
    bytes.push(if is_key { b':' } else { b',' });
}

/// Ends the object.
pub(super) fn close(bytes: &mut Vec<u8>) {
    if bytes.last() == Some(&b',') {
        bytes.pop();
    }
    bytes.push(b'}');
}
