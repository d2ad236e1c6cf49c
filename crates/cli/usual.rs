//! The fields in which events usually name addresses.

use knownet_flow::{Path, PathError};

/// Whom the event talked to: ECS; Winlogbeat 7 and later; 5 and 6; NXLog; Suricata; plain firewalls.
pub const DESTINATION: &[&str] = &[
    "destination.ip",
    "winlog.event_data.DestinationIp",
    "event_data.DestinationIp",
    "DestinationIp",
    "dest_ip",
    "dst_ip",
];

/// The other end, in the same formats.
pub const SOURCE: &[&str] = &[
    "source.ip",
    "winlog.event_data.SourceIp",
    "event_data.SourceIp",
    "SourceIp",
    "src_ip",
];

/// The names as paths.
///
/// # Errors
/// None for the lists above.
pub fn paths(names: &[&str]) -> Result<Vec<Path>, PathError> {
    names.iter().map(|name| Path::parse(name)).collect()
}
