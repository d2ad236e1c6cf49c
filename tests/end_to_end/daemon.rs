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
