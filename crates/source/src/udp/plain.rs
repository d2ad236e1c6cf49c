//! Receives datagrams one by one.

use std::io;
use std::net::UdpSocket;
use std::thread;
use std::time::Duration;

use super::{DATAGRAM, Outgoing};
use crate::inbox::Sender;
use crate::site::Site;

/// How often a stop is looked for.
const LOOK: Duration = Duration::from_millis(250);

/// Datagrams taken after a stop at most.
const LAST: usize = 100_000;

/// Receives from `socket`, in a thread of its own.
pub(super) fn start(site: &Site, socket: UdpSocket, sender: Sender) -> io::Result<()> {
    socket.set_read_timeout(Some(LOOK))?;
    let closing = sender.closing().clone();
    let (name, mut out) = (site.name.clone(), Outgoing::new(site, sender));
    let receive = move || {
        let mut datagram = vec![0; DATAGRAM];
        let mut failing = false;
        // What came before the stop is taken, up to a bound.
        let mut last = None;
        while last != Some(0) {
            last = match last {
                Some(left) => Some(left - 1),
                None if closing.is_cancelled() && socket.set_nonblocking(true).is_ok() => {
                    Some(LAST)
                }
                None if closing.is_cancelled() => break,
                None => None,
            };
            match socket.recv_from(&mut datagram) {
                Ok((len, peer)) => {
                    failing = false;
                    out.add(&datagram[..len], Some(peer));
                    out.flush();
                }
                Err(_) if last.is_some() => break,
                Err(error) => match error.kind() {
                    io::ErrorKind::WouldBlock
                    | io::ErrorKind::TimedOut
                    | io::ErrorKind::Interrupted
                    // Windows says so after an answer that could not be delivered.
                    | io::ErrorKind::ConnectionReset => {}
                    _ => {
                        if !failing {
                            tracing::warn!(source = name, "datagrams cannot be read: {error}");
                        }
                        failing = true;
                        thread::sleep(LOOK);
                    }
                },
            }
        }
    };
    thread::Builder::new()
        .name("udp".to_owned())
        .spawn(receive)?;
    Ok(())
}
