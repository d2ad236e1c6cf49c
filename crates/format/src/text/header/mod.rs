//! Formats whose columns are named by a line of the file: W3C extended logs (IIS, Windows Firewall,
//! CloudFront, ProxySG, Exchange), Zeek's logs, VPC flow logs and CSV.
//!
//! - What a name means is decided once, when the header is read.
//! - A record whose columns do not fit is not read: another number of them, or something else than
//!   an address where the header promises one.
//! - A line of names without a mark (CSV) is a header only if two of its names or more are known as
//!   addresses or ports of source and destination.

mod line;
mod names;

use super::alias::Aliases;
use super::columns::Columns;
use super::field::Field;
use super::own::slot::{Slot, Target, is_unset, require_addresses};
use super::record::{Record, Value};
use super::{pfirewall, vpc_flow};
use line::Line;
use names::Software;

/// Which family a header is of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    W3c,
    Zeek,
    Csv,
    Vpc,
}

/// What the lines of a header have said so far.
#[derive(Clone, Debug)]
pub struct Header {
    kind: Kind,
    delimiter: u8,
    /// Empty until the names have come.
    slots: Vec<Slot>,
    software: Software,
    /// Whether times are the machine's own instead of UTC.
    local: bool,
    /// The day of a W3C log whose records have only the time of day.
    date: Box<[u8]>,
    /// Zeek's name for the log.
    path: Box<[u8]>,
    unset: Box<[u8]>,
    empty: Box<[u8]>,
}

/// Whether the line may belong to a header, from its bytes alone: cheap, and `false` for nearly
/// every record.
pub fn is_header(line: &[u8]) -> bool {
    let line = line::clean(line);
    match line.first() {
        Some(b'#') => Header::comment(line),
        _ => line::delimiter(line).is_some(),
    }
}

impl Header {
    /// The header as it is with this line, after the lines before it; `None` if the line is not one
    /// of a header.
    pub fn of(before: Option<&Header>, line: &[u8], aliases: &Aliases) -> Option<Header> {
        match line::directive(line) {
            Some(Line::W3c(name, value)) => Some(Header::w3c(before, name, value, aliases)),
            Some(Line::Zeek("close", ..)) => None,
            Some(Line::Zeek(name, separator, value)) => {
                Some(Header::zeek(before, name, separator, value, aliases))
            }
            None => Header::csv(line, aliases),
        }
    }

    /// Whether the line is one of those that these formats put between their records: not a record,
    /// whether it changes anything or not.
    pub fn comment(line: &[u8]) -> bool {
        line::directive(line).is_some()
    }

