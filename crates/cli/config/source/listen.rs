//! The keys of every source that listens: address, limits, TLS.

use std::net::SocketAddr;
use std::time::Duration;

use knownet_source::{Listen, Tls};

use crate::config::disk::Access;
use crate::config::section::Section;
use crate::config::text::Text;
use crate::config::{count, duration};

/// Connections at once, without the key.
pub(super) const CONNECTIONS: usize = 1024;

/// Reads them; `default` is the address without the key.
pub(super) fn read(section: &Section<'_>, default: SocketAddr, idle: Duration) -> Listen {
    let address = section.text("listen", address).unwrap_or(default);
    let tls = section.node("tls").and_then(|node| {
        let section = section.inner(node, format!("{}.tls", section.key), "tls")?;
        let tls = tls(&section);
        section.finish();
        tls
    });
    Listen {
        address,
        max_connections: connections(section).unwrap_or(CONNECTIONS),
        idle_timeout: duration::read(section, "idle_timeout").unwrap_or(idle),
        tls,
        proxy: section.bool("proxy_protocol").unwrap_or(false),
    }
}

/// Notes that what comes in is plain to everyone on the way, unless that is this machine alone.
pub(super) fn warn_of_plain(section: &Section<'_>, listen: &Listen) {
    if listen.tls.is_none() && !listen.address.ip().is_loopback() {
        let message = "everyone who reaches this address may send, and who is on the way may read \
                       along; add tls";
        section.warning("listen", message);
    }
}

/// `ADDRESS:PORT`; of the names only `localhost` is one.
pub(in crate::config) fn address(text: &Text) -> Result<SocketAddr, String> {
    let value = text.value();
    let local = value.strip_prefix("localhost:");
    let spelled = local.map_or_else(|| value.to_owned(), |port| format!("127.0.0.1:{port}"));
    spelled.parse().map_err(|_| {
        format!(
            "\"{text}\" is not an address with a port; write one such as \"127.0.0.1:5044\", \
             \"0.0.0.0:5044\" for every address of this machine, or \"[::1]:5044\""
        )
    })
}

/// `max_connections`.
pub(super) fn connections(section: &Section<'_>) -> Option<usize> {
    count::read(section, "max_connections", 1..=100_000)
}

fn tls(section: &Section<'_>) -> Option<Tls> {
    let remedy = "name a PEM file";
    section.require("certificate", remedy);
    section.require("key", remedy);
    let certificate = section.file("certificate", Access::Read);
    let key = section.file("key", Access::Read);
    let client_ca = section.file("client_ca", Access::Read);
    let client_required = section.bool("client_required");
    if client_required == Some(true) && client_ca.is_none() {
        section.error(
            "client_required",
            "needs client_ca, the authority of the clients' certificates",
        );
    }
    let tls = Tls {
        certificate: certificate?,
        key: key?,
        // An authority is there to be asked for.
        client_required: client_required.unwrap_or(client_ca.is_some()),
        client_ca,
    };
    let tried = tls.clone();
    section.trial("certificate", move || tried.check());
    Some(tls)
}
