//! A checked range of bytes in a batch.

use std::ops::{Index, Range};

/// Bytes `start..end` of the buffer that the owner of the span names.
///
/// `start <= end` always holds; whether the buffer is long enough is checked where it is indexed.
/// Offsets are 32 bits: a batch never exceeds 4 GiB.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Debug)]
pub struct Span {
    start: u32,
    end: u32,
}

impl Span {
    /// The span `start..end`.
    ///
    /// # Panics
    /// If `start > end` or `end` does not fit in 32 bits.
    #[inline]
    pub fn new(start: usize, end: usize) -> Span {
        assert!(
            start <= end && end <= u32::MAX as usize,
            "invalid span {start}..{end}"
        );
        Span {
            start: start as u32,
            end: end as u32,
        }
    }

    /// First byte.
    #[inline]
    pub fn start(self) -> usize {
        self.start as usize
    }

    /// One past the last byte.
    #[inline]
    pub fn end(self) -> usize {
        self.end as usize
    }

    /// Number of bytes.
    #[inline]
    pub fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// Whether it holds no byte.
    #[inline]
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// As a range of indices.
    #[inline]
    pub fn range(self) -> Range<usize> {
        self.start()..self.end()
    }
}

impl Index<Span> for [u8] {
    type Output = [u8];
    #[inline]
    fn index(&self, span: Span) -> &[u8] {
        &self[span.range()]
    }
}

impl<T> Index<Span> for Vec<T> {
    type Output = [T];
    #[inline]
    fn index(&self, span: Span) -> &[T] {
        &self[span.range()]
    }
}
