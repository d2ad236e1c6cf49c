//! A line cut into columns: CSV with its quotes, and whatever else one byte separates.
//!
//! A quoted column may hold the delimiter, and doubled quotes that stand for one (RFC 4180). A quote
//! that never ends takes the rest of the line; each byte is looked at a constant number of times.

use memchr::{memchr, memchr_iter};

use super::record::{Record, Value};

/// One column.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Column<'a> {
    /// Its bytes, without the quotes around them.
    pub text: &'a [u8],
    /// Whether a doubled quote in it stands for one.
    pub doubled: bool,
}

impl<'a> Column<'a> {
    /// Its value, with doubled quotes made one.
    pub fn value(self, record: &mut Record<'a>) -> Value<'a> {
        if !self.doubled {
            return Value::Raw(self.text);
        }
        record.own(|out| {
            let mut rest = self.text;
            while let Some(quote) = memchr(b'"', rest) {
                out.extend_from_slice(&rest[..=quote]);
                rest = &rest[quote + 1..];
                rest = rest.strip_prefix(b"\"").unwrap_or(rest);
            }
            out.extend_from_slice(rest);
        })
    }
}

/// The columns of a line, one after the other.
#[derive(Clone)]
pub struct Columns<'a> {
    rest: Option<&'a [u8]>,
    delimiter: u8,
    quoted: bool,
}

impl<'a> Columns<'a> {
    /// Columns that may be quoted.
    pub fn new(line: &'a [u8], delimiter: u8) -> Columns<'a> {
        let rest = Some(line);
        Columns {
            rest,
            delimiter,
            quoted: true,
        }
    }

    /// Columns in which a quote is a byte as any other.
    pub fn plain(line: &'a [u8], delimiter: u8) -> Columns<'a> {
        let rest = Some(line);
        Columns {
            rest,
            delimiter,
            quoted: false,
        }
    }

    /// Fills `columns` and returns how many there are in all, those that found no place included.
    pub fn fill(self, columns: &mut [Column<'a>]) -> usize {
        let mut count = 0;
        for column in self {
            if let Some(place) = columns.get_mut(count) {
                *place = column;
            }
            count += 1;
        }
        count
    }

    /// What is behind the columns taken so far.
    pub fn rest(&self) -> &'a [u8] {
        self.rest.unwrap_or_default()
    }
}

impl<'a> Iterator for Columns<'a> {
    type Item = Column<'a>;

    fn next(&mut self) -> Option<Column<'a>> {
        let rest = self.rest?;
        if self.quoted && rest.first() == Some(&b'"') {
            let mut doubled = false;
            let mut quotes = memchr_iter(b'"', &rest[1..]).map(|at| at + 1);
            loop {
                let Some(quote) = quotes.next() else {
                    self.rest = None;
                    let text = &rest[1..];
                    return Some(Column { text, doubled });
                };
                match rest.get(quote + 1) {
                    Some(b'"') => {
                        doubled = true;
                        quotes.next();
                    }
                    Some(&next) if next != self.delimiter => break,
                    next => {
                        self.rest = next.map(|_| &rest[quote + 2..]);
                        let text = &rest[1..quote];
                        return Some(Column { text, doubled });
                    }
                }
            }
            // Not a quoted column after all: something stands behind its quote.
        }
        let text = match memchr(self.delimiter, rest) {
            Some(end) => {
                self.rest = Some(&rest[end + 1..]);
                &rest[..end]
            }
            None => {
                self.rest = None;
                rest
            }
        };
        let doubled = false;
        Some(Column { text, doubled })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(line: &str, delimiter: u8) -> Vec<String> {
        Columns::new(line.as_bytes(), delimiter)
            .map(|column| String::from_utf8_lossy(column.text).into_owned())
            .collect()
    }

    #[test]
    fn quotes_hold_delimiters() {
        assert_eq!(texts("a,,\"b,c\",d", b','), ["a", "", "b,c", "d"]);
        assert_eq!(texts("", b','), [""]);
        assert_eq!(texts(",", b','), ["", ""]);
        assert_eq!(texts("\"a\"\t\"\"\tb", b'\t'), ["a", "", "b"]);
        assert_eq!(texts("\"a\"\"b\",c", b','), ["a\"\"b", "c"]);
        assert_eq!(texts("a\"b\",c", b','), ["a\"b\"", "c"]);
        assert_eq!(texts("\"a\"b,c", b','), ["\"a\"b", "c"]);
        assert_eq!(texts("\"a,b", b','), ["a,b"]);
        assert_eq!(texts("\"a\",", b','), ["a", ""]);
    }

    #[test]
    fn a_line_of_quotes_costs_linear_time() {
        for line in ["\"", "\"x", "\"\"x,", ",\"", "\"\","] {
            let line = line.repeat(1_000_000);
            assert!(Columns::new(line.as_bytes(), b',').count() > 0);
        }
    }
}
