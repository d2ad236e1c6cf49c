//! What a spool costs: `cargo test --release -p knownet-source spool_speed -- --ignored --nocapture`.
//! `TMPDIR` chooses the disk.

use std::fs;
use std::time::Instant;

use super::rig::{Given, Rig};

/// Seconds of processor time that this process has had; 0 where that cannot be told.
fn cpu() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let ticks = |n: usize| -> f64 {
        let word = stat.split_whitespace().nth(n);
        word.and_then(|word| word.parse().ok()).unwrap_or(0.0)
    };
    (ticks(13) + ticks(14)) / 100.0
}

/// A firewall's line of about 300 bytes.
fn line(n: u64) -> String {
    let x = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    format!(
        "<134>1 2026-11-21T08:26:{:02}.{:03}Z fw{:02} filterlog {} - - action=accept src=10.{}.{}.{} \
         spt={} dst=198.51.{}.{} dpt=443 proto=tcp rule={} session={:016x} bytes_in={} bytes_out={} \
         duration={} zone_in=lan zone_out=wan app=tls user=user{:04}@example.org device_id=FG{:012} \
         policy=outbound-web-default\n",
        n / 1000 % 60,
        n % 1000,
        x % 20,
        x % 32768,
        x >> 8 & 255,
        x >> 16 & 255,
        x >> 24 & 255,
        x >> 32 & 65535,
        x >> 40 & 255,
        x >> 48 & 255,
        x % 300,
        x,
        x >> 20 & 0xf_ffff,
        x >> 30 & 0xf_ffff,
        x >> 36 & 0xfff,
        x % 5000,
        x % 100_000
    )
}

#[test]
#[ignore = "measures"]
fn spool_speed() {
    const EVENTS: u64 = 1_000_000;
    for from_disk in [false, true] {
        let rig = Rig::new();
        let mut given = Vec::new();
        let mut text = String::new();
        let mut bytes = 0;
        for n in 0..EVENTS {
            text += &line(n);
            if text.len() > 250_000 || n == EVENTS - 1 {
                bytes += text.len();
                given.push(Given::lines(&text));
                text.clear();
            }
        }
        let (begun, used) = (Instant::now(), cpu());
        let mut spooled = rig.open(given);
        let mut written = None;
        if from_disk {
            let mut given = spooled.next();
            rig.wait_for_files_of(bytes as u64);
            written = Some((begun.elapsed(), cpu() - used));
            drop(given.take());
        }
        while spooled.next().is_some() {
            spooled.confirm();
        }
        println!(
            "{EVENTS} events of {} bytes, read {}: {:?}, {:.2} s of processor time {written:?}",
            bytes as u64 / EVENTS,
            if from_disk { "from disk" } else { "at once" },
            begun.elapsed(),
            cpu() - used
        );
    }
}

#[test]
#[ignore = "measures"]
fn spool_latency() {
    let rig = Rig::new();
    let mut times = Vec::new();
    for n in 0..200 {
        // The first after a silence each time: an opened spool has none before it.
        let mut spooled = rig.open([Given::lines(&line(n))]);
        let begun = Instant::now();
        assert!(spooled.next().is_some());
        times.push(begun.elapsed());
        spooled.confirm();
    }
    times.sort();
    println!("median {:?}, 99 % {:?}", times[100], times[198]);
}
