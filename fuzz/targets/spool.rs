//! A spool's file that was damaged, and any bytes as one: nothing panics, and of what was written
//! only whole runs come out, as they were and in order.
#![no_main]

use std::convert::Infallible;
use std::fs;
use std::path::Path;

use flate2::Crc;
use knownet_source::spool::{Content, look};
use libfuzzer_sys::fuzz_target;

/// A run as it is shown: its line and its bytes.
type Run = (Vec<u8>, Vec<u8>);

fuzz_target!(|data: &[u8]| {
    let folder = std::env::temp_dir().join(format!("knownet-fuzz-spool-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder");
    let path = folder.join("00000000000000000001.zst");
    for bytes in [
        data.to_vec(),
        zstd::encode_all(data, 1).expect("compressed"),
    ] {
        fs::write(&path, &bytes).expect("a file");
        let (content, shown) = shown(&path);
        let size: usize = shown.iter().map(|(_, bytes)| bytes.len()).sum();
        assert!(size <= data.len() * 40_000 && content.bytes <= size as u64);
        assert!(content.is_whole() || content.wrong > 0 || content.fault.is_some());
    }
    let (damage, lines) = data.split_at(data.len().min(3));
    let written = runs(lines);
    if written.is_empty() {
        return;
    }
    let text: Vec<u8> = written
        .iter()
        .flat_map(|(line, bytes)| [&line[..], bytes].concat())
        .collect();
    for is_packed in [false, true] {
        let mut bytes = match is_packed {
            true => zstd::encode_all(&text[..], 1).expect("compressed"),
            false => text.clone(),
        };
        let before = bytes.clone();
        harm(&mut bytes, damage);
        let is_harmed = bytes != before;
        if !is_packed {
            // What is harmed before it is compressed only the runs' own checksums tell.
            bytes = zstd::encode_all(&bytes[..], 1).expect("compressed");
        }
        fs::write(&path, &bytes).expect("a file");
        let (content, shown) = shown(&path);
        let mut left = written.iter();
        assert!(
            shown.iter().all(|run| left.any(|known| known == run)),
            "{shown:?} of {written:?}"
        );
        assert!(is_harmed || (content.is_whole() && shown == written));
    }
});

/// What comes out of the file, and what is said of it.
fn shown(path: &Path) -> (Content, Vec<Run>) {
    let mut shown = Vec::new();
    let Ok(content) = look::<Infallible>(path, |frame| {
        assert!(frame.header.ends_with(b"\n"));
        assert!(!frame.lines || frame.bytes.ends_with(b"\n"));
        shown.push((frame.header.to_vec(), frame.bytes.to_vec()));
        Ok(())
    });
    (content, shown)
}

/// A run for every few lines, as `crates/source/src/spool/run.rs` says that they look.
fn runs(bytes: &[u8]) -> Vec<Run> {
    let lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    let run = |lines: &[&[u8]]| {
        let mut bytes = lines.concat();
        if bytes.last() != Some(&b'\n') {
            bytes.push(b'\n');
        }
        let (count, size) = (lines.len(), bytes.len());
        let begin = format!("2026-11-21T08:26:04.123Z 192.0.2.1:514 {count} lines {size} bytes");
        let mut crc = Crc::new();
        crc.update(begin.as_bytes());
        crc.update(&bytes);
        (
            format!("{begin} crc32 {:08x}\n", crc.sum()).into_bytes(),
            bytes,
        )
    };
    lines.chunks(3).map(run).collect()
}

/// Changes a byte, or cuts everything off from there on.
fn harm(bytes: &mut Vec<u8>, damage: &[u8]) {
    if let [change, high, low] = *damage {
        let place = usize::from(u16::from_be_bytes([high, low])) % bytes.len();
        match change {
            0 => bytes.truncate(place),
            _ => bytes[place] ^= change,
        }
    }
}
