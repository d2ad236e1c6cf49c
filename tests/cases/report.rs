//! One case, what is found in it, and how both agree.

use std::collections::BTreeMap;
use std::fmt;

use knownet_label::Addr;
use serde_json::{Map, Value};

use crate::exception::{EXCEPTIONS, PROMISED};

/// A record, and what another parser found in it.
#[derive(serde::Deserialize)]
pub struct Case {
    pub raw: String,
    pub source_ip: Value,
    pub destination_ip: Value,
    pub source_port: Value,
    pub destination_port: Value,
}

/// What `explain` says.
#[derive(serde::Deserialize)]
pub struct Found {
    pub format: Option<String>,
    pub fields: Map<String, Value>,
}

const ROLES: [&str; 4] = [
    "source.ip",
    "destination.ip",
    "source.port",
    "destination.port",
];

/// How one role of one product went.
#[derive(Default, Clone, Copy)]
struct Tally {
    expected: u32,
    found: u32,
    /// The other role's value.
    swapped: u32,
    /// Another value than expected.
    other: u32,
    /// A value where none was expected.
    extra: u32,
}

#[derive(Default)]
struct Product {
    records: u32,
    roles: [Tally; 4],
    /// Records with an address in a wrong role.
    wrong: u32,
    exceptions: u32,
    formats: BTreeMap<String, u32>,
}

#[derive(Default)]
pub struct Report {
    products: BTreeMap<String, Product>,
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::Array(list) => list.first().and_then(text),
        Value::String(text) if text.is_empty() => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

fn same(a: &str, b: &str) -> bool {
    match (Addr::parse(a.as_bytes()), Addr::parse(b.as_bytes())) {
        (Some(a), Some(b)) => a == b,
        _ => a.trim_start_matches('0') == b.trim_start_matches('0'),
    }
}

impl Report {
    pub fn add(&mut self, (product, line): (&str, usize), case: &Case, found: &Found, show: bool) {
        let expected = [
            &case.source_ip,
            &case.destination_ip,
            &case.source_port,
            &case.destination_port,
        ]
        .map(text);
        let got = ROLES.map(|role| found.fields.get(role).and_then(text));
        let format = found.format.as_deref().unwrap_or("-");
        let excepted = EXCEPTIONS
            .iter()
            .any(|(name, lines, _)| *name == product && lines.contains(&line));
        let entry = self.products.entry(product.to_owned()).or_default();
        entry.records += 1;
        *entry.formats.entry(format.to_owned()).or_default() += 1;
        let (mut differs, mut wrong) = (false, false);
        for role in 0..4 {
            let tally = &mut entry.roles[role];
            match (&expected[role], &got[role]) {
                (None, None) => {}
                (None, Some(_)) => {
                    tally.extra += 1;
                    differs = true;
                    wrong |= role < 2;
                }
                (Some(_), None) => {
                    tally.expected += 1;
                    differs = true;
                }
                (Some(wanted), Some(value)) => {
                    tally.expected += 1;
                    if same(wanted, value) {
                        tally.found += 1;
                        continue;
                    }
                    let twin = expected[role ^ 1].as_ref();
                    differs = true;
                    wrong |= role < 2;
                    match twin.is_some_and(|twin| same(twin, value)) {
                        true => tally.swapped += 1,
                        false => tally.other += 1,
                    }
                }
            }
        }
        if excepted {
            // Taken back: it is counted apart.
            entry.exceptions += 1;
            for role in 0..2 {
                let tally = &mut entry.roles[role];
                match (&expected[role], &got[role]) {
                    (Some(a), Some(b)) if same(a, b) => {}
                    (Some(_), _) => tally.expected -= 1,
                    _ => {}
                }
            }
        }
        entry.wrong += u32::from(wrong && !excepted);
        if show && differs {
            println!(
                "{product}:{line} [{format}]\n  {}\n  expected {expected:?}\n  found    {got:?}",
                case.raw
            );
        }
    }

    /// Of the products whose formats are promised: the share of addresses found, averaged over them,
    /// and the share of records with a wrong one.
    pub fn promised(&self) -> (f64, f64) {
        self.sum(|name| PROMISED.contains(&name))
    }

    fn sum(&self, counts: impl Fn(&str) -> bool) -> (f64, f64) {
        let (mut shares, mut records, mut wrong) = (Vec::new(), 0, 0);
        for (name, product) in &self.products {
            if counts(name) {
                records += product.records;
                wrong += product.wrong;
                shares.extend(product.share());
            }
        }
        let found = shares.iter().sum::<f64>() / shares.len().max(1) as f64;
        (found, f64::from(wrong) / f64::from(records.max(1)))
    }
}

impl Product {
    /// The share of its expected addresses that was found.
    fn share(&self) -> Option<f64> {
        let sum = |of: fn(&Tally) -> u32| self.roles[..2].iter().map(of).sum::<u32>();
        let (expected, found) = (sum(|tally| tally.expected), sum(|tally| tally.found));
        (expected > 0).then(|| f64::from(found) / f64::from(expected))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "found/expected; ~ swapped, ! other, + where none was expected; * promised"
        )?;
        write!(f, "{:36} {:>4}", "product", "n")?;
        for role in ROLES {
            write!(f, "  {role:19}")?;
        }
        writeln!(f, " formats")?;
        for (name, product) in &self.products {
            let star = if PROMISED.contains(&name.as_str()) {
                "*"
            } else {
                ""
            };
            write!(f, "{:36} {:4}", format!("{name}{star}"), product.records)?;
            for tally in &product.roles {
                let mut cell = format!("{}/{}", tally.found, tally.expected);
                for (n, sign) in [(tally.swapped, '~'), (tally.other, '!'), (tally.extra, '+')] {
                    if n > 0 {
                        cell += &format!(" {sign}{n}");
                    }
                }
                write!(f, "  {cell:19}")?;
            }
            let formats = product
                .formats
                .iter()
                .map(|(name, n)| format!("{name} {n}"));
            write!(f, " {}", formats.collect::<Vec<_>>().join(", "))?;
            match product.exceptions {
                0 => writeln!(f)?,
                n => writeln!(f, "; {n} excepted")?,
            }
        }
        for (what, (found, wrong)) in [
            ("promised formats", self.promised()),
            ("all products", self.sum(|_| true)),
        ] {
            writeln!(
                f,
                "{what}: {:.1} % of the addresses found, averaged over the products; {:.2} % of the records have a wrong one",
                100.0 * found,
                100.0 * wrong
            )?;
        }
        Ok(())
    }
}
