//! `type = "file"`: files that are read to their end.

use super::SourceKind;
use crate::config::disk::Access;
use crate::config::section::Section;

pub(super) fn read(section: &Section<'_>) -> Option<SourceKind> {
    section.require_list("paths", "name a file, such as paths = [\"events.ndjson\"]");
    let paths = section.texts("paths", |text, line, key| {
        section.path(text, line, key, Access::Read)
    });
    if section.bool("follow") == Some(true) {
        let message = "files are read to their end and not followed; write follow = false";
        section.error("follow", message);
    }
    Some(SourceKind::File { paths })
}
