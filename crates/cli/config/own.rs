//! A format of the user's own: a regular expression, a grok pattern, columns or pairs.

use knownet_format::text::reader::Choice;

use super::section::Section;

pub(super) fn read(section: &Section<'_>) -> Option<Choice> {
    section.finish();
    None
}
