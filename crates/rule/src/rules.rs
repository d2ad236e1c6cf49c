//! Rules: the first drop or keep that matches an event decides it.
//!
//! - A drop reads labels strictly: every address of the tag's field carries a label that matches,
//!   and there is at least one address. An address that no label covers, or a text that is no
//!   address, keeps the event.
//! - An address of a threat label in any field that a tag reads vetoes a drop, unless the rule says
//!   otherwise; the rules behind it are still asked.
//! - An event that was too long to be looked at is never dropped, kept or counted by a rule.

use std::sync::Arc;

use knownet_flow::{Counts, Event, Format, Kind, Stage, Verdict, Work};
use knownet_label::Table;

use crate::label::Reading;
use crate::{Match, threat};

/// What a rule does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Action {
    /// The event ends here.
    Drop,
    /// The event goes on, and no later rule is asked.
    Keep,
    /// The event is counted, and later rules are asked.
    Count,
}

/// A match and what it leads to.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Which events.
    pub matches: Match,
    /// What happens to them.
    pub action: Action,
    /// Whether it drops events that touch a threat, too.
    pub even_threats: bool,
}

/// All rules in their order, as a step of the flow.
///
/// Each worker takes a clone of its own: a compiled expression keeps scratch memory, which workers
/// would wait for.
#[derive(Clone)]
pub struct Rules {
    rules: Box<[Rule]>,
    /// Every rule's index.
    all: Box<[u16]>,
    /// The rules that an event without an address could match: for most events the only ones.
    without_answers: Box<[u16]>,
    table: Arc<Table>,
}

impl Rules {
    /// These rules over the labels of `table`.
    ///
    /// # Panics
    /// If there are more than 65,536.
    pub fn new(rules: Vec<Rule>, table: Arc<Table>) -> Rules {
        let all: Box<[u16]> = (0..rules.len())
            .map(|index| u16::try_from(index).expect("at most 65536 rules"))
            .collect();
        Rules {
            without_answers: all
                .iter()
                .copied()
                .filter(|&index| rules[usize::from(index)].matches.may_hold_without_answers())
                .collect(),
            all,
            rules: rules.into(),
            table,
        }
    }

    fn decide(
        &self,
        bytes: &[u8],
        work: &Work,
        event: &Event,
        format: &mut dyn Format,
        counted: &mut Vec<u64>,
    ) -> Verdict {
        let asked = if event.answers.is_empty() {
            &self.without_answers
        } else {
            &self.all
        };
        for &index in asked {
            let rule = &self.rules[usize::from(index)];
            let reading = match rule.action {
                Action::Drop => Reading::Every,
                Action::Keep | Action::Count => Reading::Written,
            };
            let matched = rule
                .matches
                .holds(bytes, work, event, format, &self.table, reading);
            if !matched {
                continue;
            }
            let vetoed = rule.action == Action::Drop
                && !rule.even_threats
                && threat::touches(bytes, work, event, format, &self.table);
            if vetoed {
                continue;
            }
            Counts::bump(counted, index.into());
            match rule.action {
                Action::Drop => return Verdict::Drop(index),
                Action::Keep => return Verdict::Keep,
                Action::Count => {}
            }
        }
        Verdict::Keep
    }
}

impl Stage for Rules {
    fn apply(&mut self, bytes: &[u8], work: &mut Work, format: &mut dyn Format) {
        if self.rules.is_empty() {
            return;
        }
        let mut counted = std::mem::take(&mut work.counts.rules);
        let mut dropped = 0;
        for index in 0..work.events.len() {
            let event = &work.events[index];
            if event.kind == Kind::Long
                || (event.answers.is_empty() && self.without_answers.is_empty())
            {
                continue;
            }
            let verdict = self.decide(bytes, work, event, format, &mut counted);
            if verdict != Verdict::Keep {
                work.events[index].verdict = verdict;
                dropped += 1;
            }
        }
        work.counts.rules = counted;
        work.counts.dropped += dropped;
    }
}
