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
    assert!(other.is_some_and(|text| text.contains(": wrong password; check ")));
    assert!(trouble.over());
    assert!(!trouble.over());
    assert!(heard(RDKafkaErrorCode::AllBrokersDown, "").is_some());
}

#[test]
fn troubles_that_take_turns_are_told_once_each_with_what_to_do() {
    let trouble = Trouble::default();
    let heard = |code, reason: &str| trouble.heard(&KafkaError::Global(code), reason);
    let refused = |time| {
        let reason =
            format!("10.0.0.1:9092/1: SASL authentication error: no (after {time}ms in state)");
        heard(RDKafkaErrorCode::Authentication, &reason)
    };
    let told = refused(3).expect("news");
    assert!(
        told.ends_with("; check mechanism, username and password in sasl"),
        "{told}"
    );
    let untrusted = "10.0.0.1:9092/1: SSL handshake failed: not verified, verify that ssl.ca.location is \
                     right (after 5ms in state)";
    let told = heard(RDKafkaErrorCode::SSL, untrusted).expect("news");
    assert_eq!(
        told,
        "Local: SSL error: 10.0.0.1:9092/1: SSL handshake failed: not verified; name the file of their \
         authority as ca in tls"
    );
    // That nobody can be reached is no news beside the reason.
    assert_eq!(heard(RDKafkaErrorCode::AllBrokersDown, ""), None);
    assert_eq!(refused(4), None);
    assert_eq!(heard(RDKafkaErrorCode::SSL, untrusted), None);
    assert!(trouble.over());
    assert!(refused(5).is_some());
}

#[test]
fn so_many_troubles_are_kept_and_no_more() {
    let trouble = Trouble::default();
    let heard = |name: &str| trouble.heard(&KafkaError::Global(RDKafkaErrorCode::Fail), name);
    let names: Vec<String> = (0..=MOST).map(|n| "x".repeat(n + 1)).collect();
    assert!(names.iter().all(|name| heard(name).is_some()));
    assert_eq!(heard(&names[MOST]), None);
    assert!(heard(&names[0]).is_some());
}
