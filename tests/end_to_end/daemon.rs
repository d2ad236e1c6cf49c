use std::io::Write;

use serde_json::Value;

use crate::rig::{Folder, UNKNOWN, event, lines};

const CONFIG: &str = "[sources.pipe]\ntype = \"stdin\"\n[sinks.out]\ntype = \"stdout\"\n[admin]\nlisten = \"127.0.0.1:0\"\n";

#[test]
fn messages_are_objects_where_that_is_asked_for() {
    let folder = Folder::new();
    folder.file("knownet.toml", CONFIG);
    let (mut daemon, mut input) = folder.knownet(&["run", "--log", "json"]).piped();
    daemon.address("admin");
    input
        .write_all(lines([event(UNKNOWN)]).as_bytes())
        .expect("a reader");
    daemon.line();
    folder.file("knownet.toml", "[sources.pipe]\ntype = \"stdni\"\n");
    daemon.signal("HUP");
    daemon.said("was not reloaded");
    drop(input);
    let ran = daemon.ended().succeeded();
    let objects: Vec<Value> = ran
        .err
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{line}: {e}")))
        .collect();
    for object in &objects {
        for key in ["@timestamp", "log.level", "message"] {
            assert!(object[key].is_string(), "no {key} in {object}");
        }
    }
    let summary = objects.last().expect("a summary");
    assert_eq!(summary["message"], "ended");
    assert_eq!(summary["events_in"], 1);
    assert_eq!(summary["events_out"], 1);
    assert!(!ran.err.contains(UNKNOWN), "an event is nobody's business");
}

const LIVE: &str =
    "[sources.net]\ntype = \"tcp\"\nlisten = \"127.0.0.1:0\"\n[sinks.out]\ntype = \"stdout\"\n";

#[test]
fn a_second_run_with_the_same_state_is_refused_until_the_first_is_gone() {
    let folder = Folder::new();
    let config = format!("state_dir = \"state\"\n{LIVE}");
    let mut first = folder.daemon(&config);
    first.address("net");
    let ran = folder.knownet(&["run", "--log", "human"]).ran().ended(1);
    ran.said(&format!(
        "state_dir state is used by process {} already; stop that, or give this run a state_dir of \
         its own",
        first.id()
    ));
    let mode = |name: &str| {
        use std::os::unix::fs::PermissionsExt;
        let file = std::fs::metadata(folder.path(name)).expect("it is there");
        file.permissions().mode() & 0o777
    };
    assert_eq!(mode("state"), 0o700);
    // However it ends.
    first.kill();
    let mut again = folder.again();
    again.address("net");
    again.stop().succeeded();
    // A run that ends by itself keeps no state.
    let other = Folder::new();
    other.run(CONFIG).succeeded();
    assert_eq!(other.names(), ["knownet.toml"]);
}

#[test]
fn a_run_that_goes_on_speaks_json_where_nobody_looks_and_repeats_itself_little() {
    let folder = Folder::new();
    let mut daemon = folder.daemon(&format!("max_event = \"1KiB\"\n{LIVE}"));
    let address = daemon.address("net");
    for _ in 0..100 {
        let mut stream = std::net::TcpStream::connect(address).expect("a listener");
        stream
            .write_all(b"99999999999 no such length\n")
            .expect("a reader");
    }
    let mut ok = std::net::TcpStream::connect(address).expect("a listener");
    ok.write_all(b"{\"end\":1}\n").expect("a reader");
    while daemon.line() != "{\"end\":1}" {}
    let ran = daemon.stop().succeeded();
    for line in ran.err.lines() {
        let object: Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("{line}: {e}"));
        assert!(object["@timestamp"].is_string());
    }
    assert!(ran.err.lines().count() < 40, "{}", ran.err);
    assert!(!ran.err.contains("no such length"), "{}", ran.err);
}

