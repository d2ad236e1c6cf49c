use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

use crate::rig::{Daemon, Folder, MICROSOFT, PRIVATE, event, labelled, objects};

/// A source that listens, with these keys.
pub fn config(kind: &str, keys: &str) -> String {
    format!(
        "[sources.in]\ntype = \"{kind}\"\n{keys}\n\
         [labels.Private]\nfeeds = [\"builtin:private\"]\n\
         [labels.Microsoft]\nfeeds = [\"builtin:microsoft\"]\n\
         [[tags]]\nfrom = [\"DestinationIp\"]\ninto = \"IPDestination\"\n\
         [sinks.out]\ntype = \"stdout\"\n"
    )
}

/// What the next record says.
pub fn message(daemon: &mut Daemon) -> String {
    let object = &objects(&daemon.line())[0];
    let original = object["message"].as_str().expect("a message");
    original.to_owned()
}

fn start(folder: &Folder, keys: &str) -> (Daemon, SocketAddr) {
    let keys = format!("listen = \"127.0.0.1:0\"\n{keys}");
    let mut daemon = folder.daemon(&config("tcp", &keys));
    let address = daemon.address("in");
    (daemon, address)
}

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).expect("a connection");
    let patience = Some(Duration::from_secs(60));
    stream.set_read_timeout(patience).expect("a timeout");
    stream
}

/// Waits until the other end closes the connection.
fn closed(mut stream: TcpStream) {
    match stream.read(&mut [0]) {
        Ok(0) => {}
        Ok(_) => panic!("it answers"),
        Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset),
    }
}

#[test]
fn lines_come_from_many_connections_and_the_last_needs_no_line_feed() {
    let folder = Folder::new();
    let (mut daemon, address) = start(&folder, "");
    let (mut one, mut two) = (connect(address), connect(address));
    let (first, second) = (event(PRIVATE), event(MICROSOFT));
    one.write_all(&first.as_bytes()[..9]).expect("written");
    two.write_all(format!("{second}\n{second}").as_bytes())
        .expect("written");
    assert_eq!(daemon.line(), labelled(MICROSOFT, "Microsoft"));
    one.write_all(format!("{}\n", &first[9..]).as_bytes())
        .expect("written");
    assert_eq!(daemon.line(), labelled(PRIVATE, "Private"));
    two.shutdown(Shutdown::Write).expect("shut");
    assert_eq!(daemon.line(), labelled(MICROSOFT, "Microsoft"));
    closed(two);
    assert_eq!(daemon.stop().succeeded().lines().len(), 3);
}

#[test]
fn frames_with_a_count_are_told_from_lines() {
    let folder = Folder::new();
    let (mut daemon, address) = start(&folder, "");
    let mut counted = connect(address);
    let one = "<13>Oct 11 22:14:15 host app: one\nmore";
    counted
        .write_all(format!("{} {one}{} <13>Oct", one.len(), one.len()).as_bytes())
        .expect("written");
    assert_eq!(message(&mut daemon), one.replace('\n', "#012"));
    let mut lines = connect(address);
    let (first, second) = ("<13>Oct 11 22:14:15 host app: two", "17 lines of text");
    lines
        .write_all(format!("{first}\n{second}\n").as_bytes())
        .expect("written");
    assert_eq!(message(&mut daemon), first);
    assert_eq!(message(&mut daemon), second);
    counted.write_all(&one.as_bytes()[7..]).expect("written");
    assert_eq!(message(&mut daemon), one.replace('\n', "#012"));
}

#[test]
fn a_stop_hands_on_what_was_received() {
    let folder = Folder::new();
    let (mut daemon, address) = start(&folder, "");
    let mut stream = connect(address);
    let line = event(PRIVATE);
    stream
        .write_all(format!("{line}\n{line}").as_bytes())
        .expect("written");
    let expected = labelled(PRIVATE, "Private");
    assert_eq!(daemon.line(), expected);
    let ran = daemon.stop().succeeded();
    assert_eq!(ran.lines(), [&expected, &expected]);
    closed(stream);
}

#[test]
fn a_stop_takes_what_was_sent_before_it() {
    let folder = Folder::new();
    let (mut daemon, address) = start(&folder, "");
    let line = format!("{}\n", event(PRIVATE));
    connect(address)
        .write_all(line.as_bytes())
        .expect("written");
    daemon.line();
    // It sleeps meanwhile, as far as the kernel lets it.
    daemon.signal("STOP");
    for _ in 0..50 {
        let mut stream = connect(address);
        stream.write_all(line.as_bytes()).expect("written");
    }
    daemon.signal("TERM");
    daemon.signal("CONT");
    assert_eq!(daemon.ended().succeeded().lines().len(), 51);
}

