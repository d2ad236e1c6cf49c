//! Text patterns with wildcards, as Sigma writes them.
//!
//! - `*` stands for any text, `?` for one character; `\*`, `\?` and `\\` are the characters
//!   themselves, and a backslash before anything else is a backslash, so that Windows paths need no
//!   doubling.
//! - Letters match without regard to case, by Unicode's simple lowercase.
//! - A text need not be UTF-8: a byte that belongs to no character is one that only wildcards match.
//! - Matching allocates nothing. Head and tail are compared in place; only the parts between two
//!   `*` are searched for.

/// A character in lowercase, or a stray byte.
type Unit = u32;

/// Stray bytes stand above every character.
const STRAY: Unit = 0x11_0000;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Token {
    Unit(Unit),
    One,
}

/// A pattern over whole texts.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    head: Box<[Token]>,
    /// What follows the first `*`, if there is one.
    rest: Option<Rest>,
}

#[derive(Clone, Debug)]
struct Rest {
    middle: Box<[Box<[Token]>]>,
    tail: Box<[Token]>,
}

/// Where a pattern may lie in the text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Place {
    /// It is the text.
    Whole,
    /// It is somewhere in it.
    Inside,
    /// It begins it.
    Start,
    /// It ends it.
    End,
}

impl Pattern {
    /// The pattern `text` at `place`.
    pub(crate) fn new(text: &str, place: Place) -> Pattern {
        let mut parts = vec![Vec::new()];
        if matches!(place, Place::Inside | Place::End) {
            parts.push(Vec::new());
        }
        read(text, &mut parts);
        if matches!(place, Place::Inside | Place::Start) {
            parts.push(Vec::new());
        }
        let mut parts = parts.into_iter().map(Vec::into_boxed_slice);
        let head = parts.next().unwrap_or_default();
        let mut middle: Vec<_> = parts.collect();
        let rest = middle.pop().map(|tail| {
            middle.retain(|part| !part.is_empty());
            Rest {
                middle: middle.into(),
                tail,
            }
        });
        Pattern { head, rest }
    }

    /// Whether `text` is what the pattern describes.
    pub(crate) fn matches(&self, text: &[u8]) -> bool {
        let Some(mut left) = after(&self.head, text) else {
            return false;
        };
        let Some(rest) = &self.rest else {
            return left.is_empty();
        };
        let Some(end) = before(&rest.tail, left) else {
            return false;
        };
        left = end;
        rest.middle.iter().all(|part| {
            let found = find(part, left);
            left = found.unwrap_or_default();
            found.is_some()
        })
    }
}

fn read(text: &str, parts: &mut Vec<Vec<Token>>) {
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let token = match c {
            '*' => {
                parts.push(Vec::new());
                continue;
            }
            '?' => Token::One,
            '\\' => Token::Unit(lower(
                chars
                    .next_if(|c| matches!(c, '*' | '?' | '\\'))
                    .unwrap_or(c),
            )),
            c => Token::Unit(lower(c)),
        };
        if let Some(part) = parts.last_mut() {
            part.push(token);
        }
    }
}

/// The `\*` or `\?` in `text` that looks like a path's separator before a wildcard.
///
/// In a path, which has another backslash or a drive, it may stand behind anything but a space or a
/// backslash; elsewhere only a `\*` at the end of a name does, as in `CORP\*`: `say.php\?id` and
/// `2 \* 3` are what a literal is for.
pub(crate) fn doubtful(text: &str) -> Option<&str> {
    let path = text
        .match_indices('\\')
        .any(|(at, _)| !text[at + 1..].starts_with(['*', '?']));
    text.match_indices(['*', '?']).find_map(|(at, wildcard)| {
        let before = text[..at].strip_suffix('\\')?;
        let separates = match before.chars().next_back() {
            Some('\\') => false,
            Some(c) if c.is_whitespace() => false,
            Some(':') => true,
            Some(c) if c.is_alphanumeric() && wildcard == "*" && at + 1 == text.len() => true,
            _ => path,
        };
        separates.then(|| &text[at - 1..=at])
    })
}

/// The text behind `part`, if the text begins with it.
fn after<'a>(part: &[Token], mut text: &'a [u8]) -> Option<&'a [u8]> {
    for &token in part {
        let (unit, len) = first(text)?;
        if !fits(token, unit) {
            return None;
        }
        text = &text[len..];
    }
    Some(text)
}

/// The text before `part`, if the text ends with it.
fn before<'a>(part: &[Token], mut text: &'a [u8]) -> Option<&'a [u8]> {
    for &token in part.iter().rev() {
        let (unit, len) = last(text)?;
        if !fits(token, unit) {
            return None;
        }
        text = &text[..text.len() - len];
    }
    Some(text)
}

/// The text behind the first place at which `part` is found.
fn find<'a>(part: &[Token], mut text: &'a [u8]) -> Option<&'a [u8]> {
    let Some((&begin, part)) = part.split_first() else {
        return Some(text);
    };
    loop {
        let (unit, len) = first(text)?;
        text = &text[len..];
        if fits(begin, unit)
            && let Some(left) = after(part, text)
        {
            return Some(left);
        }
    }
}

fn fits(token: Token, unit: Unit) -> bool {
    match token {
        Token::Unit(wanted) => wanted == unit,
        Token::One => true,
    }
}

/// The only character whose lowercase is more than one is `İ`; its simple lowercase is the first.
fn lower(c: char) -> Unit {
    if c.is_ascii() {
        c.to_ascii_lowercase().into()
    } else {
        c.to_lowercase().next().unwrap_or(c).into()
    }
}

/// The first unit of a text and how many bytes it takes.
#[inline]
fn first(text: &[u8]) -> Option<(Unit, usize)> {
    let &byte = text.first()?;
    if byte.is_ascii() {
        return Some((byte.to_ascii_lowercase().into(), 1));
    }
    Some(first_wide(byte, text))
}

fn first_wide(byte: u8, text: &[u8]) -> (Unit, usize) {
    let len = match byte {
        0xc2..0xe0 => 2,
        0xe0..0xf0 => 3,
        _ => 4,
    };
    match text.get(..len).and_then(character) {
        Some(c) => (lower(c), len),
        None => (STRAY + Unit::from(byte), 1),
    }
}

/// The last unit of a text and how many bytes it takes: the same cut as [`first`] makes from the
/// front, since a valid character overlaps no other.
fn last(text: &[u8]) -> Option<(Unit, usize)> {
    let &byte = text.last()?;
    if byte.is_ascii() {
        return Some((byte.to_ascii_lowercase().into(), 1));
    }
    for len in 2..=text.len().min(4) {
        if let Some(c) = character(&text[text.len() - len..]) {
            return Some((lower(c), len));
        }
    }
    Some((STRAY + Unit::from(byte), 1))
}

/// The character that these bytes spell, if they spell exactly one.
fn character(bytes: &[u8]) -> Option<char> {
    let mut chars = std::str::from_utf8(bytes).ok()?.chars();
    chars.next().filter(|_| chars.next().is_none())
}

#[cfg(test)]
mod tests;
