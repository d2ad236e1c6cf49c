use super::*;
use crate::text::Context;
use crate::text::time::{Clock, Time};
use std::time::Instant;

#[test]
#[ignore]
fn timing() {
    let bytes = std::fs::read("/tmp/ucef2.log").unwrap();
    let lines: Vec<&[u8]> = bytes
        .split(|&b| b == b'\n')
        .filter(|l| !l.is_empty())
        .collect();
    let context = Context::new(Clock::at(Time::now()));
    let mut record = Record::new(&context);
    let n = lines.len() as u128;
    macro_rules! time {
        ($name:literal, |$l:ident| $body:expr) => {
            for _ in 0..3 {
                let s = Instant::now();
                for $l in &lines {
                    std::hint::black_box($body);
                }
                println!("{}: {} ns", $name, s.elapsed().as_nanos() / n);
            }
        };
    }
    time!("parts", |l| parts(l).unwrap().pairs.len());
    time!("pairs", |l| pair::Pairs::new(parts(l).unwrap().pairs)
        .map(|(k, v)| k.len() + v.len())
        .sum::<usize>());
    time!("pairs count", |l| pair::Pairs::new(parts(l).unwrap().pairs)
        .count());
    time!("meaning", |l| pair::Pairs::new(parts(l).unwrap().pairs)
        .map(|(k, v)| dictionary::meaning(k).is_some() as usize + v.len())
        .sum::<usize>());
    time!("alias", |l| pair::Pairs::new(parts(l).unwrap().pairs)
        .map(|(k, v)| context.aliases.of(k).is_some() as usize + v.len())
        .sum::<usize>());
    time!("vendor", |l| {
        record.begin(l);
        pair::Pairs::new(parts(l).unwrap().pairs).for_each(|(k, v)| record.vendor(k, v));
    });
    time!("pair", |l| {
        record.begin(l);
        pair::Pairs::new(parts(l).unwrap().pairs).for_each(|(k, v)| record.pair(k, v));
    });
    time!("custom", |_l| {
        std::hint::black_box(custom::Custom::new());
    });
    time!("utc", |l| {
        let i = memchr::memmem::find(l, b"utcTime=").unwrap();
        context.clock.whole(&l[i + 8..i + 8 + 26])
    });
    time!("read", |l| {
        record.begin(l);
        read(l, &mut record)
    });
}
