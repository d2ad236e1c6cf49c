//! Counts by name over every plan of a run: a label that moves to another place in the configuration
//! goes on counting as the same one.

use knownet_flow::{Counts, Names};

use crate::summary::Summary;

/// Where the counts of one plan belong among those of the run.
#[derive(Default)]
pub(crate) struct Places {
    labels: Vec<usize>,
    rules: Vec<usize>,
}

impl Summary {
    /// The places for `plan`'s counts; names that are new get places behind the known ones.
    pub(crate) fn places(&mut self, plan: &Names) -> Places {
        Places {
            labels: places(&mut self.names.labels, &plan.labels),
            rules: places(&mut self.names.rules, &plan.rules),
        }
    }

    /// Adds the counts of a batch.
    pub(crate) fn count(&mut self, counts: &Counts, places: &Places) {
        self.counts.add_sums(counts);
        for (mine, theirs, places) in [
            (&mut self.counts.labels, &counts.labels, &places.labels),
            (&mut self.counts.rules, &counts.rules, &places.rules),
        ] {
            for (index, count) in theirs.iter().enumerate() {
                let place = places.get(index).copied().unwrap_or(index);
                if mine.len() <= place {
                    mine.resize(place + 1, 0);
                }
                mine[place] += count;
            }
        }
    }
}

/// The place of each of `names` in `known`; of equal names the first is the first there, and so on.
fn places<T: PartialEq + Clone>(known: &mut Vec<T>, names: &[T]) -> Vec<usize> {
    let mut places: Vec<usize> = Vec::with_capacity(names.len());
    for name in names {
        let free = (0..known.len()).find(|at| known[*at] == *name && !places.contains(at));
        places.push(free.unwrap_or_else(|| {
            known.push(name.clone());
            known.len() - 1
        }));
    }
    places
}

#[cfg(test)]
#[path = "tests/tally.rs"]
mod tests;
