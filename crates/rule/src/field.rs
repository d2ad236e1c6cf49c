//! A condition on a field of the event, read from its bytes.

use knownet_flow::{Format, Path};

use crate::Scalar;
use crate::key::Modifier;
use crate::value::Test;

#[derive(Clone, Debug)]
pub(crate) struct FieldCondition {
    path: Path,
    wanted: Wanted,
}

#[derive(Clone, Debug)]
enum Wanted {
    There(bool),
    Any {
        tests: Box<[Test]>,
        /// A field that is not there passes too.
        or_absent: bool,
    },
}

impl FieldCondition {
    pub(crate) fn new(
        path: Path,
        modifier: Modifier,
        scalars: &[Scalar],
    ) -> Result<FieldCondition, Vec<String>> {
        if let (Modifier::Exists, [Scalar::Bool(there)]) = (modifier, scalars) {
            return Ok(FieldCondition {
                path,
                wanted: Wanted::There(*there),
            });
        }
        if modifier == Modifier::Exists {
            return Err(vec!["takes one value, true or false".to_owned()]);
        }
        let mut tests = Vec::with_capacity(scalars.len());
        let mut errors = Vec::new();
        for scalar in scalars {
            match Test::new(modifier, scalar) {
                Ok(test) => tests.push(test),
                Err(error) => errors.push(error),
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(FieldCondition {
            path,
            wanted: Wanted::Any {
                or_absent: tests.iter().any(|test| matches!(test, Test::Null)),
                tests: tests.into(),
            },
        })
    }

    /// Whether the record fulfils it: any value of the field for any of the tests.
    pub(crate) fn holds(&self, record: &[u8], format: &mut dyn Format) -> bool {
        match &self.wanted {
            Wanted::There(there) => format.values(record, &self.path, &mut |_| {}) == *there,
            Wanted::Any { tests, or_absent } => {
                let mut holds = false;
                let there = format.values(record, &self.path, &mut |value| {
                    holds = holds || tests.iter().any(|test| test.holds(value));
                });
                holds || (*or_absent && !there)
            }
        }
    }
}
