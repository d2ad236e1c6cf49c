//! A regular expression over bytes whose named groups fill a record.
//!
//! The engine takes time linear in the text for every expression, and its places for groups are on
//! the stack. Classes are of ASCII and `.` is any byte, so that a line in another encoding than
//! UTF-8 matches, too; an expression that needs Unicode classes (`\p{L}`, `[ä-ü]`) gets them.

use regex_automata::meta::Regex;
use regex_automata::util::primitives::NonMaxUsize;
use regex_automata::util::syntax;
use regex_automata::{Input, meta};

use super::slot::Slot;
use crate::text::record::{Record, Value};

/// How many groups an expression may have, the whole match included.
const MOST: usize = 64;

/// How large it may become when it is compiled.
const LARGEST: usize = 10 << 20;

/// A compiled expression.
#[derive(Clone)]
pub struct Pattern {
    regex: Regex,
    /// The named groups, by their number.
    slots: Vec<(usize, Slot)>,
    /// What the groups were called.
    names: Vec<String>,
}

impl Pattern {
    /// Compiles it; `called` says the name of a group, `slot` where it goes.
    pub fn new(
        expression: &str,
        called: impl Fn(&str) -> String,
        slot: impl Fn(&str) -> Result<Slot, String>,
    ) -> Result<Pattern, String> {
        let regex = compile(expression, false).or_else(|_| compile(expression, true))?;
        let groups = regex.group_info().group_len(Default::default());
        if groups > MOST {
            return Err(format!(
                "has {} groups, more than {}; write `(?:…)` for those without a name",
                groups - 1,
                MOST - 1
            ));
        }
        let (mut slots, mut names) = (Vec::new(), Vec::new());
        for (index, name) in regex
            .group_info()
            .pattern_names(Default::default())
            .enumerate()
        {
            if let Some(name) = name {
                let name = called(name);
                slots.push((index, slot(&name)?));
                names.push(name);
            }
        }
        if slots.is_empty() {
            return Err("has no named group, so nothing would be found with it".to_owned());
        }
        Ok(Pattern {
            regex,
            slots,
            names,
        })
    }

    /// What the named groups are called.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// Fills the record with the groups of the first match.
    pub fn read<'a>(&'a self, text: &'a [u8], record: &mut Record<'a>) -> bool {
        let mut places: [Option<NonMaxUsize>; 2 * MOST] = [None; 2 * MOST];
        let used = self
            .slots
            .last()
            .map_or(2, |(index, _)| 2 * index + 2)
            .min(2 * MOST);
        let input = Input::new(text);
        if self
            .regex
            .search_slots(&input, &mut places[..used])
            .is_none()
        {
            return false;
        }
        for (index, slot) in &self.slots {
            if let (Some(start), Some(end)) = (places[2 * index], places[2 * index + 1])
                && start < end
            {
                slot.put(Value::Raw(&text[start.get()..end.get()]), record);
            }
        }
        true
    }
}

fn compile(expression: &str, unicode: bool) -> Result<Regex, String> {
    let syntax = syntax::Config::new().unicode(unicode).utf8(false);
    meta::Builder::new()
        .syntax(syntax)
        .configure(
            Regex::config()
                .utf8_empty(false)
                .nfa_size_limit(Some(LARGEST)),
        )
        .build(expression)
        .map_err(|error| match error.size_limit() {
            Some(limit) => format!("becomes larger than {limit} bytes; repeat less"),
            None => match error.syntax_error() {
                Some(error) => syntax_error(&error.to_string()),
                None => error.to_string(),
            },
        })
}

/// The last line of the engine's message, which says what is wrong, and the line with the place.
fn syntax_error(message: &str) -> String {
    let place = message
        .lines()
        .position(|line| line.trim_start().starts_with('^'));
    let column = place.and_then(|line| message.lines().nth(line)?.find('^'));
    // The engine writes the expression four columns to the right.
    let column = column.map(|column| format!("at character {}: ", column.saturating_sub(3)));
    let what = message.lines().last().unwrap_or(message);
    let what = what.strip_prefix("error: ").unwrap_or(what);
    format!("{}{what}", column.unwrap_or_default())
}
