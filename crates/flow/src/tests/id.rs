use super::*;

#[test]
fn an_id_is_read_as_it_is_written() {
    let id = Id(std::array::from_fn(|n| (n * 17) as u8));
    assert_eq!(id.to_string(), "00112233445566778899aabbccddeeff");
    assert_eq!(Id::parse(&id.to_string()), Some(id));
    for bad in [
        "",
        "00112233445566778899aabbccddeef",
        "00112233445566778899aabbccddeeff0",
        "00112233445566778899AABBCCDDEEFF",
        "0011223344556677 899aabbccddeeff",
    ] {
        assert_eq!(Id::parse(bad), None, "{bad}");
    }
}
