//! Kills at random moments while lines come in.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::{config, files, line, numbers, zstdcat};
use crate::rig::{Folder, eventually};

const KILLS: u64 = 10;

/// Sends numbered lines until it is told to end, or nobody listens.
struct Sender {
    done: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Sender {
    fn start(kind: &str, to: SocketAddr, next: &Arc<AtomicU64>) -> Sender {
        let done = Arc::new(AtomicBool::new(false));
        let (udp, next, end) = (kind == "udp", next.clone(), done.clone());
        let thread = thread::spawn(move || {
            let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket");
            let stream = (!udp).then(|| TcpStream::connect(to));
            // It may have been killed already.
            let Ok(mut stream) = stream.transpose() else {
                return;
            };
            while !end.load(Ordering::SeqCst) {
                let first = next.fetch_add(20, Ordering::SeqCst);
                let lines = (first..first + 20).map(line);
                let sent: std::io::Result<()> = match &mut stream {
                    Some(stream) => stream.write_all(lines.collect::<String>().as_bytes()),
                    None => lines
                        .map(|l| socket.send_to(l.as_bytes(), to).map(drop))
                        .collect(),
                };
                if sent.is_err() {
                    return;
                }
                thread::yield_now();
            }
        });
        Sender { done, thread }
    }

    fn end(self) {
        self.done.store(true, Ordering::SeqCst);
        self.thread.join().expect("the sender");
    }
}

fn on_disk(folder: &Folder) -> BTreeSet<u64> {
    let texts = files(folder, "zst")
        .into_iter()
        .filter_map(|path| zstdcat(&path));
    texts.flat_map(|text| numbers(&text)).collect()
}

fn out(folder: &Folder) -> Vec<u64> {
    let out = fs::read(folder.path("out.ndjson")).unwrap_or_default();
    numbers(&String::from_utf8_lossy(&out))
}

fn killed(kind: &str) {
    let folder = Folder::new();
    let next = Arc::new(AtomicU64::new(0));
    let mut safe = BTreeSet::new();
    let mut moment = 0x2545_f491_4f6c_dd1d_u64;
    for _ in 0..KILLS {
        let mut daemon = folder.daemon(&config(kind, ""));
        let address = daemon.address("in");
        let sender = Sender::start(kind, address, &next);
        moment ^= moment << 13;
        moment ^= moment >> 7;
        moment ^= moment << 17;
        // Not to wait for something: the moment itself is what is tried.
        thread::sleep(Duration::from_micros(moment % 120_000));
        daemon.kill();
        sender.end();
        safe.extend(on_disk(&folder));
    }
    let mut daemon = folder.again();
    daemon.address("in");
    eventually("an empty spool", || {
        files(&folder, "zst").is_empty().then_some(())
    });
    assert_eq!(daemon.stop().code, Some(0));
    let all = out(&folder);
    let once: BTreeSet<_> = all.iter().copied().collect();
    let lost: Vec<_> = safe.difference(&once).collect();
    println!(
        "{kind}: {} sent, {} came out, {} of them twice, {} seen on disk after a kill",
        next.load(Ordering::SeqCst),
        once.len(),
        all.len() - once.len(),
        safe.len()
    );
    assert!(lost.is_empty(), "{} lost: {lost:?}", lost.len());
    assert!(!once.is_empty());
    // Nothing is set aside by a kill, and nothing half written is left.
    assert!(files(&folder, "damaged").is_empty() && files(&folder, "part").is_empty());
}

#[test]
fn tcp_lines_on_disk_survive_every_kill() {
    killed("tcp");
}

#[test]
fn datagrams_on_disk_survive_every_kill() {
    killed("udp");
}
