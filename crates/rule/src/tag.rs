//! The tags' targets: the names that matches read from knownet's own answer.

use knownet_flow::Path;

/// The targets of every tag, in the order of the configuration.
#[derive(Clone, Default, Debug)]
pub struct Tags {
    targets: Vec<(Path, Option<Path>)>,
}

/// Which labels of an address a condition is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Scope {
    /// The most specific one.
    Own,
    /// Every one that covers it.
    All,
}

impl Tags {
    /// Each tag's `into`, and its `all` if it has one.
    pub fn new(targets: impl IntoIterator<Item = (Path, Option<Path>)>) -> Tags {
        Tags {
            targets: targets.into_iter().collect(),
        }
    }

    /// Which tag writes `path`, and what it writes there.
    pub(crate) fn find(&self, path: &Path) -> Option<(u16, Scope)> {
        (0..).zip(&self.targets).find_map(|(tag, (into, all))| {
            if into == path {
                Some((tag, Scope::Own))
            } else if all.as_ref() == Some(path) {
                Some((tag, Scope::All))
            } else {
                None
            }
        })
    }

    /// The target that is `path` but for the case of its letters.
    pub(crate) fn almost(&self, path: &Path) -> Option<&Path> {
        self.targets
            .iter()
            .flat_map(|(into, all)| std::iter::once(into).chain(all))
            .find(|target| target.as_str().to_lowercase() == path.as_str().to_lowercase())
    }
}
