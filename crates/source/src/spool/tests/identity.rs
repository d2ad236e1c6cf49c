//! What a line is known by: the name of its file, and its position there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::time::{Duration, UNIX_EPOCH};

use proptest::prelude::*;

use super::rig::{All, BATCH, Given, Rig};
use crate::spool::files;

/// A line for each number; many are the same.
fn given(numbers: &[u8], second: u64) -> Given {
    let lines = numbers.iter().map(|n| format!("{}\n", n % 3));
    let time = UNIX_EPOCH + Duration::from_secs(1_795_249_564 + second);
    let text: String = lines.collect();
    let (half, end) = (text.len() / 4 * 2, text.len());
    let peer = Some(([192, 0, 2, 1], 514).into());
    Given::lines(&text).from(&[(half, peer, time), (end, None, time)])
}

fn lines(all: All) -> Vec<((String, u64), Vec<u8>)> {
    let lines = all.0.into_iter().flat_map(|given| given.lines);
    lines.collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// From memory or from the disk, and however that is cut: a line stands at the same place of the
    /// same file, and no other stands there.
    #[test]
    fn a_line_that_is_read_again_stands_where_it_stood(
        sent in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..60), 1..6),
        batch in 1usize..200,
    ) {
        let mut rig = Rig::new();
        let mut seen = Vec::new();
        for (n, numbers) in sent.iter().enumerate() {
            let mut first = rig.open([given(numbers, n as u64)]);
            // What is there from before is read from the disk.
            seen.push(lines(first.rest()));
        }
        rig.batch = batch;
        seen.push(lines(rig.open([]).rest()));
        let count: usize = sent.iter().map(Vec::len).sum();
        let all: BTreeMap<_, _> = seen.concat().into_iter().collect();
        prop_assert_eq!(all.len(), count);
        for seen in &seen {
            let places: BTreeSet<_> = seen.iter().map(|(place, _)| place).collect();
            prop_assert_eq!(places.len(), seen.len());
            for (place, line) in seen {
                prop_assert_eq!(&all[place], line);
            }
        }
    }
}

#[test]
fn numbers_that_begin_again_name_other_files() {
    let mut rig = Rig::new();
    rig.batch = BATCH;
    let mut names = BTreeSet::new();
    for second in 0..4 {
        let mut spooled = rig.open([given(&[1, 2, 3, 4], second)]);
        let all = lines(spooled.rest());
        let numbers = files(&rig.folder()).expect("files");
        assert_eq!(numbers[0].number, 1);
        assert_eq!(all.len(), 4);
        assert!(names.insert(all[0].0.0.clone()), "{names:?}");
        match second {
            0 => fs::remove_dir_all(rig.folder()).expect("it is there"),
            _ => spooled.confirm(),
        }
    }
}
