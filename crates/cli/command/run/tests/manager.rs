use knownet_admin::Watch;

use super::systemd::sign;

/// What is sick, and what is not ready besides.
struct Patient(&'static [&'static str], &'static [&'static str]);

impl Watch for Patient {
    fn sick(&self) -> Vec<String> {
        self.0.iter().map(ToString::to_string).collect()
    }

    fn unready(&self) -> Vec<String> {
        self.1.iter().map(ToString::to_string).collect()
    }
}

#[test]
fn the_manager_hears_nothing_of_a_process_that_is_sick() {
    let said = |sick, unready| sign(&Patient(sick, unready)).map(|state| state.to_string());
    assert_eq!(said(&[], &[]), Ok("WATCHDOG=1".to_owned()));
    assert_eq!(said(&[], &["full"]), Ok("WATCHDOG=1".to_owned()));
    assert_eq!(said(&["hangs"], &[]), Err("hangs".to_owned()));
}
