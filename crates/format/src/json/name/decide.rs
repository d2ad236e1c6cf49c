//! Which of the members that were met have the roles, where a name alone does not say it.
//!
//! - A `server` is the destination of the client that is there, too.
//! - `ipAddress` is where the one who acted is, in an object that says who: at the top of the
//!   record or in `properties`, `data` and the like. In an object that describes a machine it is the
//!   machine's own. A bare `ip` counts only beside an actor or a user agent.
//! - Of `local` and `remote` the direction decides. Without one the remote end of a request is who
//!   asks, unless the record knows a local end, too.

use knownet_flow::Span;

use super::{Meaning, Names, Proof, value};
use crate::json::exact;
use crate::text::alias::Name;
use crate::text::field::Field;

/// What a member is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
#[allow(missing_docs)]
pub enum Role {
    SourceIp,
    SourcePort,
    DestinationIp,
    DestinationPort,
    SourceNatIp,
    SourceNatPort,
    DestinationNatIp,
    DestinationNatPort,
    LocalIp,
    LocalPort,
    RemoteIp,
    RemotePort,
}

impl Role {
    /// Those that are ECS fields.
    pub const FIELDS: [(Role, Field); 8] = [
        (Role::SourceIp, Field::SourceIp),
        (Role::SourcePort, Field::SourcePort),
        (Role::DestinationIp, Field::DestinationIp),
        (Role::DestinationPort, Field::DestinationPort),
        (Role::SourceNatIp, Field::SourceNatIp),
        (Role::SourceNatPort, Field::SourceNatPort),
        (Role::DestinationNatIp, Field::DestinationNatIp),
        (Role::DestinationNatPort, Field::DestinationNatPort),
    ];
    const COUNT: usize = 12;

    /// The role of an ECS field.
    pub fn of(field: Field) -> Option<Role> {
        let mut roles = Role::FIELDS.iter();
        Some(roles.find(|(_, known)| *known == field)?.0)
    }

    /// Whether it is the destination's.
    pub fn is_destination(self) -> bool {
        matches!(self, Role::DestinationIp | Role::DestinationPort)
    }

    /// Whether it is a port's.
    pub fn is_port(self) -> bool {
        self.port().is_none()
    }

    fn port(self) -> Option<Role> {
        match self {
            Role::SourceIp => Some(Role::SourcePort),
            Role::DestinationIp => Some(Role::DestinationPort),
            Role::SourceNatIp => Some(Role::SourceNatPort),
            Role::DestinationNatIp => Some(Role::DestinationNatPort),
            Role::LocalIp => Some(Role::LocalPort),
            Role::RemoteIp => Some(Role::RemotePort),
            _ => None,
        }
    }
}

#[derive(Clone, Copy)]
struct Member {
    rank: u16,
    depth: u32,
    /// Where the object that it lies in opens, or a place in that if the depth is not known yet (0).
    open: usize,
    proof: Proof,
    text: Span,
}

/// The members of one record that may have roles, the best for each.
#[derive(Default)]
pub struct Found {
    members: [Option<Member>; Role::COUNT],
    any: bool,
    /// What the object that opens there says of who acted: the record, and the last other one that
    /// was asked. Each costs a look at all of its members.
    asked: [Option<(usize, Who)>; 2],
    /// Inside of a string that is itself JSON, where a shipper puts the record that it carries.
    pub carried: Option<Span>,
}

impl Found {
    /// Forgets the record.
    pub fn clear(&mut self) {
        *self = Found::default();
    }

    /// If a member of the same rank has this role already, a place in the object that it lies in, and
    /// how deep that is.
    #[inline]
    pub fn rival(&mut self, meaning: Meaning) -> Option<(usize, &mut u32)> {
        let member = self.members[meaning.role? as usize].as_mut()?;
        (member.rank == meaning.rank).then_some((member.open, &mut member.depth))
    }

    /// Takes note of a member that means this, lies `depth` deep in the object that opens at
    /// `open` (or 0 deep at `open`, where the depth may matter later), and has its value at `at`. `place` is the name of that object (empty at the top).
    pub fn offer(
        &mut self,
        b: &[u8],
        meaning: Meaning,
        (depth, open, at): (u32, usize, usize),
        place: &[u8],
    ) {
        let Some(role) = meaning.role else {
            return;
        };
        let better = |known: &Option<Member>| {
            known.is_none_or(|known| (meaning.rank, depth) < (known.rank, known.depth))
        };
        if !better(&self.members[role as usize]) {
            return;
        }
        let acted = meaning.proof == Proof::Actor;
        if acted && (depth > 2 || !PLACES.iter().any(|known| place.eq_ignore_ascii_case(known))) {
            return;
        }
        let (text, port) = match role.port() {
            None => (value::port(b, at), None),
            Some(_) => match value::address(b, at) {
                None => (None, None),
                Some((ip, port)) => (Some(ip), port),
            },
        };
        let Some(text) = text else {
            return;
        };
        if acted {
            let asked = &mut self.asked[usize::from(depth > 1)];
            let known = asked.filter(|asked| asked.0 == open);
            let who = known.map_or_else(|| who(b, open), |asked| asked.1);
            *asked = Some((open, who));
            // A bare `ip` may be anything's.
            let key = b[..at].trim_ascii_end();
            let key = key.strip_suffix(b":").unwrap_or(key).trim_ascii_end();
            let bare = key.last_chunk::<4>();
            let bare = bare.is_some_and(|key| key.eq_ignore_ascii_case(b"\"ip\""));
            if who < if bare { Who::Acts } else { Who::Told } {
                return;
            }
        }
        let member = Member {
            rank: meaning.rank,
            depth,
            open,
            proof: meaning.proof,
            text,
        };
        self.any = true;
        self.members[role as usize] = Some(member);
        if let (Some(text), Some(role)) = (port, role.port())
            && self.members[role as usize].is_none()
        {
            let rank = u16::MAX;
            self.members[role as usize] = Some(Member {
                rank,
                text,
                ..member
            });
        }
    }

