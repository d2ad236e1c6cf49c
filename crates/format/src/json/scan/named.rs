//! Wanted roles that are not there under their own names: looked for by other names, among the
//! candidates that the first look found.

use knownet_flow::{Hit, Span};
use memchr::memchr;

use super::super::exact;
use super::super::lanes::Lanes;
use super::super::name::{self, DEEPEST, Names, worth};
use super::super::proof::{Unsure, key_start};
use super::super::string;
use super::super::wanted::Named;
use super::{Scan, Scratch, Way};

impl<const NAMED: bool> Scan<'_, NAMED> {
    /// Adds hits for the roles that none of the hits from `hits` on has.
    #[inline(always)]
    pub(super) fn named<L: Lanes>(
        &mut self,
        lanes: L,
        named: &Named,
        (open, end, hits): (usize, usize, usize),
        way: Way,
        carried: Option<usize>,
    ) {
        let mut there = 0u16;
        for hit in &self.work.hits[hits..] {
            // None of these says that there is none.
            if hit.text.len() > 1
                && let Some(role) = named.role_of(hit.field)
            {
                there |= 1 << role as u8;
            }
        }
        if named
            .roles
            .iter()
            .all(|(role, _)| there >> *role as u8 & 1 == 1)
        {
            return;
        }
        let record = &self.bytes[open..end];
        self.scratch.roles.clear();
        if way == Way::Whole
            || self
                .offer(lanes, named.names(), (open, record), way)
                .is_err()
        {
            self.scratch.roles.clear();
            name::find_in(record, named.names(), &mut self.scratch.roles);
        }
        if let Some(at) = carried.and_then(|at| at.checked_sub(open))
            && way != Way::Whole
        {
            self.scratch.roles.carried = name::carried(record, at);
        }
        if self.scratch.roles.is_any() {
            self.hits(named, (open, end), there);
        }
    }

    /// Offers the line's candidates; an error where the walk can not tell what one is.
    #[inline(always)]
    fn offer<L: Lanes>(
        &mut self,
        lanes: L,
        names: &Names,
        (open, record): (usize, &[u8]),
        way: Way,
    ) -> Result<(), Unsure> {
        let mut fresh = way == Way::Fresh;
        for index in 0..self.scratch.candidates.len() {
            let Some(close) = self.scratch.candidates[index].checked_sub(open) else {
                continue;
            };
            let colon = exact::space(record, close + 1);
            if record.get(colon) != Some(&b':') || close < 2 {
                continue;
            }
            let at = exact::space(record, colon + 1);
            if !names.ends_some([record[close - 2], record[close - 1]]) || !worth(record, at) {
                continue;
            }
            let Some(start) = key_start(record, close) else {
                continue;
            };
            let key = &record[start..close];
            if key.len() < 2 || memchr(b'\\', key).is_some() {
                continue;
            }
            let Some(begun) = names.begin(key) else {
                continue;
            };
            let Scratch { walk, roles, .. } = &mut *self.scratch;
            // Where it lies does not matter as long as it has no rival.
            if let Some(meaning) = names.anywhere(&begun)
                && (meaning.role.is_none() || roles.rival(meaning).is_none())
            {
                roles.offer(record, meaning, (0, start - 1, at), b"");
                continue;
            }
            if std::mem::take(&mut fresh) {
                walk.reset(record.len());
            }
            walk.turn(lanes, record, start - 1);
            // Nothing from here on may use the lanes: closures are compiled without them.
            let mut unsure = false;
            let mut parent = |level| match walk.parent(record, level) {
                Ok(name) => Some(&record[name?]),
                Err(Unsure) => {
                    unsure = true;
                    None
                }
            };
            if let Some(meaning) = names.meaning(begun, &mut parent)
                && meaning.role.is_some()
            {
                let place = parent(0).unwrap_or_default();
                let (depth, inner) = walk.place(start - 1).ok_or(Unsure)?;
                if let Some((place, known)) = roles.rival(meaning) {
                    // Its depth may not have mattered before.
                    if *known == 0 {
                        *known = walk.depth_at(place);
                    }
                }
                if depth <= DEEPEST {
                    roles.offer(record, meaning, (depth, inner, at), place);
                }
            }
            if unsure {
                return Err(Unsure);
            }
        }
        Ok(())
    }

    /// Adds the hits of the roles that are not `there`, once all members were offered.
    #[inline(never)]
    fn hits(&mut self, named: &Named, (open, end): (usize, usize), there: u16) {
        let record = &self.bytes[open..end];
        let (work, scratch) = (&mut *self.work, &mut *self.scratch);
        scratch.roles.decide(record, named.names());
        let mut inside = None;
        if let Some(carried) = scratch.roles.carried.filter(|_| there == 0)
            && !scratch.roles.is_some()
        {
            scratch.text.clear();
            string::unescape(&record[carried], &mut scratch.text);
            scratch.roles.clear();
            name::find_in(&scratch.text, named.names(), &mut scratch.roles);
            scratch.roles.decide(&scratch.text, named.names());
            inside = Some(work.text.len());
        }
        let mut any = false;
        for &(role, field) in &named.roles {
            if let Some(text) = scratch.roles.get(role)
                && there >> role as u8 & 1 == 0
            {
                any = true;
                let at = inside.unwrap_or(open);
                work.hits.push(Hit {
                    field,
                    unescaped: inside.is_some(),
                    text: Span::new(at + text.start(), at + text.end()),
                });
            }
        }
        if any && inside.is_some() {
            work.text.extend_from_slice(&scratch.text);
        }
    }
}