#[test]
fn records_of_several_lines_stay_whole() {
    let folder = Folder::new();
    let (mut daemon, address) = start(&folder, "");
    let (mut one, mut two) = (connect(address), connect(address));
    one.write_all(b"{\n  \"DestinationIp\": \"10.0.0.1\"\n")
        .expect("written");
    two.write_all(format!("{}\n", event(MICROSOFT)).as_bytes())
        .expect("written");
    assert_eq!(daemon.line(), labelled(MICROSOFT, "Microsoft"));
    one.write_all(b"}\n").expect("written");
    let whole = &objects(&daemon.line())[0];
    assert_eq!(whole["IPDestination"], "Private");
    // One that never ends comes when its connection is quiet.
    one.write_all(b"{\n\"a\":\n").expect("written");
    assert_eq!(message(&mut daemon), "{");
    assert_eq!(message(&mut daemon), "\"a\":");
}

#[test]
fn an_idle_connection_is_closed_and_its_begun_line_kept() {
    let folder = Folder::new();
    let (mut daemon, address) = start(&folder, "idle_timeout = \"50ms\"");
    let mut stream = connect(address);
    stream
        .write_all(event(PRIVATE).as_bytes())
        .expect("written");
    closed(stream);
    assert_eq!(daemon.line(), labelled(PRIVATE, "Private"));
    daemon.said("idle");
}

#[test]
fn connections_over_the_limit_are_refused_until_there_is_room() {
    let folder = Folder::new();
    let (mut daemon, address) = start(&folder, "max_connections = 1");
    let mut first = connect(address);
    let line = format!("{}\n", event(PRIVATE));
    first.write_all(line.as_bytes()).expect("written");
    daemon.line();
    closed(connect(address));
    daemon.said("max_connections is reached");
    drop(first);
    // It takes a moment until the first one's end is seen.
    crate::rig::eventually("room for another", || {
        let mut stream = connect(address);
        stream.write_all(line.as_bytes()).ok()?;
        stream.shutdown(Shutdown::Write).ok()?;
        matches!(stream.read(&mut [0]), Ok(0)).then_some(())
    });
    daemon.said("there is room");
    assert_eq!(daemon.line(), labelled(PRIVATE, "Private"));
}

#[test]
fn a_line_over_max_event_goes_to_the_dead_letters() {
    let folder = Folder::new();
    let keys = "listen = \"127.0.0.1:0\"\nmax_event = 1024";
    let text = config("tcp", keys);
    let mut daemon = folder.daemon(&format!("dead_letter = \"dead.ndjson\"\n{text}"));
    let address = daemon.address("in");
    let mut stream = connect(address);
    let long = "x".repeat(5000);
    stream
        .write_all(format!("{long}\n{}\n", event(PRIVATE)).as_bytes())
        .expect("written");
    assert_eq!(daemon.line(), labelled(PRIVATE, "Private"));
    daemon.stop().succeeded();
    let letters = objects(&folder.text("dead.ndjson"));
    let parts = letters
        .iter()
        .map(|letter| letter["event"]["original"].as_str().expect("text"));
    assert_eq!(parts.collect::<String>(), long);
}

#[test]
fn a_peer_is_announced_where_that_is_asked_for_and_only_there() {
    let line = format!("{}\n", event(PRIVATE));
    let header = "PROXY TCP4 192.0.2.7 192.0.2.8 1234 514\r\n";
    let folder = Folder::new();
    let (mut daemon, address) = start(&folder, "proxy_protocol = true");
    let mut announced = connect(address);
    announced
        .write_all(format!("{header}{line}").as_bytes())
        .expect("written");
    assert_eq!(daemon.line(), labelled(PRIVATE, "Private"));
    let mut plain = connect(address);
    plain.write_all(line.as_bytes()).expect("written");
    daemon.said("refused");
    closed(plain);

    let folder = Folder::new();
    let (mut daemon, address) = start(&folder, "");
    let mut announced = connect(address);
    announced
        .write_all(format!("{header}{line}").as_bytes())
        .expect("written");
    daemon.said("refused");
    closed(announced);
    let mut plain = connect(address);
    plain.write_all(line.as_bytes()).expect("written");
    assert_eq!(daemon.line(), labelled(PRIVATE, "Private"));
}

#[test]
fn an_address_that_is_taken_is_told_at_the_start() {
    let folder = Folder::new();
    let (_daemon, address) = start(&folder, "");
    let keys = format!("listen = \"{address}\"");
    let other = Folder::new();
    let ran = other.daemon(&config("tcp", &keys)).ended().ended(1);
    ran.said("source in");
    ran.said(&format!("{address} cannot be listened on"));
}

#[test]
fn certificates_that_do_not_work_are_told_at_the_start() {
    let folder = Folder::new();
    folder.file("some.pem", "no certificate\n");
    let keys = "listen = \"127.0.0.1:0\"\ntls = { certificate = \"some.pem\", key = \"some.pem\" }";
    let ran = folder.daemon(&config("tcp", keys)).ended().ended(1);
    ran.said("sources.in.tls.certificate: some.pem cannot be used");
}
