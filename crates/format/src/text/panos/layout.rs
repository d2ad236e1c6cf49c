//! Which column of a PAN-OS log is what, by the type of log.
//!
//! Source: "Syslog Field Descriptions" in the PAN-OS administrator's guide
//! (<https://docs.paloaltonetworks.com/pan-os/11-0/pan-os-admin/monitoring/use-syslog-for-monitoring/syslog-field-descriptions>).
//! Newer versions only add columns behind those of older ones, so one order serves them all.

use crate::text::field::Field::{self, *};

/// What one column is.
#[derive(Clone, Copy, Debug)]
pub enum Cell {
    /// Nothing of use.
    Skip,
    /// This ECS field.
    Is(Field),
    /// A pair of this name.
    Named(&'static str),
    /// An address or a port, all zeros where there is none.
    Nat(Field),
    /// A user, as `domain\name`, who opened the session or whom the event is about.
    User(Field),
    /// How serious it is.
    Severity,
    /// A name with a number behind it, `Virus/Win32.generic(123)`.
    Threat,
    /// `URL/Filename`.
    Target,
    /// What a firewall did with a session, and so how it went.
    Action,
}

use Cell::*;

/// The columns of a type of log behind the generated time.
pub struct Layout {
    /// What the columns have in front that all types have that are about a session.
    pub session: bool,
    /// The rest.
    pub cells: &'static [Cell],
}

/// The column of the type; the layouts begin four columns behind it.
pub const TYPE: usize = 3;

/// The first column of a layout.
pub const FIRST: usize = 7;

/// What logs about a session begin with.
#[rustfmt::skip]
pub const SESSION: &[Cell] = &[
    Is(SourceIp), Is(DestinationIp), Nat(SourceNatIp), Nat(DestinationNatIp), Is(RuleName),
    User(SourceUserName), User(DestinationUserName), Is(NetworkApplication), Named("vsys"),
    Is(ObserverIngressZone), Is(ObserverEgressZone), Is(ObserverIngressInterfaceName),
    Is(ObserverEgressInterfaceName), Named("logset"), Skip, Named("sessionid"), Named("repeatcnt"),
    Is(SourcePort), Is(DestinationPort), Nat(SourceNatPort), Nat(DestinationNatPort), Named("flags"),
    Is(NetworkTransport), Action,
];

#[rustfmt::skip]
const TRAFFIC: Layout = Layout { session: true, cells: &[
    Is(NetworkBytes), Is(SourceBytes), Is(DestinationBytes), Is(NetworkPackets), Named("start"),
    Named("elapsed"), Named("category"), Skip, Named("seqno"), Named("actionflags"),
    Named("srcloc"), Named("dstloc"), Skip, Is(SourcePackets), Is(DestinationPackets),
    Is(EventReason), Named("dg_hier_level_1"), Named("dg_hier_level_2"), Named("dg_hier_level_3"),
    Named("dg_hier_level_4"), Named("vsys_name"), Is(ObserverHostname), Named("action_source"),
    Named("src_uuid"), Named("dst_uuid"), Named("tunnelid"), Named("monitortag"),
    Named("parent_session_id"), Named("parent_start_time"), Named("tunnel"), Named("assoc_id"),
    Named("chunks"), Named("chunks_sent"), Named("chunks_received"), Is(RuleId),
] };

#[rustfmt::skip]
const THREAT: Layout = Layout { session: true, cells: &[
    Target, Threat, Named("category"), Severity, Named("direction"), Named("seqno"),
    Named("actionflags"), Named("srcloc"), Named("dstloc"), Skip, Named("contenttype"),
    Named("pcap_id"), Named("filedigest"), Named("cloud"), Named("url_idx"), Is(UserAgentOriginal),
    Named("filetype"), Named("xff"), Named("referer"), Named("sender"), Named("subject"),
    Named("recipient"), Named("reportid"), Named("dg_hier_level_1"), Named("dg_hier_level_2"),
    Named("dg_hier_level_3"), Named("dg_hier_level_4"), Named("vsys_name"), Is(ObserverHostname),
    Skip, Named("src_uuid"), Named("dst_uuid"), Is(HttpRequestMethod), Named("tunnelid"),
    Named("monitortag"), Named("parent_session_id"), Named("parent_start_time"), Named("tunnel"),
    Named("thr_category"), Named("contentver"), Skip, Named("assoc_id"), Named("ppid"),
    Named("http_headers"), Named("url_category_list"), Is(RuleId), Named("http2_connection"),
    Named("dynusergroup_name"), Named("xff_ip"),
] };

#[rustfmt::skip]
const DECRYPTION: Layout = Layout { session: true, cells: &[
    Named("tunnel"), Skip, Skip, Named("src_uuid"), Named("dst_uuid"), Is(RuleId),
    Named("hs_stage_c2f"), Named("hs_stage_f2s"), Named("tls_version"), Named("tls_keyxchg"),
    Named("tls_enc"), Named("tls_auth"), Named("policy_name"), Named("ec_curve"),
    Named("err_index"), Named("root_status"), Named("chain_status"), Named("proxy_type"),
    Named("cert_serial"), Named("fingerprint"), Named("notbefore"), Named("notafter"),
    Named("cert_ver"), Named("cert_size"), Skip, Skip, Skip, Skip, Named("cert_flags"),
    Named("cn"), Named("issuer_cn"), Named("root_cn"), Is(DestinationDomain), Named("error"),
    Skip, Skip, Skip, Skip, Skip, Skip, Skip, Skip,
    // What each side's device is: eight columns each.
    Skip, Skip, Skip, Skip, Skip, Skip, Skip, Skip, Skip, Skip, Skip, Skip, Skip, Skip, Skip, Skip,
    Named("seqno"), Named("actionflags"), Named("dg_hier_level_1"), Named("dg_hier_level_2"),
    Named("dg_hier_level_3"), Named("dg_hier_level_4"), Named("vsys_name"), Is(ObserverHostname),
] };

#[rustfmt::skip]
const TUNNEL: Layout = Layout { session: true, cells: &[
    Severity, Named("seqno"), Named("actionflags"), Named("srcloc"), Named("dstloc"),
    Named("dg_hier_level_1"), Named("dg_hier_level_2"), Named("dg_hier_level_3"),
    Named("dg_hier_level_4"), Named("vsys_name"), Is(ObserverHostname), Named("tunnelid"),
    Named("monitortag"), Named("parent_session_id"), Named("parent_start_time"), Named("tunnel"),
    Is(NetworkBytes), Is(SourceBytes), Is(DestinationBytes), Is(NetworkPackets),
    Is(SourcePackets), Is(DestinationPackets), Named("max_encap"), Named("unknown_proto"),
    Named("strict_check"), Named("tunnel_fragment"), Named("sessions_created"),
    Named("sessions_closed"), Is(EventReason), Named("action_source"), Named("start"),
    Named("elapsed"), Named("tunnel_insp_rule"), Named("remote_user_ip"), Named("remote_user_id"),
    Is(RuleId),
] };

#[rustfmt::skip]
const GTP: Layout = Layout { session: true, cells: &[
    Named("event_type"), Named("msisdn"), Named("apn"), Named("rat"), Named("msg_type"),
    Named("end_ip_adr"), Named("teid1"), Named("teid2"), Named("gtp_interface"),
    Named("cause_code"), Severity, Named("mcc"), Named("mnc"), Named("area_code"),
    Named("cell_id"), Named("event_code"),
] };

/// It has one unused column more than others before its protocol, and no translation.
#[rustfmt::skip]
const SCTP: Layout = Layout { session: false, cells: &[
    Is(SourceIp), Is(DestinationIp), Skip, Skip, Is(RuleName), Skip, Skip, Skip, Named("vsys"),
    Is(ObserverIngressZone), Is(ObserverEgressZone), Is(ObserverIngressInterfaceName),
    Is(ObserverEgressInterfaceName), Named("logset"), Skip, Named("sessionid"), Named("repeatcnt"),
    Is(SourcePort), Is(DestinationPort), Skip, Skip, Skip, Skip, Is(NetworkTransport), Action,
    Named("dg_hier_level_1"), Named("dg_hier_level_2"), Named("dg_hier_level_3"),
    Named("dg_hier_level_4"), Named("vsys_name"), Is(ObserverHostname), Named("seqno"), Skip,
    Named("assoc_id"), Named("ppid"), Severity, Named("sctp_chunk_type"),
] };

#[rustfmt::skip]
const SYSTEM: Layout = Layout { session: false, cells: &[
    Named("vsys"), Is(EventAction), Named("object"), Skip, Skip, Named("module"), Severity,
    Named("opaque"), Named("seqno"), Named("actionflags"), Named("dg_hier_level_1"),
    Named("dg_hier_level_2"), Named("dg_hier_level_3"), Named("dg_hier_level_4"),
    Named("vsys_name"), Is(ObserverHostname),
] };

/// The host is the one from which the administrator works.
#[rustfmt::skip]
const CONFIG: Layout = Layout { session: false, cells: &[
    Is(SourceIp), Named("vsys"), Is(EventAction), User(UserName), Named("client"), Named("result"),
    Named("path"), Named("seqno"), Named("actionflags"), Named("dg_hier_level_1"),
    Named("dg_hier_level_2"), Named("dg_hier_level_3"), Named("dg_hier_level_4"),
    Named("vsys_name"), Is(ObserverHostname),
] };

/// The same where it is set to tell what was before and after the change.
#[rustfmt::skip]
const CONFIG_DETAIL: Layout = Layout { session: false, cells: &[
    Is(SourceIp), Named("vsys"), Is(EventAction), User(UserName), Named("client"), Named("result"),
    Named("path"), Named("before_change_detail"), Named("after_change_detail"), Named("seqno"),
    Named("actionflags"), Named("dg_hier_level_1"), Named("dg_hier_level_2"),
    Named("dg_hier_level_3"), Named("dg_hier_level_4"), Named("vsys_name"), Is(ObserverHostname),
] };

/// The public address is the one that the client comes from, 0.0.0.0 where it is the IPv6 one.
#[rustfmt::skip]
const GLOBALPROTECT: Layout = Layout { session: false, cells: &[
    Named("vsys"), Is(EventAction), Named("stage"), Named("auth_method"), Named("tunnel_type"),
    User(SourceUserName), Named("srcregion"), Named("machinename"), Nat(SourceIp), Nat(SourceIp),
    Named("private_ip"), Named("private_ipv6"), Named("hostid"), Named("serialnumber"),
    Named("client_ver"), Named("client_os"), Named("client_os_ver"), Named("repeatcnt"),
    Is(EventReason), Named("error"), Named("opaque"), Is(EventOutcome), Named("location"),
    Named("login_duration"), Named("connect_method"), Named("error_code"), Named("portal"),
    Named("seqno"), Named("actionflags"), Skip, Named("selection_type"), Named("response_time"),
    Named("priority"), Named("attempted_gateways"), Named("gateway"), Named("dg_hier_level_1"),
    Named("dg_hier_level_2"), Named("dg_hier_level_3"), Named("dg_hier_level_4"),
    Named("vsys_name"), Is(ObserverHostname),
] };

#[rustfmt::skip]
const USERID: Layout = Layout { session: false, cells: &[
    Named("vsys"), Is(SourceIp), User(SourceUserName), Named("datasourcename"), Named("eventid"),
    Named("repeatcnt"), Named("timeout"), Is(SourcePort), Is(DestinationPort),
    Named("datasource"), Named("datasourcetype"), Named("seqno"), Named("actionflags"),
    Named("dg_hier_level_1"), Named("dg_hier_level_2"), Named("dg_hier_level_3"),
    Named("dg_hier_level_4"), Named("vsys_name"), Is(ObserverHostname), Named("vsys_id"),
    Named("factortype"), Named("factorcompletiontime"), Named("factorno"), Named("ugflags"),
    Named("userbysource"), Named("tag_name"),
] };

#[rustfmt::skip]
const HIPMATCH: Layout = Layout { session: false, cells: &[
    User(SourceUserName), Named("vsys"), Named("machinename"), Named("os"), Nat(SourceIp),
    Named("matchname"), Named("repeatcnt"), Named("matchtype"), Skip, Skip, Named("seqno"),
    Named("actionflags"), Named("dg_hier_level_1"), Named("dg_hier_level_2"),
    Named("dg_hier_level_3"), Named("dg_hier_level_4"), Named("vsys_name"), Is(ObserverHostname),
    Named("vsys_id"), Nat(SourceIp), Named("hostid"), Named("serialnumber"), Is(SourceMac),
] };

#[rustfmt::skip]
const AUTHENTICATION: Layout = Layout { session: false, cells: &[
    Named("vsys"), Is(SourceIp), User(SourceUserName), Named("normalize_user"), Named("object"),
    Named("authpolicy"), Named("repeatcnt"), Named("authid"), Named("vendor"), Named("logset"),
    Named("serverprofile"), Named("desc"), Named("clienttype"), Is(EventAction),
    Named("factorno"), Named("seqno"), Named("actionflags"), Named("dg_hier_level_1"),
    Named("dg_hier_level_2"), Named("dg_hier_level_3"), Named("dg_hier_level_4"),
    Named("vsys_name"), Is(ObserverHostname), Named("vsys_id"), Named("authproto"), Is(RuleId),
] };

#[rustfmt::skip]
const CORRELATION: Layout = Layout { session: false, cells: &[
    Is(SourceIp), User(SourceUserName), Named("vsys"), Named("category"), Severity,
    Named("dg_hier_level_1"), Named("dg_hier_level_2"), Named("dg_hier_level_3"),
    Named("dg_hier_level_4"), Named("vsys_name"), Is(ObserverHostname), Named("vsys_id"),
    Named("objectname"), Named("object_id"), Named("evidence"),
] };

#[rustfmt::skip]
const IPTAG: Layout = Layout { session: false, cells: &[
    Named("vsys"), Is(SourceIp), Named("tag_name"), Is(EventAction), Named("repeatcnt"),
    Named("timeout"), Named("datasourcename"), Named("datasource_type"),
    Named("datasource_subtype"), Named("seqno"), Named("actionflags"), Named("dg_hier_level_1"),
    Named("dg_hier_level_2"), Named("dg_hier_level_3"), Named("dg_hier_level_4"),
    Named("vsys_name"), Is(ObserverHostname),
] };

/// The order of a type of log; `None` if there is no such type.
pub fn of(kind: &[u8]) -> Option<&'static Layout> {
    Some(match kind {
        b"TRAFFIC" => &TRAFFIC,
        b"THREAT" => &THREAT,
        b"SYSTEM" => &SYSTEM,
        b"CONFIG" => &CONFIG,
        b"GLOBALPROTECT" => &GLOBALPROTECT,
        b"USERID" => &USERID,
        b"HIPMATCH" | b"HIP-MATCH" => &HIPMATCH,
        b"DECRYPTION" => &DECRYPTION,
        b"AUTHENTICATION" | b"AUTH" => &AUTHENTICATION,
        b"CORRELATION" => &CORRELATION,
        b"IPTAG" => &IPTAG,
        b"SCTP" => &SCTP,
        b"GTP" => &GTP,
        b"TUNNEL" | b"START" | b"END" => &TUNNEL,
        _ => return None,
    })
}

/// Of the two orders of CONFIG the one with the details.
pub fn config_with_detail() -> &'static Layout {
    &CONFIG_DETAIL
}

/// The longest layout's last column, and one more.
pub const MOST: usize = 112;
