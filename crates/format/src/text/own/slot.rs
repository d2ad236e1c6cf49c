//! Where a named value goes: decided once, when a format is made.

use crate::text::address::endpoint;
use crate::text::alias::{Aliases, Meaning};
use crate::text::field::{Field, Kind};
use crate::text::pfirewall;
use crate::text::record::{Record, Value};
use crate::text::transport;

/// What becomes of a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Target {
    /// Nothing.
    Skip,
    /// It is the time of the event.
    Time,
    /// The date of the event, whose time of day stands apart.
    Date,
    /// The time of day of the event.
    TimeOfDay,
    /// It is this field.
    Field(Field),
    /// It is this field unless a better name was there.
    Alias(Meaning),
    /// A transport protocol as a name in any case, or as a number.
    Transport,
    /// `SEND` or `RECEIVE`.
    Direction,
    /// A pair under its own name.
    Pair,
}

/// One named place for a value.
#[derive(Clone, Debug)]
pub struct Slot {
    /// What it is called.
    pub name: Box<[u8]>,
    /// What becomes of its value.
    pub target: Target,
    /// Whether the record is another than expected if this is neither an address nor unset.
    pub must: bool,
}

impl Slot {
    /// A name without more being known of it: of the time, an alias, or one of its own.
    pub fn of(name: &str, aliases: &Aliases) -> Slot {
        let target = match name.trim_start_matches('@').to_ascii_lowercase().as_str() {
            "" | "-" | "_" => Target::Skip,
            "timestamp" | "time" | "ts" => Target::Time,
            _ => match aliases.of(name.as_bytes()) {
                Some(meaning) => Target::Alias(meaning),
                None => Target::Pair,
            },
        };
        Slot {
            name: name.as_bytes().into(),
            target,
            must: false,
        }
    }

    /// The field that it may fill.
    pub fn field(&self) -> Option<Field> {
        match self.target {
            Target::Field(field) => Some(field),
            Target::Alias(meaning) => Some(meaning.field),
            _ => None,
        }
    }

    /// Puts a value where it belongs; `false` if it contradicts.
    pub fn put<'a>(&'a self, value: Value<'a>, record: &mut Record<'a>) -> bool {
        if self.must && endpoint(record.bytes(value)).is_none() {
            return false;
        }
        match self.target {
            Target::Skip | Target::Date | Target::TimeOfDay => {}
            Target::Time => match record.context.clock.whole(record.bytes(value)) {
                Some(time) => record.at(time),
                None => record.vendor(&self.name, value),
            },
            Target::Field(field) => {
                if !record.set(field, value) {
                    record.vendor(&self.name, value);
                }
            }
            Target::Alias(meaning) => record.pair_as(&self.name, Some(meaning), value),
            Target::Transport => {
                if let Value::Raw(text) = value {
                    transport::set(record, text);
                }
            }
            Target::Direction => {
                if let Value::Raw(text) = value {
                    pfirewall::direction(text, record);
                }
                record.vendor(&self.name, value);
            }
            Target::Pair => record.vendor(&self.name, value),
        }
        true
    }
}

/// Says of the best column of each address that it must hold one.
pub fn require_addresses(slots: &mut [Slot]) {
    for &field in Field::ALL {
        if field.kind() != Kind::Ip {
            continue;
        }
        let rank = |slot: &Slot| match slot.target {
            Target::Alias(meaning) => meaning.rank,
            _ => 0,
        };
        let best = slots
            .iter_mut()
            .filter(|slot| slot.field() == Some(field))
            .min_by_key(|slot| rank(slot));
        if let Some(slot) = best {
            slot.must = true;
        }
    }
}

/// Whether a value says that there is none.
pub fn is_unset(text: &[u8]) -> bool {
    matches!(
        text,
        b"" | b"-" | b"N/A" | b"n/a" | b"null" | b"NULL" | b"None"
    )
}
