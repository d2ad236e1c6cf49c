use std::fs;
use std::io::Cursor;
use std::time::UNIX_EPOCH;

use knownet_flow::Piece;
use tempfile::TempDir;

use super::*;
use crate::spool::folder::{Folder, Real};
use crate::spool::queue::Next;
use crate::spool::{Spool, run};

const LIMIT: usize = 1 << 10;

/// A file of every kind of run, as text, and the queue in which it waits.
fn waiting(place: &TempDir) -> (Vec<u8>, Queue) {
    let mut text = Vec::new();
    let mut add = |kind, bytes: &[u8]| run::write(kind, None, UNIX_EPOCH, bytes, &mut text);
    let piece = |first, last| Kind::Piece(Piece { first, last });
    add(Kind::Heading, b"#Fields: a\n");
    add(Kind::Lines(2), b"one\ntwo\n");
    add(piece(true, false), b"begin");
    add(piece(false, true), b"end");
    add(Kind::NoHeading, b"");
    add(Kind::Lines(1), b"three\n");
    let folder = Folder::open(place.path().to_owned()).expect("a folder");
    let bytes = zstd::encode_all(&*text, 1).expect("zstd");
    folder.save(1, &bytes, &mut Real).expect("a file");
    let queue = Queue::open("in", folder, Spool::default()).expect("a queue");
    (text, queue)
}

fn open(queue: &Queue) -> Reading {
    match queue.next() {
        Next::Read(entry) => Reading::open(entry, queue),
        _ => panic!("no file"),
    }
}

/// What comes out until it is stuck or at its end.
fn fill(reading: &mut Reading) -> Vec<(Read, Heading, String, Vec<Place>)> {
    let mut all = Vec::new();
    while !reading.is_at_end() && reading.stuck().is_none() {
        let mut batch = Batch::default();
        if let Some(read) = reading.fill(&mut batch, LIMIT) {
            let text = String::from_utf8(batch.bytes.filled().to_vec()).expect("text");
            assert_eq!(batch.origins.last().map(|o| o.end), Some(text.len()));
            assert_eq!(batch.places.last().map(|p| p.end), Some(text.len()));
            assert_eq!(batch.stream, reading.stream);
            all.push((read, batch.heading, text, batch.places));
        }
    }
    all
}

/// What is read of it, and then an error of the disk.
struct Breaks(Cursor<Vec<u8>>);

impl io::Read for Breaks {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self.0.read(into)? {
            // EIO, or what stands for it there.
            0 => Err(io::Error::from_raw_os_error(5)),
            n => Ok(n),
        }
    }
}

#[test]
fn a_file_that_cannot_be_opened_is_whole_when_it_can() {
    let place = TempDir::new().expect("a folder");
    let (_, queue) = waiting(&place);
    let path = queue.folder.file(1, FileState::Waiting);
    let aside = place.path().join("aside");
    fs::rename(&path, &aside).expect("it is there");
    fs::create_dir(&path).expect("a folder cannot be read as a file");
    let mut reading = open(&queue);
    for tries in 1..20 {
        assert_eq!(fill(&mut reading), []);
        assert_eq!(reading.stuck(), Some(tries));
        assert!(!reading.is_at_end());
        reading.retry();
        reading.fill(&mut Batch::default(), LIMIT);
    }
    fs::remove_dir(&path).expect("empty");
    fs::rename(&aside, &path).expect("it is there");
    reading.retry();
    assert_eq!(fill(&mut reading).len(), 4);
    assert!(reading.is_at_end() && reading.finish());
}

#[test]
fn wherever_the_disk_fails_everything_comes_out_once() {
    let place = TempDir::new().expect("a folder");
    let (text, queue) = waiting(&place);
    let Next::Read(entry) = queue.next() else {
        panic!("no file");
    };
    let again = || entry.clone();
    let whole = fill(&mut Reading::open(again(), &queue));
    assert_eq!(whole.len(), 4);
    for (_, _, lines, places) in &whole {
        let at = places[0].position as usize;
        assert_eq!(&text[at..at + lines.len()], lines.as_bytes());
    }
    for cut in 0..=text.len() {
        let mut reading = Reading::open(again(), &queue);
        let broken = Breaks(Cursor::new(text[..cut].to_vec()));
        reading.runs = Runs::new(Box::new(io::BufReader::with_capacity(7, broken)));
        let mut all = fill(&mut reading);
        assert_eq!(reading.stuck(), Some(1), "{cut}");
        reading.retry();
        all.extend(fill(&mut reading));
        assert_eq!(all, whole, "{cut}");
        assert!(reading.finish(), "{cut}");
    }
}
