//! `type = "kafka"`: a member of a consumer group.

use std::time::{Duration, SystemTime};

use knownet_flow::time::days;
use knownet_kafka::{Extra, SourceOptions, Start};
use regex::Regex;
use toml::value::{Datetime, Offset};

use super::SourceKind;
use crate::config::section::Section;
use crate::config::text::Text;
use crate::config::{duration, kafka};

/// How long a partition is kept for what of it is not safe yet.
const DRAIN: Duration = Duration::from_secs(10);
/// Nobody polls meanwhile, nor while positions are committed before and after, so that the longest has to
/// stay well below `max.poll.interval.ms`.
const INTERVAL: Duration = Duration::from_secs(300);

pub(super) fn read(section: &Section<'_>) -> Option<SourceKind> {
    let connection = kafka::connection(section, Extra::check_source);
    section.require_list("topics", "name some, such as [\"logs\"] or [\"^logs-.*\"]");
    let topics = section.texts("topics", |text, _, _| {
        match text.value().strip_prefix('^') {
            Some("") => Err(format!(
                "\"{text}\" is an empty pattern; write \"^.*\" for all"
            )),
            Some(_) => match Regex::new(text.value()) {
                Ok(_) => Ok(text.value().to_owned()),
                Err(_) => Err(format!(
                    "\"{text}\" is no regular expression; write one such as \"^logs-.*\""
                )),
            },
            None => kafka::topic(text),
        }
    });
    let group = section.text("group", |text| match text.value().trim() {
        "" => Err(format!("\"{text}\" is not the name of a group")),
        name => Ok(name.to_owned()),
    });
    let drain_timeout = duration::read(section, "drain_timeout");
    let interval = connection.extra.0.get("max.poll.interval.ms");
    let interval = interval.and_then(|interval| interval.parse().ok());
    let most = interval.map_or(INTERVAL, Duration::from_millis) * 3 / 5;
    if drain_timeout.unwrap_or(DRAIN) > most {
        let message = format!(
            "is more than {} s, three fifths of max.poll.interval.ms, after which the group might take the \
             member for dead; write less",
            most.as_secs()
        );
        section.error("drain_timeout", message);
    }
    Some(SourceKind::Kafka(SourceOptions {
        connection,
        topics,
        group: group.unwrap_or_else(|| "knownet".to_owned()),
        start: section.text("start", start).unwrap_or(Start::Earliest),
        drain_timeout: drain_timeout.unwrap_or(DRAIN),
        link: None,
    }))
}

fn start(text: &Text) -> Result<Start, String> {
    match text.value() {
        "earliest" => Ok(Start::Earliest),
        "latest" => Ok(Start::Latest),
        time => time.parse().ok().and_then(moment).map(Start::Time).ok_or_else(|| {
            format!(
                "\"{text}\" is not where a topic can start; write \"earliest\", \"latest\" or a time \
                 such as \"2026-11-21T08:00:00Z\""
            )
        }),
    }
}

/// A time with a date and an offset, from 1970 on.
fn moment(time: Datetime) -> Option<SystemTime> {
    let (date, clock) = (time.date?, time.time?);
    let days = days(date.year.into(), date.month.into(), date.day.into());
    let offset = match time.offset? {
        Offset::Z => 0,
        Offset::Custom { minutes } => i64::from(minutes) * 60,
    };
    let seconds = i64::from(clock.hour) * 3600 + i64::from(clock.minute) * 60;
    let seconds = seconds + i64::from(clock.second.unwrap_or(0)) - offset;
    let since = u64::try_from(days * 86_400 + seconds).ok()?;
    let since = Duration::new(since, clock.nanosecond.unwrap_or(0));
    SystemTime::UNIX_EPOCH.checked_add(since)
}
