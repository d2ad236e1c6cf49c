use std::time::Duration;

use knownet_credential::Secret;
use knownet_source::{Auth, Http};

use super::{assert_mistakes, config, warnings};
use crate::config::SourceKind;

const SINK: &str = "[sinks.out]\ntype = \"stdout\"\n";

fn http(keys: &str) -> Http {
    let config = config(&format!("[sources.a]\ntype = \"http\"\n{keys}\n{SINK}"));
    match config.sources.into_iter().next().map(|source| source.kind) {
        Some(SourceKind::Http(http)) => http,
        other => panic!("{other:?}"),
    }
}

#[test]
fn without_keys_it_is_where_clients_of_elasticsearch_look_for_it() {
    let http = http("");
    assert_eq!(http.listen.address, ([127, 0, 0, 1], 9200).into());
    assert_eq!((http.auth, http.version), (vec![], None));
    assert_eq!(http.max_body, 100 << 20);
    assert!(
        http.timeout < Duration::from_secs(90),
        "the client must hear of it"
    );
}

#[test]
fn every_key() {
    let http = http(
        "listen = \"localhost:1\"\nversion = \"9.0.0-SNAPSHOT\"\nmax_body = \"1MiB\"\n\
         timeout = \"5s\"\nauth = [{ user = \"u\", password = \"${OFFICE}\" }, { token = \"t\" }]",
    );
    let text = |text: &str| Secret::Text(text.to_owned());
    let user = "u".to_owned();
    let password = text("203.0.113.0/24");
    assert_eq!(
        http.auth,
        [Auth::Basic { user, password }, Auth::Token(text("t"))]
    );
    assert_eq!(http.listen.address, ([127, 0, 0, 1], 1).into());
    assert_eq!(http.version.as_deref(), Some("9.0.0-SNAPSHOT"));
    assert_eq!(
        (http.max_body, http.timeout),
        (1 << 20, Duration::from_secs(5))
    );
    let one = self::http("auth = { token = \"t\" }");
    assert_eq!(one.auth, [Auth::Token(text("t"))]);
}

#[test]
fn who_may_send_is_said_in_full() {
    let both = "takes a user with a password, or a token; such as { user = \"beats\", password_file = \
                \"password\" } or { token = \"${TOKEN}\" }";
    assert_mistakes(
        &format!(
            "[sources.a]\ntype = \"http\"\nauth = [\n{{ user = \"u\" }},\n{{ password = \"p\" }},\n\
             {{}},\n{{ user = \"u\", token = \"t\" }},\n{{ token = \"${{EMPTY}}\" }},\n\
             {{ user = \"a:b\", password = \"p\" }},\n{{ token = \"t\", token_file = \"f\" }},\n\
             {{ token = \"t\", tokne = 1 }},\n]\nversion = \"8\"\n{SINK}"
        ),
        &[
            "config/a.toml:4: sources.a.auth[0].password: is missing; name password_file, or a \
             variable as in password = \"${PASSWORD}\"",
            "config/a.toml:5: sources.a.auth[1].user: is missing; name the user whose password it is",
            &format!("config/a.toml:6: sources.a.auth[2]: {both}"),
            &format!("config/a.toml:7: sources.a.auth[3]: {both}"),
            "config/a.toml:8: sources.a.auth[4].token: is empty, so everyone would know it",
            "config/a.toml:9: sources.a.auth[5].user: \"a:b\" has a colon, which a user's name \
             cannot have",
            "config/a.toml:10: sources.a.auth[6].token_file: is given beside token; one of them is \
             enough",
            "config/a.toml:11: sources.a.auth[7].tokne: unknown key; known: user, \
             password, password_file, token, token_file",
            "config/a.toml:13: sources.a.version: \"8\" is not a version of Elasticsearch; write one \
             such as \"8.19.0\"",
        ],
    );
}

#[test]
fn an_open_door_is_warned_of() {
    let all = |keys: &str| {
        warnings(&format!(
            "[sources.a]\ntype = \"http\"\nlisten = \"0.0.0.0:9200\"\n{keys}\n{SINK}"
        ))
    };
    assert_eq!(
        all(""),
        [
            "config/a.toml:3: warning: sources.a.listen: everyone who reaches this address may send; \
             add auth, or client_ca to tls"
        ]
    );
    assert_eq!(
        all("auth = { token = \"t\" }"),
        [
            "config/a.toml:4: warning: sources.a.auth: secrets come over the network as they are; \
             add tls"
        ]
    );
}
