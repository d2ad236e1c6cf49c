//! What a match compares with.

use std::fmt;

/// A value on the right side of a match.
#[derive(Clone, PartialEq, Debug)]
pub enum Scalar {
    /// Text, with wildcards where the modifier allows them.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction.
    Float(f64),
    /// True or false.
    Bool(bool),
    /// No value: a null, or a field that is not there.
    Null,
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Scalar::Text(text) => write!(f, "\"{text}\""),
            Scalar::Integer(whole) => write!(f, "{whole}"),
            Scalar::Float(real) => write!(f, "{real}"),
            Scalar::Bool(bool) => write!(f, "{bool}"),
            Scalar::Null => f.write_str("null"),
        }
    }
}
