//! Takes the field `@metadata` out of an event.
//!
//! Beats tell Logstash in it which beat and version an event is from. Logstash's pipelines may ask
//! for it, but no output of Logstash writes it (Logstash reference, "Accessing event data", section
//! "The @metadata field").
//!
//! - Only fields of the outermost object count, wherever they stand and however often.
//! - With the field goes one comma and the white space up to the next field; all other bytes stay.
//! - An event without it is searched once and not walked. One that is no JSON object as far as it
//!   is walked stays as it is. A name spelled with escapes (`"\u0040metadata"`) is another one.

use std::ops::Range;

use knownet_flow::json::{space, string_end, value_end};
use memchr::memmem::Finder;

/// As the name of a field.
pub(super) const KEY: &[u8] = b"\"@metadata\"";

/// Bytes to be taken out.
pub(super) type Cut = Range<usize>;

/// Takes it out of the event from `start` on. `cuts` is memory to work in.
pub(super) fn remove(bytes: &mut Vec<u8>, start: usize, key: &Finder<'_>, cuts: &mut Vec<Cut>) {
    let event = &mut bytes[start..];
    let Some(first) = key.find(event) else {
        return;
    };
    cuts.clear();
    if find(event, first, key, cuts).is_none() {
        return;
    }
    let Some(first) = cuts.first() else {
        return;
    };
    let mut end = first.start;
    for (i, cut) in cuts.iter().enumerate() {
        let next = cuts.get(i + 1).map_or(event.len(), |next| next.start);
        event.copy_within(cut.end..next, end);
        end += next - cut.end;
    }
    bytes.truncate(start + end);
}

/// What has to go from an event that holds the name at `candidate` first; `None` if it is not
/// understood.
fn find(event: &[u8], mut candidate: usize, key: &Finder<'_>, cuts: &mut Vec<Cut>) -> Option<()> {
    let mut at = space(event, 0);
    at = expect(event, at, b'{')?;
    at = space(event, at);
    let begin = at;
    // Behind the last field that stays.
    let mut comma = None;
    loop {
        let name = at;
        expect(event, at, b'"')?;
        at = string_end(event, at)?;
        let is_it = &event[name..at] == KEY;
        at = space(event, at);
        at = expect(event, at, b':')?;
        at = value_end(event, space(event, at))?;
        let end = at;
        at = space(event, at);
        match *event.get(at)? {
            b',' => {
                let next = space(event, at + 1);
                match is_it {
                    true => cuts.push(name..next),
                    false => comma = Some(at),
                }
                at = next;
            }
            b'}' => {
                if is_it {
                    // With the commas of those before it that went.
                    let from = comma.unwrap_or(begin);
                    while cuts.last().is_some_and(|cut| cut.start >= from) {
                        cuts.pop();
                    }
                    cuts.push(from..end);
                }
                return Some(());
            }
            _ => return None,
        }
        if candidate < at {
            match key.find(&event[at..]) {
                Some(next) => candidate = at + next,
                None => return Some(()),
            }
        }
    }
}

fn expect(event: &[u8], at: usize, byte: u8) -> Option<usize> {
    (*event.get(at)? == byte).then_some(at + 1)
}

#[cfg(test)]
#[path = "../../tests/beats/metadata.rs"]
mod tests;
