//! A format of the user's own: a regular expression, a grok pattern, columns or pairs.

use std::sync::Arc;

use knownet_format::text::alias::Aliases;
use knownet_format::text::own::Own;
use knownet_format::text::reader::Choice;

use super::section::Section;
use super::text::FILLED;
use super::tree::{Value, dotted};

/// Reads `{ regex = "…", fields = { name = "source.ip" } }` and its like.
pub(super) fn read(section: &Section<'_>, aliases: &Aliases) -> Option<Choice> {
    let kinds = ["regex", "grok", "csv", "kv"];
    let given: Vec<&'static str> = kinds
        .into_iter()
        .filter(|kind| section.node(kind).is_some())
        .collect();
    let map = map(section);
    let [kind] = given[..] else {
        let known = kinds.join(", ");
        section
            .notes
            .error(section.line, &section.key, format!("takes one of {known}"));
        return None;
    };
    let own = match kind {
        "regex" => section.text("regex", |text| {
            Own::regex(text.value(), &map, aliases).map_err(|error| words(section, error))
        }),
        "grok" => section.text("grok", |text| {
            Own::grok(text.value(), &map, aliases).map_err(|error| words(section, error))
        }),
        "csv" => csv(section, &map, aliases),
        _ => {
            if !map.is_empty() {
                section.error(
                    "fields",
                    "is for regex, grok and csv; name the pairs in [aliases]",
                );
            }
            kv(section)
        }
    };
    section.finish();
    own.map(|own| Choice::Own(Arc::new(own)))
}

/// What is wrong with the parts of a format, which are not told apart there.
fn words(section: &Section<'_>, error: String) -> String {
    match section.is_filled() {
        true => FILLED.to_owned(),
        false => error,
    }
}

/// Names of values and what they are: an ECS field, `@timestamp`, or another name.
fn map(section: &Section<'_>) -> Vec<(String, String)> {
    let Some(node) = section.node("fields") else {
        return Vec::new();
    };
    let key = dotted(&section.key, "fields");
    let Value::Table(entries) = &node.value else {
        section.wrong(node, &key, "a table, such as { client = \"source.ip\" }");
        return Vec::new();
    };
    let mut map = Vec::new();
    for (name, node) in entries {
        match &node.value {
            Value::Text(field) => map.push((name.clone(), field.value().to_owned())),
            _ => section.wrong(node, &dotted(&key, name), "the name of a field"),
        }
    }
    map
}

fn csv(section: &Section<'_>, map: &[(String, String)], aliases: &Aliases) -> Option<Own> {
    let names = section.texts("csv", |text, _, _| Ok(text.value().to_owned()));
    let delimiter = section.text("delimiter", |text| {
        let mut chars = text.value().chars();
        match (chars.next(), chars.next()) {
            (Some(one), None) => Ok(one),
            _ => Err(format!("\"{text}\" is not one character")),
        }
    });
    match Own::csv(&names, delimiter.unwrap_or(','), map, aliases) {
        Ok(own) => Some(own),
        Err(message) => {
            section.error("csv", words(section, message));
            None
        }
    }
}

fn kv(section: &Section<'_>) -> Option<Own> {
    let node = section.node("kv")?;
    let table = section.inner(node, dotted(&section.key, "kv"), "kv")?;
    let text = |key| table.text(key, |text| Ok(text.value().to_owned()));
    let (pair, value) = (text("pair"), text("value"));
    table.finish();
    match Own::kv(
        pair.as_deref().unwrap_or(" "),
        value.as_deref().unwrap_or("="),
    ) {
        Ok(own) => Some(own),
        Err(message) => {
            section.error("kv", words(section, message));
            None
        }
    }
}
