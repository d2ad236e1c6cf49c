use std::io::Write;

use super::*;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// With a checksum, without which damage may go unseen.
fn checked_zstd(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
    encoder.include_checksum(true).unwrap();
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn drain(stream: &mut Stream, stop: &Stop) -> (Vec<u8>, io::Result<Pulled>) {
    let (mut all, mut some) = (Vec::new(), [0; 1000]);
    loop {
        match stream.pull(&mut some, stop) {
            Ok(Pulled::Bytes(n)) => all.extend_from_slice(&some[..n]),
            end => return (all, end),
        }
    }
}

#[test]
fn first_bytes_tell_the_compression() {
    for (head, expected) in [
        (&b""[..], Guess::Unknown),
        (b"{\"", Guess::Plain),
        (b"\n", Guess::Plain),
        (b"[", Guess::Unknown),
        (b"[1", Guess::Plain),
        (b"(\xb5\x2f", Guess::Unknown),
        (b"\x28\xb5\x2f\xfd", Guess::Zstd),
        (b"\x5a\x2a\x4d\x18", Guess::Zstd),
        (b"\x60\x2a\x4d\x18", Guess::Plain),
        (b"\x1f\x8b", Guess::Unknown),
        (b"\x1f\x8b\x08", Guess::Gzip),
        (b"\x1f\x8b\x07", Guess::Plain),
    ] {
        assert_eq!(guess(head), expected, "{head:?}");
    }
}

#[test]
fn files_are_decompressed() {
    let text = b"0123456789\n".repeat(20_000);
    let two = |one: Vec<u8>| [one.clone(), one].concat();
    let zstd = || zstd::encode_all(&text[..], 1).unwrap();
    let skippable = [b"\x50\x2a\x4d\x18\x03\0\0\0abc".to_vec(), zstd()].concat();
    for (bytes, times) in [
        (text.clone(), 1),
        (gzip(&text), 1),
        (two(gzip(&text)), 2),
        (zstd(), 1),
        (two(zstd()), 2),
        (skippable, 1),
    ] {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&bytes).unwrap();
        file.rewind().unwrap();
        let mut stream = Stream::new(file).unwrap();
        let (seen, end) = drain(&mut stream, &Stop::new().unwrap());
        assert!(seen == text.repeat(times));
        assert_eq!(end.unwrap(), Pulled::End);
    }
}

#[test]
fn cut_and_damaged_data_gives_what_it_can() {
    let text: Vec<u8> = (0..60_000)
        .flat_map(|n| format!("{n}\n").into_bytes())
        .collect();
    for (name, whole) in [("gzip", gzip(&text)), ("zstd", checked_zstd(&text))] {
        let mut damaged = whole.clone();
        let middle = damaged.len() / 2;
        damaged[middle..middle + 64].fill(0xff);
        for (bytes, what) in [
            (&whole[..whole.len() / 2], "cut short"),
            (&damaged, "damaged"),
        ] {
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(bytes).unwrap();
            file.rewind().unwrap();
            let mut stream = Stream::new(file).unwrap();
            let (seen, end) = drain(&mut stream, &Stop::new().unwrap());
            let message = end.unwrap_err().to_string();
            assert!(
                message.starts_with(&format!("the {name} data is {what}")),
                "{message}"
            );
            assert!(!seen.is_empty() && seen.len() <= text.len());
            if what == "cut short" {
                assert!(text.starts_with(&seen));
            }
        }
    }
}

#[cfg(unix)]
mod pipes {
    use std::os::fd::OwnedFd;

    use super::*;

    fn pipe() -> (Stream, io::PipeWriter) {
        let (reader, writer) = io::pipe().unwrap();
        (Stream::new(OwnedFd::from(reader).into()).unwrap(), writer)
    }

    fn pull(stream: &mut Stream, stop: &Stop) -> Vec<u8> {
        let mut some = vec![0; 100_000];
        match stream.pull(&mut some, stop).unwrap() {
            Pulled::Bytes(n) => some[..n].to_vec(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_first_bytes_may_come_one_by_one() {
        let stop = Stop::new().unwrap();
        let (mut stream, mut writer) = pipe();
        let feeder = std::thread::spawn(move || {
            for byte in gzip(b"a line\n") {
                writer.write_all(&[byte]).unwrap();
            }
        });
        assert_eq!(drain(&mut stream, &stop).0, b"a line\n");
        feeder.join().unwrap();
    }

    #[test]
    fn what_is_there_is_given_at_once() {
        let stop = Stop::new().unwrap();
        let (mut stream, mut writer) = pipe();
        writer.write_all(b"hello\n").unwrap();
        let mut seen = pull(&mut stream, &stop);
        while seen.len() < 6 {
            seen.extend(pull(&mut stream, &stop));
        }
        assert_eq!(seen, b"hello\n");
    }

    #[test]
    fn a_stop_ends_a_read_that_waits() {
        for head in [&b""[..], b"\x1f\x8b", b"text", &gzip(b"half")[..15]] {
            let stop = std::sync::Arc::new(Stop::new().unwrap());
            let (mut stream, mut writer) = pipe();
            writer.write_all(head).unwrap();
            let setter = stop.clone();
            let thread = std::thread::spawn(move || setter.set());
            // Whether the stop comes before the read or while it waits, it returns.
            let (_, end) = drain(&mut stream, &stop);
            assert_eq!(end.unwrap(), Pulled::Stopped);
            thread.join().unwrap();
        }
    }

    #[test]
    fn a_non_blocking_pipe_is_waited_for() {
        let (reader, mut writer) = io::pipe().unwrap();
        rustix::io::ioctl_fionbio(&reader, true).unwrap();
        let mut stream = Stream::new(OwnedFd::from(reader).into()).unwrap();
        let feeder = std::thread::spawn(move || writer.write_all(b"later\n").unwrap());
        assert_eq!(drain(&mut stream, &Stop::new().unwrap()).0, b"later\n");
        feeder.join().unwrap();
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_pipe_is_made_larger() {
        let (stream, writer) = pipe();
        assert_eq!(
            rustix::pipe::fcntl_getpipe_size(&writer).unwrap(),
            PIPE_SIZE
        );
        drop(stream);
    }
}
