//! The firewalls: ASA, FTD, FWSM and PIX, whose messages have a number.
//!
//! Which address is the source is the number's (and the direction's) to say:
//! - Built connections (302013, 302015, 302020, 302035) name the foreign host first. Inbound ones
//!   were begun by it, outbound ones by the local host.
//! - Ends of connections (302014, 302016, 302036) have no direction. The first host is taken for
//!   the source, the second for the destination, as is the custom of everything that reads them;
//!   302018 and 302304 say `from`. 302021 tells the local host and its mapped address: it is taken
//!   for the source.
//! - IKE peers are the source of their session, and the device its destination; the same goes for
//!   VPN users. A security association goes the way its direction says.
//!
//! Source: Cisco Secure Firewall ASA Series Syslog Messages.

use memchr::memmem;

use super::end::{Style, end};
use super::template::{self, Found};
use crate::text::address::is_ip;
use crate::text::field::Field;
use crate::text::record::Record;

/// Messages from the first to the second number, and how they are written.
type Row = (u32, u32, &'static [&'static str]);

const BUILT: &[&str] = &["Built {dir} {proto} connection {connection_id} for {Fi}{} to {Li}{by}"];
const TEARDOWN: &[&str] = &[
    "Teardown {proto} connection {connection_id} for {Si}{} to {Di}{} duration {duration} bytes {bytes} {reason}",
    "Teardown {proto} connection {connection_id} for {Si}{} to {Di}{} duration {duration} bytes {bytes}",
    "Teardown {proto} connection {connection_id} for {Si}{} to {Di}",
];
const NAT: &[&str] = &[
    "{} {} {proto} translation from {Si} to {Sn}",
    "{}translation from {Si} to {Sn}",
];
const GROUP_USER_IP: &[&str] = &[
    "Group <{group}> User <{user}> IP <{S}> {reason}",
    "Group <{group}> User IP <{S}> {reason}",
    "Group {group}, User {user}, IP {S}, {reason}",
    "Group {group} User {user} IP {S} {reason}",
    "Group {group} User IP {S} {reason}",
];
const IKE: &[&str] = &[
    "Group = {group}, Username = {user}, IP = {S}, {reason}",
    "Group = {group}, IP = {S}, {reason}",
    "Username = {user}, IP = {S}, {reason}",
    "IP = {S}, {reason}",
];
const LOGIN: &[&str] = &["{}from {S} to {Di} for user {user}"];
const ACCESS: &[&str] = &[
    "{proto} access {act} by ACL from {S} to {Di}",
    "{proto} access {act} from {S} to {Di}",
];
/// Of hosts without a direction, the ones that `for` is about are called.
const SECONDARY: &[&str] = &["{}secondary channel for {Di} to {Si} from"];
const CREDENTIALS: &[&str] = &[
    "{}reason = {reason}: server ={D}{}ser ={user}: user IP ={S?}",
    "{}reason = {reason}: server ={D}{}ser ={user}",
    "{}reason = {reason}: local database{}ser ={user}: user IP ={S?}",
    "{}reason = {reason}: local database{}ser ={user}",
    "{}server ={D}{}ser ={user}: user IP ={S?}",
    "{}server ={D}{}ser ={user}",
    "{}: user ={user}",
];

