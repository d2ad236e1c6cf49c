//! Crashes: whatever was on disk comes out, in order, whole lines only.

use std::fs;

use proptest::prelude::*;

use super::rig::{Given, Rig};
use crate::spool::{FileState, files};

/// What the lines of `text` are that stand in `all`, by number, in order.
fn numbers(text: &str) -> Vec<usize> {
    assert!(text.is_empty() || text.ends_with('\n'), "a torn line");
    let number = |line: &str| {
        let number = line.split('-').next().and_then(|n| n.parse().ok());
        let number: usize = number.unwrap_or_else(|| panic!("a torn line: {line}"));
        assert_eq!(line, spelled(number), "a torn line");
        number
    };
    text.lines().map(number).collect()
}

fn spelled(number: usize) -> String {
    format!("{number}-{}", "abcdefgh".repeat(number % 7))
}

/// Batches of so many lines each, one file each, none confirmed.
fn written(rig: &Rig, sizes: &[usize]) -> usize {
    let mut next = 0;
    for &size in sizes {
        let lines: String = (next..next + size).map(|n| spelled(n) + "\n").collect();
        next += size;
        rig.open([Given::lines(&lines)]).next();
    }
    next
}

#[test]
fn a_last_file_cut_anywhere_costs_no_other_and_tears_no_line() {
    for state in [FileState::Waiting, FileState::Unfinished] {
        let rig = Rig::new();
        let sure = written(&rig, &[3, 4]);
        let time = std::time::SystemTime::now();
        let lines: String = (sure..sure + 9).map(|n| spelled(n) + "\n").collect();
        let thirds: Vec<_> = lines.match_indices('\n').map(|(at, _)| at + 1).collect();
        let origins = [thirds[2], thirds[5], thirds[8]].map(|end| (end, None, time));
        rig.open([Given::lines(&lines).from(&origins)]).next();
        let last = files(&rig.folder()).expect("files").pop().expect("a file");
        let whole = fs::read(&last.path).expect("bytes");
        fs::remove_file(&last.path).expect("it is there");
        let path = match state {
            FileState::Waiting => last.path.clone(),
            _ => last.path.with_extension("part"),
        };
        for end in 0..=whole.len() {
            fs::write(&path, &whole[..end]).expect("a file");
            let mut spooled = rig.open([]);
            let all = numbers(&spooled.rest().text());
            assert_eq!(all, (0..all.len()).collect::<Vec<_>>(), "cut at {end}");
            assert!(all.len() >= sure, "cut at {end}");
            assert_eq!((all.len() - sure) % 3, 0, "cut at {end}: runs are whole");
            // The end of the file is its checksum, which is no event.
            assert!(end < whole.len() || all.len() == sure + 9);
        }
        let mut spooled = rig.open([]);
        spooled.rest();
        spooled.confirm();
        assert_eq!(files(&rig.folder()).expect("files"), []);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn any_run_of_crashes_loses_nothing(
        rounds in prop::collection::vec((prop::collection::vec(1..40_usize, 0..5), 0..8_usize, any::<bool>()), 1..6),
    ) {
        let rig = Rig::new();
        let (mut next, mut sure) = (0, 0);
        for (sizes, reads, confirm) in rounds {
            let mut given = Vec::new();
            for size in sizes {
                let lines: String = (next..next + size).map(|n| spelled(n) + "\n").collect();
                given.push(Given::lines(&lines));
                next += size;
            }
            // Some of it is read and perhaps confirmed; then the process dies, with all on disk.
            let mut spooled = rig.open(given);
            let mut text = String::new();
            for _ in 0..reads.max(1) {
                let Some(batch) = spooled.next() else { break };
                text += &String::from_utf8(batch.bytes).expect("text");
            }
            let all = numbers(&text);
            if let Some(&first) = all.first() {
                prop_assert!(first <= sure, "{first} came before {sure}, which was not confirmed");
                prop_assert_eq!(&all, &(first..first + all.len()).collect::<Vec<_>>());
                if confirm {
                    spooled.confirm();
                    sure = first + all.len();
                }
            }
        }
        let text = rig.open([]).rest().text();
        let all = numbers(&text);
        match all.first() {
            Some(&first) => {
                prop_assert!(first <= sure);
                prop_assert_eq!(all, (first..next).collect::<Vec<_>>());
            }
            None => prop_assert_eq!(sure, next),
        }
    }
}
