//! One case, what is found in it, and how both agree.

use std::collections::BTreeMap;
use std::fmt;

use knownet_format::json::nsg;
use knownet_format::text::field::Field;
use knownet_format::text::record::Record;
use knownet_format::text::time::{Clock, Time};
use knownet_format::text::{Context, auto};
use knownet_label::Addr;
use serde_json::Value;

/// A record, and what another parser found in it.
#[derive(serde::Deserialize)]
pub struct Case {
    pub product: String,
    pub raw: String,
    pub source_ip: Value,
    pub destination_ip: Value,
    pub source_port: Value,
    pub destination_port: Value,
}

/// What we find.
#[derive(Default, Debug)]
pub struct Found {
    pub format: Option<&'static str>,
    /// Source and destination address, source and destination port.
    pub values: [Option<String>; 4],
}

/// The roles, in the order of [`Found::values`].
const FIELDS: [Field; 4] = [
    Field::SourceIp,
    Field::DestinationIp,
    Field::SourcePort,
    Field::DestinationPort,
];

pub fn read(raw: &[u8]) -> Found {
    // What becomes several events counts by its first.
    let mut flows = Vec::new();
    if nsg::is_nsg(raw) && nsg::expand(raw, &mut flows) > 0 {
        return read(
            flows
                .split(|&byte| byte == b'\n')
                .next()
                .unwrap_or_default(),
        );
    }
    let context = Context::new(Clock::at(Time::now()));
    let mut record = Record::new(&context);
    let format = auto::read(raw, &mut record);
    let value = |field: Field| Some(String::from_utf8_lossy(record.get(field)?).into_owned());
    Found {
        format,
        values: FIELDS.map(value),
    }
}

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
pub struct Report {
    products: BTreeMap<String, (u32, [Tally; 4], BTreeMap<&'static str, u32>)>,
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
    pub fn add(&mut self, case: &Case, found: &Found, show: bool) {
        let expected = [
            &case.source_ip,
            &case.destination_ip,
            &case.source_port,
            &case.destination_port,
        ]
        .map(text);
        let (count, tallies, formats) = self.products.entry(case.product.clone()).or_default();
        *count += 1;
        *formats.entry(found.format.unwrap_or("-")).or_default() += 1;
        let mut differs = false;
        for role in 0..4 {
            let tally = &mut tallies[role];
            match (&expected[role], &found.values[role]) {
                (None, None) => {}
                (None, Some(_)) => {
                    tally.extra += 1;
                    differs = true;
                }
                (Some(_), None) => {
                    tally.expected += 1;
                    differs = true;
                }
                (Some(wanted), Some(got)) => {
                    tally.expected += 1;
                    let twin = expected[role ^ 1].as_ref();
                    if same(wanted, got) {
                        tally.found += 1;
                        continue;
                    }
                    differs = true;
                    match twin.is_some_and(|twin| same(twin, got)) {
                        true => tally.swapped += 1,
                        false => tally.other += 1,
                    }
                }
            }
        }
        if show && differs {
            println!(
                "{} [{}]\n  {}\n  expected {:?}\n  found    {:?}",
                case.product,
                found.format.unwrap_or("-"),
                case.raw,
                expected,
                found.values
            );
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:36} {:>4}  found/expected (~ swapped, ! other, + where none was expected)",
            "product", "n"
        )?;
        writeln!(
            f,
            "{:41}  {:20} {:20} {:20} {:20}",
            "", "source.ip", "destination.ip", "source.port", "destination.port"
        )?;
        let (mut sum, mut with) = (0.0, 0);
        let (mut records, mut wrong) = (0, 0);
        for (product, (count, tallies, formats)) in &self.products {
            write!(f, "{product:36} {count:4}")?;
            for tally in tallies {
                let mut cell = format!("{}/{}", tally.found, tally.expected);
                for (n, sign) in [(tally.swapped, '~'), (tally.other, '!'), (tally.extra, '+')] {
                    if n > 0 {
                        cell += &format!(" {sign}{n}");
                    }
                }
                write!(f, "  {cell:19}")?;
            }
            let formats: Vec<String> = formats
                .iter()
                .map(|(name, n)| format!("{name} {n}"))
                .collect();
            writeln!(f, " {}", formats.join(", "))?;
            let ips = &tallies[..2];
            let expected: u32 = ips.iter().map(|tally| tally.expected).sum();
            let found: u32 = ips.iter().map(|tally| tally.found).sum();
            if expected > 0 {
                sum += f64::from(found) / f64::from(expected);
                with += 1;
            }
            records += count;
            wrong += ips
                .iter()
                .map(|t| t.swapped + t.other + t.extra)
                .sum::<u32>();
        }
        writeln!(
            f,
            "addresses found: {:.1} % averaged over {with} products; {wrong} wrong addresses in {records} records",
            100.0 * sum / f64::from(with.max(1))
        )
    }
}
