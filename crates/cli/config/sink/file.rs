//! `type = "file"`: a path, when it is set aside, and how safe a write is.

use std::path::PathBuf;

use knownet_sink::{Compress, FileOptions, Rotate};

use super::SinkKind;
use crate::config::disk::Access;
use crate::config::section::Section;
use crate::config::tree::dotted;
use crate::config::{count, duration, size};

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
        keep: count::read(section, "keep", 1..=1_000_000),
        compress: section
            .one_of("compress", "a way to compress", &WAYS)
            .unwrap_or_default(),
    }
}
