//! One comparison of a field's value.

use std::cmp::Ordering;

use knownet_flow::Value;
use knownet_label::{Addr, Prefix};
use regex::bytes::{Regex, RegexBuilder};

use crate::Scalar;
use crate::key::Modifier;
use crate::number::Number;
use crate::wildcard::Pattern;

/// A compiled expression may take this many bytes of memory.
const REGEX_SIZE: usize = 1 << 20;

#[derive(Clone, Debug)]
pub(crate) enum Test {
    Text(Pattern),
    Number(Number, fn(Ordering) -> bool),
    Bool(bool),
    Null,
    Cidr(Prefix),
    Regex(Regex),
}

impl Test {
    /// The comparison with `scalar` that `modifier` asks for.
    pub(crate) fn new(modifier: Modifier, scalar: &Scalar) -> Result<Test, String> {
        match (modifier, scalar) {
            (Modifier::Greater, _) => number(scalar, Ordering::is_gt),
            (Modifier::GreaterOrEqual, _) => number(scalar, Ordering::is_ge),
            (Modifier::Less, _) => number(scalar, Ordering::is_lt),
            (Modifier::LessOrEqual, _) => number(scalar, Ordering::is_le),
            (Modifier::Plain, Scalar::Integer(_) | Scalar::Float(_)) => {
                number(scalar, Ordering::is_eq)
            }
            (Modifier::Plain, Scalar::Bool(bool)) => Ok(Test::Bool(*bool)),
            (Modifier::Plain, Scalar::Null) => Ok(Test::Null),
            (Modifier::Exists, _) => Err(format!("{scalar} is neither true nor false")),
            (Modifier::Cidr, Scalar::Text(text)) => prefix(text),
            (Modifier::Cidr, _) => Err(format!("{scalar} is not a prefix such as \"10.0.0.0/8\"")),
            (Modifier::Regex, Scalar::Text(text)) => regex(text).map(Test::Regex),
            (Modifier::Regex, _) => Err(format!("{scalar} is not text, as an expression must be")),
            (_, Scalar::Text(text)) => match modifier.place() {
                Some(place) => Ok(Test::Text(Pattern::new(text, place))),
                None => Err(format!("{scalar} is not what this modifier takes")),
            },
            (_, Scalar::Integer(_) | Scalar::Float(_) | Scalar::Bool(_) | Scalar::Null) => {
                Err(format!("{scalar} is not text; put it in quotes"))
            }
        }
    }

    /// Whether `value` passes.
    pub(crate) fn holds(&self, value: Value<'_>) -> bool {
        match self {
            Test::Text(pattern) => spelled(value).is_some_and(|text| pattern.matches(text)),
            Test::Regex(regex) => spelled(value).is_some_and(|text| regex.is_match(text)),
            Test::Number(number, passes) => match value {
                Value::Text(text) | Value::Number(text) => Number::parse(text)
                    .and_then(|value| value.compare(*number))
                    .is_some_and(passes),
                Value::Bool(_) | Value::Null => false,
            },
            Test::Bool(bool) => {
                spelled(value).is_some_and(|text| text.eq_ignore_ascii_case(truth(*bool)))
            }
            Test::Null => value == Value::Null,
            Test::Cidr(prefix) => match value {
                Value::Text(text) => Addr::parse(text).is_some_and(|addr| prefix.contains(addr)),
                _ => false,
            },
        }
    }
}

/// A value as text: numbers as the event spells them; a null has none.
fn spelled(value: Value<'_>) -> Option<&[u8]> {
    match value {
        Value::Text(text) | Value::Number(text) => Some(text),
        Value::Bool(bool) => Some(truth(bool)),
        Value::Null => None,
    }
}

fn truth(bool: bool) -> &'static [u8] {
    if bool { b"true" } else { b"false" }
}

fn number(scalar: &Scalar, passes: fn(Ordering) -> bool) -> Result<Test, String> {
    let number = match scalar {
        Scalar::Integer(whole) => Some(Number::Whole((*whole).into())),
        Scalar::Float(real) => real.is_finite().then_some(Number::Real(*real)),
        Scalar::Text(text) => Number::parse(text.as_bytes()),
        Scalar::Bool(_) | Scalar::Null => None,
    };
    match number {
        Some(number) => Ok(Test::Number(number, passes)),
        None => Err(format!("{scalar} is not a number")),
    }
}

fn prefix(text: &str) -> Result<Test, String> {
    match Prefix::parse(text.as_bytes()) {
        Ok(parsed) => Ok(Test::Cidr(parsed.prefix)),
        Err(error) => Err(error.to_string()),
    }
}

/// The expression as Sigma means it: case counts, and it is searched for anywhere in the text.
pub(crate) fn regex(text: &str) -> Result<Regex, String> {
    RegexBuilder::new(text)
        .size_limit(REGEX_SIZE)
        .dfa_size_limit(REGEX_SIZE)
        .build()
        .map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => {
                format!("\"{text}\" takes more than 1 MiB of memory; write it shorter")
            }
            error => {
                // The crate draws a picture over several lines; its last one says what is wrong.
                let picture = error.to_string();
                let reason = picture.lines().last().unwrap_or_default();
                let reason = reason.trim().trim_start_matches("error: ");
                format!("\"{text}\" is not a regular expression: {reason}")
            }
        })
}
