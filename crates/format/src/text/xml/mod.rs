//! Windows event XML: `<Event>` in one line or over several, in Winlogbeat's layout.
//!
//! Source: *Event Schema* of the Windows Event Log
//! (<https://learn.microsoft.com/windows/win32/wes/eventschema-schema>). What `RenderingInfo` says
//! again in words is left out.
//!
//! An event that was cut short is taken as far as its elements are whole, if they prove that it is
//! one: `System` with a provider and an identifier.

mod data;
mod scan;
#[cfg(test)]
mod tests;

use data::Data;
use memchr::memchr;
use scan::{End, Tag, Tags, attribute, decode};

use super::Spec;
use super::field::Field;
use super::record::Record;

/// How it is known.
pub const SPEC: Spec = Spec {
    name: "xml",
    summary: "Windows event XML: <Event> in one line or over several",
    example: "<Event xmlns=\"http://schemas.microsoft.com/win/2004/08/events/event\"><System><Provider Name=\"Microsoft-Windows-Sysmon\"/><EventID>3</EventID></System><EventData><Data Name=\"SourceIp\">192.0.2.1</Data><Data Name=\"DestinationIp\">198.51.100.7</Data></EventData></Event>",
    read,
};

/// Which part of an event a tag stands in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    System,
    EventData,
    UserData,
    Other,
}

fn read<'a>(text: &'a [u8], record: &mut Record<'a>) -> bool {
    let text = text.trim_ascii_start();
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    if text.first() != Some(&b'<') || text.len() < 16 {
        return false;
    }
    // The first tag decides; it costs little to find, because whatever is no XML has none here.
    if !matches!(text[1], b'E' | b'?' | b'!') && memchr(b':', &text[..16]).is_none() {
        return false;
    }
    let mut tags = Tags::new(text);
    match tags.next() {
        Some(tag) if tag.name == b"Event" && tag.end == End::Open => event(text, tags, record),
        _ => false,
    }
}

/// Reads an event whose first tag is behind it.
fn event<'a>(text: &'a [u8], mut tags: Tags<'a>, record: &mut Record<'a>) -> bool {
    let mut system = System::default();
    let mut data = Data::default();
    // Filled beside the look-ups: an object of all data, made in the record's own bytes.
    let object = record.own(|out| {
        let (mut depth, mut part) = (1u32, Part::Other);
        // The last tag, if it opened an element.
        let mut open: Option<Tag<'a>> = None;
        while let Some(tag) = tags.next() {
            if tag.end == End::Close {
                depth -= 1;
                if let Some(open) = open.take().filter(|open| open.name == tag.name) {
                    let inside = &text[open.place.1..tag.place.0];
                    match part {
                        Part::System if depth == 2 => system.text(open.name, inside),
                        Part::EventData | Part::UserData if depth >= 2 => {
                            data.add(&open, inside, tags.marked, part == Part::UserData, out);
                        }
                        _ => {}
                    }
                }
                match depth {
                    0 => break,
                    1 => part = Part::Other,
                    _ => {}
                }
                continue;
            }
            if depth == 1 {
                part = match tag.name {
                    b"System" => Part::System,
                    b"EventData" => Part::EventData,
                    b"UserData" => Part::UserData,
                    _ => Part::Other,
                };
            } else if part == Part::System {
                system.attributes(&tag);
            } else if part == Part::UserData && depth == 2 {
                data.begin(tag.name, out);
            } else if tag.end == End::Empty && part == Part::EventData {
                data.add(&tag, b"", false, false, out);
            }
            open = None;
            if tag.end == End::Open {
                depth = depth.saturating_add(1);
                open = Some(tag);
            } else if depth == 1 {
                part = Part::Other;
            }
        }
        data.end(out);
    });
    if !system.is_certain() {
        return false;
    }
    system.set(record);
    data.set(object, &system, record);
    true
}

/// What `System` says, as it is written.
#[derive(Default)]
struct System<'a> {
    provider: &'a [u8],
    guid: &'a [u8],
    id: &'a [u8],
    level: &'a [u8],
    task: &'a [u8],
    opcode: &'a [u8],
    keywords: &'a [u8],
    time: &'a [u8],
    record: &'a [u8],
    process: &'a [u8],
    channel: &'a [u8],
    computer: &'a [u8],
    user: &'a [u8],
}

impl<'a> System<'a> {
    fn text(&mut self, name: &[u8], inside: &'a [u8]) {
        let place = match name {
            b"EventID" => &mut self.id,
            b"Level" => &mut self.level,
            b"Task" => &mut self.task,
            b"Opcode" => &mut self.opcode,
            b"Keywords" => &mut self.keywords,
            b"EventRecordID" => &mut self.record,
            b"Channel" => &mut self.channel,
            b"Computer" => &mut self.computer,
            _ => return,
        };
        *place = inside.trim_ascii();
    }

    fn attributes(&mut self, tag: &Tag<'a>) {
        let get = |name: &[u8]| attribute(tag.attributes, name).unwrap_or_default();
        match tag.name {
            b"Provider" => {
                self.provider = get(b"Name");
                if self.provider.is_empty() {
                    self.provider = get(b"EventSourceName");
                }
                self.guid = get(b"Guid");
            }
            b"TimeCreated" => self.time = get(b"SystemTime"),
            b"Execution" => self.process = get(b"ProcessID"),
            b"Security" => self.user = get(b"UserID"),
            _ => {}
        }
    }

    fn is_certain(&self) -> bool {
        !self.provider.is_empty() && !self.id.is_empty() && self.id.iter().all(u8::is_ascii_digit)
    }

    fn set(&self, record: &mut Record<'a>) {
        for (field, text) in [
            (Field::EventCode, self.id),
            (Field::EventProvider, self.provider),
            (Field::HostName, self.computer),
            (Field::WinlogChannel, self.channel),
            (Field::WinlogComputerName, self.computer),
            (Field::WinlogEventId, self.id),
            (Field::WinlogOpcode, self.opcode),
            (Field::WinlogProcessPid, self.process),
            (Field::WinlogProviderGuid, self.guid),
            (Field::WinlogProviderName, self.provider),
            (Field::WinlogRecordId, self.record),
            (Field::WinlogTask, self.task),
            (Field::WinlogUserIdentifier, self.user),
        ] {
            set(field, text, record);
        }
        // The names that Windows itself shows for the standard levels.
        let level = match self.level {
            b"1" => "critical",
            b"2" => "error",
            b"3" => "warning",
            b"0" | b"4" => "information",
            b"5" => "verbose",
            _ => "",
        };
        record.set(Field::LogLevel, level);
        // Of an audit, two bits say how it went.
        if let [b'0', b'x', b'8', b'0', bits, ..] = self.keywords {
            match bits {
                b'1' => record.set(Field::EventOutcome, "failure"),
                b'2' => record.set(Field::EventOutcome, "success"),
                _ => false,
            };
        }
        if let Some(time) = record.context.clock.whole(self.time) {
            record.at(time);
        }
    }
}

/// Sets a field to what a text means.
fn set<'a>(field: Field, text: &'a [u8], record: &mut Record<'a>) -> bool {
    if memchr::memchr2(b'&', b'<', text).is_none() {
        return record.set(field, text);
    }
    let value = record.own(|out| decode(text, out));
    record.set(field, value)
}
