//! `type = "unix"`: lines, frames or datagrams from this machine's own programs.
//!
//! - Who may connect is settled before anybody can.
//! - A socket's file that a run before left behind is taken away only if nobody listens on it.

use std::fs;
use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use knownet_flow::{OpenError, Source};
use socket2::{Domain, SockAddr, Socket, Type};
use tokio::net::{UnixDatagram, UnixListener};

use super::Unix;
use super::listen::{BACKLOG, Connection, Gate};
use super::stream::{Shared, receive};
use crate::frame::record;
use crate::inbox::{Sender, inbox};
use crate::site::Site;

/// The longest datagram. A sender may send as much as its send buffer holds, 208 KiB unless the
/// system was told otherwise.
const DATAGRAM: usize = 4 << 20;

/// Listens on a Unix socket from now on.
///
/// # Errors
/// If its file cannot be made, or somebody listens on it.
pub fn unix(site: &Site, options: &Unix) -> Result<Box<dyn Source>, OpenError> {
    let path = &options.path;
    let cannot = |e: io::Error| OpenError(format!("{} cannot be listened on: {e}", path.display()));
    let socket = bind(options).map_err(cannot)?;
    let file = OwnFile::of(path).map_err(cannot)?;
    let (sender, received) = inbox(site);
    let (own, options) = (site.clone(), options.clone());
    site.tokio.spawn(async move {
        let listened = match options.datagram {
            true => datagrams(&own.name, socket.into(), file, sender).await,
            false => connections(&own, &options, socket.into(), file, sender).await,
        };
        if let Err(error) = listened {
            tracing::error!(source = own.name, "the socket cannot be used: {error}");
        }
    });
    Ok(Box::new(received))
}

fn bind(options: &Unix) -> io::Result<Socket> {
    let path = &options.path;
    let kind = match options.datagram {
        true => Type::DGRAM,
        false => Type::STREAM,
    };
    let address = SockAddr::unix(path)?;
    if let Ok(found) = fs::symlink_metadata(path) {
        if !found.file_type().is_socket() {
            return Err(io::Error::other("it is there and no socket"));
        }
        let probe = Socket::new(Domain::UNIX, kind, None)?;
        match probe.connect(&address) {
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                fs::remove_file(path)?;
            }
            _ => return Err(io::Error::other("somebody listens on it already")),
        }
    }
    let socket = Socket::new(Domain::UNIX, kind, None)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address)?;
    fs::set_permissions(path, fs::Permissions::from_mode(options.permissions))?;
    // Nobody can connect before this.
    if !options.datagram {
        socket.listen(BACKLOG)?;
    }
    Ok(socket)
}

/// The socket's file, taken away when it is dropped unless it is another by then.
struct OwnFile {
    path: PathBuf,
    id: (u64, u64),
}

impl OwnFile {
    fn of(path: &Path) -> io::Result<OwnFile> {
        Ok(OwnFile {
            id: id(path)?,
            path: path.to_owned(),
        })
    }
}

impl Drop for OwnFile {
    fn drop(&mut self) {
        if id(&self.path).is_ok_and(|now| now == self.id) {
            // What stays behind is taken away by the next run.
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn id(path: &Path) -> io::Result<(u64, u64)> {
    let found = fs::symlink_metadata(path)?;
    Ok((found.dev(), found.ino()))
}

async fn connections(
    site: &Site,
    options: &Unix,
    listener: std::os::unix::net::UnixListener,
    _file: OwnFile,
    sender: Sender,
) -> io::Result<()> {
    let (name, path) = (&site.name, options.path.display());
    let listener = UnixListener::from_std(listener)?;
    tracing::info!(source = name, "listening on {path}");
    let mut gate = Gate::new(name, options.max_connections);
    let unasked = "it begins with a PROXY header; have its sender leave that out";
    let shared = Shared::new(site, Some(unasked));
    while let Some(((stream, _), slot)) = gate.next(&sender, || listener.accept()).await {
        let connection = Connection {
            stream: Box::pin(stream),
            peer: None,
            sender: sender.clone(),
            idle_timeout: options.idle_timeout,
        };
        let shared = shared.clone();
        site.tokio.spawn(async move {
            let _slot = slot;
            receive(connection, shared).await;
        });
    }
    Ok(())
}

async fn datagrams(
    name: &str,
    socket: std::os::unix::net::UnixDatagram,
    file: OwnFile,
    sender: Sender,
) -> io::Result<()> {
    let socket = UnixDatagram::from_std(socket)?;
    tracing::info!(source = name, "listening on {}", file.path.display());
    let limits = *sender.limits();
    let (mut datagram, mut lines) = (vec![0; DATAGRAM], Vec::new());
    let mut stopping = false;
    loop {
        match socket.try_recv(&mut datagram) {
            Ok(len) => {
                record::write(&datagram[..len], &mut lines);
                if lines.len() < limits.batch {
                    continue;
                }
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
        if !lines.is_empty() {
            sender.send(&lines, None).await;
            lines.clear();
            lines.shrink_to(limits.batch);
            continue;
        }
        // What was there when the stop came has been taken.
        if stopping {
            return Ok(());
        }
        tokio::select! {
            ready = socket.readable() => ready?,
            () = sender.closing().cancelled() => stopping = true,
        }
    }
}
