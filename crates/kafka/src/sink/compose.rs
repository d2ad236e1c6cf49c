//! What a message has beside its payload.

use std::borrow::Cow;

use knownet_flow::{Item, Path};
use rdkafka::message::{Header, OwnedHeaders};

use super::{Headers, key};

/// The key: of the field, if one is named, or the one that the event came with.
pub(super) fn key<'a>(item: &Item<'a>, field: Option<&Path>) -> Option<Cow<'a, [u8]>> {
    match field {
        Some(path) => key::find(item.line, path),
        None => item.message?.key().map(Cow::Borrowed),
    }
}

/// The headers that the event came with.
pub(super) fn headers(item: &Item<'_>, choice: Headers) -> Option<OwnedHeaders> {
    let headers = item.message?.headers();
    if choice == Headers::Drop || headers.len() == 0 {
        return None;
    }
    let all = OwnedHeaders::new_with_capacity(headers.len());
    // A name with a NUL cannot be handed to librdkafka.
    let headers = headers.filter(|(name, _)| !name.contains('\0'));
    Some(headers.fold(all, |all, (key, value)| all.insert(Header { key, value })))
}
