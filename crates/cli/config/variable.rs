//! Variables in texts: `${NAME}` and `${NAME:-default}`.
//!
//! Only `${` begins a variable, so that expressions may end with `$`; `$${` stands for the two
//! characters `${`. As in a shell, the default is taken for an empty variable too; it ends at the
//! first `}`. What a variable holds is not looked at for variables again.

/// `text` with its variables filled in.
///
/// # Errors
/// The first variable that cannot be filled in.
pub(super) fn expand(text: &str, env: &dyn Fn(&str) -> Option<String>) -> Result<String, String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
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
        out.push_str(&value(variable, env)?);
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
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
