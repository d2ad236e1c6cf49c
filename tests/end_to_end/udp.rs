use std::net::{SocketAddr, UdpSocket};

use crate::rig::{Daemon, Folder, MICROSOFT, PRIVATE, event, labelled, lines, objects};
use crate::tcp::{config, message};

fn start(folder: &Folder, keys: &str) -> (Daemon, SocketAddr) {
    let keys = format!("listen = \"127.0.0.1:0\"\n{keys}");
    let mut daemon = folder.daemon(&config("udp", &keys));
    let address = daemon.address("in");
    (daemon, address)
}

fn sender(to: SocketAddr) -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket");
    socket.connect(to).expect("an address");
    socket
}

#[test]
fn a_datagram_is_a_record() {
    let folder = Folder::new();
    let (mut daemon, address) = start(&folder, "");
    let socket = sender(address);
    let send = |datagram: &str| socket.send(datagram.as_bytes()).expect("sent");
    send(&event(PRIVATE));
    assert_eq!(daemon.line(), labelled(PRIVATE, "Private"));
    send(&lines([event(PRIVATE), event(MICROSOFT)]));
    assert_eq!(daemon.line(), labelled(PRIVATE, "Private"));
    assert_eq!(daemon.line(), labelled(MICROSOFT, "Microsoft"));
    send(&event(PRIVATE).replace(',', ",\n").replace('{', "{\n"));
    let whole = &objects(&daemon.line())[0];
    assert_eq!(whole["IPDestination"], "Private");
    let syslog = "<13>Oct 11 22:14:15 host app: one";
    send(&format!("{syslog}\nmore\n\0"));
    assert_eq!(message(&mut daemon), format!("{syslog}#012more"));
    send("");
    send("\n");
    let long = "x".repeat(60_000);
    send(&long);
    assert!(message(&mut daemon) == long);
}

#[test]
fn a_stop_takes_what_the_kernel_has_received() {
    let folder = Folder::new();
    let (mut daemon, address) = start(&folder, "");
    let socket = sender(address);
    socket.send(event(MICROSOFT).as_bytes()).expect("sent");
    daemon.line();
    // It sleeps meanwhile, as far as the kernel lets it.
    daemon.signal("STOP");
    for _ in 0..100 {
        socket.send(event(PRIVATE).as_bytes()).expect("sent");
    }
    daemon.signal("TERM");
    daemon.signal("CONT");
    let ran = daemon.ended().succeeded();
    assert_eq!(ran.lines()[1..], vec![labelled(PRIVATE, "Private"); 100]);
}

#[cfg(target_os = "linux")]
#[test]
fn receivers_share_an_address_with_each_other_alone() {
    let folder = Folder::new();
    let (mut daemon, address) = start(&folder, "receivers = 3");
    for _ in 0..20 {
        let socket = sender(address);
        socket.send(event(PRIVATE).as_bytes()).expect("sent");
        assert_eq!(daemon.line(), labelled(PRIVATE, "Private"));
    }
    for receivers in ["", "receivers = 2"] {
        let keys = format!("listen = \"{address}\"\n{receivers}");
        let other = Folder::new();
        let ran = other.daemon(&config("udp", &keys)).ended().ended(1);
        ran.said(&format!("{address} cannot be listened on"));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn what_the_kernel_drops_is_said() {
    let folder = Folder::new();
    let (mut daemon, address) = start(&folder, "receive_buffer = \"64KiB\"");
    let socket = sender(address);
    socket.send(event(MICROSOFT).as_bytes()).expect("sent");
    daemon.line();
    daemon.signal("STOP");
    for _ in 0..2000 {
        socket.send(event(PRIVATE).as_bytes()).expect("sent");
    }
    daemon.signal("CONT");
    let said = daemon.said("the kernel drops datagrams");
    let dropped = said.split("datagrams: ").nth(1).expect("a number");
    let dropped: usize = dropped
        .split(' ')
        .next()
        .unwrap()
        .parse()
        .expect("a number");
    let ran = daemon.stop().succeeded();
    assert_eq!(ran.lines().len() + dropped, 2001);
}
