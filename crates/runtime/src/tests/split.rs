use super::*;

#[test]
fn one_line_is_not_cut() {
    for line in [&b""[..], b"\n", b"a\n", b"a", b"long line\n"] {
        assert_eq!(middle(line), None, "{line:?}");
    }
}

#[test]
fn several_lines_are_cut_between_two() {
    assert_eq!(middle(b"\n\n"), Some(1));
    assert_eq!(middle(b"a\nb\n"), Some(2));
    assert_eq!(middle(b"a\nb"), Some(2));
    assert_eq!(middle(b"long line\nb\n"), Some(10));
    assert_eq!(middle(b"b\nlong line\n"), Some(2));
    assert_eq!(middle(b"a\nb\nc\nd\n"), Some(6));
}