#[test]
fn a_run_that_ends_by_itself_speaks_plainly() {
    let folder = Folder::new();
    let ran = folder.run(CONFIG).succeeded();
    assert!(
        ran.err.starts_with("knownet: listening on 127.0.0.1:"),
        "{}",
        ran.err
    );
    ran.said(" part=admin\n");
    ran.said("knownet: 0 events in, 0 out in ");
    folder.file("knownet.toml", format!("log_level = \"warn\"\n{CONFIG}"));
    let quiet = folder.knownet(&["run"]).ran().succeeded();
    assert!(
        quiet.err.starts_with("knownet: 0 events in"),
        "{}",
        quiet.err
    );
    let human = folder.knownet(&["run", "--log", "human"]).ran().succeeded();
    assert!(
        human.err.starts_with("knownet: 0 events in"),
        "{}",
        human.err
    );
}

#[cfg(target_os = "linux")]
mod systemd {
    use std::os::unix::net::UnixDatagram;
    use std::time::Duration;

    use super::*;

    /// The next message that is no heartbeat.
    fn told(socket: &UnixDatagram) -> String {
        loop {
            let text = any(socket);
            if text != "WATCHDOG=1\n" {
                return text;
            }
        }
    }

    fn any(socket: &UnixDatagram) -> String {
        let mut message = [0; 4096];
        let length = socket.recv(&mut message).expect("a message in time");
        String::from_utf8(message[..length].to_vec()).expect("UTF-8")
    }

    #[test]
    fn the_manager_is_told_what_happens_and_that_it_works() {
        let folder = Folder::new();
        folder.file("knownet.toml", CONFIG);
        let socket = UnixDatagram::bind(folder.path("notify")).expect("a socket");
        let patience = Some(Duration::from_secs(60));
        socket.set_read_timeout(patience).expect("a timeout");
        let path = folder.path("notify").display().to_string();
        let call = folder
            .knownet(&["run"])
            .variable("NOTIFY_SOCKET", &path)
            .variable("WATCHDOG_USEC", "100000");
        let (daemon, input) = call.piped();
        assert_eq!(told(&socket), "READY=1\nSTATUS=running\n");
        for _ in 0..3 {
            assert_eq!(any(&socket), "WATCHDOG=1\n");
        }
        daemon.signal("HUP");
        let text = told(&socket);
        let since = text.strip_prefix("RELOADING=1\nMONOTONIC_USEC=");
        let since = since.and_then(|since| since.trim_end().parse::<u64>().ok());
        assert!(since.is_some(), "{text}");
        assert_eq!(told(&socket), "READY=1\nSTATUS=running\n");
        daemon.signal("TERM");
        assert_eq!(told(&socket), "STOPPING=1\nSTATUS=stopping\n");
        daemon.ended().succeeded();
        drop(input);
    }
}

#[test]
fn dead_letters_of_a_live_run_lie_with_its_state_and_do_not_make_a_stop_fail() {
    let folder = Folder::new();
    let mut daemon = folder.daemon(&format!("max_event = \"1KiB\"\n{LIVE}"));
    let address = daemon.address("net");
    let mut stream = std::net::TcpStream::connect(address).expect("it listens");
    let long = "x".repeat(1500);
    stream
        .write_all(lines([&*long, &*event(UNKNOWN)]).as_bytes())
        .expect("a reader");
    assert_eq!(daemon.line(), event(UNKNOWN));
    daemon.stop().succeeded();
    let letters = folder.text("knownet-state/knownet-dead-letters.ndjson");
    assert!(letters.contains(&long[..1000]), "{letters}");
}

#[test]
fn dead_letters_that_could_not_be_written_are_told_at_the_start() {
    let folder = Folder::new();
    // No folder can lie in a file, whoever asks.
    folder.file("file", "");
    let config = format!("dead_letter = \"file/letters\"\n{LIVE}");
    let ran = folder.daemon(&config).ended().ended(1);
    ran.said("file/letters");
}
