//! The octet count that may stand before a syslog message.

/// Digits of the largest count.
const DIGITS: usize = 9;

/// What the beginning of a frame shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Count {
    /// More has to be seen.
    Unsure,
    /// It has no count.
    None,
    /// The count takes `header` bytes, its space included, and `len` bytes follow.
    Of { header: usize, len: usize },
}

/// Reads `MSG-LEN SP` as in [RFC 6587, section 3.4.1]: a digit from 1 to 9, more digits, a space.
///
/// [RFC 6587, section 3.4.1]: https://www.rfc-editor.org/rfc/rfc6587#section-3.4.1
pub(crate) fn count(bytes: &[u8]) -> Count {
    if bytes.first() == Some(&b'0') {
        return Count::None;
    }
    let digits = bytes.iter().take_while(|byte| byte.is_ascii_digit());
    let digits = digits.take(DIGITS + 1).count();
    match bytes.get(digits) {
        _ if digits > DIGITS => Count::None,
        None => Count::Unsure,
        Some(b' ') if digits > 0 => Count::Of {
            header: digits + 1,
            len: number(&bytes[..digits]),
        },
        Some(_) => Count::None,
    }
}

/// As [`count`], but only before a priority, `<` digits `>`, that fits into the frame.
///
/// Text and JSON may begin with a number, too; a line of text that begins with a number, a space and
/// a priority is a syslog message with its count for every practical purpose.
pub(crate) fn count_of_message(bytes: &[u8]) -> Count {
    let Count::Of { header, len } = count(bytes) else {
        return count(bytes);
    };
    match priority(&bytes[header..]) {
        Priority::Unsure => Count::Unsure,
        Priority::Of(priority) if priority <= len => Count::Of { header, len },
        _ => Count::None,
    }
}

/// Whether a message begins with a priority.
pub(crate) fn has_priority(message: &[u8]) -> bool {
    matches!(priority(message), Priority::Of(_))
}

enum Priority {
    Unsure,
    None,
    /// So many bytes.
    Of(usize),
}

fn priority(bytes: &[u8]) -> Priority {
    let Some((b'<', rest)) = bytes.split_first() else {
        return match bytes.is_empty() {
            true => Priority::Unsure,
            false => Priority::None,
        };
    };
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit());
    let digits = digits.take(4).count();
    match rest.get(digits) {
        None if digits <= 3 => Priority::Unsure,
        Some(b'>') if (1..=3).contains(&digits) => Priority::Of(digits + 2),
        _ => Priority::None,
    }
}

fn number(digits: &[u8]) -> usize {
    let add = |sum: usize, digit: &u8| sum * 10 + usize::from(digit - b'0');
    digits.iter().fold(0, add)
}
