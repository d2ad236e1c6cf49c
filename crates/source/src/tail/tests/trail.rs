use super::*;

#[test]
fn a_head_that_is_known_grows_on() {
    let bytes: Vec<u8> = (0..2000u32).map(|n| (n % 251) as u8).collect();
    for known in [0, 1, 300, 1023, 1024] {
        for size in [7, 300, 301, 2000] {
            let mut trail = Trail {
                head: Print::of(&bytes[..known]),
                ..Trail::default()
            };
            for (n, part) in bytes.chunks(size).enumerate() {
                trail.pass((n * size) as u64, part);
            }
            assert_eq!(trail.head, Print::of(&bytes[..HEAD]), "{known} {size}");
        }
    }
}

#[test]
fn a_trail_does_not_depend_on_how_bytes_came() {
    let bytes: Vec<u8> = (0..3000u32).map(|n| (n * 7 % 251) as u8).collect();
    let mut whole = Trail::default();
    whole.pass(0, &bytes);
    for size in [1, 3, 255, 256, 257, 1024, 2999] {
        let mut parts = Trail::default();
        for (n, part) in bytes.chunks(size).enumerate() {
            parts.pass((n * size) as u64, part);
        }
        assert_eq!((parts.head, parts.tail), (whole.head, whole.tail), "{size}");
        assert_eq!((&parts.first, &parts.last), (&whole.first, &whole.last));
        assert!(parts.marks.len() <= MARKS);
    }
    assert_eq!(whole.head, Print::of(&bytes[..HEAD]));
    assert_eq!(whole.tail, Print::of(&bytes[3000 - TAIL..]));
}
