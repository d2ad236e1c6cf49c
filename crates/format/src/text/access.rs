//! Access and error logs of web servers, proxies and load balancers.
//!
//! The source is the client. A destination is there only where the log says to which address the
//! connection went: the server's own (IIS), the target's (ELB, Envoy), a proxy's origin (Squid).

mod clf;
mod error;
mod iis;
mod part;
mod proxy;
mod squid;
#[cfg(test)]
mod tests;

use super::record::Record;
use super::{Read, Spec};

/// How it is known.
pub const SPEC: Spec = Spec {
    name: "access",
    summary: "web and proxy access logs: common, combined, Squid, HAProxy, Envoy, Traefik, ELB, IIS",
    example: "203.0.113.9 - ann [01/Mar/2026:12:00:00 +0000] \"GET / HTTP/1.1\" 200 512 \"-\" \"curl/8.5.0\"",
    read,
};

fn read<'a>(text: &'a [u8], record: &mut Record<'a>) -> bool {
    // The time in front may have been taken for a syslog header's.
    if iis::read(record.line(), record) {
        return true;
    }
    let text = text.trim_ascii();
    let readers: &[Read] = match text {
        [b'[', ..] => &[error::read, proxy::envoy, clf::read],
        [b'0'..=b'9', ..] => &[
            squid::read,
            proxy::elb,
            proxy::haproxy,
            clf::read,
            error::nginx,
        ],
        [b'h' | b'w' | b'g', ..] => &[proxy::alb, proxy::haproxy, clf::read],
        [b'I', ..] => &[squid::read, clf::read],
        [b'C', ..] => &[proxy::connect, clf::read],
        [b'a'..=b'z' | b'A'..=b'Z' | b':' | b'-' | b'_', ..] => &[proxy::haproxy, clf::read],
        _ => &[],
    };
    let mark = record.mark();
    readers.iter().any(|read| {
        let found = read(text, record);
        if !found {
            record.back(mark);
        }
        found
    })
}
