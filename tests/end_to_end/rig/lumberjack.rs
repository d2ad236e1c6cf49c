//! What a Beat sends: the frames of Lumberjack, version 2, as in github.com/elastic/go-lumber,
//! `protocol/v2/protocol.go`.

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;

fn frames(events: &[String]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (at, event) in events.iter().enumerate() {
        bytes.extend(b"2J");
        bytes.extend((at as u32 + 1).to_be_bytes());
        bytes.extend((event.len() as u32).to_be_bytes());
        bytes.extend(event.as_bytes());
    }
    bytes
}

/// A window, compressed unless `level` is 0.
pub fn window(events: &[String], level: u32) -> Vec<u8> {
    let mut bytes = b"2W".to_vec();
    bytes.extend((events.len() as u32).to_be_bytes());
    let frames = frames(events);
    if level == 0 {
        bytes.extend(frames);
        return bytes;
    }
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::new(level));
    zlib.write_all(&frames).expect("memory");
    let packed = zlib.finish().expect("memory");
    bytes.extend(b"2C");
    bytes.extend((packed.len() as u32).to_be_bytes());
    bytes.extend(packed);
    bytes
}
