//! Who may send: users with passwords, and tokens.
//!
//! Secrets come from the configuration's variables or from files, are compared in constant time, and
//! are never shown: not in messages, not by `Debug`.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use knownet_credential::Secret;
use knownet_flow::OpenError;

/// One of those who may send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Auth {
    /// `Authorization: Basic`.
    Basic {
        /// The user's name.
        user: String,
        /// The user's password.
        password: Secret,
    },
    /// `Authorization: Bearer`, or Elasticsearch's `ApiKey`, whose token is `ID:KEY`.
    Token(Secret),
}

/// Everyone who may send; without anyone, everyone may.
pub(super) struct Guard(Vec<Known>);

enum Known {
    /// `USER:PASSWORD`.
    Basic(String),
    Token(String),
}

impl Guard {
    /// Reads the secrets.
    pub fn new(all: &[Auth]) -> Result<Guard, OpenError> {
        let known = all.iter().map(|auth| {
            Ok(match auth {
                Auth::Basic { user, password } => {
                    Known::Basic(format!("{user}:{}", password.read()?))
                }
                Auth::Token(token) => Known::Token(token.read()?),
            })
        });
        Ok(Guard(known.collect::<Result<_, _>>()?))
    }

    /// Whether nobody has to say who they are.
    pub fn is_open(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the header `Authorization` says somebody known.
    pub fn lets_in(&self, header: Option<&[u8]>) -> bool {
        if self.is_open() {
            return true;
        }
        let Some(header) = header.map(<[u8]>::trim_ascii) else {
            return false;
        };
        let space = header.iter().position(|byte| *byte == b' ');
        let Some((scheme, given)) = space.map(|at| header.split_at(at)) else {
            return false;
        };
        let given = given.trim_ascii();
        let is = |name: &str| scheme.eq_ignore_ascii_case(name.as_bytes());
        let (basic, bearer, key) = (is("Basic"), is("Bearer"), is("ApiKey"));
        let decoded = match basic || key {
            true => BASE64_STANDARD.decode(given).unwrap_or_default(),
            false => Vec::new(),
        };
        let decoded = |asked: bool| asked.then_some(&decoded[..]);
        let plain = (bearer || key).then_some(given);
        let mut found = false;
        // To the end, so that the time says nothing about who is known.
        for known in &self.0 {
            found |= match known {
                Known::Basic(known) => same(known, decoded(basic)),
                Known::Token(known) => same(known, decoded(key)) | same(known, plain),
            };
        }
        found
    }
}

/// Compares in a time that depends on what is given alone.
fn same(known: &str, given: Option<&[u8]>) -> bool {
    let (known, Some(given)) = (known.as_bytes(), given) else {
        return false;
    };
    let mut differ = known.len() ^ given.len();
    for (index, byte) in given.iter().enumerate() {
        // A secret is never empty, but a remainder by nothing would be a panic.
        let other = known.get(index % known.len().max(1)).copied();
        differ |= usize::from(other.unwrap_or_default() ^ byte);
    }
    std::hint::black_box(differ) == 0
}

#[cfg(test)]
#[path = "tests/auth.rs"]
mod tests;