    /// Gives the roles, once every member was offered.
    pub fn decide(&mut self, b: &[u8], names: &Names) {
        if !self.any {
            return;
        }
        let has = |found: &Found, role: Role| found.members[role as usize].is_some();
        let proven = |found: &Found, role: Role| {
            found.members[role as usize].is_some_and(|member| member.proof != Proof::Twin)
        };
        let ends = proven(self, Role::SourceIp) || proven(self, Role::DestinationIp);
        if !ends && (has(self, Role::LocalIp) || has(self, Role::RemoteIp)) {
            let (source, destination) = match Surroundings::of(b, names) {
                Surroundings {
                    direction: Some(Direction::In),
                    ..
                } => (Some(Role::RemoteIp), Some(Role::LocalIp)),
                Surroundings {
                    direction: Some(Direction::Out),
                    ..
                } => (Some(Role::LocalIp), Some(Role::RemoteIp)),
                Surroundings {
                    request: true,
                    local: false,
                    ..
                } => (Some(Role::RemoteIp), None),
                _ => (None, None),
            };
            for (end, to) in [(source, Role::SourceIp), (destination, Role::DestinationIp)] {
                if let Some(end) = end {
                    self.members[to as usize] = self.members[end as usize];
                    let port = self.members[end as usize + 1];
                    self.members[to as usize + 1] = port.or(self.members[to as usize + 1]);
                }
            }
        }
        let (source, destination) = (
            proven(self, Role::SourceIp),
            proven(self, Role::DestinationIp),
        );
        for (role, twin) in [
            (Role::SourceIp, destination),
            (Role::SourcePort, destination),
            (Role::DestinationIp, source),
            (Role::DestinationPort, source),
        ] {
            let member = &mut self.members[role as usize];
            *member = member.filter(|member| twin || member.proof != Proof::Twin);
        }
    }

    /// The text that has this role.
    pub fn get(&self, role: Role) -> Option<Span> {
        Some(self.members[role as usize]?.text)
    }

    /// Whether there is anything to decide on.
    #[inline]
    pub fn is_any(&self) -> bool {
        self.any || self.carried.is_some()
    }

    /// Whether an address has a role.
    pub fn is_some(&self) -> bool {
        self.get(Role::SourceIp).is_some() || self.get(Role::DestinationIp).is_some()
    }
}

/// The objects in which whoever acted may be beside the address: the record (no name) and these.
const PLACES: &[&[u8]] = &[
    b"",
    b"properties",
    b"data",
    b"event",
    b"details",
    b"payload",
    b"attributes",
];

/// What an object says of who acted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Who {
    /// Nothing, or it is about a machine.
    Silent,
    /// Who it was about.
    Told,
    /// That somebody acted, or with which program.
    Acts,
}

