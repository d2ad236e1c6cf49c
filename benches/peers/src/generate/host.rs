//! The machines and the programs that events come from.

use super::random::Random;

/// One machine that reports.
pub struct Host {
    /// Short name, `WS-BER0042`.
    pub name: String,
    /// Full name, `WS-BER0042.corp.example.com`.
    pub domain: String,
    /// The machine's own address.
    pub ip: String,
    /// Agent's identity, a UUID.
    pub agent: String,
    /// Machine's identity, a UUID.
    pub id: String,
    /// Who is logged on.
    pub user: &'static str,
    /// Process of the Sysmon service.
    pub sysmon: u64,
}

/// A program, with `*` where its user's name stands, and the ports it talks to.
pub struct Program {
    /// Path of the executable.
    pub image: &'static str,
    /// How it was started.
    pub command: &'static str,
    /// Destination ports.
    pub ports: &'static [u64],
}

/// The programs; frequent ones first.
pub const PROGRAMS: &[Program] = &[
    Program {
        image: r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
        command: r#""C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe" --type=utility --lang=en-US"#,
        ports: &[443, 443, 443, 80],
    },
    Program {
        image: r"C:\Windows\System32\svchost.exe",
        command: r"C:\Windows\System32\svchost.exe -k NetworkService -p -s Dnscache",
        ports: &[443, 53, 80, 123, 5353],
    },
    Program {
        image: r"C:\Users\*\AppData\Local\Microsoft\Teams\current\Teams.exe",
        command: r#""C:\Users\*\AppData\Local\Microsoft\Teams\current\Teams.exe" --system-initiated"#,
        ports: &[443, 3478, 3479],
    },
    Program {
        image: r"C:\Program Files\Microsoft Office\root\Office16\OUTLOOK.EXE",
        command: r#""C:\Program Files\Microsoft Office\root\Office16\OUTLOOK.EXE" /recycle"#,
        ports: &[443],
    },
    Program {
        image: "System",
        command: "System",
        ports: &[445, 139, 5985],
    },
    Program {
        image: r"C:\Windows\System32\lsass.exe",
        command: r"C:\Windows\system32\lsass.exe",
        ports: &[88, 389, 135, 49668],
    },
    Program {
        image: r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe",
        command: r#"powershell.exe -NoProfile -Command "Get-Content \"C:\Users\*\list.txt\" | Out-Null""#,
        ports: &[443, 5985, 8080],
    },
];

const USERS: &[&str] = &[
    "a.meyer",
    "jsmith",
    "k.tanaka",
    "m.dubois",
    "svc-backup",
    "o.novak",
];

impl Host {
    /// A machine that the state of `random` determines.
    pub fn new(random: &mut Random) -> Self {
        let kind = random.pick(&["WS", "LT", "SRV", "DC"]);
        let site = random.pick(&["BER", "NYC", "LON", "TYO"]);
        let name = format!("{kind}-{site}{:04}", random.below(10_000));
        let (net, subnet, host) = (random.below(64), random.below(256), 1 + random.below(254));
        Host {
            domain: format!("{name}.corp.example.com"),
            name,
            ip: format!("10.{net}.{subnet}.{host}"),
            agent: uuid(random),
            id: uuid(random),
            user: random.pick::<&str>(USERS),
            sysmon: 1_500 + random.below(4_000),
        }
    }
}

/// A random UUID in lower case.
pub fn uuid(random: &mut Random) -> String {
    let (high, low) = (random.bits(), random.bits());
    let (first, second) = (high >> 32, (high >> 16) & 0xffff);
    format!(
        "{first:08x}-{second:04x}-4{:03x}-a{:03x}-{:012x}",
        high & 0xfff,
        low >> 52,
        low & 0xffff_ffff_ffff
    )
}
