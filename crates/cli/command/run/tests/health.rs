use super::*;

#[test]
fn a_worker_hangs_once_it_is_at_a_batch_for_longer_than_a_minute() {
    let busy = |seconds| State {
        running: true,
        busy: Duration::from_secs(seconds),
        ..State::default()
    };
    assert_eq!(hang(&busy(0)), None);
    assert_eq!(hang(&busy(60)), None);
    assert_eq!(
        hang(&busy(61)).as_deref(),
        Some("a worker hangs in a batch, for 61 s now")
    );
}

#[test]
fn a_sink_that_cannot_be_reached_is_no_reason_for_a_restart() {
    let unreachable = knownet_runtime::Unreachable {
        part: "out".to_owned(),
        time: Duration::from_secs(3600),
        reason: "full".to_owned(),
    };
    let state = State {
        unreachable: vec![unreachable],
        ..State::default()
    };
    assert_eq!(hang(&state), None);
}
