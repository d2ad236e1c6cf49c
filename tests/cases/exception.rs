//! Which products' formats are promised, and where the other parser is left alone.

/// Products that write the formats that are promised; the others are reported.
pub const PROMISED: &[&str] = &[
    // JSON
    "azure_network_watcher",
    "suricata_eve",
    "sysmon_winlogbeat6_event_data",
    "sysmon_winlogbeat8_event_data",
    "windows_nxlog",
    "windows_security_winlogbeat7_ecs",
    "windows_wfp_5156",
    "winlogbeat",
    "zeek",
    "zeek_conn_id_orig_h_underscore",
    // Syslog and what is in it
    "cisco_ios",
    "openssh",
    "pf_pfsense",
    "system_auth",
    // Windows XML
    "sysmon_evtx_xml",
    "windows_security_evtx_xml",
    // CEF and LEEF
    "claroty_xdome",
    "cyberark_digital_vault",
    "forcepoint_ngfw",
    "ibm_i",
    "imperva_waf",
    "nozomi_cmc",
    "one_identity_sps",
    "trellix_network_security",
    "trend_micro_apex_one",
    // key=value
    "fortimail",
    "fortiproxy",
    "fortiweb",
    "iptables",
    "sonicwall_sma",
    "sophos_xg",
    "stormshield_network_security",
    "ubiquiti_unifi",
    // Columns
    "windows_firewall_pfirewall",
];

/// Where the other parser is plainly wrong, or reads what no name and no grammar says: product,
/// lines of its file, and why.
pub const EXCEPTIONS: &[(&str, &[usize], &str)] = &[
    (
        "adauditplus",
        &[2],
        "takes a custom string without a label (cs2) for the source",
    ),
    (
        "aruba_os",
        &[1, 3, 6, 7],
        "takes the controller's own address for the source",
    ),
    (
        "aruba_os",
        &[9],
        "takes the time server that was asked for the source",
    ),
    (
        "auditd_log",
        &[1],
        "leaves out the destination that dst= names",
    ),
    (
        "bind",
        &[9, 10, 11],
        "takes the server that was asked for the source",
    ),
    (
        "cisco_ise",
        &[1],
        "takes Called-Station-ID for the destination, though DestinationIPAddress is there",
    ),
    (
        "cisco_ise",
        &[7, 8],
        "takes the device that could not be reached for the source",
    ),
    (
        "citrix_adc",
        &[7, 8],
        "leaves out the address of the virtual server that the client spoke to",
    ),
    ("ibm_i", &[1], "reads an address out of the prose of msg="),
    (
        "iis_access",
        &[1],
        "the record was mangled: its addresses are Markdown links",
    ),
    (
        "isc_dhcpd",
        &[1],
        "takes the relay that handed the request on for the destination",
    ),
    ("postfix", &[5], "takes the client for the destination"),
    (
        "postfix",
        &[9],
        "takes the next relay's answer for the source",
    ),
    (
        "squid",
        &[5],
        "leaves out the server that the proxy spoke to",
    ),
    (
        "trend_micro_apex_one",
        &[4, 5, 6],
        "takes dst= for the source",
    ),
    (
        "windows_nxlog",
        &[1],
        "takes the authentication server of a RADIUS request for the destination",
    ),
];
