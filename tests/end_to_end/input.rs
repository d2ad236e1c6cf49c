use std::io::Write;

use flate2::{Compression, write::GzEncoder};

use crate::rig::{Folder, MICROSOFT, PRIVATE, RELAY, UNKNOWN, event, labelled, lines, tagged};

fn events() -> String {
    lines([MICROSOFT, RELAY, PRIVATE, UNKNOWN].map(event))
}

fn answers() -> String {
    lines([
        labelled(MICROSOFT, "Microsoft"),
        labelled(RELAY, "Apple Relay"),
        labelled(PRIVATE, "Private"),
        event(UNKNOWN),
    ])
}

pub fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).expect("memory");
    encoder.finish().expect("memory")
}

fn zstd(text: &str) -> Vec<u8> {
    zstd::encode_all(text.as_bytes(), 3).expect("memory")
}

#[test]
fn standard_input_is_read_without_arguments_and_for_a_dash() {
    assert_eq!(tagged(&[], events()), answers());
    assert_eq!(tagged(&["-"], events()), answers());
}

#[test]
fn no_input_is_no_output() {
    assert_eq!(tagged(&[], ""), "");
    let folder = Folder::new();
    folder.file("empty.ndjson", "");
    let ran = folder.knownet(&["tag", "empty.ndjson"]).ran().succeeded();
    assert_eq!((&*ran.out, &*ran.err), ("", ""));
}

#[test]
fn files_are_read_in_their_order() {
    let folder = Folder::new();
    folder.file("a.ndjson", lines([event(PRIVATE)]));
    folder.file("b.ndjson", lines([event(MICROSOFT)]));
    let ran = folder
        .knownet(&["tag", "b.ndjson", "a.ndjson", "b.ndjson"])
        .ran();
    let (a, b) = (
        labelled(PRIVATE, "Private"),
        labelled(MICROSOFT, "Microsoft"),
    );
    assert_eq!(ran.succeeded().out, lines([&b, &a, &b]));
}

#[test]
fn a_dash_among_files_is_standard_input_in_its_place() {
    let folder = Folder::new();
    folder.file("a.ndjson", event(PRIVATE));
    let call = folder.knownet(&["tag", "a.ndjson", "-", "a.ndjson"]);
    let ran = call.input(event(MICROSOFT)).ran().succeeded();
    let (a, b) = (
        labelled(PRIVATE, "Private"),
        labelled(MICROSOFT, "Microsoft"),
    );
    assert_eq!(ran.out, lines([&a, &b, &a]));
}

#[test]
fn compressed_input_is_known_by_its_content() {
    let folder = Folder::new();
    folder.file("a.gz", gzip(&events()));
    folder.file("b.zst", zstd(&events()));
    folder.file("c.log", gzip(&events()));
    let ran = folder.knownet(&["tag", "a.gz", "b.zst", "c.log"]).ran();
    assert_eq!(ran.succeeded().out, answers().repeat(3));
    assert_eq!(tagged(&[], gzip(&events())), answers());
    assert_eq!(tagged(&[], zstd(&events())), answers());
}

#[test]
fn members_of_a_gzip_file_follow_each_other() {
    let two = [gzip(&events()), gzip(&events())].concat();
    assert_eq!(tagged(&[], two), answers().repeat(2));
}

#[test]
fn the_last_line_needs_no_line_feed() {
    let events = events();
    assert_eq!(tagged(&[], events.trim_end()), answers());
    let folder = Folder::new();
    folder.file("a.ndjson", event(PRIVATE));
    folder.file("b.ndjson", event(PRIVATE));
    let ran = folder.knownet(&["tag", "a.ndjson", "b.ndjson"]).ran();
    let one = labelled(PRIVATE, "Private");
    assert_eq!(ran.succeeded().out, lines([&one, &one]));
}

#[test]
fn carriage_returns_stay() {
    let events = events().replace('\n', "\r\n");
    assert_eq!(tagged(&[], events), answers().replace('\n', "\r\n"));
}

#[test]
fn a_byte_order_mark_is_dropped() {
    let marked = format!("\u{feff}{}", events());
    assert_eq!(tagged(&[], marked.clone()), answers());
    let folder = Folder::new();
    folder.file("a.ndjson", &marked);
    folder.file("b.ndjson", &marked);
    let ran = folder.knownet(&["tag", "a.ndjson", "b.ndjson"]).ran();
    assert_eq!(ran.succeeded().out, answers().repeat(2));
}

#[test]
fn blank_lines_are_no_events() {
    let events = format!("\n\r\n{}\n  \t\n\n", events().replace('\n', "\n\n"));
    assert_eq!(tagged(&[], events), answers());
}

#[test]
fn many_lines_keep_their_order_over_all_workers() {
    let event = |n: usize| {
        format!(
            r#"{{"n":{n},"DestinationIp":"10.0.{}.{}"}}"#,
            n >> 8,
            n & 255
        )
    };
    let input = lines((0..40_000).map(event));
    let expected = input.replace("\"}", "\",\"IPDestination\":\"Private\"}");
    let folder = Folder::new();
    folder.file("many.ndjson", &input);
    assert!(
        folder
            .knownet(&["tag", "many.ndjson"])
            .ran()
            .succeeded()
            .out
            == expected
    );
    assert!(tagged(&[], input) == expected);
}
