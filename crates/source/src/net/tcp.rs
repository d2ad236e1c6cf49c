//! `type = "tcp"`: lines and syslog frames over TCP, with TLS or without.

use knownet_flow::{OpenError, Source};

use super::stream::{Shared, receive};
use super::{Listen, Listener, serve};
use crate::inbox::inbox;
use crate::site::Site;

/// Listens for TCP connections from now on.
///
/// # Errors
/// If the address cannot be listened on, or a certificate does not work.
pub fn tcp(site: &Site, listen: &Listen) -> Result<Box<dyn Source>, OpenError> {
    let listener = Listener::bind(listen)?;
    let (sender, received) = inbox(site);
    let unasked = "it begins with a PROXY header; proxy_protocol is not set";
    let shared = Shared::new(site, (!listen.proxy).then_some(unasked));
    serve(site, listener, sender, move |connection| {
        receive(connection, shared.clone())
    });
    Ok(Box::new(received))
}
