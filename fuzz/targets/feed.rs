//! Any bytes as a feed, of each kind and of the detected one.
#![no_main]

use knownet_feed::{BadLine, Kind, Options, read};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let kinds: Vec<Option<Kind>> = Kind::all().map(Some).chain([None]).collect();
    for kind in kinds {
        for on_bad_line in [BadLine::Error, BadLine::Skip] {
            let options = Options {
                kind,
                on_bad_line,
                allow: vec!["::/0".parse().expect("a prefix")],
            };
            let mut count = 0;
            let outcome = read(bytes, &options, &mut |prefix, attributes| {
                count += 1;
                assert!(!prefix.is_default() || prefix == options.allow[0]);
                assert!(
                    attributes
                        .iter()
                        .all(|(key, value)| !key.is_empty() && !value.is_empty())
                );
            });
            match outcome {
                Ok(report) => {
                    assert_eq!(report.prefixes, count);
                    assert!(kind.is_none_or(|kind| kind == report.kind));
                    assert_eq!(report.skipped > 0, report.first_skipped.is_some());
                    assert_eq!(report.host_bits > 0, report.first_host_bits.is_some());
                    assert!(report.skipped == 0 || on_bad_line == BadLine::Skip);
                }
                // Twenty mistakes and what ended the reading.
                Err(errors) => {
                    assert!((1..=21).contains(&errors.len()));
                    assert!(errors.iter().all(|error| !error.to_string().is_empty()));
                }
            }
        }
    }
});
