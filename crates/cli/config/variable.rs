//! Variables in texts: `${NAME}` and `${NAME:-default}`, and secrets that a file holds: `${file:PATH}`
//! and `${credential:NAME}`.
//!
//! A credential is a file in the folder that a service manager puts them into, for this process
//! alone: `$CREDENTIALS_DIRECTORY` (systemd.exec(5), `LoadCredential=`). Of a file's text the line
//! end behind it is left out, nothing else.
//!
//! Only `${` begins a variable, so that expressions may end with `$`; `$${` stands for the two
//! characters `${`. A relative path starts at the folder of the configuration. As in a shell, the
//! default is taken for an empty variable too; it ends at the first `}`. What a variable holds is not
//! looked at for variables again.

use std::fs::File;
use std::io::Read;
use std::path::{Component, Path};

use super::text::Text;

/// Bytes that a secret may have.
const LONGEST: u64 = 64 << 10;

/// `text` with its variables filled in; `folder` is the configuration's.
///
/// # Errors
/// The first variable that cannot be filled in.
pub(super) fn expand(
    text: &str,
    folder: &Path,
    env: &dyn Fn(&str) -> Option<String>,
) -> Result<Text, String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut filled = false;
    while let Some(at) = rest.find("${") {
        let (before, after) = (&rest[..at], &rest[at + 2..]);
        if let Some(before) = before.strip_suffix('$') {
            out.push_str(before);
            out.push_str("${");
            rest = after;
            continue;
        }
        out.push_str(before);
        let Some((variable, after)) = after.split_once('}') else {
            return Err(format!(
                "\"{text}\" has no }} behind ${{; write $${{ where no variable is meant"
            ));
        };
        let value = match variable.split_once(':') {
            // A variable of that name may have a default.
            Some((_, default)) if default.starts_with('-') => value(variable, env),
            Some(("file", path)) => secret(&folder.join(path)),
            Some(("credential", name)) => credential(name, env),
            _ => value(variable, env),
        };
        out.push_str(&value?);
        filled = true;
        rest = after;
    }
    out.push_str(rest);
    Ok(match filled {
        true => Text::filled(out, text),
        false => Text::plain(out),
    })
}

fn credential(name: &str, env: &dyn Fn(&str) -> Option<String>) -> Result<String, String> {
    let mut parts = Path::new(name).components();
    let plain = matches!(
        (parts.next(), parts.next()),
        (Some(Component::Normal(_)), None)
    );
    if !plain {
        return Err(format!("\"{name}\" is not a credential's name"));
    }
    let Some(folder) = env("CREDENTIALS_DIRECTORY") else {
        return Err(format!(
            "there are no credentials (CREDENTIALS_DIRECTORY is not set); start it by a service \
             manager with LoadCredential={name}:/path, or write ${{file:/path}}"
        ));
    };
    secret(&Path::new(&folder).join(name))
}

/// What the file holds, which no message shows.
fn secret(path: &Path) -> Result<String, String> {
    let place = path.display();
    let cannot = |error: std::io::Error| format!("{place} cannot be read: {error}");
    let file = File::open(path).map_err(cannot)?;
    if !file.metadata().map_err(cannot)?.is_file() {
        return Err(format!("{place} is not a file"));
    }
    let mut bytes = Vec::new();
    let read = file.take(LONGEST + 1).read_to_end(&mut bytes);
    read.map_err(cannot)?;
    if bytes.len() as u64 > LONGEST {
        return Err(format!("{place} is longer than {LONGEST} bytes"));
    }
    let Ok(mut text) = String::from_utf8(bytes) else {
        return Err(format!("{place} is not UTF-8 text"));
    };
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    Ok(text)
}

fn value(variable: &str, env: &dyn Fn(&str) -> Option<String>) -> Result<String, String> {
    let (name, default) = match variable.split_once(":-") {
        Some((name, default)) => (name, Some(default)),
        None => (variable, None),
    };
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if name.is_empty() || !name.chars().all(word) || name.starts_with(|c: char| c.is_ascii_digit())
    {
        return Err(format!(
            "\"{name}\" is not a variable's name; write $${{ where no variable is meant"
        ));
    }
    match (env(name), default) {
        (Some(value), None) => Ok(value),
        (Some(value), Some(_)) if !value.is_empty() => Ok(value),
        (_, Some(default)) => Ok(default.to_owned()),
        (None, None) => Err(format!(
            "the environment has no {name}; set it, or write ${{{name}:-default}}"
        )),
    }
}
