//! How many datagrams the kernel dropped at a socket, for want of room mostly.
//!
//! The last column of `/proc/self/net/udp` and `udp6` there counts them, and the one before the last
//! three is the socket's inode ([proc_net_udp(5)]).
//!
//! [proc_net_udp(5)]: https://man7.org/linux/man-pages/man5/proc_pid_net.5.html

use std::fs;
use std::net::UdpSocket;
use std::time::{Duration, Instant};

/// How often the kernel is asked at most.
pub(super) const EVERY: Duration = Duration::from_secs(1);

/// Watches one socket.
pub(super) struct Drops {
    name: String,
    table: &'static str,
    inode: u64,
    looked: Instant,
    seen: u64,
    counter: metrics::Counter,
    dropping: bool,
}

impl Drops {
    /// For the source `name`.
    pub fn new(name: &str, socket: &UdpSocket) -> Drops {
        let v6 = socket.local_addr().is_ok_and(|address| address.is_ipv6());
        Drops {
            table: match v6 {
                true => "/proc/self/net/udp6",
                false => "/proc/self/net/udp",
            },
            inode: rustix::fs::fstat(socket).map_or(0, |stat| stat.st_ino),
            looked: Instant::now(),
            seen: 0,
            counter: metrics::counter!("knownet_udp_dropped_total", "source" => name.to_owned()),
            name: name.to_owned(),
            dropping: false,
        }
    }

    /// Looks, unless it did a moment ago.
    pub fn look(&mut self) {
        if self.looked.elapsed() >= EVERY {
            self.look_now();
        }
    }

    pub fn look_now(&mut self) {
        self.looked = Instant::now();
        let table = fs::read_to_string(self.table);
        let Some(all) = table.ok().and_then(|table| find(&table, self.inode)) else {
            return;
        };
        // Since kernel 5.6 it has 32 bits and may begin anew.
        let new = (all as u32).wrapping_sub(self.seen as u32);
        self.seen = all;
        let source = &self.name;
        if new > 0 {
            self.counter.increment(new.into());
            if !self.dropping {
                tracing::warn!(source, "the kernel drops datagrams: {new} within a second");
            }
        } else if self.dropping {
            tracing::info!(
                source,
                "the kernel drops no datagrams any more, {all} so far"
            );
        }
        self.dropping = new > 0;
    }

    /// Whether there is a reason to look again although nothing comes.
    pub fn is_dropping(&self) -> bool {
        self.dropping
    }
}

/// The drops of the socket with this inode.
fn find(table: &str, inode: u64) -> Option<u64> {
    let rows = table.lines().skip(1);
    let mut rows = rows.map(|row| row.split_ascii_whitespace());
    rows.find_map(|mut row| {
        let found: u64 = row.nth(9)?.parse().ok()?;
        (found == inode).then(|| row.next_back()?.parse().ok())?
    })
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn the_last_column_of_the_sockets_row_counts() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   \
                     uid  timeout inode ref pointer drops\n\
                     1073: 00000000:0202 00000000:0000 07 00000000:00000000 00:00000000 00000000    \
                     0        0 4711 2 0000000000000000 3\n\
                     1074: 0100007F:0203 00000000:0000 07 00000000:00000000 00:00000000 00000000     \
                     0        0 4712 2 0000000000000000 42\n";
        assert_eq!(find(table, 4711), Some(3));
        assert_eq!(find(table, 4712), Some(42));
        assert_eq!(find(table, 4713), None);
        for end in 0..table.len() {
            find(&table[..end], 4712);
        }
    }
}
