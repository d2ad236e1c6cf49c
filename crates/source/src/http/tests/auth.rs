use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use knownet_credential::Secret;

use super::{Auth, Guard};

fn guard() -> Guard {
    let text = |text: &str| Secret::Text(text.to_owned());
    Guard::new(&[
        Auth::Basic {
            user: "beats".to_owned(),
            password: text("pass:word"),
        },
        Auth::Token(text("id:key")),
    ])
    .expect("secrets")
}

fn lets_in(header: &str) -> bool {
    guard().lets_in(Some(header.as_bytes()))
}

#[test]
fn who_is_known_is_let_in() {
    let encoded = |text| BASE64_STANDARD.encode(text);
    assert!(lets_in(&format!("Basic {}", encoded("beats:pass:word"))));
    assert!(lets_in(&format!("basic  {}", encoded("beats:pass:word"))));
    assert!(lets_in("Bearer id:key"));
    assert!(lets_in(&format!("ApiKey {}", encoded("id:key"))));
    assert!(lets_in("ApiKey id:key"));
}

#[test]
fn everyone_else_is_not() {
    let encoded = |text| BASE64_STANDARD.encode(text);
    for header in [
        "",
        "Basic",
        "Basic ",
        "Basic !",
        "Bearer",
        "Bearer ",
        "Bearer id:ke",
        "Bearer id:key2",
        "Bearer id:keyid:key",
        "Digest id:key",
        "Bearerid:key",
    ] {
        assert!(!lets_in(header), "{header}");
    }
    assert!(!lets_in(&format!("Basic {}", encoded("beats:pass"))));
    assert!(!lets_in(&format!("Basic {}", encoded("id:key"))));
    assert!(!lets_in("Basic beats:pass:word"));
    assert!(!guard().lets_in(None));
}

#[test]
fn without_anyone_everyone_is() {
    let open = Guard::new(&[]).expect("no secrets");
    assert!(open.is_open() && open.lets_in(None));
}

#[test]
fn secrets_are_read_from_files_and_not_shown() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("token");
    std::fs::write(&path, "from a file\n").expect("a file");
    let token = Auth::Token(Secret::File(path.clone()));
    let guard = Guard::new(std::slice::from_ref(&token)).expect("a secret");
    assert!(guard.lets_in(Some(b"Bearer from a file")));
    std::fs::write(&path, " \n").expect("a file");
    assert!(Guard::new(&[token]).is_err(), "nothing is no secret");
    let shown = format!("{:?}", Auth::Token(Secret::Text("hush".to_owned())));
    assert!(!shown.contains("hush"), "{shown}");
}
