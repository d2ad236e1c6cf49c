//! The names by which products and times are known, picked out while the pairs go by.

macro_rules! keys {
    ($($key:ident $($name:literal)+,)*) => {
        /// A name that is looked for.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum Key { $($key,)* }

        const COUNT: usize = [$(Key::$key,)*].len();

        #[inline]
        fn key(name: &[u8]) -> Option<Key> {
            Some(match name {
                $($($name)|+ => Key::$key,)*
                _ => return None,
            })
        }
    };
}

keys! {
    Action b"action" b"Action",
    Addr b"addr",
    Assertion b"assertionid",
    ClientIp b"client_ip",
    Conn b"connsrcip",
    Date b"date",
    DestIp b"destip",
    DeviceId b"devid" b"device_id",
    Device b"device",
    DeviceModel b"device_model",
    DeviceName b"device_name",
    Direction b"dir",
    Event b"event",
    EventTime b"eventtime",
    Firewall b"fw",
    Id b"id",
    Initiator b"initiator",
    Ip b"ip",
    IpAddress b"ipaddr",
    Ise b"ConfigVersionId",
    LocalIp b"local_ip",
    LocIp b"locip",
    LogId b"logid" b"log_id",
    LogUid b"loguid",
    Message b"message",
    Msg b"msg",
    MsgId b"msg_id",
    Origin b"origin",
    Product b"product",
    Proto b"proto",
    Relay b"relay",
    RemIp b"remip",
    RemoteIp b"remote_ip",
    Serial b"sn",
    Service b"service",
    Severity b"severity",
    SlotLevel b"slotlevel",
    LogType b"logtype",
    Subsystem b"sub",
    System b"sys",
    Time b"time",
    Timestamp b"timestamp" b"Timestamp",
    To b"to",
    TrackingId b"trackingid",
    Tunnel b"tunneltype",
    Type b"type",
    Ui b"ui",
    Vdom b"vd",
    Vendor b"vendor",
    Vpn b"vpn",
    UserIp b"user_ip",
    Zone b"tz",
}

/// What was seen of a record.
pub struct Seen<'a> {
    /// The whole text.
    pub text: &'a [u8],
    /// What stands before the first pair.
    pub front: &'a [u8],
    values: [&'a [u8]; COUNT],
}

impl<'a> Seen<'a> {
    /// Nothing yet.
    pub fn new(text: &'a [u8], front: &'a [u8]) -> Seen<'a> {
        Seen {
            text,
            front,
            values: [b""; COUNT],
        }
    }

    /// Keeps the value if the name is one that is looked for; the first one counts.
    #[inline]
    pub fn note(&mut self, name: &[u8], value: &'a [u8]) {
        if let Some(key) = key(name) {
            let seen = &mut self.values[key as usize];
            if seen.is_empty() {
                *seen = value;
            }
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
