//! `type = "beats"`: Beats and other clients that speak to Logstash.

use std::net::{Ipv4Addr, SocketAddr};

use knownet_source::Beats;

use super::{SourceKind, listen};
use crate::config::section::Section;
use crate::config::size;

pub(super) fn read(section: &Section<'_>) -> Option<SourceKind> {
    let default = SocketAddr::from((Ipv4Addr::LOCALHOST, Beats::PORT));
    let keep = [("drop", false), ("keep", true)];
    let listen = listen::read(section, default, Beats::IDLE);
    listen::warn_of_plain(section, &listen);
    Some(SourceKind::Beats(Beats {
        listen,
        max_window: size::read(section, "max_window", 1 << 10..=16 << 30).unwrap_or(256 << 20),
        buffer: size::read(section, "buffer", 1 << 20..=1 << 30).unwrap_or(64 << 20) as usize,
        keep_metadata: section
            .one_of("metadata", "a choice", &keep)
            .unwrap_or(false),
    }))
}
