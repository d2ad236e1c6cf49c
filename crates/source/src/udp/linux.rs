//! Receives datagrams by `recvmmsg`, many with one call.

use std::io::{self, IoSliceMut, PipeReader};
use std::net::{SocketAddr, SocketAddrV4, SocketAddrV6, UdpSocket};
use std::os::fd::AsRawFd;
use std::thread;
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::socket::{MsgFlags, MultiHeaders, SockaddrStorage, recvmmsg};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::drops::{self, Drops};
use super::{DATAGRAM, Outgoing};
use crate::inbox::Sender;
use crate::site::Site;

/// Datagrams received with one call at most.
const AT_ONCE: usize = 64;
/// From one datagram's place to the next: not a power of two, or all of them would want the same few
/// lines of the caches.
const STRIDE: usize = DATAGRAM + 320;
/// Pause after an error that is not expected.
const BREATH: Duration = Duration::from_millis(100);

/// Receives from `socket`, in a thread of its own.
pub(super) fn start(site: &Site, socket: UdpSocket, sender: Sender) -> io::Result<()> {
    socket.set_nonblocking(true)?;
    let (stopped, stop) = io::pipe()?;
    let closing = sender.closing().clone();
    site.tokio.spawn(async move {
        closing.cancelled().await;
        // The other end sees it.
        drop(stop);
    });
    let receiver = Receiver {
        drops: Drops::new(&site.name, &socket),
        out: Outgoing::new(site, sender),
        name: site.name.clone(),
        stopped,
        socket,
    };
    let thread = thread::Builder::new().name("udp".to_owned());
    thread.spawn(move || receiver.run())?;
    Ok(())
}

struct Receiver {
    name: String,
    socket: UdpSocket,
    stopped: PipeReader,
    out: Outgoing,
    drops: Drops,
}

impl Receiver {
    fn run(mut self) {
        let mut memory = vec![0; AT_ONCE * STRIDE];
        let mut headers = MultiHeaders::preallocate(AT_ONCE, None);
        let mut last = None;
        let mut failing = false;
        loop {
            match self.receive(&mut memory, &mut headers) {
                Ok(n) => {
                    self.drops.look();
                    failing = false;
                    // What came before the stop is taken, and no more than fits into the buffer.
                    last = match last {
                        Some(left) if left < n => break,
                        Some(left) => Some(left - n),
                        None => None,
                    };
                }
                Err(Errno::EAGAIN) if last.is_some() => break,
                Err(Errno::EAGAIN) => match self.wait() {
                    true => {}
                    false => last = Some(super::granted(&self.socket)),
                },
                Err(Errno::EINTR) => {}
                Err(error) => {
                    if !failing {
                        tracing::warn!(source = self.name, "datagrams cannot be read: {error}");
                    }
                    failing = true;
                    if last.is_some() {
                        break;
                    }
                    thread::sleep(BREATH);
                }
            }
        }
        self.drops.look_now();
    }

    /// Takes what is there; the number of bytes.
    fn receive(
        &mut self,
        memory: &mut [u8],
        headers: &mut MultiHeaders<SockaddrStorage>,
    ) -> nix::Result<usize> {
        let mut places = memory.chunks_exact_mut(STRIDE);
        let mut places: [[IoSliceMut<'_>; 1]; AT_ONCE] =
            std::array::from_fn(|_| [IoSliceMut::new(places.next().unwrap_or_default())]);
        let received = recvmmsg(
            self.socket.as_raw_fd(),
            headers,
            &mut places,
            MsgFlags::MSG_DONTWAIT,
            None,
        )?;
        let mut bytes = 0;
        for datagram in received {
            let peer = datagram.address.as_ref().and_then(address);
            bytes += datagram.bytes;
            for part in datagram.iovs() {
                self.out.add(part, peer);
            }
        }
        self.out.flush();
        Ok(bytes)
    }

    /// Waits for a datagram; `false` if the stop came.
    fn wait(&mut self) -> bool {
        // Drops are seen when there is time, even if nothing comes any more.
        let mut watch = true;
        loop {
            let mut both = [
                PollFd::new(&self.socket, PollFlags::IN),
                PollFd::new(&self.stopped, PollFlags::IN),
            ];
            let second = Timespec::try_from(drops::EVERY).ok().filter(|_| watch);
            match poll(&mut both, second.as_ref()) {
                Ok(0) => {
                    self.drops.look_now();
                    watch = self.drops.is_dropping();
                }
                Ok(_) if !both[1].revents().is_empty() => return false,
                Ok(_) => return true,
                Err(rustix::io::Errno::INTR) => {}
                Err(_) => thread::sleep(BREATH),
            }
        }
    }
}

fn address(from: &SockaddrStorage) -> Option<SocketAddr> {
    let v4 = from
        .as_sockaddr_in()
        .map(|a| SocketAddr::V4(SocketAddrV4::from(*a)));
    v4.or_else(|| {
        from.as_sockaddr_in6()
            .map(|a| SocketAddr::V6(SocketAddrV6::from(*a)))
    })
}