    /// What its records' format is called.
    pub fn name(&self) -> &'static str {
        names::format(self.kind)
    }

    fn new(kind: Kind) -> Header {
        Header {
            kind,
            delimiter: b' ',
            slots: Vec::new(),
            software: Software::Other,
            local: false,
            date: Box::default(),
            path: Box::default(),
            unset: b"-"[..].into(),
            empty: b"(empty)"[..].into(),
        }
    }

    fn after(before: Option<&Header>, kind: Kind) -> Header {
        match before {
            Some(before) if before.kind == kind => before.clone(),
            _ => Header::new(kind),
        }
    }

    fn w3c(before: Option<&Header>, name: &str, value: &[u8], aliases: &Aliases) -> Header {
        let mut header = Header::after(before, Kind::W3c);
        let has = |text: &[u8]| memchr::memmem::find(value, text).is_some();
        match name {
            "Version" => header.local = false,
            "Software" => {
                header.software = match () {
                    () if has(b"Windows Firewall") => Software::Firewall,
                    () if has(b"Internet Information Services") => Software::Iis,
                    () if has(b"SGOS") => Software::Proxy,
                    () => Software::Other,
                }
            }
            "Log-type" | "Log-Type" => {
                header.software = match () {
                    () if has(b"SMTP Receive") => Software::Receive,
                    () if has(b"SMTP Send") => Software::Send,
                    () => header.software,
                }
            }
            "Time Format" => header.local = value.eq_ignore_ascii_case(b"local"),
            "Date" | "Start-Date" => header.date = value.get(..10).unwrap_or_default().into(),
            "Fields" => {
                // Exchange separates by commas, all others by blanks or tabs.
                let comma = value.contains(&b',');
                header.delimiter = if comma { b',' } else { b' ' };
                let names = value.split(|&byte| match comma {
                    true => byte == b',',
                    false => matches!(byte, b' ' | b'\t'),
                });
                let names = names
                    .map(<[u8]>::trim_ascii)
                    .filter(|name| !name.is_empty());
                let software = header.software;
                header.name_columns(names, aliases, |name| names::w3c(name, software));
            }
            _ => {}
        }
        header
    }

    fn zeek(
        before: Option<&Header>,
        name: &str,
        separator: u8,
        value: &[u8],
        aliases: &Aliases,
    ) -> Header {
        let mut header = Header::after(before, Kind::Zeek);
        match name {
            "separator" => {
                header = Header::new(Kind::Zeek);
                header.delimiter = escaped(value);
            }
            "path" => header.path = value.into(),
            "unset_field" => header.unset = value.into(),
            "empty_field" => header.empty = value.into(),
            "fields" => {
                header.delimiter = separator;
                let path = header.path.clone();
                let names = value.split(|&byte| byte == separator);
                header.name_columns(names, aliases, |name| names::zeek(name, &path));
            }
            _ => {}
        }
        header
    }

    fn csv(line: &[u8], aliases: &Aliases) -> Option<Header> {
        let line = line::clean(line);
        let delimiter = line::delimiter(line)?;
        let names = || Columns::new(line, delimiter).map(|column| column.text.trim_ascii());
        if !names().all(line::is_name) {
            return None;
        }
        let has = |wanted: &[u8]| names().any(|name| name == wanted);
        let vpc = delimiter == b' ';
        // Blanks separate nothing else than the columns of these.
        if vpc
            && !(has(b"srcaddr") && has(b"dstaddr") || has(b"pkt-srcaddr") && has(b"pkt-dstaddr"))
        {
            return None;
        }
        let both = names().any(names::is_dip);
        let mut header = Header::new(if vpc { Kind::Vpc } else { Kind::Csv });
        header.delimiter = delimiter;
        header.name_columns(names(), aliases, |name| match vpc {
            true => names::vpc(name),
            false => names::csv(name, both),
        });
        let mut known = [false; Field::COUNT];
        for field in header.slots.iter().filter_map(Slot::field) {
            known[field as usize] = true;
        }
        let known = |field: Field| known[field as usize];
        let ips = known(Field::SourceIp) || known(Field::DestinationIp);
        let roles = [
            Field::SourceIp,
            Field::DestinationIp,
            Field::SourcePort,
            Field::DestinationPort,
        ];
        (ips && roles.into_iter().filter(|&field| known(field)).count() >= 2).then_some(header)
    }

    fn name_columns<'n>(
        &mut self,
        names: impl Iterator<Item = &'n [u8]>,
        aliases: &Aliases,
        own: impl Fn(&[u8]) -> Option<Target>,
    ) {
        self.slots = names
            .map(|name| {
                let mut slot = Slot::of(&String::from_utf8_lossy(name), aliases);
                if let Some(target) = own(name) {
                    slot.target = target;
                }
                slot
            })
            .collect();
        require_addresses(&mut self.slots);
    }

    /// Reads a record into its columns' fields; `false` if it does not fit. Whoever calls takes back
    /// what was added then.
    pub fn read<'a>(&'a self, text: &'a [u8], record: &mut Record<'a>) -> bool {
        if self.slots.is_empty() {
            return false;
        }
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        let read = match self.kind {
            Kind::Zeek => self.columns(Columns::plain(text, self.delimiter), record),
            Kind::W3c if self.delimiter == b' ' => {
                let text = text.trim_ascii_end();
                match memchr::memchr(b'\t', text) {
                    Some(_) => self.columns(Columns::plain(text, b'\t'), record),
                    None => {
                        // A quote may be just a byte of an address that somebody asked for.
                        let mark = record.mark();
                        self.columns(Columns::new(text, b' '), record) || {
                            record.back(mark);
                            self.columns(Columns::plain(text, b' '), record)
                        }
                    }
                }
            }
            _ => self.columns(Columns::new(text, self.delimiter), record),
        };
        if read {
            self.observer(record);
        }
        read
    }

    fn columns<'a>(&'a self, mut columns: Columns<'a>, record: &mut Record<'a>) -> bool {
        let (mut date, mut time) = (&*self.date, &b""[..]);
        for slot in &self.slots {
            let Some(column) = columns.next() else {
                return false;
            };
            let text = column.text;
            match slot.target {
                Target::Date => date = text,
                Target::TimeOfDay => time = text,
                _ if *text == *self.unset || self.is_empty(text) => {}
                _ => {
                    let value = column.value(record);
                    if !slot.put(value, record) {
                        return false;
                    }
                }
            }
        }
        if columns.next().is_some() {
            return false;
        }
        if !time.is_empty() {
            let zone = if self.local { None } else { Some(&b"Z"[..]) };
            if let Some(time) = record.context.clock.date_time(date, time, zone) {
                record.at(time);
            }
        }
        true
    }

    fn is_empty(&self, text: &[u8]) -> bool {
        match self.kind {
            Kind::Zeek => *text == *self.empty || text.is_empty(),
            Kind::W3c => text.is_empty(),
            Kind::Csv | Kind::Vpc => is_unset(text),
        }
    }

    fn observer<'a>(&'a self, record: &mut Record<'a>) {
        match (self.kind, self.software) {
            (Kind::Zeek, _) => {
                record.set(Field::ObserverVendor, "Zeek");
                record.set(Field::ObserverProduct, "Zeek");
                record.set(Field::ObserverType, "ids");
                record.vendor(b"path", Value::Raw(&self.path));
            }
            (Kind::Vpc, _) => vpc_flow::observer(record),
            (_, Software::Firewall) => pfirewall::observer(record),
            (_, Software::Iis) => {
                record.set(Field::ObserverVendor, "Microsoft");
                record.set(Field::ObserverProduct, "IIS");
            }
            (_, Software::Receive | Software::Send) => {
                record.set(Field::ObserverVendor, "Microsoft");
                record.set(Field::ObserverProduct, "Exchange");
            }
            (_, Software::Proxy) => {
                record.set(Field::ObserverProduct, "ProxySG");
                record.set(Field::ObserverType, "proxy");
            }
            (_, Software::Other) => {}
        }
    }
}

/// The byte that `\x09`, or the byte itself, stands for.
fn escaped(text: &[u8]) -> u8 {
    let hex = text.strip_prefix(b"\\x").and_then(|hex| {
        let hex = std::str::from_utf8(hex.get(..2)?).ok()?;
        u8::from_str_radix(hex, 16).ok()
    });
    hex.or(text.first().copied()).unwrap_or(b'\t')
}

#[cfg(test)]
mod tests;
