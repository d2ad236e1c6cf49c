use super::*;

#[test]
fn as_many_files_may_be_open_as_the_system_lets() {
    let limit = getrlimit(Resource::Nofile);
    let most = limit.maximum.unwrap_or(UNBOUNDED);
    let current = Some(most - 1);
    setrlimit(Resource::Nofile, Rlimit { current, ..limit }).expect("one less");
    allow();
    assert_eq!(getrlimit(Resource::Nofile).current, Some(most));
}

#[test]
fn what_is_allowed_already_stays() {
    let limit = |current, maximum| Rlimit { current, maximum };
    assert_eq!(more(limit(Some(1024), Some(4096))), Some((1024, 4096)));
    assert_eq!(more(limit(Some(256), None)), Some((256, UNBOUNDED)));
    assert_eq!(more(limit(Some(4096), Some(4096))), None);
    assert_eq!(more(limit(Some(20_000), None)), None);
    assert_eq!(more(limit(None, None)), None);
}
