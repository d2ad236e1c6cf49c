use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};

use crate::rig::{Daemon, Folder, MICROSOFT, PRIVATE, event, labelled};
use crate::tcp::{config, message};

fn start(folder: &Folder, keys: &str) -> Daemon {
    let mut daemon = folder.daemon(&config("unix", &format!("path = \"in.sock\"\n{keys}")));
    daemon.said("listening on in.sock");
    daemon
}

#[test]
fn lines_of_connections_and_datagrams_come_in() {
    let folder = Folder::new();
    let path = folder.path("in.sock");
    let mut daemon = start(&folder, "");
    let mode = fs::metadata(&path).expect("a socket").permissions().mode();
    assert_eq!(mode & 0o777, 0o660);
    let mut stream = UnixStream::connect(&path).expect("a connection");
    stream
        .write_all(format!("{}\n", event(PRIVATE)).as_bytes())
        .expect("written");
    assert_eq!(daemon.line(), labelled(PRIVATE, "Private"));
    daemon.stop().succeeded();
    assert!(!path.exists(), "it is taken away at the end");

    let mut daemon = start(&folder, "mode = \"datagram\"\npermissions = \"0666\"");
    let mode = fs::metadata(&path).expect("a socket").permissions().mode();
    assert_eq!(mode & 0o777, 0o666);
    let socket = UnixDatagram::unbound().expect("a socket");
    let send = |datagram: &str| socket.send_to(datagram.as_bytes(), &path).expect("sent");
    send(&event(MICROSOFT));
    assert_eq!(daemon.line(), labelled(MICROSOFT, "Microsoft"));
    send("<13>Oct 11 22:14:15 app: one\nmore");
    assert_eq!(message(&mut daemon), "<13>Oct 11 22:14:15 app: one#012more");
    let long = "x".repeat(100_000);
    send(&long);
    assert!(message(&mut daemon) == long);
    daemon.stop().succeeded();
    assert!(!path.exists());
}

#[test]
fn a_proxy_header_is_refused_without_naming_a_key_that_there_is_not() {
    let folder = Folder::new();
    let mut daemon = start(&folder, "");
    let mut stream = UnixStream::connect(folder.path("in.sock")).expect("a connection");
    stream
        .write_all(b"PROXY TCP4 192.0.2.7 192.0.2.8 1234 514\r\n")
        .expect("written");
    let said = daemon.said("refused: it begins with a PROXY header");
    assert!(!said.contains("proxy_protocol"), "{said}");
}

#[test]
fn a_socket_that_was_left_behind_is_taken_over_and_no_other_file() {
    let folder = Folder::new();
    let path = folder.path("in.sock");
    start(&folder, "").kill();
    assert!(path.exists());
    drop(start(&folder, ""));

    fs::remove_file(&path).expect("a socket");
    for mode in ["stream", "datagram"] {
        let keys = format!("path = \"in.sock\"\nmode = \"{mode}\"");
        let listener = UnixListener::bind(&path).expect("a socket");
        let ran = folder.daemon(&config("unix", &keys)).ended().ended(1);
        ran.said("somebody listens on it already");
        drop(listener);
        fs::remove_file(&path).expect("it is still there");
        fs::write(&path, "precious").expect("written");
        let ran = folder.daemon(&config("unix", &keys)).ended().ended(1);
        ran.said("no socket");
        assert_eq!(folder.text("in.sock"), "precious");
        fs::remove_file(&path).expect("it is still there");
    }
}

#[test]
fn a_stop_takes_what_was_sent_before_it() {
    let folder = Folder::new();
    let path = folder.path("in.sock");
    let mut daemon = start(&folder, "");
    let send = || {
        let mut stream = UnixStream::connect(&path).expect("a connection");
        let line = format!("{}\n", event(PRIVATE));
        stream.write_all(line.as_bytes()).expect("written");
    };
    send();
    daemon.line();
    // It sleeps meanwhile, as far as the kernel lets it.
    daemon.signal("STOP");
    (0..50).for_each(|_| send());
    daemon.signal("TERM");
    daemon.signal("CONT");
    assert_eq!(daemon.ended().succeeded().lines().len(), 51);
}
