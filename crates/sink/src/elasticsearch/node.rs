//! Which node is asked next: round robin over those that work.
//!
//! - A node that failed is left alone for a pause that doubles up to a bound. Then one request tries
//!   it, and the others come only after that one succeeded. None is ever given up.
//! - A request that may be to blame itself, as it has waited before, says nothing about a node unless it
//!   is answered: it is never the one that tries.

use std::time::{Duration, Instant};

use super::Pauses;

/// The nodes, by their places in the list of hosts.
pub(super) struct Nodes {
    all: Vec<Node>,
    next: usize,
    pauses: Pauses,
}

struct Node {
    health: Health,
    /// Whether it was told that it does not work.
    told: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Health {
    Works,
    /// Not before then; the next pause.
    Failed(Instant, Duration),
    /// One request finds out; the pause if it fails.
    Tried(Duration),
}

/// Which node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Choice {
    /// This one.
    Node(usize),
    /// None before then.
    Later(Instant),
    /// None before a request that is on its way has come back.
    Wait,
}

impl Nodes {
    /// So many, of which nothing is known yet.
    pub fn new(count: usize, pauses: Pauses) -> Nodes {
        let node = |_| Node {
            health: Health::Works,
            told: false,
        };
        Nodes {
            all: (0..count).map(node).collect(),
            next: 0,
            pauses,
        }
    }

    /// The one to ask now; `suspect` if the request has waited before: then it goes to any if none works.
    pub fn choose(&self, now: Instant, suspect: bool) -> Choice {
        let count = self.all.len();
        let mut soonest: Option<Instant> = None;
        for step in 0..count {
            let at = (self.next + step) % count;
            match self.all[at].health {
                Health::Failed(until, _) if suspect || until > now => {
                    soonest = Some(soonest.map_or(until, |other| other.min(until)));
                }
                Health::Tried(_) => {}
                Health::Works | Health::Failed(..) => return Choice::Node(at),
            }
        }
        match suspect {
            true => Choice::Node(self.next % count.max(1)),
            false => soonest.map_or(Choice::Wait, Choice::Later),
        }
    }

    /// The one that was chosen is asked. What comes of it is told by [`Nodes::answered`],
    /// [`Nodes::failed`] or [`Nodes::untried`], the last two only unless `suspect`.
    pub fn asked(&mut self, node: usize, suspect: bool) {
        self.next = node + 1;
        if let Health::Failed(_, pause) = self.all[node].health
            && !suspect
        {
            self.all[node].health = Health::Tried(pause);
        }
    }

    /// It answered: whatever it said, it works. Whether it was told that it did not.
    pub fn answered(&mut self, node: usize) -> bool {
        self.all[node].health = Health::Works;
        std::mem::take(&mut self.all[node].told)
    }

    /// It did not answer, or cannot do its work. Whether that is to be told: where there are others, once,
    /// and not before it failed when it was tried again.
    pub fn failed(&mut self, node: usize, now: Instant) -> bool {
        let several = self.all.len() > 1;
        let Node { health, told } = &mut self.all[node];
        let (pause, tried) = match *health {
            Health::Works => (self.pauses.first, false),
            Health::Tried(pause) => (pause, true),
            // Another request that began before said so already.
            Health::Failed(..) => return false,
        };
        *health = Health::Failed(now + pause, self.pauses.after(pause));
        several && tried && !std::mem::replace(told, true)
    }

    /// It was not asked after all.
    pub fn untried(&mut self, node: usize, now: Instant) {
        if let Health::Tried(pause) = self.all[node].health {
            self.all[node].health = Health::Failed(now, pause);
        }
    }

    /// Whether there is one that works.
    pub fn any(&self) -> bool {
        self.all.iter().any(|node| node.health == Health::Works)
    }
}

#[cfg(test)]
#[path = "../tests/elasticsearch/node.rs"]
mod tests;
