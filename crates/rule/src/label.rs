//! A condition on a tag's target, answered from the lookup alone.
//!
//! Which labels it names is worked out once, so that an event costs a bit test per address.

use knownet_flow::{Address, Event, Work};
use knownet_label::{LabelId, Table};

use crate::Scalar;
use crate::key::Modifier;
use crate::tag::Scope;
use crate::value::regex;
use crate::wildcard::Pattern;

#[derive(Clone, Debug)]
pub(crate) struct LabelCondition {
    tag: u16,
    scope: Scope,
    wanted: Wanted,
}

#[derive(Clone, Debug)]
enum Wanted {
    /// One of these.
    Of(Labels),
    /// Any.
    Some,
    /// None at all.
    None,
}

/// A set of labels, a bit each.
#[derive(Clone, Debug)]
struct Labels(Box<[u64]>);

impl Labels {
    fn has(&self, label: LabelId) -> bool {
        self.0
            .get(usize::from(label) / 64)
            .is_some_and(|word| word >> (label % 64) & 1 == 1)
    }

    fn add(&mut self, label: usize) {
        self.0[label / 64] |= 1 << (label % 64);
    }
}

/// How many of a tag's addresses must fulfil a condition.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Reading {
    /// What the tag writes counts: enough to keep, count or route an event.
    Written,
    /// Every address counts, known or not: what a drop needs.
    Every,
}

impl LabelCondition {
    pub(crate) fn new(
        (tag, scope): (u16, Scope),
        modifier: Modifier,
        scalars: &[Scalar],
        names: &[&str],
    ) -> Result<LabelCondition, Vec<String>> {
        let wanted = match (modifier, scalars) {
            (Modifier::Exists, [Scalar::Bool(true)]) => Wanted::Some,
            (Modifier::Exists, [Scalar::Bool(false)]) => Wanted::None,
            (Modifier::Exists, _) => return Err(vec!["takes one value, true or false".to_owned()]),
            _ => Wanted::Of(labels(modifier, scalars, names)?),
        };
        Ok(LabelCondition { tag, scope, wanted })
    }

    /// Whether an event without a single answer fulfils it.
    pub(crate) fn holds_without_answers(&self) -> bool {
        matches!(self.wanted, Wanted::None)
    }

    /// Whether the event's answers fulfil it.
    pub(crate) fn holds(
        &self,
        work: &Work,
        event: &Event,
        table: &Table,
        reading: Reading,
    ) -> bool {
        let mut addresses = work.answers[event.answers]
            .iter()
            .filter(|answer| answer.tag == self.tag)
            .flat_map(|answer| &work.addresses[answer.addresses])
            .copied();
        let labelled = |address| table.label_of(address).is_some();
        match (&self.wanted, reading) {
            (Wanted::None, _) => !addresses.any(labelled),
            (Wanted::Some, Reading::Written) => addresses.any(labelled),
            (Wanted::Some, Reading::Every) => every(addresses, labelled),
            (Wanted::Of(labels), Reading::Every) => {
                every(addresses, |address| self.carries(table, address, labels))
            }
            (Wanted::Of(labels), Reading::Written) => match self.scope {
                Scope::All => addresses.any(|address| self.carries(table, address, labels)),
                Scope::Own => work.answers[event.answers]
                    .iter()
                    .filter(|answer| answer.tag == self.tag)
                    .any(|answer| self.carries(table, answer.first, labels)),
            },
        }
    }

    fn carries(&self, table: &Table, address: Address, labels: &Labels) -> bool {
        match self.scope {
            Scope::Own => table
                .label_of(address)
                .is_some_and(|label| labels.has(label)),
            Scope::All => table.chain(address).any(|entry| labels.has(entry.label)),
        }
    }
}

/// All, and at least one.
fn every(
    mut addresses: impl Iterator<Item = Address>,
    mut holds: impl FnMut(Address) -> bool,
) -> bool {
    addresses.next().is_some_and(&mut holds) && addresses.all(holds)
}

fn labels(modifier: Modifier, scalars: &[Scalar], names: &[&str]) -> Result<Labels, Vec<String>> {
    let mut labels = Labels(vec![0; names.len().div_ceil(64)].into());
    let mut errors = Vec::new();
    for scalar in scalars {
        match named(modifier, scalar, names) {
            Ok(found) => found.into_iter().for_each(|label| labels.add(label)),
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() {
        Ok(labels)
    } else {
        Err(errors)
    }
}

/// The labels that one value names; never none.
fn named(modifier: Modifier, scalar: &Scalar, names: &[&str]) -> Result<Vec<usize>, String> {
    let Scalar::Text(text) = scalar else {
        return Err(format!("{scalar} is not text, as a label's name is"));
    };
    let matches: Box<dyn Fn(&str) -> bool> = match (modifier, modifier.place()) {
        (Modifier::Regex, _) => {
            let regex = regex(text)?;
            Box::new(move |name| regex.is_match(name.as_bytes()))
        }
        (_, Some(place)) => {
            let pattern = Pattern::new(text, place);
            Box::new(move |name| pattern.matches(name.as_bytes()))
        }
        (_, None) => {
            return Err(
                "this is a label's name, which takes contains, startswith, endswith, exists or re"
                    .to_owned(),
            );
        }
    };
    let found: Vec<_> = (0..names.len()).filter(|&n| matches(names[n])).collect();
    match (found.is_empty(), names) {
        (false, _) => Ok(found),
        (true, []) => Err(format!("{scalar} names no label; none is defined")),
        (true, _) => Err(format!(
            "{scalar} names no label; labels: {}",
            names.join(", ")
        )),
    }
}