/// Numbers that stand alone come before the ranges they lie in.
#[rustfmt::skip]
const MESSAGES: &[Row] = &[
    (106001, 106001, &["{dir} {proto} connection denied from {S} to {D} flags {tcp_flags} on interface {if}"]),
    (106002, 106002, &["{proto} Connection denied by {dir} list {list} src {S} dest {D}"]),
    (106006, 106006, &["Deny {dir} {proto} from {S} to {D} on interface {if}"]),
    (106007, 106007, &["Deny {dir} {proto} from {S} to {D} due to {reason}"]),
    (106010, 106011, &["Deny {dir} (No xlate) {proto} src {Si}{} dst {Di}", "Deny {dir} {proto} src {Si}{} dst {Di}"]),
    (106012, 106012, &["Deny IP from {S} to {D}, {reason}"]),
    (106013, 106013, &["Dropping echo request from {S} to PAT address {D}"]),
    (106014, 106014, &["Deny {dir} {proto} src {Si}{} dst {Di}"]),
    (106015, 106015, &["Deny {proto} (no connection) from {S} to {D} flags {tcp_flags} on interface {if}"]),
    (106016, 106016, &["Deny IP spoof from ({S}) to {D} on interface {if}"]),
    (106017, 106017, &["Deny IP due to Land Attack from {S} to {D}"]),
    (106018, 106018, &["{proto} packet type {icmp_type} denied by {dir} list {list} src {S} dest {D}"]),
    (106020, 106020, &["Deny IP teardrop fragment ({}) from {S} to {D}"]),
    (106021, 106021, &["Deny {proto} reverse path check from {S} to {D} on interface {if}"]),
    (106022, 106022, &["Deny {proto} connection spoof from {S} to {D} on interface {if}"]),
    (106023, 106023, &["Deny {proto} src {Si}{} dst {Di}{} by access-group {list} [", "Deny {proto} src {Si}{} dst {Di}{} by access-group {list}", "Deny {proto} src {Si}{} dst {Di}"]),
    (106100, 106101, &["access-list {list} {act} {proto} {Sl}{} -> {Dl}"]),
    (106102, 106103, &["access-list {list} {act} {proto} for user {user} {Sl}{} -> {Dl}"]),
    (107001, 107002, &["RIP {} failed from {S}"]),
    (108002, 108002, &["SMTP replaced {}: out {S} in {D} data"]),
    (109005, 109008, &["{} for user {user} from {S} to {D} on interface {if}"]),
    (110002, 110003, &["{reason} for {proto} from {Si} to {Di}"]),
    (111001, 111002, &["Begin configuration: {S?} {}"]),
    (111003, 111004, &["{S?} {reason}"]),
    (111007, 111007, &["Begin configuration: {S?} {}"]),
    (111008, 111008, &["User {user} executed the {cmd} command"]),
    (111009, 111009, &["User {user} executed cmd: {cmd}"]),
    (111010, 111010, &["User {user}, running {} from IP {S?}, executed {cmd}"]),
    (113006, 113007, &["User {user} {}locked"]),
    (113010, 113010, &["AAA challenge received for user {user} from server {D}"]),
    (113019, 113019, IKE),
    (113020, 113020, &["Kerberos error: {} with server {D} {}"]),
    (113021, 113021, &["{} User {user} did NOT"]),
    (113022, 113023, &["AAA Marking {app} server {D} in"]),
    (113029, 113042, GROUP_USER_IP),
    (113003, 113018, CREDENTIALS),
    (201003, 201003, &["Embryonic limit exceeded {} for {S} {D} on interface {if}"]),
    (209003, 209006, &["{}src = {S}, dest = {D}, proto = {proto}, id"]),
    (302003, 302003, &["Built {} for faddr {F} laddr {L}"]),
    (302013, 302013, BUILT),
    (302014, 302014, TEARDOWN),
    (302015, 302015, BUILT),
    (302016, 302016, TEARDOWN),
    (302017, 302017, &["Built {} {proto} connection {connection_id} from {Si} to {Di}"]),
    (302018, 302018, &["Teardown {proto} connection {connection_id} from {Si} to {Di}"]),
    (302020, 302020, &["Built {dir} {proto} connection for faddr {Fh}{} gaddr {Lg}{} laddr {Lh}"]),
    (302021, 302021, &["Teardown {proto} connection for faddr {Dh}{} gaddr {Sg}{} laddr {Sh}"]),
    (302022, 302022, &["Built {} stub {proto} connection for {Si} to {Di}"]),
    (302023, 302023, &["Teardown stub {proto} connection for {Si} to {Di}{} duration {duration} forwarded bytes {bytes} {reason}"]),
    (302024, 302024, &["Built {} stub {proto} connection for {Si} to {Di}"]),
    (302025, 302025, &["Teardown stub {proto} connection for {Si} to {Di}{} duration {duration} forwarded bytes {bytes} {reason}"]),
    (302026, 302026, &["Built {} stub {proto} connection for {Si} to {Di}"]),
    (302027, 302027, &["Teardown stub {proto} connection for {Si} to {Di}{} duration {duration} forwarded bytes {bytes} {reason}"]),
    (302035, 302035, BUILT),
    (302036, 302036, TEARDOWN),
    (302303, 302303, &["Built {proto} state-bypass connection {connection_id} from {Si} to {Di}", "Built {proto} state-bypass connection {connection_id} for {Si} to {Di}"]),
    (302305, 302305, &["Built {proto} state-bypass connection {connection_id} from {Si} to {Di}", "Built {proto} state-bypass connection {connection_id} for {Si} to {Di}"]),
    (302304, 302304, &["Teardown {proto} state-bypass connection {connection_id} from {Si} to {Di}{} duration {duration} bytes {bytes} {reason}", "Teardown {proto} state-bypass connection {connection_id} for {Si} to {Di}"]),
    (302306, 302306, &["Teardown {proto} state-bypass connection {connection_id} from {Si} to {Di}{} duration {duration} bytes {bytes} {reason}", "Teardown {proto} state-bypass connection {connection_id} for {Si} to {Di}"]),
    (303002, 303002, &["{app} connection from {Si} to {Di}, user {user} Stored file {file}", "{app} connection from {Si} to {Di}, user {user} Retrieved file {file}", "{app} connection from {Si} to {Di}"]),
    (304002, 304002, &["Access denied URL {url} SRC {S} DEST {D} on interface {if}"]),
    (305005, 305005, &["No translation group found for {proto} src {Si}{} dst {Di}"]),
    (305006, 305006, &["{}translation creation failed for {proto} src {Si}{} dst {Di}"]),
    (305009, 305010, NAT),
    (305011, 305012, NAT),
    (305013, 305013, &["{}Connection for {proto} src {Si}{} dst {Di}"]),
    (305014, 305018, NAT),
    (308001, 308001, &["{}(from {S})"]),
    (313001, 313001, &["Denied {proto} type={icmp_type}, code={icmp_code} from {S} on interface {if}"]),
    (313004, 313004, &["Denied {proto} type={icmp_type}, from laddr {S} on interface {if} to {D}", "Denied {proto} type={icmp_type}, from {S} on interface {if} to {D}"]),
    // The message's own addresses are those of the error; the packet inside went the other way.
    (313005, 313005, &["No matching connection for ICMP error message: {proto} src {Si}{} dst {Di} (type {icmp_type}, code {icmp_code}) on {if} interface"]),
    (313008, 313008, &["Denied {proto} type={icmp_type}, code={icmp_code} from {S} on interface {if}"]),
    (313009, 313009, &["Denied invalid {proto} code {icmp_code}, for {Si} to {Di}"]),
    (315011, 315013, &["{}SSH session from {S} on interface {if} for user \"{user}\" {reason}", "{}SSH session from {S} on interface {if} for user {user} disconnected {reason}", "{}from client {S} on interface {if}"]),
    (322001, 322001, &["Deny MAC address {smac}, possible spoof attempt on interface {if}"]),
    (322002, 322003, &["{} received from host {smac} on interface {if}. {} for IP Address {S}, which"]),
    (325002, 325002, &["Duplicate address {S} on {if}"]),
    (338001, 338204, &["Dynamic {}ilter {act} {} {proto} traffic from {Si} to {Di}, {}", "Dynamic {}ilter {act} {proto} traffic from {Si} to {Di}, {}"]),
    (401002, 401002, &["Shun added: {S} "]),
    (401003, 401003, &["Shun deleted: {S}"]),
    (401004, 401004, &["Shunned packet: {S} ==> {D} on interface {if}"]),
    (403109, 403109, &["{}dest_address= {D}, src_addr= {S}, data"]),
    (405001, 405002, &["{} collision from {S} on interface {if}", "{} collision from {S} for"]),
    (406001, 406001, &["FTP port command low port: {S} to {D} on interface {if}"]),
    (407001, 407001, &["Deny traffic for local-host {Si}, license limit"]),
    (414003, 414003, &["TCP Syslog Server {Di} not responding"]),
    (418001, 418001, &["{} is denied: {proto} from {if} {S} to {} {D}"]),
    (419002, 419002, &["Duplicate {proto} SYN from {Si} to {Di} with"]),
    (420002, 420003, &["{}{proto} packet from {Si} to {Di}", "{} {proto} connection from {Si} to {Di}"]),
    (424001, 424002, &["Packet denied{}: {proto} {Si} {Di}", "{} is denied: {proto} {Si} {Di}"]),
    (434001, 434004, &["SFR requested to {act} {proto} packet from {Si} to {Di}", "{} {proto} packet from {Si} to {Di}", "{}process {proto} flow from {Si} to {Di}"]),
    (502103, 502103, &["User priv level changed: Uname: {user} From: {}"]),
    (500004, 500004, &["Invalid transport field for protocol={proto}, from {S} to {D}"]),
    (507001, 507003, &["{proto} flow from {Si} to {Di} terminated by inspection engine, reason - {reason}", "{}TCP-Proxy connection from {Si} to {Di} {reason}"]),
    (602101, 602101, &["{}dest_addr={D}, src_addr={S}, prot={proto}"]),
    (603104, 603104, &["{}remote_peer_ip is {S}, {}username is {user},"]),
    (605004, 605005, LOGIN),
    (606001, 606004, &["{} from {S} "]),
    (607001, 608005, SECONDARY),
    (609001, 609002, &["{} local-host {Si}"]),
    (610001, 610002, &["{}denied from {S}", "{}packet from {S}"]),
    (611101, 611102, &["User authentication {}: IP address: {S}, Uname: {user}", "User authentication {}: Uname: {user}"]),
    (611103, 611103, &["User logged out: Uname: {user}"]),
    (620001, 620001, SECONDARY),
    (710001, 710004, ACCESS),
    (710005, 710006, &["{proto} request {act} from {S} to {Di}"]),
    (713000, 715999, IKE),
    // The address that the session is resumed from is where the user is now.
    (716059, 716059, &["Group <{group}> User <{user}> IP <{previous_ip}> {} from <{S}>", "Group <{group}> User <{user}> IP <{previous_ip}> {} from IP <{S}>", "Group <{group}> User IP <{previous_ip}> {} from IP <{S}>", "Group {group} User {user} IP {previous_ip} {} from {S}"]),
    (716000, 716999, GROUP_USER_IP),
    (721016, 721019, &["{} for client user {user}, IPv4 {S} has", "{} for client user {user}, IPv6 {S} has", "{} for client user {user}, IP {S} has"]),
    (722055, 722055, &["Group <{group}> User <{user}> IP <{S}> Client Type: {agent}", "Group {group} User {user} IP {S} Client Type: {agent}"]),
    (722000, 723999, GROUP_USER_IP),
    (725001, 725016, &[
        "{} with client {Si} to {D} ", "{} client {Si} to {D}", "{} with client {Si}", "{}SSL client {Si}", "{} client {Si}",
        "{} with server {Si} to {D}", "{} with server {Di}", "{}SSL server {Di}",
    ]),
    (733101, 733101, &["Host {S} is attacking", "Host {D} is targeted", "Host {D} is "]),
    (733102, 733103, &["Threat-detection {} host {S} "]),
    (734001, 734003, &["DAP: User {user}, Addr {S}"]),
    (746012, 746013, &["user-identity: {} IP-User mapping {S} - {user} Succeeded", "user-identity: {} IP-User mapping {S} - {user} Failed", "user-identity: {} IP-User mapping {S} - {user} - "]),
    // The message is about what the device itself wants: nobody has come from the other side yet.
    (750001, 750001, &[]),
    (750000, 751999, &["Local:{Dc} Remote:{Sc} Username:{user} IKEv2 Group:{group} {reason}", "Local:{Dc} Remote:{Sc} Username:{user} {reason}"]),
    (805001, 805003, &["{} {proto} Flow {} connection {connection_id} from {Si} to {Di}", "{proto} Flow {} connection {connection_id} from {Si} to {Di}"]),
];

