use knownet_format::text::{
    Context, auto,
    record::Record,
    time::{Clock, Time},
};
use std::time::Instant;
fn main() {
    let path = std::env::args().nth(1).unwrap();
    let bytes = std::fs::read(path).unwrap();
    let lines: Vec<&[u8]> = bytes
        .split(|&b| b == b'\n')
        .filter(|l| !l.is_empty())
        .collect();
    let context = Context::new(Clock::at(Time::now()));
    let mut record = Record::new(&context);
    let mut out = Vec::new();
    for round in 0..4 {
        let (mut n, mut size) = (0u64, 0u64);
        let start = Instant::now();
        for _ in 0..20 {
            for line in &lines {
                auto::read(line, &mut record);
                n += 1;
                size += line.len() as u64;
            }
        }
        let read = start.elapsed();
        let start = Instant::now();
        for _ in 0..20 {
            for line in &lines {
                auto::read(line, &mut record);
                out.clear();
                record.write("x", &mut out);
            }
        }
        let both = start.elapsed();
        println!(
            "{round}: {} bytes, read {} ns, read+write {} ns",
            size / n,
            read.as_nanos() as u64 / n,
            both.as_nanos() as u64 / n
        );
    }
}
