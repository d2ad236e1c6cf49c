//! What a message has beside its payload.

use std::borrow::Cow;

use knownet_flow::{Item, Path};
use rdkafka::message::{Header, Headers, OwnedHeaders};

use super::key;

/// The key: of the field, if one is named, or the one that the event came with.
pub(super) fn key<'a>(item: &Item<'a>, field: Option<&Path>) -> Option<Cow<'a, [u8]>> {
    match field {
        Some(path) => key::find(item.line, path),
        None => item.message?.key().map(Cow::Borrowed),
    }
}

/// About as many bytes of memory as librdkafka keeps for a header beside its text.
const HEADER: usize = 64;

/// Bytes of memory that the headers take, about.
pub(super) fn size(headers: &OwnedHeaders) -> usize {
    HEADER * headers.count() + text(headers)
}

/// Bytes of their names and values.
pub(super) fn text(headers: &impl Headers) -> usize {
    let size = |header: Header<'_, &[u8]>| header.key.len() + header.value.map_or(0, <[u8]>::len);
    headers.iter().map(size).sum()
}

/// The headers that the event came with.
pub(super) fn headers(item: &Item<'_>, choice: super::Headers) -> Option<OwnedHeaders> {
    let headers = item.message?.headers();
    if choice == super::Headers::Drop || headers.len() == 0 {
        return None;
    }
    let all = OwnedHeaders::new_with_capacity(headers.len());
    // A name with a NUL cannot be handed to librdkafka.
    let headers = headers.filter(|(name, _)| !name.contains('\0'));
    Some(headers.fold(all, |all, (key, value)| all.insert(Header { key, value })))
}