/// How messages begin, what was done, and whether the one who wanted it got it.
const VERBS: &[(&str, &str, &str)] = &[
    ("Deny ", "denied", "failure"),
    ("Denied ", "denied", "failure"),
    ("Drop", "denied", "failure"),
    ("Discard", "denied", "failure"),
    ("Access denied", "denied", "failure"),
    ("Shunned packet", "denied", "failure"),
    ("Invalid transport", "denied", "failure"),
    ("Terminating ", "denied", "failure"),
    ("Built ", "connection-started", "success"),
    ("Teardown ", "connection-ended", "success"),
];

/// Messages whose number says how it ended.
fn ending(number: u32) -> Option<(&'static str, &'static str)> {
    Some(match number {
        106001 | 106002 | 106018 | 106027 | 305005 | 305006 | 305013 | 338007..=338008 => {
            ("denied", "failure")
        }
        420002 | 420003 | 434001 | 710003..=710006 => ("denied", "failure"),
        710002 => ("allowed", "success"),
        109005 | 113012 | 605005 | 611101 | 716038 => ("login", "success"),
        113004 => ("authentication", "success"),
        113005 | 113014..=113017 => ("authentication", "failure"),
        109006 | 113021 | 308001 | 605004 | 611102 | 716039 => ("login", "failure"),
        109007 => ("authorization", "success"),
        109008 | 109024 | 109025 => ("authorization", "failure"),
        113039 | 716001 | 721016 | 722033 | 722034 => ("session-started", "success"),
        113019 | 716002 | 721018 | 722037 => ("session-ended", "success"),
        609001 => ("host-added", "success"),
        609002 => ("host-removed", "success"),
        305009 | 305011 => ("translation-created", "success"),
        305010 | 305012 => ("translation-removed", "success"),
        _ => return None,
    })
}

