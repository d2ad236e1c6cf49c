#[cfg(unix)]
#[path = "../../../../tests/end_to_end/rig/skip.rs"]
mod skip;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use proptest::prelude::*;

use super::*;

fn read_all(source: &mut Files) -> (Vec<u8>, Vec<String>, Vec<u64>) {
    let stop = Stop::new().unwrap();
    let (mut seen, mut errors, mut positions) = (Vec::new(), Vec::new(), Vec::new());
    let mut batch = Batch::default();
    loop {
        batch.bytes.clear(1 << 20);
        match source.read(&mut batch, &stop) {
            Ok(Read::End) => return (seen, errors, positions),
            Ok(_) => {
                seen.extend_from_slice(batch.bytes.filled());
                positions.push(batch.position);
            }
            Err(error) => errors.push(error.to_string()),
        }
    }
}

#[test]
fn files_come_one_after_the_other_and_bad_ones_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("a"), "1\n2").unwrap();
    fs::write(path("b.zst"), zstd::encode_all(&b"3\n4\n"[..], 1).unwrap()).unwrap();
    let whole = zstd::encode_all(&b"5\n6\n".repeat(100_000)[..], 1).unwrap();
    fs::write(path("c.zst"), &whole[..whole.len() - 3]).unwrap();
    fs::write(path("d"), "").unwrap();
    fs::write(path("e"), "7\n").unwrap();
    let names = ["a", "missing", "b.zst", ".", "c.zst", "d", "e"];
    let mut source = Files::new(names.map(path), Limits::default());
    let (seen, errors, positions) = read_all(&mut source);
    assert!(seen.starts_with(b"1\n2\n3\n4\n5\n6\n"));
    assert!(seen.ends_with(b"7\n"));
    assert_eq!(positions[..3], [2, 3, 7]);
    assert!(positions.is_sorted());
    assert_eq!(errors.len(), 3, "{errors:?}");
    assert!(errors[0].contains("missing cannot be read: "));
    assert!(errors[1].contains("it is a folder"));
    assert!(errors[2].contains("c.zst cannot be read: the zstd data is cut short"));
}

#[cfg(unix)]
#[test]
fn a_named_pipe_without_a_writer_does_not_hold_up_a_stop() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&path).status();
    if !made.is_ok_and(|status| status.success()) {
        skip::skipped("there is no mkfifo to make a named pipe with");
        return;
    }
    let stop = std::sync::Arc::new(Stop::new().unwrap());
    let setter = stop.clone();
    let thread = std::thread::spawn(move || setter.set());
    let mut source = Files::new([path], Limits::default());
    let read = source.read(&mut Batch::default(), &stop);
    assert_eq!(read.unwrap(), Read::End);
    thread.join().unwrap();
}

/// What is handed out of these files: each line with its place.
type Placed = Vec<((String, u64), Vec<u8>)>;

fn placed(paths: &[PathBuf], limits: Limits) -> Placed {
    let stop = Stop::new().unwrap();
    let mut source = Files::new(paths.to_vec(), limits);
    let (mut all, mut batch) = (Vec::new(), Batch::default());
    loop {
        batch.clear(1 << 20);
        // A file that is cut short is told, after what could be read of it.
        let read = source.read(&mut batch, &stop);
        if let Ok(Read::End) = read {
            return all;
        }
        let Some(name) = &batch.stream else { continue };
        let bytes = batch.bytes.filled();
        assert_eq!(batch.places.len(), 1);
        assert_eq!(batch.places[0].end, bytes.len());
        let mut at = batch.places[0].position;
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            all.push(((name.to_string(), at), line.to_vec()));
            at += line.len() as u64;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// However often files are read, and however that is cut, a line stands at the same place of the
    /// same stream, and no other stands there.
    #[test]
    fn a_file_that_is_read_again_brings_the_same_lines(
        texts in proptest::collection::vec(
            proptest::collection::vec(prop_oneof![Just("a\n"), Just("bcd"), Just("\n"), Just("\u{feff}")], 0..200),
            1..4,
        ),
        pack in 0..3,
        batches in (1usize..300, 1usize..300),
        grown: bool,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let paths: Vec<_> = (0..texts.len()).map(|n| folder.path().join(n.to_string())).collect();
        let packed = |text: &[u8]| match pack {
            0 => text.to_vec(),
            1 => zstd::encode_all(text, 1).unwrap(),
            _ => {
                use std::io::Write;
                let mut gzip = flate2::write::GzEncoder::new(Vec::new(), Default::default());
                gzip.write_all(text).unwrap();
                gzip.finish().unwrap()
            }
        };
        for (path, text) in paths.iter().zip(&texts) {
            fs::write(path, packed(("first line\n".to_owned() + &text.concat()).as_bytes())).unwrap();
        }
        let limits = |batch| Limits { batch, ..Limits::default() };
        let once = placed(&paths, limits(batches.0));
        if grown && pack == 0 {
            use std::io::Write;
            for path in &paths {
                let mut file = OpenOptions::new().append(true).open(path).unwrap();
                file.write_all(&packed(b"\nand more\n")).unwrap();
            }
        }
        let again = placed(&paths, limits(batches.1));
        let lines: BTreeMap<_, _> = again.iter().cloned().collect();
        prop_assert_eq!(lines.len(), again.len(), "no two lines at one place");
        let names: BTreeSet<_> = again.iter().map(|((name, _), _)| name).collect();
        prop_assert_eq!(names.len(), paths.len());
        for (place, line) in &once {
            prop_assert_eq!(lines.get(place), Some(line));
        }
    }
}
