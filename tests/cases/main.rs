//! Real records of many products through the real binary, beside the addresses that another parser
//! found in them.
//!
//! Reads `KNOWNET_DATA/cases/*.jsonl` and says so where it is not there. `CASES=name` shows each
//! record of that product that differs, `CASES=all` all of them. Ask for the table with
//! `cargo test --test cases -- --nocapture`.

mod exception;
mod report;
#[path = "../end_to_end/rig/skip.rs"]
mod skip;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use report::{Case, Found, Report};

/// The least share of expected addresses of the formats that are promised.
const FOUND: f64 = 0.97;
/// The most records of theirs with an address in a wrong role.
const WRONG: f64 = 0.01;

#[test]
fn addresses_agree_with_another_parser() {
    let Some(data) = std::env::var_os("KNOWNET_DATA") else {
        skip::skipped("KNOWNET_DATA is not set");
        return;
    };
    let folder = PathBuf::from(data).join("cases");
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder)
        .expect("cases")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "jsonl")
        })
        .collect();
    files.sort();
    let show = std::env::var("CASES").unwrap_or_default();
    let mut report = Report::default();
    for file in files {
        let product = file
            .file_stem()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let text = std::fs::read_to_string(&file).expect("a file");
        let cases: Vec<Case> = text
            .lines()
            .map(|line| serde_json::from_str(line).expect("a case"))
            .collect();
        let found = explain(&folder, &cases);
        assert_eq!(
            found.len(),
            cases.len(),
            "{product}: a record was lost or added"
        );
        for (line, (case, found)) in (1..).zip(cases.iter().zip(&found)) {
            report.add(
                (&product, line),
                case,
                found,
                show == "all" || show == product,
            );
        }
    }
    println!("{report}");
    let (found, wrong) = report.promised();
    assert!(found >= FOUND, "found {found:.3} of what was promised");
    assert!(
        wrong < WRONG,
        "{wrong:.3} of the records have an address in a wrong role"
    );
}

/// What `knownet explain` says of each record.
fn explain(folder: &Path, cases: &[Case]) -> Vec<Found> {
    let mut child = Command::new(env!("CARGO_BIN_EXE_knownet"))
        .args(["explain", "--json", "-"])
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("started");
    let mut input = child.stdin.take().expect("an input");
    // A record with line feeds in it comes as one line.
    let lines: Vec<String> = cases
        .iter()
        .map(|case| case.raw.replace('\n', " ") + "\n")
        .collect();
    let writer = std::thread::spawn(move || input.write_all(lines.concat().as_bytes()));
    let output = child.wait_with_output().expect("ended");
    writer.join().expect("written").expect("written");
    let output = String::from_utf8(output.stdout).expect("UTF-8");
    output
        .lines()
        .map(|line| serde_json::from_str(line).expect("an explanation"))
        .collect()
}
