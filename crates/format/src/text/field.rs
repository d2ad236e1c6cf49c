//! The ECS fields that a text record can fill, in the order in which they are written.
//!
//! Source of names and types: Elastic Common Schema 8. A field of a kind other than text takes
//! only what that kind allows; [`super::Record::set`] refuses the rest.

/// What a field's value looks like.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Any text.
    Text,
    /// An IP address alone.
    Ip,
    /// A port: a number up to 65,535.
    Port,
    /// A whole number.
    Number,
    /// JSON text, made by a reader.
    Json,
}

macro_rules! fields {
    ($($name:ident $path:literal $kind:ident,)*) => {
        /// One ECS field.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
        #[repr(u8)]
        #[allow(missing_docs)]
        pub enum Field { $($name,)* }

        impl Field {
            /// All of them; sorted, so that members of one object are neighbours.
            pub const ALL: &'static [Field] = &[$(Field::$name,)*];

            /// The dotted path.
            pub const fn path(self) -> &'static str {
                match self { $(Field::$name => $path,)* }
            }

            /// What its value looks like.
            #[inline]
            pub const fn kind(self) -> Kind {
                const KINDS: &[Kind] = &[$(Kind::$kind,)*];
                KINDS[self as usize]
            }
        }
    };
}

fields! {
    DestinationBytes "destination.bytes" Number,
    DestinationDomain "destination.domain" Text,
    DestinationIp "destination.ip" Ip,
    DestinationMac "destination.mac" Text,
    DestinationNatIp "destination.nat.ip" Ip,
    DestinationNatPort "destination.nat.port" Port,
    DestinationPackets "destination.packets" Number,
    DestinationPort "destination.port" Port,
    DestinationUserName "destination.user.name" Text,
    DnsQuestionName "dns.question.name" Text,
    DnsQuestionType "dns.question.type" Text,
    EventAction "event.action" Text,
    EventCode "event.code" Text,
    EventDuration "event.duration" Number,
    EventId "event.id" Text,
    EventOriginal "event.original" Text,
    EventOutcome "event.outcome" Text,
    EventProvider "event.provider" Text,
    EventReason "event.reason" Text,
    EventSeverity "event.severity" Number,
    FileName "file.name" Text,
    FilePath "file.path" Text,
    HostName "host.name" Text,
    HttpRequestMethod "http.request.method" Text,
    HttpResponseStatusCode "http.response.status_code" Number,
    Json "json" Json,
    LogLevel "log.level" Text,
    LogSyslogAppname "log.syslog.appname" Text,
    LogSyslogFacilityCode "log.syslog.facility.code" Number,
    LogSyslogHostname "log.syslog.hostname" Text,
    LogSyslogMsgid "log.syslog.msgid" Text,
    LogSyslogPriority "log.syslog.priority" Number,
    LogSyslogProcid "log.syslog.procid" Text,
    LogSyslogSeverityCode "log.syslog.severity.code" Number,
    LogSyslogStructuredData "log.syslog.structured_data" Json,
    LogSyslogVersion "log.syslog.version" Text,
    NetworkApplication "network.application" Text,
    NetworkBytes "network.bytes" Number,
    NetworkDirection "network.direction" Text,
    NetworkIanaNumber "network.iana_number" Text,
    NetworkPackets "network.packets" Number,
    NetworkProtocol "network.protocol" Text,
    NetworkTransport "network.transport" Text,
    ObserverEgressInterfaceName "observer.egress.interface.name" Text,
    ObserverEgressZone "observer.egress.zone" Text,
    ObserverHostname "observer.hostname" Text,
    ObserverIngressInterfaceName "observer.ingress.interface.name" Text,
    ObserverIngressZone "observer.ingress.zone" Text,
    ObserverIp "observer.ip" Ip,
    ObserverProduct "observer.product" Text,
    ObserverSerialNumber "observer.serial_number" Text,
    ObserverType "observer.type" Text,
    ObserverVendor "observer.vendor" Text,
    ObserverVersion "observer.version" Text,
    ProcessCommandLine "process.command_line" Text,
    ProcessExecutable "process.executable" Text,
    ProcessName "process.name" Text,
    ProcessPid "process.pid" Number,
    RuleId "rule.id" Text,
    RuleName "rule.name" Text,
    SourceBytes "source.bytes" Number,
    SourceDomain "source.domain" Text,
    SourceIp "source.ip" Ip,
    SourceMac "source.mac" Text,
    SourceNatIp "source.nat.ip" Ip,
    SourceNatPort "source.nat.port" Port,
    SourcePackets "source.packets" Number,
    SourcePort "source.port" Port,
    SourceUserName "source.user.name" Text,
    UrlDomain "url.domain" Text,
    UrlOriginal "url.original" Text,
    UserAgentOriginal "user_agent.original" Text,
    UserDomain "user.domain" Text,
    UserName "user.name" Text,
    WinlogChannel "winlog.channel" Text,
    WinlogComputerName "winlog.computer_name" Text,
    WinlogEventData "winlog.event_data" Json,
    WinlogEventId "winlog.event_id" Text,
    WinlogOpcode "winlog.opcode" Text,
    WinlogProcessPid "winlog.process.pid" Number,
    WinlogProviderGuid "winlog.provider_guid" Text,
    WinlogProviderName "winlog.provider_name" Text,
    WinlogRecordId "winlog.record_id" Text,
    WinlogTask "winlog.task" Text,
    WinlogUserIdentifier "winlog.user.identifier" Text,
    WinlogUserData "winlog.user_data" Json,
}

impl Field {
    /// How many there are.
    pub const COUNT: usize = Field::ALL.len();

    /// Those that a name may stand for: JSON text is for readers alone, as nobody looks at it again.
    pub fn named() -> impl Iterator<Item = Field> {
        let all = Field::ALL.iter().copied();
        all.filter(|field| field.kind() != Kind::Json)
    }

    /// The field that has this path, of those that a name may stand for.
    pub fn of(path: &str) -> Option<Field> {
        Field::named().find(|field| field.path() == path)
    }

    /// The port that belongs to an address.
    pub fn port(self) -> Option<Field> {
        match self {
            Field::SourceIp => Some(Field::SourcePort),
            Field::DestinationIp => Some(Field::DestinationPort),
            Field::SourceNatIp => Some(Field::SourceNatPort),
            Field::DestinationNatIp => Some(Field::DestinationNatPort),
            _ => None,
        }
    }
}
