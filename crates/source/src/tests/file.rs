#[cfg(unix)]
#[path = "../../../../tests/end_to_end/rig/skip.rs"]
mod skip;

use std::fs;

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
