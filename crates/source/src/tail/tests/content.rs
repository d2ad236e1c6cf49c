use std::io::Write;

use super::*;

/// Gives some bytes, then an error, then the end.
struct Breaks(Vec<io::Result<Vec<u8>>>);

impl Read for Breaks {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let Some(next) = self.0.pop() else {
            return Ok(0);
        };
        let bytes = next?;
        into[..bytes.len()].copy_from_slice(&bytes);
        Ok(bytes.len())
    }
}

fn packed(error: io::Error) -> Content {
    let mut content = Content {
        file: tempfile::tempfile().expect("a file"),
        packed: None,
    };
    content.file.write_all(b"x").expect("written");
    content.packed = Some(Packed {
        decoder: Box::new(Breaks(vec![Err(error), Ok(b"abc".to_vec())])),
        buffer: Vec::new(),
        base: 0,
        ended: false,
        error: None,
    });
    content
}

#[test]
fn what_the_disk_says_is_no_damage() {
    let mut content = packed(io::Error::from_raw_os_error(5));
    let mut bytes = [0; 8];
    let error = content.read_at(0, &mut bytes).expect_err("the disk");
    assert_eq!(error.raw_os_error(), Some(5));
    assert!(content.error().is_none());
}

#[test]
fn what_stands_before_damage_is_read() {
    let mut content = packed(io::Error::new(io::ErrorKind::InvalidData, "corrupt"));
    let mut bytes = [0; 8];
    assert_eq!(content.read_at(0, &mut bytes).expect("bytes"), 3);
    assert_eq!(&bytes[..3], b"abc");
    let error = content.error().expect("damage").to_string();
    assert_eq!(error, "the compressed data is damaged: corrupt");
}
