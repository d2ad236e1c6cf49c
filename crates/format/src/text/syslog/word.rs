//! The words of a header: hosts, programs, levels, and messages that begin without either.

use crate::text::address::is_ip;

/// Programs with longer names are not known; RFC 3164 allows 32 characters.
const LONGEST: usize = 80;

/// What a byte may be part of.
const NAME: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = matches!(byte as u8,
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'_' | b'.' | b'-' | b'/' | b'(' | b')'
            | b'@' | b'+' | b'~' | b'$' | 0x80..);
        byte += 1;
    }
    table
};

/// How many bytes of a name `text` begins with.
#[inline]
pub fn name(text: &[u8]) -> usize {
    let text = &text[..text.len().min(256)];
    text.iter()
        .position(|&byte| !NAME[usize::from(byte)])
        .unwrap_or(text.len())
}

/// A program, its process (empty if there is none), and what follows.
#[derive(Clone, Copy, Debug)]
pub struct Tag<'a> {
    pub name: &'a [u8],
    pub pid: &'a [u8],
    pub rest: &'a [u8],
}

/// Reads `prog[12]:`, `prog[12] `, `prog:`; `length` is that of the name in front.
#[inline]
pub fn tag(text: &[u8], length: usize) -> Option<Tag<'_>> {
    if length == 0 || length > LONGEST {
        return None;
    }
    let (name, rest) = text.split_at(length);
    let tag = match rest {
        [b'[', inner @ ..] => {
            let close = inner.iter().take(64).position(|&byte| byte == b']')?;
            let pid = &inner[..close];
            let number = !pid.is_empty() && pid.iter().all(u8::is_ascii_digit);
            let rest = &inner[close + 1..];
            let rest = match rest.first() {
                Some(b':') => &rest[1..],
                Some(b' ') | None if number => rest,
                _ => return None,
            };
            Tag { name, pid, rest }
        }
        [b':'] | [b':', b' ' | b'\t' | b'[', ..] => Tag {
            name,
            pid: b"",
            rest: &rest[1..],
        },
        _ => return None,
    };
    let first = name[0];
    let plain = first.is_ascii_alphabetic() || matches!(first, b'_' | b'/' | b'(' | b'-');
    let counts = plain || first.is_ascii_digit() && name.iter().any(u8::is_ascii_alphabetic);
    // `CEF: 0|` is written, too.
    let other = tag.pid.is_empty() && (matches!(name, b"CEF" | b"LEEF") || is_level(name));
    (counts && !other).then_some(tag)
}

/// Whether a word of a name's bytes can be a host.
#[inline]
pub fn is_host(word: &[u8]) -> bool {
    let Some(first) = word.first() else {
        return false;
    };
    (first.is_ascii_alphanumeric() || *first == b'_' || *first >= 0x80)
        && !word.contains(&b'@')
        && !is_level(word)
        && word != b"last"
}

/// The host that `text` begins with, and what follows the blank behind it; `length` is that of the
/// name in front.
#[inline]
pub fn host(text: &[u8], length: usize) -> Option<(&[u8], &[u8])> {
    let mut length = length;
    if text.get(length) == Some(&b':') {
        // Perhaps an IPv6 address.
        length = text.iter().take(64).position(|&byte| byte == b' ')?;
        if !is_ip(&text[..length]) {
            return None;
        }
        return Some((&text[..length], blank(&text[length..])));
    }
    let host = &text[..length];
    match text.get(length)? {
        b' ' | b'\t' if is_host(host) => Some((host, blank(&text[length..]))),
        _ => None,
    }
}

/// Without the blanks in front.
#[inline]
pub fn blank(text: &[u8]) -> &[u8] {
    let length = text.iter().position(|&byte| byte != b' ');
    &text[length.unwrap_or(text.len())..]
}

/// Whether a message that needs no program begins here.
pub fn is_message(text: &[u8]) -> bool {
    match text {
        [b'{', ..] | [b'%', b'A'..=b'Z', ..] => true,
        _ => [&b"CEF:"[..], b"LEEF:", b"@cee:"]
            .iter()
            .any(|mark| text.starts_with(mark)),
    }
}

/// Whether `text` begins with `name=`.
pub fn is_pair(text: &[u8]) -> bool {
    let length = name(text);
    length > 0 && text.get(length) == Some(&b'=')
}

/// Whether the word says how bad it is, not who.
pub fn is_level(word: &[u8]) -> bool {
    const LEVELS: [&[u8]; 15] = [
        b"info",
        b"warn",
        b"warning",
        b"error",
        b"err",
        b"debug",
        b"trace",
        b"notice",
        b"fatal",
        b"critical",
        b"crit",
        b"alert",
        b"emerg",
        b"severe",
        b"security",
    ];
    (3..=8).contains(&word.len()) && LEVELS.iter().any(|level| level.eq_ignore_ascii_case(word))
}

/// Whether the word is `facility.level`, as small systems write it.
pub fn is_facility(word: &[u8]) -> bool {
    let Some(dot) = word.iter().position(|&byte| byte == b'.') else {
        return false;
    };
    let (facility, level) = (&word[..dot], &word[dot + 1..]);
    let known = matches!(
        facility,
        b"kern"
            | b"user"
            | b"mail"
            | b"daemon"
            | b"auth"
            | b"authpriv"
            | b"syslog"
            | b"lpr"
            | b"news"
            | b"uucp"
            | b"cron"
            | b"ftp"
            | b"ntp"
            | b"console"
            | b"security"
    ) || matches!(facility, [b'l', b'o', b'c', b'a', b'l', b'0'..=b'7']);
    known && is_level(level)
}