/// Reads the text of a message behind its number.
pub fn read<'a>(number: u32, text: &'a [u8], record: &mut Record<'a>) {
    let row = MESSAGES
        .iter()
        .find(|(first, last, _)| (*first..=*last).contains(&number));
    let verb = VERBS
        .iter()
        .find(|(begin, ..)| text.starts_with(begin.as_bytes()));
    let ending = ending(number).or(verb.map(|(_, action, outcome)| (*action, *outcome)));
    if let Some((action, outcome)) = ending {
        record.set(Field::EventAction, action);
        record.set(Field::EventOutcome, outcome);
    }
    match number {
        304001 => return accessed(text, record),
        602303 | 602304 | 702305 | 702307 => return association(text, record),
        750001 => return,
        _ => {}
    }
    let found = row.and_then(|(_, _, templates)| template::read(templates, text));
    if let Some(found) = found.or_else(|| sure(text)) {
        found.set(record);
    }
}

/// What grammar alone proves: one address from which something came, and one to which it went.
fn sure(text: &[u8]) -> Option<Found<'_>> {
    const PLACES: &[(&[u8], &[&str])] = &[
        (
            b" from ",
            &[
                " from {S} to {D} on interface {if}",
                " from {S} to {D}",
                " from {S} ({}) to {D}",
            ],
        ),
        (b"src ", &["src {S} dst {D}", "src {S} dest {D}"]),
        (b"Group <", GROUP_USER_IP),
    ];
    PLACES.iter().find_map(|(words, templates)| {
        memmem::find_iter(text, words).take(4).find_map(|at| {
            // What is between the ends of a template belongs to them, so this looks near the place.
            let near = &text[at..text.len().min(at + 600)];
            let found = template::read(templates, near)?;
            (found.is_sure() || words.starts_with(b"Group")).then_some(found)
        })
    })
}

