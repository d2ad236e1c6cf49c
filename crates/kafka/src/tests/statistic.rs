use super::*;

#[test]
fn only_what_is_ours_and_known_is_told() {
    let json = br#"{"name":"x","topics":{"a":{"partitions":{
        "0":{"partition":0,"consumer_lag":5},"1":{"consumer_lag":-1},"2":{"consumer_lag":7},"-1":{}}}}}"#;
    let ours = |name: &str, partition| (name.to_owned(), partition);
    let ours = [ours("a", 0), ours("a", 1), ours("a", 3), ours("b", 0)];
    assert_eq!(read(&ours, json), [("a".to_owned(), 0, 5)]);
    assert_eq!(read(&ours, b"{\"topics\":1}"), []);
}
