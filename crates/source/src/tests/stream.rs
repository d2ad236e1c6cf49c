use super::Shared;
use crate::Limits;
use crate::site::Site;

#[test]
fn an_event_as_long_as_the_longest_finds_memory() {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let runtime = runtime.expect("a runtime");
    for max_event in [1 << 20, 96 << 20] {
        let site = Site {
            name: "in".to_owned(),
            limits: Limits {
                max_event,
                ..Limits::default()
            },
            state: "nowhere".into(),
            tokio: runtime.handle().clone(),
        };
        let shared = Shared::new(&site, None);
        assert!(shared.bound.share().take(max_event + (64 << 10)));
    }
}
