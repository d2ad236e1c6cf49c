//! `syslog udp|tcp ADDRESS COUNT RATE [CONNECTIONS]`: sends numbered syslog messages, RATE a second
//! over all (0: as fast as they are taken), and says how many seconds it took.

use std::io::{self, BufWriter, Write};
use std::net::{TcpStream, UdpSocket};
use std::thread;
use std::time::{Duration, Instant};

/// Messages between two looks at the clock.
const STEP: u64 = 32;

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let usage = || io::Error::other("syslog udp|tcp ADDRESS COUNT RATE [CONNECTIONS]");
    let [protocol, address, count, rate, rest @ ..] = &arguments[..] else {
        return Err(usage());
    };
    let number = |text: &String| text.parse::<u64>().map_err(|_| usage());
    let (count, rate) = (number(count)?, number(rate)?);
    let connections = rest.first().map_or(Ok(1), number)?.max(1);
    let begun = Instant::now();
    let each = |from: u64| {
        let numbers = (from..count).step_by(connections as usize);
        let rate = rate as f64 / connections as f64;
        match &**protocol {
            "udp" => {
                let socket = UdpSocket::bind("127.0.0.1:0")?;
                socket.connect(address)?;
                paced(numbers, rate, |message| socket.send(message).map(drop))
            }
            "tcp" => {
                let mut stream = BufWriter::with_capacity(64 << 10, TcpStream::connect(address)?);
                paced(numbers, rate, |message| {
                    stream.write_all(message)?;
                    stream.write_all(b"\n")
                })?;
                stream.flush()
            }
            _ => Err(usage()),
        }
    };
    thread::scope(|scope| {
        let all: Vec<_> = (0..connections)
            .map(|from| scope.spawn(move || each(from)))
            .collect();
        let mut ended = all.into_iter().map(|thread| thread.join());
        ended.try_for_each(|result| result.map_err(|_| io::Error::other("a sender panicked"))?)
    })?;
    println!("{:.3}", begun.elapsed().as_secs_f64());
    Ok(())
}

/// Sends a message for each number.
fn paced(
    numbers: impl Iterator<Item = u64>,
    rate: f64,
    mut send: impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<()> {
    let begun = Instant::now();
    let mut message = Vec::new();
    for (sent, number) in (0u64..).zip(numbers) {
        if rate > 0.0 && sent.is_multiple_of(STEP) {
            let due = Duration::from_secs_f64(sent as f64 / rate);
            if let Some(early) = due.checked_sub(begun.elapsed()) {
                thread::sleep(early);
            }
        }
        message.clear();
        let (target, port) = (number % 251, 1024 + number % 50_000);
        write!(
            message,
            "<134>1 2026-03-01T12:00:00.123Z fw01 filter 4711 - - action=allow proto=tcp src=10.1.2.{} \
             spt={port} dst=13.107.4.{target} dpt=443 bytes=5120 rule=lan-out number={number}",
            number % 200
        )?;
        send(&message)?;
    }
    Ok(())
}
