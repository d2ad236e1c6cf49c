//! The keys of the standard's dictionary, short and long, that mean something of this format's own.
//!
//! Those that say the same everywhere (`src`, `dpt`) stand in the table of aliases.

use crate::text::field::Field::{self, *};

/// What a key of this format asks for.
#[derive(Clone, Copy)]
pub enum Key {
    Field(Field),
    Transport,
    Application,
    Outcome,
    Direction,
    Time(usize),
    Zone,
    SourceHost,
    DestinationHost,
    Message,
}

/// The keys whose meaning is this format's own.
#[inline]
pub fn meaning(key: &[u8]) -> Option<Key> {
    use Key::*;
    // By length first: most keys are then compared with two or three words.
    Some(match key.len() {
        2 => match key {
            b"in" => Field(SourceBytes),
            b"rt" => Time(0),
            _ => return None,
        },
        3 => match key {
            b"out" => Field(DestinationBytes),
            b"act" => Field(EventAction),
            b"dvc" => Field(ObserverIp),
            b"app" => Application,
            b"end" => Time(1),
            b"dtz" => Zone,
            b"msg" => Message,
            _ => return None,
        },
        4 => match key {
            b"spid" => Field(ProcessPid),
            _ => return None,
        },
        5 => match key {
            b"proto" => Transport,
            b"shost" => SourceHost,
            b"dhost" => DestinationHost,
            b"start" => Time(2),
            b"fname" => Field(FileName),
            b"sproc" => Field(ProcessName),
            _ => return None,
        },
        6 => match key {
            b"reason" => Field(EventReason),
            _ => return None,
        },
        7 => match key {
            b"dvchost" => Field(ObserverHostname),
            b"request" => Field(UrlOriginal),
            b"outcome" => Outcome,
            b"bytesIn" => Field(SourceBytes),
            b"endTime" => Time(1),
            b"message" => Message,
            _ => return None,
        },
        8 => match key {
            b"filePath" => Field(FilePath),
            b"fileName" => Field(FileName),
            b"bytesOut" => Field(DestinationBytes),
            _ => return None,
        },
        9 if key == b"startTime" => Time(2),
        10 => match key {
            b"externalId" => Field(EventId),
            b"requestUrl" => Field(UrlOriginal),
            _ => return None,
        },
        12 => match key {
            b"deviceAction" => Field(EventAction),
            b"eventOutcome" => Outcome,
            b"UNIFIutcTime" => Time(0),
            _ => return None,
        },
        13 if key == b"deviceAddress" => Field(ObserverIp),
        14 => match key {
            b"deviceHostName" => Field(ObserverHostname),
            b"deviceTimeZone" => Zone,
            b"UNIFIdirection" => Direction,
            b"sourceHostName" => SourceHost,
            _ => return None,
        },
        15 => match key {
            b"deviceDirection" => Direction,
            b"sourceProcessId" => Field(ProcessPid),
            _ => return None,
        },
        17 => match key {
            b"deviceReceiptTime" => Time(0),
            b"transportProtocol" => Transport,
            b"sourceProcessName" => Field(ProcessName),
            _ => return None,
        },
        19 => match key {
            b"applicationProtocol" => Application,
            b"destinationHostName" => DestinationHost,
            _ => return None,
        },
        _ => return None,
    })
}