/// What the object that opens at `open` says of who acted.
fn who(b: &[u8], open: usize) -> Who {
    let (mut who, mut acts, mut machine, mut logon) = (false, false, false, false);
    let (mut created, mut typed) = (false, false);
    exact::members(b, open, |key, value| {
        let mut name = Name::new();
        name.push(&b[key]);
        let name = name.text();
        let begins = |words: &[&str]| words.iter().any(|word| name.starts_with(word.as_bytes()));
        acts |= begins(&["actor", "acting", "useragent"]);
        who |= begins(&[
            "user", "actor", "acting", "account", "author", "login", "email", "subject",
        ]) && !name.starts_with(b"useragent")
            || name.ends_with(b"email")
            || name.ends_with(b"username")
            || name.starts_with(b"initiatedby")
            || name == b"systemaccount";
        // Whoever made a thing made the event where it is one.
        created |= name == b"createdby";
        typed |= name == b"eventtype";
        machine |= matches!(
            name,
            b"hostname"
                | b"host"
                | b"computer"
                | b"computername"
                | b"devicename"
                | b"machinename"
                | b"endpoint"
                | b"agent"
                | b"mac"
                | b"macaddress"
        ) || (name == b"device" && matches!(b[value].first(), Some(b'"' | b'{')));
        // Windows says where a logon came from with both.
        logon |= matches!(
            name,
            b"ipport" | b"targetusersid" | b"targetusername" | b"ticketoptions"
        );
        // So does whoever names the other end.
        logon |= begins(&["destinationip", "destip", "dstip"]);
    });
    let who = who || (created && typed);
    match logon || (who && !machine) {
        false => Who::Silent,
        true if acts && !machine => Who::Acts,
        true => Who::Told,
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    In,
    Out,
}

/// What the rest of a record says about a local and a remote end.
#[derive(Default)]
struct Surroundings {
    direction: Option<Direction>,
    /// There is a place for a local address, empty or not.
    local: bool,
    /// It is about a request.
    request: bool,
}

impl Surroundings {
    fn of(b: &[u8], names: &Names) -> Surroundings {
        let mut found = Surroundings::default();
        // Microsoft Defender has it in text that is JSON itself.
        for (text, direction) in [
            (&b"direction\\\":\\\"In\\\""[..], Direction::In),
            (b"direction\\\":\\\"Out\\\"", Direction::Out),
        ] {
            if memchr::memmem::find(b, text).is_some() {
                found.direction = Some(direction);
            }
        }
        let mut at = 0;
        while let Some(open) = memchr::memchr(b'"', &b[at..]).map(|len| at + len) {
            let Some(end) = exact::string_end(b, open) else {
                break;
            };
            at = end;
            let colon = exact::space(b, end);
            if b.get(colon) != Some(&b':') {
                continue;
            }
            let key = &b[open + 1..end - 1];
            let value = exact::space(b, colon + 1);
            found.local |= names
                .begin(key)
                .and_then(|begun| names.meaning(begun, |_| None))
                .is_some_and(|meaning| {
                    matches!(meaning.role, Some(Role::LocalIp | Role::LocalPort))
                });
            let mut name = Name::new();
            name.push(key);
            let name = name.text();
            let begins =
                |words: &[&str]| words.iter().any(|word| name.starts_with(word.as_bytes()));
            found.local |= begins(&["localip", "localaddr", "localport"]);
            found.request |= name == b"req"
                || begins(&["request", "http", "method", "useragent", "uri", "refer"])
                // A logon's and a database's remote end is who asks.
                || matches!(name, b"logontype" | b"dbname");
            let tells = name.ends_with(b"direction")
                || matches!(
                    name,
                    b"actiontype"
                        | b"action"
                        | b"atype"
                        | b"netconninbound"
                        | b"actionnetworkisserver"
                );
            if found.direction.is_none() && tells {
                found.direction = direction(name, b, value);
            }
        }
        found
    }
}

/// What the value at `at` of the member `name` says.
fn direction(name: &[u8], b: &[u8], at: usize) -> Option<Direction> {
    let end = exact::value_end(b, at)?;
    let text = b[at..end].trim_ascii();
    let text = text.strip_prefix(b"\"").unwrap_or(text);
    let text = text.strip_suffix(b"\"").unwrap_or(text);
    let mut value = Name::new();
    value.push(text);
    let value = value.text();
    if name == b"actiontype" {
        // Microsoft Defender's DeviceNetworkEvents. `ConnectionFound` does not say who began.
        return match value {
            [b'i', b'n', b'b', b'o', b'u', b'n', b'd', ..] => Some(Direction::In),
            b"connectionsuccess"
            | b"connectionfailed"
            | b"connectionattempt"
            | b"connectionrequest"
            | b"connectionacknowledged" => Some(Direction::Out),
            _ => None,
        };
    }
    match (name, value) {
        // VMware Carbon Black, Palo Alto Networks Cortex.
        (b"netconninbound" | b"actionnetworkisserver", b"true") => return Some(Direction::In),
        (b"netconninbound" | b"actionnetworkisserver", b"false") => return Some(Direction::Out),
        // MongoDB's audit: what a client did.
        (b"atype", _) => return Some(Direction::In),
        // osquery. Elsewhere these words may be a firewall's verdict or a client's wish.
        (b"action", b"connect" | b"accept") => {
            memchr::memmem::find(b, b"socket_events")?;
            return Some(match value {
                b"connect" => Direction::Out,
                _ => Direction::In,
            });
        }
        (b"action", _) => return None,
        _ => {}
    }
    let begins = |words: &[&[u8]]| words.iter().any(|word| value.starts_with(word));
    match value {
        b"in" | b"ingress" => Some(Direction::In),
        b"out" | b"egress" => Some(Direction::Out),
        _ if begins(&[b"inbound", b"incoming"]) => Some(Direction::In),
        _ if begins(&[b"outbound", b"outgoing"]) => Some(Direction::Out),
        // CrowdStrike Falcon.
        b"1" if name == b"connectiondirection" => Some(Direction::In),
        b"0" if name == b"connectiondirection" => Some(Direction::Out),
        _ => None,
    }
}