/// 304001: `user@source Accessed URL user@destination:url`.
fn accessed<'a>(text: &'a [u8], record: &mut Record<'a>) {
    let Some(verb) = memmem::find(text, b" Accessed ") else {
        return;
    };
    let host = |part: &'a [u8]| match memchr::memrchr(b'@', part) {
        Some(at) => (&part[..at], &part[at + 1..]),
        None => (&b""[..], part),
    };
    let who = &text[..verb];
    // The name behind the address may have an `@`, too.
    let who = &who[..memchr::memchr(b'(', who).unwrap_or(who.len())];
    let (user, source) = host(who);
    if let Some((source, _)) = end(source, Style::Bare)
        && is_ip(source.host)
    {
        record.set(Field::SourceIp, source.host);
        record.set(Field::SourceUserName, super::end::user(user));
    }
    let Some(url) = memmem::find(&text[verb..], b"URL ") else {
        return;
    };
    let rest = &text[verb + url + 4..];
    let near = &rest[..rest.len().min(300)];
    let cut = memmem::find(near, b":http")
        .or_else(|| memmem::find(near, b":/"))
        .or_else(|| memchr::memchr(b':', near));
    let Some(cut) = cut else {
        return;
    };
    let (_, destination) = host(&rest[..cut]);
    if !record.set(Field::DestinationIp, destination) {
        record.set(Field::DestinationDomain, destination);
    }
    record.set(Field::UrlOriginal, &rest[cut + 1..]);
}

/// 602303 and its like: the device's address is named first, and an association goes one way.
fn association<'a>(text: &'a [u8], record: &mut Record<'a>) {
    const OUT: &[&str] = &[
        "{}n outbound {} between {S} and {D} (user= {user}) {}",
        "{}n outbound {} between {S} and {D} ",
    ];
    const IN: &[&str] = &[
        "{}n inbound {} between {D} and {S} (user= {user}) {}",
        "{}n inbound {} between {D} and {S} ",
    ];
    for (templates, direction) in [(OUT, "outbound"), (IN, "inbound")] {
        if let Some(found) = template::read(templates, text) {
            found.set(record);
            record.set(Field::NetworkDirection, direction);
            return;
        }
    }
}

#[cfg(test)]
#[path = "asa_tests.rs"]
mod tests;
