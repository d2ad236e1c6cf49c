//! Samples of every format: `samples/FORMAT/NAME.in` becomes `NAME.out`, a JSON line for each record.
//!
//! `UPDATE=1` writes the outputs anew; read the difference before you keep it.

use std::fs;
use std::path::{Path, PathBuf};

use knownet_format::text::record::Record;
use knownet_format::text::time::{Clock, Time};
use knownet_format::text::{Context, auto};

#[test]
fn samples_become_what_they_should() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples");
    let mut wrong = Vec::new();
    for format in sorted(&folder).into_iter().filter(|path| path.is_dir()) {
        let name = format
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        for file in sorted(&format) {
            if file.extension().is_some_and(|extension| extension == "in") {
                wrong.extend(difference(&file, &name));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

fn sorted(folder: &Path) -> Vec<PathBuf> {
    let entries =
        fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    paths
}

/// What is wrong with one sample.
fn difference(file: &Path, format: &str) -> Option<String> {
    // 2026-03-01T12:00:00Z
    let now = Time {
        seconds: 1_772_366_400,
        nanos: 0,
    };
    let context = Context::new(Clock::at(now));
    let mut record = Record::new(&context);
    let input = fs::read(file).expect("a sample");
    let mut output = Vec::new();
    for line in input
        .split(|&byte| byte == b'\n')
        .filter(|line| !line.is_empty())
    {
        let found = auto::read(line, &mut record);
        if found != Some(format) {
            let line = String::from_utf8_lossy(line);
            return Some(format!(
                "{}: read as {found:?}, not {format}: {line}",
                file.display()
            ));
        }
        record.write(format, &mut output);
    }
    let expected = file.with_extension("out");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&expected, &output).expect("written");
        return None;
    }
    let wanted = fs::read(&expected).unwrap_or_default();
    let mut lines = output
        .split(|&byte| byte == b'\n')
        .zip(wanted.split(|&byte| byte == b'\n'));
    let differs = lines.find(|(got, wanted)| got != wanted);
    let show = |line: &[u8]| String::from_utf8_lossy(line).into_owned();
    match differs {
        Some((got, wanted)) => Some(format!(
            "{}:\n  got    {}\n  wanted {}",
            file.display(),
            show(got),
            show(wanted)
        )),
        None if output != wanted => Some(format!("{}: not as many lines", file.display())),
        None => None,
    }
}
