use std::io::Read;
use std::os::fd::OwnedFd;

use super::*;

fn piped() -> (io::PipeReader, Stdout) {
    let (reader, writer) = io::pipe().unwrap();
    (reader, Stdout::over(OwnedFd::from(writer).into()))
}

#[test]
fn a_reader_that_went_away_closes_it() {
    let (reader, mut sink) = piped();
    drop(reader);
    let written = sink.write(&Events::lines(b"{}\n"));
    assert_eq!(written, Err(WriteError::Closed));
}

#[test]
fn a_non_blocking_pipe_is_waited_for() {
    let (mut reader, mut sink) = piped();
    rustix::io::ioctl_fionbio(sink.out.get_ref(), true).unwrap();
    let lines = b"0123456789abcde\n".repeat(1 << 18);
    let expected = lines.clone();
    let writer = std::thread::spawn(move || sink.write(&Events::lines(&lines)));
    let mut seen = Vec::new();
    reader.read_to_end(&mut seen).unwrap();
    writer.join().unwrap().unwrap();
    assert!(seen == expected);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_worth_trying_again() {
    let full = File::options().write(true).open("/dev/full").unwrap();
    let mut sink = Stdout::over(full);
    for _ in 0..2 {
        let Err(WriteError::Unreachable(reason)) = sink.write(&Events::lines(b"{}\n")) else {
            panic!("written");
        };
        assert!(
            reason.starts_with("standard output cannot be written: "),
            "{reason}"
        );
    }
}
