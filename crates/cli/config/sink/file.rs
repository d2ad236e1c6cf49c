//! `type = "file"`: a path, when it is set aside, and how safe a write is.

use std::path::PathBuf;

use knownet_sink::{Compress, FileOptions, Rotate};

use super::SinkKind;
use crate::config::disk::Access;
use crate::config::section::Section;
use crate::config::tree::{Value, dotted};
use crate::config::{duration, size};

/// The known ways to compress, by name.
const WAYS: [(&str, Compress); 3] = [
    ("none", Compress::None),
    ("gzip", Compress::Gzip),
    ("zstd", Compress::Zstd),
];

/// What a sink is whose keys could not be read.
pub(super) fn nowhere() -> SinkKind {
    SinkKind::File {
        path: PathBuf::new(),
        options: FileOptions::default(),
    }
}

pub(super) fn read(section: &Section<'_>) -> Option<SinkKind> {
    section.require("path", "name a file, such as path = \"events.ndjson\"");
    let path = section.file("path", Access::Write);
    let options = FileOptions {
        rotate: section.node("rotate").and_then(|node| {
            let key = dotted(&section.key, "rotate");
            let section = section.inner(node, key, "rotate")?;
            let rotate = rotate(&section);
            section.finish();
            Some(rotate)
        }),
        sync: section.bool("sync").unwrap_or(false),
    };
    Some(SinkKind::File {
        path: path?,
        options,
    })
}

fn rotate(section: &Section<'_>) -> Rotate {
    if section.node("size").is_none() && section.node("age").is_none() {
        section.notes.error(
            section.line,
            &section.key,
            "has neither size nor age; say when the file is full, such as { size = \"100MiB\" }",
        );
    }
    Rotate {
        size: size::read(section, "size", 1 << 10..=1 << 50),
        age: duration::read(section, "age"),
        keep: keep(section),
        compress: compress(section).unwrap_or_default(),
    }
}

fn keep(section: &Section<'_>) -> Option<usize> {
    let count = |value: &Value| match value {
        Value::Integer(count @ 1..=1_000_000) => Some(Ok(*count as usize)),
        Value::Integer(count) => Some(Err(format!(
            "{count} is out of bounds; from 1 to 1000000 is allowed, and all files stay without it"
        ))),
        _ => None,
    };
    section.value("keep", count, "a whole number")
}

fn compress(section: &Section<'_>) -> Option<Compress> {
    section.text("compress", |text| {
        let found = WAYS.iter().find(|(name, _)| *name == text);
        let known = WAYS.map(|(name, _)| name).join(", ");
        found
            .map(|(_, way)| *way)
            .ok_or_else(|| format!("\"{text}\" is no way to compress; known: {known}"))
    })
}
