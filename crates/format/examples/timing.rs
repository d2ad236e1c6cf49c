//! Times reading.
use knownet_format::text::record::Record;
use knownet_format::text::time::{Clock, Time};
use knownet_format::text::{Context, auto, syslog};
use std::time::Instant;
fn main() {
    let mut args = std::env::args().skip(1);
    let mode = args.next().unwrap();
    let now = Time {
        seconds: 1_772_366_400,
        nanos: 0,
    };
    let context = Context::new(Clock::at(now));
    if mode == "dump" {
        let mut out = Vec::new();
        let mut record = Record::new(&context);
        let files: Vec<Vec<u8>> = args.map(|p| std::fs::read(p).unwrap()).collect();
        for f in &files {
            for line in f.split(|&b| b == b'\n').filter(|l| !l.is_empty()) {
                let found = auto::read(line, &mut record);
                record.write(found.unwrap_or("text"), &mut out);
            }
        }
        use std::io::Write;
        std::io::stdout().write_all(&out).unwrap();
        return;
    }
    for path in args {
        let data = std::fs::read(&path).unwrap();
        let lines: Vec<&[u8]> = data
            .split(|&b| b == b'\n')
            .filter(|l| !l.is_empty())
            .take(2_000)
            .collect();
        let n = lines.len() as f64;
        if mode == "ask" {
            let mut record = Record::new(&context);
            for spec in knownet_format::text::FORMATS {
                let mut best = f64::MAX;
                let mut yes = 0;
                for _ in 0..100 {
                    let mut total = 0;
                    for line in &lines {
                        record.begin(line);
                        let text = syslog::header(line, &mut record).unwrap_or(line);
                        let t = Instant::now();
                        yes += (spec.read)(text, &mut record) as usize;
                        total += t.elapsed().as_nanos();
                    }
                    best = best.min(total as f64 / n);
                }
                print!(
                    "{} {:.0}{} ",
                    spec.name,
                    best - 25.0,
                    if yes > 0 { "!" } else { "" }
                );
            }
            println!();
            continue;
        }
        if mode == "read" {
            let mut record = Record::new(&context);
            for _ in 0..600 {
                for line in &lines {
                    std::hint::black_box(auto::read(line, &mut record));
                }
            }
            continue;
        }
        let mut best = [f64::MAX; 3];
        let mut out = Vec::new();
        for _ in 0..200 {
            let mut record = Record::new(&context);
            let t = Instant::now();
            let mut sum = 0;
            for line in &lines {
                record.begin(line);
                sum += syslog::header(line, &mut record).map_or(0, |m| m.len());
            }
            std::hint::black_box(sum);
            best[0] = best[0].min(t.elapsed().as_nanos() as f64 / n);
            let t = Instant::now();
            for line in &lines {
                std::hint::black_box(auto::read(line, &mut record));
            }
            best[1] = best[1].min(t.elapsed().as_nanos() as f64 / n);
            let t = Instant::now();
            for (i, line) in lines.iter().enumerate() {
                if i % 100 == 0 {
                    out.clear();
                }
                let f = auto::read(line, &mut record);
                record.write(f.unwrap_or("text"), &mut out);
            }
            best[2] = best[2].min(t.elapsed().as_nanos() as f64 / n);
        }
        println!(
            "{path:30} header {:6.0} read {:6.0} read+write {:6.0} (write {:6.0})",
            best[0],
            best[1],
            best[2],
            best[2] - best[1]
        );
    }
}
