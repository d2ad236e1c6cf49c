//! Tags: which field is looked up, and where the answer is written.

use knownet_flow::Path;

use super::section::Section;
use super::text::Text;

/// One tag.
#[derive(Debug)]
pub struct Tag {
    /// Where it stands in the configuration.
    pub line: usize,
    /// The fields that are looked up: the first that is present is the one. Never empty.
    pub from: Vec<Path>,
    /// Where the label's name goes.
    pub into: Path,
    /// Where the names of all labels go.
    pub all: Option<Path>,
}

pub(super) fn read(section: &Section<'_>) -> Option<Tag> {
    section.require_list("from", "name a field, such as from = [\"destination.ip\"]");
    let from = section.texts("from", |text, _, _| text.read(Path::parse));
    section.require(
        "into",
        "name the field that takes the label, such as \"IPDestination\"",
    );
    let (into, all) = (section.text("into", target), section.text("all", target));
    section.finish();
    Some(Tag {
        line: section.line,
        from,
        into: into?,
        all,
    })
}

fn target(text: &Text) -> Result<Path, String> {
    match text.read(Path::parse) {
        Ok(path) if path.segments().next() == Some("tags") => Err(format!(
            "\"{text}\" is where failures are noted; write to another field"
        )),
        outcome => outcome,
    }
}
