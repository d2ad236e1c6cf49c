//! `type = "file"`: files that are read to their end, or followed.

use std::time::Duration;

use knownet_source::tail::{Multiline, Options, Start, Watch};

use super::SourceKind;
use crate::config::disk::Access;
use crate::config::duration;
use crate::config::section::Section;
use crate::config::tree::dotted;

/// Without the keys.
/// A look at 1,000 files takes 3 ms; Filebeat looks every 10 s (`scan_frequency`).
const POLL: Duration = Duration::from_secs(5);
const CLOSE: Duration = Duration::from_secs(10);
const TIMEOUT: Duration = Duration::from_secs(5);

pub(super) fn read(section: &Section<'_>) -> Option<SourceKind> {
    section.require_list("paths", "name a file, such as paths = [\"events.ndjson\"]");
    if section.bool("follow") == Some(true) {
        return follow(section);
    }
    section.unfit(
        &[
            "start",
            "watch",
            "poll_interval",
            "close_after",
            "multiline",
        ],
        "needs follow = true",
    );
    let paths = section.texts("paths", |text, line, key| {
        section.path(text, line, key, Access::Read)
    });
    Some(SourceKind::File { paths })
}

fn follow(section: &Section<'_>) -> Option<SourceKind> {
    let paths = section.texts("paths", |text, line, key| section.pattern(text, line, key));
    let starts = [("beginning", Start::Beginning), ("end", Start::End)];
    let ways = [("auto", Watch::Auto), ("poll", Watch::Poll)];
    let start = section.one_of("start", "a start", &starts);
    let watch = section.one_of("watch", "a way to watch", &ways);
    let multiline = section.node("multiline").and_then(|node| {
        let key = dotted(&section.key, "multiline");
        let section = section.inner(node, key, "multiline")?;
        let multiline = multiline(&section);
        section.finish();
        multiline
    });
    Some(SourceKind::Tail(Options {
        paths,
        start: start.unwrap_or_default(),
        watch: watch.unwrap_or_default(),
        poll_interval: duration::read(section, "poll_interval").unwrap_or(POLL),
        close_after: duration::read(section, "close_after").unwrap_or(CLOSE),
        multiline,
    }))
}

fn multiline(section: &Section<'_>) -> Option<Multiline> {
    section.require(
        "pattern",
        "write what the first line of each record matches",
    );
    let timeout = duration::read(section, "timeout").unwrap_or(TIMEOUT);
    section.text("pattern", |text| {
        text.read(|text| Multiline::new(text, timeout))
    })
}
