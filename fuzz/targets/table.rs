//! A few prefixes compiled into a table, held against a linear scan over them.
#![no_main]

#[path = "../../crates/label/tests/gold/mod.rs"]
mod gold;

use gold::{Gold, Row, compare, edges, table};
use knownet_fuzz::choice::Choices;
use knownet_label::{Addr, Prefix};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let mut choices = Choices::new(data);
    let mut rows: Vec<Row> = Vec::new();
    let mut addresses = Vec::new();
    while choices.more() && rows.len() < 64 {
        let how = choices.byte();
        let label = u16::from(how >> 4 & 7);
        // Near one that is there already, or somewhere else.
        let near = match rows.get(usize::from(choices.byte())) {
            Some((_, prefix)) if how & 1 == 1 => Some(prefix.addr()),
            _ => None,
        };
        let addr = match near {
            Some(Addr::V4(bits)) => Addr::V4(bits ^ 1 << (choices.byte() & 31)),
            Some(Addr::V6(bits)) => Addr::from_v6(bits ^ 1 << (choices.byte() & 127)),
            None if how & 2 == 2 => Addr::V4((choices.wide() << 16 | choices.wide()) as u32),
            None => {
                let high = (choices.wide() << 16 | choices.wide()) as u128;
                let low = choices.wide() as u128;
                Addr::from_v6(high << 96 | low << (choices.byte() & 127))
            }
        };
        addresses.push(addr);
        let len = choices.byte() % (addr.width() + 1);
        if let Some(prefix) = Prefix::new(addr, len) {
            rows.push((label, prefix));
        }
    }
    let (table, gold) = (table(&rows), Gold::new(&rows));
    addresses.extend(rows.iter().flat_map(|row| edges(row.1)));
    for addr in addresses {
        compare(&table, &gold, addr);
    }
});
