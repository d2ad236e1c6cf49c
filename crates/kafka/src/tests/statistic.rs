use super::*;

#[test]
fn only_what_is_ours_and_known_is_told() {
    let json = br#"{"name":"x","topics":{"a":{"partitions":{
        "0":{"partition":0,"consumer_lag":5},"1":{"consumer_lag":-1},"2":{"consumer_lag":7},"4":{"consumer_lag":-1,"ls_offset":9},"-1":{}}}}}"#;
    let ours = |name: &str, partition, safe| (name.to_owned(), partition, safe);
    let ours = [
        ours("a", 0, 0),
        ours("a", 1, 4),
        ours("a", 3, 0),
        ours("a", 4, 6),
        ours("b", 0, 0),
    ];
    // The last one by what we have safe, since others commit it.
    let told = [("a".to_owned(), 0, 5), ("a".to_owned(), 4, 3)];
    assert_eq!(read(&ours, json), told);
    assert_eq!(read(&ours, b"{\"topics\":1}"), []);
}
