//! Grok patterns made regular expressions of the linear engine.
//!
//! Names of patterns and their definitions are those of the `grok` crate, Logstash's legacy set.
//! They are written for engines that look around and never go back into what they took; here that
//! is left out, and where it decides what is found another definition stands in its place.

use ::grok::parser::{GrokComponent, grok_split};

/// What groups are called; the number behind it is the index of their name.
pub const GROUP: &str = "_grok";

/// How deep patterns may stand in patterns.
const DEEPEST: usize = 32;

/// How long the expression may become.
const LONGEST: usize = 1 << 20;

const IPV4: &str = r"(?-u:\b)(?:(?:25[0-5]|2[0-4][0-9]|[0-1]?[0-9]{1,2})[.]){3}(?:25[0-5]|2[0-4][0-9]|[0-1]?[0-9]{1,2})(?-u:\b)";

/// Makes one regular expression, and lists the names of its groups.
pub fn expand(pattern: &str) -> Result<(String, Vec<String>), String> {
    let (mut out, mut names) = (String::new(), Vec::new());
    part(pattern, 0, &mut out, &mut names)?;
    Ok((out, names))
}

fn part(
    pattern: &str,
    depth: usize,
    out: &mut String,
    names: &mut Vec<String>,
) -> Result<(), String> {
    if depth > DEEPEST {
        return Err(format!(
            "patterns stand more than {DEEPEST} deep in patterns"
        ));
    }
    // A sign in front of a part is one of the text, which the crate takes for the part's own.
    let pattern = pattern.replace("%%{", r"\x25%{");
    for component in grok_split(&pattern) {
        match component {
            GrokComponent::RegularExpression { string, .. } => out.push_str(string),
            GrokComponent::GrokPattern {
                name,
                alias,
                definition,
                ..
            } => {
                match alias {
                    "" => out.push_str("(?:"),
                    alias => {
                        out.push_str(&format!("(?P<{GROUP}{}>", names.len()));
                        names.push(path(alias));
                    }
                }
                match definition {
                    "" => part(&definition_of(name)?, depth + 1, out, names)?,
                    definition => part(definition, depth + 1, out, names)?,
                }
                out.push(')');
            }
            GrokComponent::PatternError(error) => {
                return Err(format!(
                    "a `%{{` is not followed by `NAME}}` or `NAME:name}}`: {error:?}"
                ));
            }
        }
        if out.len() > LONGEST {
            return Err(format!("becomes longer than {LONGEST} bytes"));
        }
    }
    Ok(())
}

/// `[source][ip]` is `source.ip`.
fn path(alias: &str) -> String {
    match alias
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
    {
        Some(inner) => inner.replace("][", "."),
        None => alias.to_owned(),
    }
}

fn definition_of(name: &str) -> Result<String, String> {
    if name == "IPV4" {
        return Ok(IPV4.to_owned());
    }
    let known = ::grok::patterns();
    match known.iter().find(|(known, _)| *known == name) {
        Some((_, definition)) => Ok(linear(definition)),
        None => {
            let alike = |known: &&str| {
                let (known, name) = (known.to_ascii_uppercase(), name.to_ascii_uppercase());
                known.contains(&name) || name.contains(&known)
            };
            let mut alike: Vec<&str> = known.iter().map(|(name, _)| *name).filter(alike).collect();
            if alike.is_empty() {
                alike = vec!["IP", "HOSTNAME", "NUMBER", "WORD", "DATA", "GREEDYDATA"];
            }
            alike.truncate(8);
            Err(format!(
                "there is no pattern `{name}`, but for example {}",
                alike.join(", ")
            ))
        }
    }
}

/// A definition without what looks around, with groups that do not count.
fn linear(definition: &str) -> String {
    let bytes = definition.as_bytes();
    let (mut out, mut at, mut class) = (String::new(), 0, false);
    while at < bytes.len() {
        let rest = &definition[at..];
        let length = match bytes[at] {
            b'\\' if rest.starts_with("\\h") => {
                out.push_str(if class { "0-9A-Fa-f" } else { "[0-9A-Fa-f]" });
                at += 2;
                continue;
            }
            b'%' if rest.starts_with("%{") => rest.find('}').map_or(rest.len(), |end| end + 1),
            b'{' if !class && !rest[1..].starts_with(|next: char| next.is_ascii_digit()) => {
                out.push_str("\\{");
                at += 1;
                continue;
            }
            b'\\' => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
            b'[' if rest.starts_with("[[:") => rest.find(":]").map_or(1, |end| end + 2),
            b'[' if class && rest.starts_with("[:") => rest.find(":]").map_or(1, |end| end + 2),
            b'[' if !class => {
                class = true;
                // A bracket that comes first is one of the class.
                match bytes.get(at + 1) {
                    Some(b']') => 2,
                    _ => 1,
                }
            }
            b']' if class => {
                class = false;
                1
            }
            b'(' if !class => {
                if ["(?<!", "(?<=", "(?!", "(?="]
                    .iter()
                    .any(|look| rest.starts_with(look))
                {
                    at += around(rest);
                    continue;
                }
                if rest.starts_with("(?>") {
                    out.push_str("(?:");
                    at += 3;
                    continue;
                }
                if !rest.starts_with("(?") {
                    out.push_str("(?:");
                    at += 1;
                    continue;
                }
                1
            }
            _ => rest.chars().next().map_or(1, char::len_utf8),
        };
        if rest.starts_with("[[:") && bytes[at] == b'[' {
            class = true;
        }
        out.push_str(&definition[at..at + length]);
        at += length;
    }
    out
}

/// How long a group is, its parentheses included.
fn around(text: &str) -> usize {
    let (mut depth, mut escaped) = (0, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'(' => depth += 1,
            b')' => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_is_one_of_the_engine() {
        let mut wrong = Vec::new();
        for (name, _) in ::grok::patterns() {
            let text = format!("%{{{name}:x}}");
            let made = expand(&text).map(|(regex, _)| {
                let syntax = regex_automata::util::syntax::Config::new()
                    .unicode(false)
                    .utf8(false);
                let built = regex_automata::meta::Builder::new()
                    .syntax(syntax)
                    .build(&regex);
                built.map_err(|error| error.to_string())
            });
            if let Err(error) = made.and_then(|built| built) {
                wrong.push(format!("{name}: {error}"));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn what_looks_around_is_left_out() {
        assert_eq!(
            linear(r"(?<![0-9])(?>a|(b))[(]\((?!\))"),
            r"(?:a|(?:b))[(]\("
        );
        assert_eq!(
            linear(r"[[:alnum:](]+(x)[^]](y)"),
            r"[[:alnum:](]+(?:x)[^]](?:y)"
        );
    }
}
