//! PAM's messages, whichever program they come through, and those of su, sudo and login.

use memchr::memmem;

use super::{event, source, word};
use crate::text::field::Field;
use crate::text::record::Record;

/// Reads `pam_unix(sshd:auth): …`, and what has its shape.
pub fn read<'a>(text: &'a [u8], record: &mut Record<'a>) -> bool {
    let mut text = text.strip_prefix(b"error: ").unwrap_or(text);
    let mut service: &[u8] = b"";
    let module = text.starts_with(b"pam_") || text.starts_with(b"PAM");
    if module
        && let Some(colon) = memmem::find(&text[..text.len().min(80)], b": ")
        && !text[..colon].contains(&b';')
    {
        // `pam_unix(sshd:auth)`
        if let Some(open) = memchr::memchr(b'(', &text[..colon]) {
            let inner = &text[open + 1..colon];
            let end = memchr::memchr2(b':', b')', inner).unwrap_or(inner.len());
            service = &inner[..end];
        }
        text = &text[colon + 2..];
    }
    let failures = text.starts_with(b"authentication failure; ")
        || text.starts_with(b"PAM ")
            && memmem::find(text, b"more authentication failure").is_some();
    if failures && memmem::find(text, b"rhost=").is_some() {
        attributes(text, record);
        event("authentication", "failure", record);
    } else if !module {
        return false;
    } else if let Some(rest) = text.strip_prefix(b"session opened for user ") {
        record.set(Field::UserName, account(rest));
        event("session_opened", "success", record);
    } else if let Some(rest) = text.strip_prefix(b"session closed for user ") {
        record.set(Field::UserName, account(rest));
        event("session_closed", "success", record);
    } else {
        attributes(text, record);
    }
    if !service.is_empty() && !record.has(Field::ProcessName) {
        record.set(Field::ProcessName, service);
    }
    if record.get(Field::ProcessName) == Some(b"sshd") && record.has(Field::SourceIp) {
        record.set(Field::NetworkTransport, "tcp");
        record.set(Field::NetworkProtocol, "ssh");
    }
    true
}

/// `root(uid=0) by (uid=0)`: root.
fn account(text: &[u8]) -> &[u8] {
    let end = text.iter().position(|byte| matches!(byte, b' ' | b'('));
    &text[..end.unwrap_or(text.len())]
}

/// `rhost=` and `user=`, the last ones of their names.
fn attributes<'a>(text: &'a [u8], record: &mut Record<'a>) {
    if let Some(at) = memmem::rfind(text, b"rhost=") {
        source(word(&text[at + 6..]).0, record);
    }
    if let Some(at) = memmem::rfind(text, b" user=") {
        record.set(Field::UserName, word(&text[at + 6..]).0);
    }
}

/// Reads what su, sudo, login and logind write themselves.
pub fn program<'a>(program: &[u8], text: &'a [u8], record: &mut Record<'a>) -> bool {
    match program {
        b"sudo" => sudo(text, record),
        b"su" => su(text, record),
        b"login" => login(text, record),
        _ => {
            let (rest, action) = if let Some(rest) = text.strip_prefix(b"New session ") {
                (rest, "session_opened")
            } else {
                return false;
            };
            let Some(at) = memmem::find(rest, b" of user ") else {
                return false;
            };
            record.set(Field::UserName, word(&rest[at + 9..]).0);
            event(action, "success", record);
            true
        }
    }
}

/// `alice : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/ls`
fn sudo<'a>(text: &'a [u8], record: &mut Record<'a>) -> bool {
    let Some(at) = memmem::find(text, b" : ") else {
        return false;
    };
    let (user, rest) = (text[..at].trim_ascii(), &text[at + 3..]);
    let Some(command) = memmem::find(rest, b"COMMAND=") else {
        return false;
    };
    record.set(Field::UserName, user);
    record.set(Field::ProcessCommandLine, &rest[command + 8..]);
    let allowed =
        rest.starts_with(b"TTY=") || rest.starts_with(b"PWD=") || rest.starts_with(b"HOST=");
    event("sudo", if allowed { "success" } else { "failure" }, record);
    true
}

/// `FAILED su for root by alice`, `'su root' failed for alice on pts/0`, `(to root) alice on pts/0`,
/// `+ pts/0 alice:root`
fn su<'a>(text: &'a [u8], record: &mut Record<'a>) -> bool {
    let (user, outcome) = if let Some(at) = memmem::find(text, b" by ")
        && memmem::find(&text[..at], b"su").is_some()
    {
        let failed = text.starts_with(b"FAILED");
        (
            word(&text[at + 4..]).0,
            if failed { "failure" } else { "success" },
        )
    } else if text.starts_with(b"'su ")
        && let Some(at) = memmem::find(text, b"' ")
        && let Some(of) = memmem::find(&text[at..], b" for ")
    {
        let failed = text[at..].starts_with(b"' failed");
        (
            word(&text[at + of + 5..]).0,
            if failed { "failure" } else { "success" },
        )
    } else if text.starts_with(b"(to ")
        && let Some(at) = memmem::find(text, b") ")
    {
        (word(&text[at + 2..]).0, "success")
    } else if let [sign @ (b'+' | b'-'), b' ', rest @ ..] = text {
        let accounts = word(word(rest).1.trim_ascii_start()).0;
        let end = memchr::memchr(b':', accounts).unwrap_or(accounts.len());
        let outcome = if *sign == b'+' { "success" } else { "failure" };
        (&accounts[..end], outcome)
    } else {
        return false;
    };
    record.set(Field::UserName, user);
    event("su", outcome, record);
    true
}

/// `FAILED LOGIN 1 FROM 192.0.2.1 FOR root, …`, `LOGIN ON tty1 BY root FROM 192.0.2.1`
fn login<'a>(text: &'a [u8], record: &mut Record<'a>) -> bool {
    let failed = text.starts_with(b"FAILED LOGIN");
    if !failed && memmem::find(text, b"LOGIN ON ").is_none() {
        return false;
    }
    let after = |name: &[u8]| Some(word(&text[memmem::rfind(text, name)? + name.len()..]).0);
    if let Some(from) = after(b" FROM ") {
        source(from, record);
    }
    if let Some(user) = after(if failed { b" FOR " } else { b" BY " }) {
        let user = user.strip_prefix(b"'").unwrap_or(user);
        record.set(Field::UserName, user.strip_suffix(b"'").unwrap_or(user));
    }
    event("login", if failed { "failure" } else { "success" }, record);
    true
}
