use super::*;

#[test]
fn prints_are_written_and_read() {
    // FNV-1a of "a", from the authors' test vectors.
    assert_eq!(Print::of(b"a").show(), "1:af63dc4c8601ec8c");
    for bytes in [&b""[..], b"x", &[7; HEAD]] {
        let print = Print::of(bytes);
        assert_eq!(Print::parse(&print.show()), Some(print));
    }
    for bad in [
        "",
        "1",
        ":",
        "1:",
        "x:1",
        "1:xyz",
        "1025:0",
        "4294967296:0",
        "1:11111111111111111",
    ] {
        assert_eq!(Print::parse(bad), None, "{bad}");
    }
}
