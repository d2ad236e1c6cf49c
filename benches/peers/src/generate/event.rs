//! The frame of an event: what every kind of Sysmon event has, and its end.

use std::fmt::Write;

use super::host::{Host, PROGRAMS};
use super::object::Object;
use super::random::Random;

const CHANNEL: &str = "Microsoft-Windows-Sysmon/Operational";

/// Holds the parts of the event that is being made; reused from event to event.
#[derive(Default)]
pub struct Writer {
    pub(super) root: Object,
    pub(super) winlog: Object,
    pub(super) data: Object,
    pub(super) part: Object,
    nested: Object,
    pub(super) message: String,
    pub(super) time: String,
    pub(super) image: String,
    pub(super) command: String,
    guid: String,
    pub(super) user: String,
    pub(super) pid: u64,
    pub(super) ports: &'static [u64],
}

impl Writer {
    /// Starts an event with what every kind has.
    pub fn begin(&mut self, random: &mut Random, host: &Host, record: u64, milliseconds: u64) {
        let program = &PROGRAMS[random.skewed(PROGRAMS.len() as u64) as usize];
        let (seconds, days) = (milliseconds / 1000, milliseconds / 86_400_000);
        rewrite(&mut self.time, |time| {
            let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
            let (day, fraction) = (1 + days % 28, milliseconds % 1000);
            write!(
                time,
                "2025-03-{day:02}T{hour:02}:{minute:02}:{second:02}.{fraction:03}Z"
            )
        });
        self.ports = program.ports;
        self.pid = 400 + random.below(20_000);
        self.image = program.image.replace('*', host.user);
        self.command = program.command.replace('*', host.user);
        let (low, thread) = (random.below(1 << 16), random.below(1 << 32));
        rewrite(&mut self.guid, |guid| {
            write!(
                guid,
                "{{{}-{low:04x}-67d7-0000-{thread:012x}}}",
                &host.id[..8]
            )
        });
        let user = if self.image.starts_with(r"C:\Users") || random.one_in(3) {
            host.user
        } else {
            "SYSTEM"
        };
        rewrite(&mut self.user, |name| {
            write!(
                name,
                "{}\\{user}",
                if user == "SYSTEM" {
                    "NT AUTHORITY"
                } else {
                    "CORP"
                }
            )
        });

        self.root.text("@timestamp", &self.time);
        self.part.text("version", "8.0.0");
        self.root.object("ecs", &mut self.part, random);
        self.part.text("level", "information");
        self.root.object("log", &mut self.part, random);
        self.part.text("name", &host.domain.to_lowercase());
        self.root.object("host", &mut self.part, random);
        self.part.text("id", &host.agent);
        self.part.text("name", &host.name);
        self.part.text("type", "winlogbeat");
        self.part.text("version", "8.11.1");
        self.root.object("agent", &mut self.part, random);

        self.winlog.text("channel", CHANNEL);
        self.winlog
            .text("provider_name", "Microsoft-Windows-Sysmon");
        self.winlog.text("computer_name", &host.domain);
        self.winlog.number("record_id", record);
        self.winlog.text("opcode", "Info");
        self.nested.number("id", host.sysmon + 900);
        self.part.object("thread", &mut self.nested, random);
        self.part.number("pid", host.sysmon);
        self.winlog.object("process", &mut self.part, random);
        self.part.text("identifier", "S-1-5-18");
        self.winlog.object("user", &mut self.part, random);

        self.data.text("RuleName", "-");
        self.data.text(
            "UtcTime",
            &self.time[..self.time.len() - 1].replace('T', " "),
        );
        self.data.text("ProcessGuid", &self.guid);
    }

    /// Appends the finished event and a newline to `out`.
    pub fn end(&mut self, random: &mut Random, out: &mut Vec<u8>) {
        self.data.text("ProcessId", &self.pid.to_string());
        self.data.text("Image", &self.image);
        self.data.text("User", &self.user);
        self.winlog.object("event_data", &mut self.data, random);
        self.root.object("winlog", &mut self.winlog, random);
        self.part.number("pid", self.pid);
        self.part.text("executable", &self.image);
        self.part
            .text("name", self.image.rsplit('\\').next().unwrap_or_default());
        self.root.object("process", &mut self.part, random);
        self.root.text("message", &self.message);
        self.root.write(random, out);
        out.push(b'\n');
    }
}

/// Replaces `text` by what `write` writes.
pub(super) fn rewrite(text: &mut String, write: impl FnOnce(&mut String) -> std::fmt::Result) {
    text.clear();
    write(text).expect("memory takes all");
}
