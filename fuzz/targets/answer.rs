//! Any bytes as the answer to a bulk request: what follows is about the events that were sent, each
//! once, and never more than was asked.
//!
//! The parser is private to its crate, so its files are taken in here.
#![no_main]

#[allow(dead_code)]
#[path = "../../crates/sink/src/elasticsearch/answer.rs"]
mod answer;
/// As in the sink.
mod load {
    #[derive(Clone, PartialEq, Eq, Debug)]
    pub enum Fate {
        Again,
        Refused(String),
    }
}
#[path = "../../crates/sink/src/elasticsearch/verdict.rs"]
mod verdict;

use knownet_fuzz::choice::Choices;
use libfuzzer_sys::fuzz_target;
use load::Fate;
use verdict::{Verdict, judge};

const STATUSES: [u16; 8] = [200, 200, 200, 400, 413, 429, 503, 302];
/// Bytes of a reason with what stands before it: no server fills a log.
const LONGEST: usize = 6 << 10;

fuzz_target!(|data: &[u8]| {
    let mut choices = Choices::new(data);
    let status = STATUSES[choices.below(STATUSES.len())];
    let events = 1 + choices.below(9);
    let body = choices.rest();
    match judge(status, body, events, |index| index % 2 == 0) {
        Verdict::Items(items) => {
            assert_eq!(status, 200);
            let others = &items.others;
            assert_eq!(items.created + items.duplicates + others.len(), events);
            assert!(others.windows(2).all(|pair| pair[0].0 < pair[1].0));
            assert!(others.iter().all(|(index, _)| *index < events));
            let again = others.iter().any(|(_, fate)| *fate == Fate::Again);
            assert_eq!(items.reason.is_some(), again);
            for (_, fate) in others {
                if let Fate::Refused(reason) = fate {
                    assert!(!reason.is_empty() && reason.len() < LONGEST);
                }
            }
            // The same by a parser that knows nothing of it, and is stricter where nobody looks.
            if let Ok(tree) = serde_json::from_slice::<serde_json::Value>(body) {
                let answered = tree["items"].as_array().expect("items").len();
                assert_eq!(answered, events);
            }
        }
        Verdict::TooLarge(reason)
        | Verdict::Spoiled(reason)
        | Verdict::TooMuch(reason)
        | Verdict::Failed(reason) => assert!(!reason.is_empty() && reason.len() < LONGEST),
    }
});
