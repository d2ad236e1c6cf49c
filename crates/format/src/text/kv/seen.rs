//! The names by which products and times are known, picked out while the pairs go by.

use std::sync::LazyLock;

use crate::text::record::Ends;

macro_rules! keys {
    ($($key:ident $($name:literal)+,)*) => {
        /// A name that is looked for.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum Key { $($key,)* }

        const COUNT: usize = [$(Key::$key,)*].len();

        const NAMES: &[(&[u8], Key)] = &[$($(($name, Key::$key),)+)*];
    };
}

keys! {
    Addr b"addr",
    ClientIp b"client_ip",
    Client b"client",
    Conn b"connsrcip",
    Date b"date",
    DeviceId b"devid" b"device_id",
    Device b"device",
    DeviceModel b"device_model",
    DeviceName b"device_name",
    Direction b"dir",
    Event b"event",
    EventTime b"eventtime",
    Dip b"dip" b"d_ip" b"DIP",
    Epoch b"request_timestamp_epoch",
    Firewall b"fw",
    Id b"id",
    Initiator b"initiator",
    Ip b"ip",
    IpProtocol b"ipproto" b"connipproto",
    IpAddress b"ipaddr",
    Ise b"ConfigVersionId",
    LocalIp b"local_ip",
    LocIp b"locip",
    LogId b"logid" b"log_id",
    LogUid b"loguid",
    Msg b"msg",
    MsgNumber b"m",
    MsgId b"msg_id",
    Origin b"origin",
    Peer b"peer",
    Product b"product",
    Relay b"relay",
    RemIp b"remip",
    RemoteIp b"remote_ip",
    Serial b"sn",
    Server b"server",
    Service b"service",
    Severity b"severity",
    Sip b"sip" b"s_ip" b"SIP",
    SlotLevel b"slotlevel",
    LogType b"logtype",
    Subsystem b"sub",
    System b"sys",
    Time b"time",
    Timestamp b"timestamp" b"Timestamp" b"ts",
    To b"to",
    TrackingId b"trackingid",
    Tunnel b"tunneltype",
    Type b"type",
    Ui b"ui",
    Vdom b"vd",
    Vpn b"vpn",
    Zone b"tz",
}

/// A name that is looked for, by its ends.
#[derive(Clone, Copy)]
struct Slot {
    ends: Ends,
    name: &'static [u8],
    key: Option<Key>,
}

/// So many slots that names seldom share one.
const SLOTS: usize = 512;

/// The names, each at its hash or in the next free slot.
static NAMED: LazyLock<Box<[Slot; SLOTS]>> = LazyLock::new(|| {
    let empty = Slot {
        ends: Ends::of(b""),
        name: b"",
        key: None,
    };
    let mut slots = Box::new([empty; SLOTS]);
    for &(name, key) in NAMES {
        let ends = Ends::of(name);
        let mut place = place(ends);
        while slots[place].key.is_some() {
            place = (place + 1) % SLOTS;
        }
        slots[place] = Slot {
            ends,
            name,
            key: Some(key),
        };
    }
    slots
});

#[inline]
fn place(ends: Ends) -> usize {
    (ends.hash() >> (64 - SLOTS.trailing_zeros())) as usize
}

/// What was seen of a record.
pub struct Seen<'a> {
    /// The whole text.
    pub text: &'a [u8],
    /// What stands before the first pair.
    pub front: &'a [u8],
    values: [&'a [u8]; COUNT],
    named: &'static [Slot; SLOTS],
}

impl<'a> Seen<'a> {
    /// Nothing yet.
    pub fn new(text: &'a [u8], front: &'a [u8]) -> Seen<'a> {
        Seen {
            text,
            front,
            values: [b""; COUNT],
            named: &NAMED,
        }
    }

    /// Keeps the value if the name is one that is looked for; the first one counts.
    #[inline]
    pub fn note(&mut self, name: &[u8], value: &'a [u8]) {
        let ends = Ends::of(name);
        let mut place = place(ends);
        while let slot = &self.named[place]
            && let Some(key) = slot.key
        {
            if slot.ends.same(slot.name, ends, name) {
                let seen = &mut self.values[key as usize];
                if seen.is_empty() {
                    *seen = value;
                }
                return;
            }
            place = (place + 1) % SLOTS;
        }
    }

    /// The value of a name, empty if there is none.
    #[inline]
    pub fn get(&self, key: Key) -> &'a [u8] {
        self.values[key as usize]
    }

    /// Whether the name has a value.
    #[inline]
    pub fn has(&self, key: Key) -> bool {
        !self.get(key).is_empty()
    }
}
