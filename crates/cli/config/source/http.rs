//! `type = "http"`: bodies of events, and Elasticsearch's bulk requests.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use knownet_source::{Auth, Http};

use super::{SourceKind, listen};
use crate::config::credential::{require_password, secret, user};
use crate::config::section::Section;
use crate::config::text::Text;
use crate::config::{duration, size};

/// Elasticsearch's port, which clients of it take where they are not told another.
const ADDRESS: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 9200);
/// Clients keep connections that they may need again; Beats, for a minute.
const IDLE: Duration = Duration::from_secs(300);
/// As much as Elasticsearch takes (`http.max_content_length`): Beats drop what is refused as too large.
const MAX_BODY: u64 = 100 << 20;
/// Less than the 90 seconds after which Beats' `output.elasticsearch` gives up.
const TIMEOUT: Duration = Duration::from_secs(60);

pub(super) fn read(section: &Section<'_>) -> Option<SourceKind> {
    let listen = listen::read(section, ADDRESS, IDLE);
    let auth = auth(section);
    let given = section.node("auth").is_some();
    if !listen.address.ip().is_loopback() {
        let known = listen.tls.as_ref().is_some_and(|tls| tls.client_required);
        if !given && !known {
            let message =
                "everyone who reaches this address may send; add auth, or client_ca to tls";
            section.warning("listen", message);
        } else if given && listen.tls.is_none() {
            let message = "secrets come over the network as they are; add tls";
            section.warning("auth", message);
        }
    }
    Some(SourceKind::Http(Http {
        listen,
        auth,
        version: section.text("version", version),
        max_body: size::read(section, "max_body", 1 << 10..=1 << 40).unwrap_or(MAX_BODY),
        timeout: duration::read(section, "timeout").unwrap_or(TIMEOUT),
    }))
}

fn version(text: &Text) -> Result<String, String> {
    let value = text.value();
    let (numbers, _) = value.split_once('-').unwrap_or((value, ""));
    let number = |part: &str| part.parse::<u16>().is_ok();
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
    match numbers.split('.').count() == 3
        && numbers.split('.').all(number)
        && value.chars().all(plain)
    {
        true => Ok(value.to_owned()),
        false => Err(format!(
            "\"{text}\" is not a version of Elasticsearch; write one such as \"8.19.0\""
        )),
    }
}

/// One table, or a list of them.
fn auth(section: &Section<'_>) -> Vec<Auth> {
    let mut all = Vec::new();
    for (key, node) in section.list("auth") {
        if let Some(table) = section.inner(node, key, "auth") {
            all.extend(one(&table));
            table.finish();
        }
    }
    all
}

fn one(table: &Section<'_>) -> Option<Auth> {
    let user = user(table);
    let password = secret(table, "password", "password_file");
    let token = secret(table, "token", "token_file");
    let has = |key| table.node(key).is_some();
    let (basic, bearer) = (
        has("user") || has("password") || has("password_file"),
        has("token") || has("token_file"),
    );
    if basic == bearer {
        let message = "takes a user with a password, or a token; such as { user = \"beats\", \
                       password_file = \"password\" } or { token = \"${TOKEN}\" }";
        table.notes.error(table.line, &table.key, message);
        return None;
    }
    if bearer {
        return token.map(Auth::Token);
    }
    table.require("user", "name the user whose password it is");
    require_password(table);
    Some(Auth::Basic {
        user: user?,
        password: password?,
    })
}
