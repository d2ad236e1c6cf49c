//! `type = "unix"`: a socket in the file system.

use std::time::Duration;

use knownet_source::Unix;

use super::{SourceKind, listen};
use crate::config::disk::Access;
use crate::config::duration;
use crate::config::section::Section;
use crate::config::text::Text;

/// As for TCP.
const IDLE: Duration = Duration::from_secs(3600);
/// The user that runs it, and its group.
const PERMISSIONS: u32 = 0o660;

pub(super) fn read(section: &Section<'_>) -> Option<SourceKind> {
    if !cfg!(unix) {
        section.error("type", "this system has no Unix sockets");
    }
    section.require("path", "name the socket's file");
    let path = section.file("path", Access::Write);
    let modes = [("stream", false), ("datagram", true)];
    let datagram = section.one_of("mode", "a mode", &modes).unwrap_or(false);
    let permissions = section.text("permissions", permissions);
    let (idle_timeout, max_connections) = if datagram {
        section.unfit(
            &["idle_timeout", "max_connections"],
            "is for mode = \"stream\"; datagrams have no connections",
        );
        (None, None)
    } else {
        let idle_timeout = duration::read(section, "idle_timeout");
        (idle_timeout, listen::connections(section))
    };
    Some(SourceKind::Unix(Unix {
        path: path?,
        datagram,
        permissions: permissions.unwrap_or(PERMISSIONS),
        max_connections: max_connections.unwrap_or(listen::CONNECTIONS),
        idle_timeout: idle_timeout.unwrap_or(IDLE),
    }))
}

/// Octal, as for chmod.
fn permissions(text: &Text) -> Result<u32, String> {
    let mode = u32::from_str_radix(text.value(), 8).ok();
    mode.filter(|mode| *mode <= 0o777).ok_or_else(|| {
        format!("\"{text}\" is not a file's permissions; write them such as \"0660\"")
    })
}
