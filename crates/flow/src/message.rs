//! What events came as, where that is more than a line: a queue's messages with key and headers.

use crate::Span;

/// Messages without their payloads, in one table and one buffer.
#[derive(Default)]
pub struct Messages {
    text: Vec<u8>,
    headers: Vec<(Span, Option<Span>)>,
    all: Vec<Entry>,
}

struct Entry {
    key: Option<Span>,
    headers: Span,
    time: Option<i64>,
}

/// One message.
#[derive(Clone, Copy)]
pub struct Message<'a> {
    messages: &'a Messages,
    entry: &'a Entry,
}

impl Messages {
    /// Forgets them, and gives memory of each table above about `keep` bytes back.
    pub fn clear(&mut self, keep: usize) {
        self.text.clear();
        self.text.shrink_to(keep);
        self.headers.clear();
        self.headers
            .shrink_to(keep / size_of::<(Span, Option<Span>)>());
        self.all.clear();
        self.all.shrink_to(keep / size_of::<Entry>());
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Bytes of memory that they take.
    pub fn size(&self) -> usize {
        self.text.len()
            + self.headers.len() * size_of::<(Span, Option<Span>)>()
            + self.all.len() * size_of::<Entry>()
    }

    /// Adds a message of this `time` (milliseconds since 1970).
    pub fn push(&mut self, key: Option<&[u8]>, time: Option<i64>) {
        let key = key.map(|key| self.keep(key));
        let none = self.headers.len();
        self.all.push(Entry {
            key,
            headers: Span::new(none, none),
            time,
        });
    }

    /// Adds a header to the last message.
    pub fn push_header(&mut self, name: &str, value: Option<&[u8]>) {
        let header = (
            self.keep(name.as_bytes()),
            value.map(|value| self.keep(value)),
        );
        if let Some(last) = self.all.last_mut() {
            self.headers.push(header);
            last.headers = Span::new(last.headers.start(), self.headers.len());
        }
    }

    /// The message at this place.
    pub fn get(&self, index: usize) -> Option<Message<'_>> {
        let entry = self.all.get(index)?;
        Some(Message {
            messages: self,
            entry,
        })
    }

    fn keep(&mut self, text: &[u8]) -> Span {
        let start = self.text.len();
        self.text.extend_from_slice(text);
        Span::new(start, self.text.len())
    }
}

impl<'a> Message<'a> {
    /// Its key.
    pub fn key(&self) -> Option<&'a [u8]> {
        Some(&self.messages.text[self.entry.key?])
    }

    /// Names and values of its headers, in their order; a name may come twice.
    pub fn headers(&self) -> impl ExactSizeIterator<Item = (&'a str, Option<&'a [u8]>)> + use<'a> {
        let Messages { text, headers, .. } = self.messages;
        headers[self.entry.headers].iter().map(|(name, value)| {
            let name = std::str::from_utf8(&text[*name]).unwrap_or_default();
            (name, value.map(|value| &text[value]))
        })
    }

    /// Milliseconds since 1970.
    pub fn time(&self) -> Option<i64> {
        self.entry.time
    }
}
