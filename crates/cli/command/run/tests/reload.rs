use super::*;

#[test]
fn a_label_of_many_prefixes_does_not_lose_more_than_half() {
    for (known, count) in [(200, 99), (201, 100), (100, 49), (100, 0), (50, 0), (1, 0)] {
        assert!(collapsed(known, count), "{known} -> {count}");
    }
    for (known, count) in [
        (200, 101),
        (200, 100),
        (201, 101),
        (100, 50),
        (99, 1),
        (50, 10),
        (50, 80),
        (0, 0),
        (0, 500),
    ] {
        assert!(!collapsed(known, count), "{known} -> {count}");
    }
}
