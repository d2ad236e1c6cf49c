use std::cmp::Ordering;

use super::Number;

fn compare(a: &str, b: &str) -> Option<Ordering> {
    Number::parse(a.as_bytes())?.compare(Number::parse(b.as_bytes())?)
}

#[test]
fn numbers_compare_by_value() {
    assert_eq!(compare("443", " 443 "), Some(Ordering::Equal));
    assert_eq!(compare("443", "4.43e2"), Some(Ordering::Equal));
    assert_eq!(compare("-1", "0"), Some(Ordering::Less));
    assert_eq!(compare("10", "9"), Some(Ordering::Greater));
    assert_eq!(compare("0443", "443"), Some(Ordering::Equal));
    assert_eq!(
        compare("9007199254740993", "9007199254740992"),
        Some(Ordering::Greater)
    );
    assert_eq!(
        compare(&"9".repeat(60), "1"),
        Some(Ordering::Greater),
        "beyond 128 bits"
    );
}

#[test]
fn words_are_no_numbers() {
    for text in [
        "", " ", "-", "nan", "inf", "infinity", "1.2.3", "0x10", "1e", "e", "443/tcp",
    ] {
        assert!(Number::parse(text.as_bytes()).is_none(), "{text:?}");
    }
    assert!(Number::parse(b"1\xff2").is_none());
}
