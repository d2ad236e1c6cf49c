//! What each kind of Sysmon event adds to the frame.

use std::fmt::Write;
use std::net::IpAddr;

use super::address;
use super::event::{Writer, rewrite};
use super::host::Host;
use super::random::Random;

impl Writer {
    /// A network connection (event 3): the one kind with addresses.
    pub fn connection(&mut self, random: &mut Random, host: &Host, destination: IpAddr) {
        let (mut to, mut from) = (String::new(), String::new());
        address::sysmon(destination, &mut to);
        let source = match destination {
            IpAddr::V4(_) => host.ip.parse().expect("hosts have addresses"),
            IpAddr::V6(_) => {
                IpAddr::from([0xfe80, 0, 0, 0, 0x1c2d, 0x3e4f, 0x5a6b, host.sysmon as u16])
            }
        };
        address::sysmon(source, &mut from);
        let (port, local) = (*random.pick(self.ports), 49_152 + random.below(16_383));
        let transport = if matches!(port, 53 | 123 | 3478 | 3479 | 5353) {
            "udp"
        } else {
            "tcp"
        };
        let v6 = destination.is_ipv6();
        self.kind(
            random,
            "3",
            "Network connection detected (rule: NetworkConnect)",
            "network",
        );
        for (key, value) in [
            ("Protocol", transport),
            ("SourceIp", &from),
            ("SourcePort", &local.to_string()),
            ("DestinationIp", &to),
            ("DestinationPort", &port.to_string()),
            ("DestinationIsIpv6", if v6 { "true" } else { "false" }),
            (
                "Initiated",
                if random.one_in(14) { "false" } else { "true" },
            ),
        ] {
            self.data.text(key, value);
        }
        let (source, destination) = (source.to_string(), destination.to_string());
        for (key, address, port) in [
            ("source", &source, local),
            ("destination", &destination, port),
        ] {
            self.part.text("ip", address);
            self.part.number("port", port);
            self.root.object(key, &mut self.part, random);
        }
        self.part.text("transport", transport);
        self.part.text("type", if v6 { "ipv6" } else { "ipv4" });
        self.root.object("network", &mut self.part, random);
        if !random.one_in(4) {
            self.part.list("ip", &[&source, &destination]);
            self.root.object("related", &mut self.part, random);
        }
        let rule = if random.one_in(30) {
            r#"{"DestinationIp":"203.0.113.9"}"#
        } else {
            "-"
        };
        let (image, user) = (&self.image, &self.user);
        rewrite(&mut self.message, |message| {
            write!(
                message,
                "Network connection detected:\nRuleName: {rule}\nImage: {image}\n\
                 User: {user}\nSourceIp: {from}\nDestinationIp: {to}\nDestinationPort: {port}"
            )
        });
    }

    /// A process that started (event 1).
    pub fn process(&mut self, random: &mut Random, host: &Host) {
        self.kind(
            random,
            "1",
            "Process Create (rule: ProcessCreate)",
            "process",
        );
        self.data.text("CommandLine", &self.command);
        self.data.text("CurrentDirectory", r"C:\Windows\System32\");
        self.data.text("ParentImage", r"C:\Windows\explorer.exe");
        self.data
            .text("ParentCommandLine", r#""C:\Windows\explorer.exe" /factory"#);
        self.data.text("Hashes", &hash(random));
        self.describe("Process Create", "CommandLine", &self.command.clone(), host);
    }

    /// A file that was written (event 11).
    pub fn file(&mut self, random: &mut Random, host: &Host) {
        self.kind(random, "11", "File created (rule: FileCreate)", "file");
        let (user, number) = (host.user, random.below(1 << 32));
        let path = format!(r"C:\Users\{user}\AppData\Local\Temp\cache\{number:08x}\index.dat");
        self.data.text("TargetFilename", &path);
        self.data.text("CreationUtcTime", &self.time);
        self.part.text("path", &path);
        self.part.text("name", "index.dat");
        self.part.text("extension", "dat");
        self.root.object("file", &mut self.part, random);
        self.describe("File created", "TargetFilename", &path, host);
    }

    /// A registry value that was set (event 13).
    pub fn registry(&mut self, random: &mut Random, host: &Host) {
        self.kind(
            random,
            "13",
            "Registry value set (rule: RegistryEvent)",
            "registry",
        );
        let number = random.below(1 << 32);
        let path = format!(r"HKLM\System\CurrentControlSet\Services\bam\State\{number:08x}\Start");
        self.data.text("EventType", "SetValue");
        self.data.text("TargetObject", &path);
        self.data.text("Details", "DWORD (0x00000001)");
        self.part.text("path", &path);
        self.part.text("hive", "HKLM");
        self.part.text("value", "Start");
        self.root.object("registry", &mut self.part, random);
        self.describe("Registry value set", "TargetObject", &path, host);
    }

    /// A module that was loaded (event 7).
    pub fn module(&mut self, random: &mut Random, host: &Host) {
        self.kind(random, "7", "Image loaded (rule: ImageLoad)", "process");
        let path = format!(
            r"C:\Windows\System32\drivers\{:06x}.dll",
            random.below(1 << 24)
        );
        self.data.text("ImageLoaded", &path);
        self.data.text("Signature", "Microsoft Windows");
        self.data.text("SignatureStatus", "Valid");
        self.data.text("Signed", "true");
        self.data.text("Hashes", &hash(random));
        self.describe("Image loaded", "ImageLoaded", &path, host);
    }

    fn kind(&mut self, random: &mut Random, code: &str, action: &str, category: &str) {
        self.part.text("action", action);
        self.part.list("category", &[category]);
        self.part.text("code", code);
        self.part.text("kind", "event");
        self.root.object("event", &mut self.part, random);
        self.winlog.text("event_id", code);
        self.winlog.text("task", action);
    }

    fn describe(&mut self, title: &str, key: &str, value: &str, host: &Host) {
        let (image, user) = (&self.image, &self.user);
        rewrite(&mut self.message, |message| {
            write!(
                message,
                "{title}:\nRuleName: -\nImage: {image}\n\
                 User: {user}\n{key}: {value}\nComputer: {}",
                host.domain
            )
        });
    }
}

fn hash(random: &mut Random) -> String {
    let mut text = String::from("SHA256=");
    for _ in 0..4 {
        write!(text, "{:016X}", random.bits()).expect("memory takes all");
    }
    text
}
