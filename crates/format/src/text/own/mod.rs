//! Formats that a user describes: a regular expression, a grok pattern, columns, or pairs.
//!
//! They are compiled once. A record costs time linear in its length, whatever the pattern, and no
//! allocation. A value goes where the user's map says, else where its name's alias says, else under
//! its own name; one called `timestamp`, `time` or `ts` is the time of the event if it reads as one.

mod grok;
mod pattern;
pub mod slot;

use super::alias::Aliases;
use super::columns::Columns;
use super::field::Field;
use super::kv;
use super::record::Record;
use pattern::Pattern;
use slot::{Slot, Target, is_unset, require_addresses};

/// A user's own format.
#[derive(Clone)]
pub struct Own {
    kind: Kind,
}

#[derive(Clone)]
enum Kind {
    Regex(Pattern),
    Grok(Pattern),
    Csv { slots: Vec<Slot>, delimiter: u8 },
    Kv(kv::Options),
}

impl Own {
    /// A regular expression, whose named groups are the values. `map` has the groups' names with
    /// ECS fields (`source.ip`), `@timestamp`, or other names for them.
    ///
    /// # Errors
    /// Says where the expression is wrong, or which name of the map no group has.
    pub fn regex(
        expression: &str,
        map: &[(String, String)],
        aliases: &Aliases,
    ) -> Result<Own, String> {
        let pattern = Pattern::new(expression, str::to_owned, |name| slot(name, map, aliases))
            .map_err(|error| format!("regex `{expression}`: {error}"))?;
        unknown(map, pattern.names()).map_err(|error| {
            format!("regex `{expression}`: {error}, such as `(?P<source_ip>…)`")
        })?;
        let kind = Kind::Regex(pattern);
        Ok(Own { kind })
    }

    /// A grok pattern, whose named parts are the values: see [`Own::regex`].
    ///
    /// # Errors
    /// Says which part is not known, or is wrong.
    pub fn grok(
        expression: &str,
        map: &[(String, String)],
        aliases: &Aliases,
    ) -> Result<Own, String> {
        let place = |error: String| format!("grok `{expression}`: {error}");
        let (regex, names) = grok::expand(expression).map_err(place)?;
        let called = |group: &str| {
            let index = group.strip_prefix(grok::GROUP).map(str::parse::<usize>);
            let name = index.and_then(|index| names.get(index.ok()?));
            name.map_or(group, String::as_str).to_owned()
        };
        let pattern =
            Pattern::new(&regex, called, |name| slot(name, map, aliases)).map_err(place)?;
        unknown(map, pattern.names()).map_err(|error| {
            format!("grok `{expression}`: {error}, such as `%{{IP:source_ip}}`")
        })?;
        let kind = Kind::Grok(pattern);
        Ok(Own { kind })
    }

    /// Columns in this order; one called `-` or `_` or nothing is left out.
    ///
    /// # Errors
    /// Says what is wrong with the names or the delimiter.
    pub fn csv(
        names: &[String],
        delimiter: char,
        map: &[(String, String)],
        aliases: &Aliases,
    ) -> Result<Own, String> {
        let delimiter = u8::try_from(delimiter)
            .ok()
            .filter(|byte| byte.is_ascii() && *byte != b'"')
            .ok_or_else(|| {
                format!("csv delimiter `{delimiter}`: is not one ASCII character other than `\"`")
            })?;
        if names.is_empty() {
            return Err("csv: has no names; give one for each column".to_owned());
        }
        let slots = names.iter().map(|name| slot(name, map, aliases));
        let mut slots = slots.collect::<Result<Vec<_>, _>>()?;
        unknown(map, names.iter().map(String::as_str)).map_err(|error| format!("csv: {error}"))?;
        require_addresses(&mut slots);
        let kind = Kind::Csv { slots, delimiter };
        Ok(Own { kind })
    }

    /// Names with their values: what stands between pairs, and what between a name and its value.
    ///
    /// # Errors
    /// Says what is wrong with the separators.
    pub fn kv(pair: &str, value: &str) -> Result<Own, String> {
        if pair.is_empty() || value.is_empty() || pair == value {
            return Err(format!(
                "kv with pair `{pair}` and value `{value}`: the two must be there and differ, such as pair ` ` and value `=`"
            ));
        }
        let kind = Kind::Kv(kv::Options {
            pair: pair.into(),
            value: value.into(),
        });
        Ok(Own { kind })
    }

    /// Which kind of format it is.
    pub fn name(&self) -> &'static str {
        match self.kind {
            Kind::Regex(_) => "regex",
            Kind::Grok(_) => "grok",
            Kind::Csv { .. } => "csv",
            Kind::Kv(_) => "kv",
        }
    }

    /// Reads the text of one record; `false` if it is not this format. Whoever calls takes back what
    /// was added then.
    pub fn read<'a>(&'a self, text: &'a [u8], record: &mut Record<'a>) -> bool {
        match &self.kind {
            Kind::Regex(pattern) | Kind::Grok(pattern) => pattern.read(text, record),
            Kind::Csv { slots, delimiter } => table(slots, *delimiter, text, record),
            Kind::Kv(options) => kv::read_with(options, text, record),
        }
    }
}

/// Columns; a delimiter behind the last one is allowed.
fn table<'a>(slots: &'a [Slot], delimiter: u8, text: &'a [u8], record: &mut Record<'a>) -> bool {
    let mut columns = Columns::new(text.trim_ascii_end(), delimiter);
    for slot in slots {
        let Some(column) = columns.next() else {
            return false;
        };
        if !is_unset(column.text) {
            let value = column.value(record);
            if !slot.put(value, record) {
                return false;
            }
        }
    }
    columns.next().is_none_or(|column| column.text.is_empty()) && columns.next().is_none()
}

fn slot(name: &str, map: &[(String, String)], aliases: &Aliases) -> Result<Slot, String> {
    let mut slot = Slot::of(name, aliases);
    if let Some((_, target)) = map.iter().find(|(from, _)| from == name) {
        if target == "@timestamp" {
            slot.target = Target::Time;
        } else if let Some(field) = Field::of(target) {
            slot.target = Target::Field(field);
        } else {
            misspelt(name, target)?;
            slot.name = target.as_bytes().into();
            slot.target = Target::Pair;
        }
    }
    Ok(slot)
}

/// An error if `path` begins as ECS fields do and is none of those that a record can have.
fn misspelt(name: &str, path: &str) -> Result<(), String> {
    let Some((root, _)) = path.split_once('.') else {
        return Ok(());
    };
    let known = Field::named().map(Field::path);
    let known: Vec<&str> = known
        .filter(|known| known.split('.').next() == Some(root))
        .collect();
    match known.is_empty() {
        true => Ok(()),
        false => Err(format!(
            "map of `{name}`: there is no field `{path}`; there are {}",
            known.join(", ")
        )),
    }
}

/// An error if the map has a name that is not there.
fn unknown<'n>(
    map: &[(String, String)],
    names: impl Iterator<Item = &'n str>,
) -> Result<(), String> {
    let names: Vec<&str> = names.collect();
    match map.iter().find(|(name, _)| !names.contains(&name.as_str())) {
        None => Ok(()),
        Some((name, _)) if names.is_empty() => {
            Err(format!("map has `{name}`, but nothing has a name"))
        }
        Some((name, _)) => Err(format!(
            "map has `{name}`, but the names are {}",
            names.join(", ")
        )),
    }
}

#[cfg(test)]
mod tests;
