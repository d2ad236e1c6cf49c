//! Real records of many products beside what another parser found in them.
//!
//! Reads `KNOWNET_DATA/cases/*.jsonl` and says so where it is not there. `CASES=name` shows each
//! record of that product that differs; `CASES=all` shows them all.

mod cases {
    pub mod report;
}

use std::path::PathBuf;

use cases::report::{Case, Report, read};

#[test]
fn addresses_agree_with_another_parser() {
    let Some(data) = std::env::var_os("KNOWNET_DATA") else {
        println!("skipped: KNOWNET_DATA is not set");
        return;
    };
    let mut files: Vec<PathBuf> = std::fs::read_dir(PathBuf::from(data).join("cases"))
        .expect("cases")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    let show = std::env::var("CASES").unwrap_or_default();
    let mut report = Report::default();
    for file in files {
        for line in std::fs::read_to_string(&file).expect("a file").lines() {
            let case: Case = serde_json::from_str(line).expect("a case");
            let found = read(case.raw.as_bytes());
            report.add(&case, &found, show == "all" || show == case.product);
        }
    }
    println!("{report}");
}
