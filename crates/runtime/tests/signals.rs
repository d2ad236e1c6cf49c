//! The first signal asks, the second one ends the process: seen from outside, on a process of its
//! own.

#![cfg(unix)]

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use knownet_flow::Stop;
use knownet_runtime::stop_on_signals;

const CHILD: &str = "KNOWNET_TEST_SIGNAL_CHILD";

/// Does nothing by itself: the process that the other test starts.
#[test]
fn child() {
    if std::env::var_os(CHILD).is_none() {
        return;
    }
    let stop = Arc::new(Stop::new().unwrap());
    stop_on_signals(stop.clone()).unwrap();
    eprintln!("ready");
    stop.waker().read_to_end(&mut Vec::new()).unwrap();
    assert!(stop.is_set());
    eprintln!("stopping");
    // As a sink that cannot be reached would: only the second signal ends this.
    std::io::stdin().read_line(&mut String::new()).unwrap();
    eprintln!("not ended");
}

fn send(signal: &str, child: &Child) {
    let mut kill = Command::new("kill");
    let kill = kill.arg(signal).arg(child.id().to_string());
    assert!(kill.status().unwrap().success());
}

#[test]
fn the_first_asks_and_the_second_ends() {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["child", "--exact", "--nocapture"])
        .env(CHILD, "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut expect = |line: &str| assert!(lines.any(|l| l.unwrap() == line), "no {line}");
    expect("ready");
    send("-INT", &child);
    expect("stopping");
    // Waiting would close it, and its end would end the child before the signal does.
    let _stdin = child.stdin.take();
    send("-TERM", &child);
    assert_eq!(child.wait().unwrap().code(), Some(128 + 15));
}
