//! What is remembered of a file's content, and whether a file still holds it.

use std::collections::VecDeque;
use std::io;

use super::content::Content;
use super::print::{HEAD, Print, TAIL};

/// How many first bytes are kept as they are, to tell most files apart without a look at the disk.
const FIRST: usize = 16;
/// How many earlier places are remembered.
const MARKS: usize = 8;

/// What was handed out of a file, as far as it has to be known again.
#[derive(Clone, Default, Debug)]
pub(super) struct Trail {
    /// The first bytes.
    pub head: Print,
    /// The bytes before the place reached.
    pub tail: Print,
    /// The same, themselves; empty while nothing was read since the start.
    pub last: Vec<u8>,
    /// The beginning of the first bytes, likewise.
    pub first: Vec<u8>,
    /// Earlier places, and the bytes before them.
    pub marks: VecDeque<(u64, Print)>,
}

impl Trail {
    /// Goes on over `bytes`, which stand at `offset`.
    pub fn pass(&mut self, offset: u64, bytes: &[u8]) {
        // Some of them may be known from before.
        let known = u64::from(self.head.len).checked_sub(offset);
        if let Some(new) = known.and_then(|known| bytes.get(usize::try_from(known).ok()?..)) {
            let room = HEAD - self.head.len as usize;
            self.head.extend(&new[..new.len().min(room)]);
        }
        if offset == self.first.len() as u64 {
            let room = FIRST - self.first.len();
            self.first
                .extend_from_slice(&bytes[..bytes.len().min(room)]);
        }
        if offset > 0 {
            if self.marks.len() == MARKS {
                self.marks.pop_front();
            }
            self.marks.push_back((offset, self.tail));
        }
        if bytes.len() < TAIL {
            let over = (self.last.len() + bytes.len()).saturating_sub(TAIL);
            self.last.drain(..over);
            self.last.extend_from_slice(bytes);
        } else {
            self.last.clear();
            self.last.extend_from_slice(&bytes[bytes.len() - TAIL..]);
        }
        self.tail = Print::of(&self.last);
    }

    /// What is known of a file that was read up to `offset`.
    pub fn at(content: &mut Content, offset: u64) -> io::Result<Trail> {
        let mut trail = Trail::default();
        let mut head = vec![0; offset.min(HEAD as u64) as usize];
        let n = content.read_at(0, &mut head)?;
        trail.pass(0, &head[..n]);
        if offset > HEAD as u64 {
            let mut tail = [0; TAIL];
            content.read_at(offset - TAIL as u64, &mut tail)?;
            trail.pass(offset - TAIL as u64, &tail);
        }
        trail.marks.clear();
        Ok(trail)
    }

    /// Whether `content`, which begins with `first`, holds this up to `offset`.
    pub fn is_in(&self, content: &mut Content, first: &[u8], offset: u64) -> io::Result<bool> {
        let len = self.head.len as usize;
        Ok(len <= first.len()
            && Print::of(&first[..len]) == self.head
            && stands_before(content, offset, self.tail)?)
    }

    /// Whether `content`, which has `size` bytes, holds this up to some earlier place.
    pub fn was_in(&self, content: &mut Content, size: u64) -> io::Result<bool> {
        for (offset, tail) in self.marks.iter().rev() {
            if *offset <= size {
                return stands_before(content, *offset, *tail);
            }
        }
        Ok(false)
    }

    /// Whether `content` still is what was handed out up to `offset`.
    pub fn is_still_in(&mut self, content: &mut Content, offset: u64) -> io::Result<bool> {
        let mut bytes = [0; HEAD];
        let head = &mut bytes[..self.head.len as usize];
        let n = content.read_at(0, head)?;
        if n < head.len() || Print::of(head) != self.head {
            return Ok(false);
        }
        if self.first.is_empty() {
            let some = head.len().min(FIRST);
            self.first = head[..some].to_vec();
        }
        let tail = &mut bytes[..self.tail.len as usize];
        if tail.len() > TAIL {
            return Ok(false);
        }
        let Some(begin) = offset.checked_sub(tail.len() as u64) else {
            return Ok(false);
        };
        let n = content.read_at(begin, tail)?;
        let same = n == tail.len() && Print::of(tail) == self.tail;
        if same && self.last.is_empty() {
            self.last = tail.to_vec();
        }
        Ok(same)
    }
}

fn stands_before(content: &mut Content, offset: u64, tail: Print) -> io::Result<bool> {
    let mut bytes = [0; HEAD];
    let bytes = &mut bytes[..tail.len as usize];
    let Some(begin) = offset.checked_sub(bytes.len() as u64) else {
        return Ok(false);
    };
    let n = content.read_at(begin, bytes)?;
    Ok(n == bytes.len() && Print::of(bytes) == tail)
}

/// What files are told apart by at first.
pub(super) fn first_bytes(content: &mut Content) -> io::Result<Vec<u8>> {
    let mut first = vec![0; HEAD];
    let n = content.read_at(0, &mut first)?;
    first.truncate(n);
    Ok(first)
}

#[cfg(test)]
#[path = "tests/trail.rs"]
mod tests;
