use rdkafka::error::{KafkaError, RDKafkaErrorCode};

use super::*;

#[test]
fn the_same_is_told_once_until_it_is_over() {
    let trouble = Trouble::default();
    let heard = |code, reason| trouble.heard(&KafkaError::Global(code), reason);
    let down =
        "10.0.0.1:9092/1: Connect to ipv4#10.0.0.1:9092 failed: refused (after 3ms in state)";
    assert_eq!(heard(RDKafkaErrorCode::BrokerTransportFailure, down), None);
    let told = heard(RDKafkaErrorCode::AllBrokersDown, "1/1 brokers are down");
    assert_eq!(told, Some(format!("no broker can be reached: {down}")));
    let later =
        "10.0.0.1:9092/1: Connect to ipv4#10.0.0.1:9092 failed: refused (after 9ms in state)";
    heard(RDKafkaErrorCode::BrokerTransportFailure, later);
    assert_eq!(heard(RDKafkaErrorCode::AllBrokersDown, ""), None);
    let other = heard(RDKafkaErrorCode::Authentication, "wrong password");
    assert!(other.is_some_and(|text| text.ends_with(": wrong password")));
    assert!(trouble.over());
    assert!(!trouble.over());
    assert!(heard(RDKafkaErrorCode::AllBrokersDown, "").is_some());
}
