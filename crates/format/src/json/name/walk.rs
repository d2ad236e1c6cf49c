//! The one pass over a whole record.

use knownet_flow::Span;
use memchr::memchr2;

use super::word::{ATTRIBUTES, LABEL, LAYOUTS, VALUE};
use super::{DEEPEST, Found, Names, Role, value};
use crate::json::{exact, unescape};
use crate::text::alias::Aliases;
use crate::text::field::Field;

/// An object or array that is open.
#[derive(Clone, Copy, Default)]
struct Level {
    /// The name of the member that it is the value of; none for an element.
    key: Option<Span>,
    open: usize,
    /// Inside of the string that names an entry of a list of names and values.
    label: Option<Span>,
    /// Where the value of such an entry begins.
    value: Option<usize>,
}

/// Takes note in `found` of every member of the record that has a role by its name.
pub fn find_in(b: &[u8], names: &Names, found: &mut Found) {
    let mut levels = [Level::default(); DEEPEST as usize];
    let (mut depth, mut at) = (0u32, 0);
    let mut key = None;
    while let Some(&byte) = b.get(at) {
        match byte {
            b'"' => {
                let Some(end) = exact::string_end(b, at) else {
                    return;
                };
                let colon = exact::space(b, end);
                if b.get(colon) != Some(&b':') {
                    at = end;
                    continue;
                }
                let name = Span::new(at + 1, end - 1);
                let value = exact::space(b, colon + 1);
                if depth > 0 && depth <= DEEPEST {
                    member(b, names, found, (name, value), &levels[..depth as usize]);
                    entry(
                        b,
                        names,
                        found,
                        (name, value),
                        &mut levels[..depth as usize],
                    );
                }
                key = Some(name);
                at = value;
                // The value's own string is no key, whatever is behind it.
                if b.get(at) == Some(&b'"') {
                    let Some(end) = exact::string_end(b, at) else {
                        return;
                    };
                    at = end;
                }
                continue;
            }
            b'{' | b'[' => {
                if let Some(level) = levels.get_mut(depth as usize) {
                    *level = Level {
                        key: key.take(),
                        open: at,
                        ..Level::default()
                    };
                }
                depth += 1;
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b',' => key = None,
            _ => {}
        }
        at += 1;
    }
}

#[inline]
fn member(b: &[u8], names: &Names, found: &mut Found, (name, at): (Span, usize), levels: &[Level]) {
    let key = &b[name];
    let [.., first, second] = *key else {
        return;
    };
    if !value::worth(b, at) {
        if found.carried.is_none() && carries(b, at) {
            found.carried = carried(b, at);
        }
        return;
    }
    if !names.ends_some([first, second]) || memchr2(b'\\', b'"', key).is_some() {
        return;
    }
    let keys = levels[1..].iter().rev().filter_map(|level| level.key);
    let mut parents = keys.clone();
    let Some(begun) = names.begin(key) else {
        return;
    };
    if let Some(meaning) = names.meaning(begun, |_| Some(&b[parents.next()?])) {
        let (depth, open) = (levels.len() as u32, levels[levels.len() - 1].open);
        let place = keys.clone().next().map_or(&b""[..], |key| &b[key]);
        found.offer(b, meaning, (depth, open, at), place);
    }
}

/// Takes note of the member `name` if it is one half of an element such as
/// `{"Name":"SourceIp","#text":"192.0.2.1"}`; with the other half it is a member of what the list is in.
fn entry(
    b: &[u8],
    names: &Names,
    found: &mut Found,
    (name, at): (Span, usize),
    levels: &mut [Level],
) {
    let is = |words: &[&[u8]]| words.iter().any(|word| b[name].eq_ignore_ascii_case(word));
    let (label, value) = (is(LABEL), is(VALUE));
    if !label && !value {
        return;
    }
    let mut depth = levels.len() - 1;
    let attributes = |key: Span| ATTRIBUTES.iter().any(|word| b[key] == **word);
    if label && levels[depth].key.is_some_and(attributes) {
        depth -= 1;
    }
    // The list and what it is in.
    if depth < 2 || levels[depth].key.is_some() || b[levels[depth - 1].open] != b'[' {
        return;
    }
    let element = &mut levels[depth];
    if label {
        let inside = (b.get(at) == Some(&b'"')).then(|| exact::string_end(b, at));
        element.label = inside.flatten().map(|end| Span::new(at + 1, end - 1));
    } else {
        element.value = Some(at);
    }
    if let (Some(label), Some(at)) = (element.label, element.value) {
        member(b, names, found, (label, at), &levels[..depth - 1]);
    }
}

/// Whether the record that opens there has one of the layouts that only a walk can read.
#[inline]
pub fn is_laid_out(record: &[u8]) -> bool {
    record
        .get(1..)
        .and_then(<[u8]>::first_chunk)
        .is_some_and(|begin| LAYOUTS.contains(&begin))
}

/// Whether the value at `at` is JSON as text, where a shipper puts the record that it carries.
pub fn carries(b: &[u8], at: usize) -> bool {
    let key = || {
        let key = b[..at].trim_ascii_end().strip_suffix(b":")?;
        key.trim_ascii_end().strip_suffix(b"\"")
    };
    let names = [
        &b"\"message"[..],
        b"\"log",
        b"\"event.original",
        b"\"original",
    ];
    b[at..].starts_with(b"\"{\\\"")
        && key().is_some_and(|key| names.iter().any(|name| key.ends_with(name)))
}

/// The inside of such a value.
pub fn carried(b: &[u8], at: usize) -> Option<Span> {
    Some(Span::new(at + 1, exact::string_end(b, at)? - 1))
}

/// Shows `each` address and port of the record whose role its name says, as the field and where the
/// text is; of the record that it carries as text, unescaped into `scratch`, if it has no address
/// itself (then `each` is shown that text, too).
pub fn find(
    b: &[u8],
    aliases: &Aliases,
    scratch: &mut Vec<u8>,
    mut each: impl FnMut(Field, Span, Option<&[u8]>),
) {
    let names = aliases.json();
    let mut found = Found::default();
    find_in(b, names, &mut found);
    found.decide(b, names);
    let mut inside = false;
    if let Some(text) = found.carried.filter(|_| !found.is_some()) {
        scratch.clear();
        unescape(&b[text], scratch);
        let mut carried = Found::default();
        find_in(scratch, names, &mut carried);
        carried.decide(scratch, names);
        if carried.is_some() {
            (found, inside) = (carried, true);
        }
    }
    for (role, field) in Role::FIELDS {
        if let Some(text) = found.get(role) {
            each(field, text, inside.then_some(&**scratch));
        }
    }
}
