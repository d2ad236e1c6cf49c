//! All conditions of one match: on labels first, then on the event's own fields.

use knownet_flow::{Event, Format, Work};
use knownet_label::Table;

use crate::field::FieldCondition;
use crate::label::{LabelCondition, Reading};
use crate::wildcard::doubtful;
use crate::{MatchError, Scalar, Tags, key};

/// What an event must be like. Without a condition every event is.
#[derive(Clone, Debug, Default)]
pub struct Match {
    labels: Box<[LabelCondition]>,
    fields: Box<[FieldCondition]>,
}

impl Match {
    /// Reads conditions, all of which must hold; of a condition's values one must.
    ///
    /// A key is a dotted path, and may end in one modifier:
    ///
    /// | key | holds if the value |
    /// |---|---|
    /// | `path` | is the text (`*`, `?`, no matter the case), the number, the boolean |
    /// | <code>path&#124;contains</code>, `startswith`, `endswith` | has the text in it, at its start, at its end |
    /// | <code>path&#124;re</code> | has a place that the regular expression matches; case counts |
    /// | <code>path&#124;cidr</code> | is an address in the prefix |
    /// | <code>path&#124;gt</code>, `gte`, `lt`, `lte` | is a number above, not below, below, not above it |
    /// | <code>path&#124;exists</code> | is there (`true`), is not (`false`) |
    ///
    /// In text with wildcards `\*`, `\?` and `\\` are the characters themselves and any other
    /// backslash is a backslash: `C:\\*` is everything in a folder, `C:\*` the text `C:*` alone.
    /// A number is equal to text that spells it, and the text `true` to the boolean; a null to a
    /// field that is not there. Of an array one element suffices.
    ///
    /// A path that `tags` write is about labels: of `names`, the labels in the order of their
    /// numbers. Such a key takes text, `exists` and `re`.
    ///
    /// # Errors
    /// Every key that cannot be used, with what is allowed there.
    pub fn new(
        conditions: &[(String, Vec<Scalar>)],
        tags: &Tags,
        names: &[&str],
    ) -> Result<Match, Vec<MatchError>> {
        let (mut labels, mut fields, mut errors) = (Vec::new(), Vec::new(), Vec::new());
        for (key, scalars) in conditions {
            let outcome = one(key, scalars, tags, names).map(|condition| match condition {
                Condition::Label(condition) => labels.push(condition),
                Condition::Field(condition) => fields.push(condition),
            });
            for message in outcome.err().into_iter().flatten() {
                errors.push(MatchError {
                    key: key.clone(),
                    message,
                });
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(Match {
            labels: labels.into(),
            fields: fields.into(),
        })
    }

    /// What a condition says that is hardly meant, for each such value: a wildcard that the
    /// separator of a path before it makes a character.
    ///
    /// A label's name is never doubtful: if none fits, the condition is no match at all.
    pub fn doubts(key: &str, scalars: &[Scalar], tags: &Tags) -> Vec<String> {
        let Ok((path, modifier)) = key::parse(key) else {
            return Vec::new();
        };
        if modifier.place().is_none() || tags.find(&path).is_some() {
            return Vec::new();
        }
        let doubt = |scalar: &Scalar| {
            let Scalar::Text(text) = scalar else {
                return None;
            };
            let literal = doubtful(text)?;
            let wildcard = &literal[1..];
            Some(format!(
                "{scalar} has {literal}, which is the character {wildcard} and no wildcard; for a \
                 backslash and then a wildcard write \\{literal}, in single quotes"
            ))
        };
        scalars.iter().filter_map(doubt).collect()
    }

    /// Whether it holds for every event.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty() && self.fields.is_empty()
    }

    /// Whether an event without any address could fulfil it.
    pub(crate) fn may_hold_without_answers(&self) -> bool {
        self.labels
            .iter()
            .all(LabelCondition::holds_without_answers)
    }

    pub(crate) fn holds(
        &self,
        bytes: &[u8],
        work: &Work,
        event: &Event,
        format: &mut dyn Format,
        table: &Table,
        reading: Reading,
    ) -> bool {
        self.labels
            .iter()
            .all(|condition| condition.holds(work, event, table, reading))
            && self
                .fields
                .iter()
                .all(|condition| condition.holds(work.record(bytes, event), format))
    }
}

enum Condition {
    Label(LabelCondition),
    Field(FieldCondition),
}

fn one(
    key: &str,
    scalars: &[Scalar],
    tags: &Tags,
    names: &[&str],
) -> Result<Condition, Vec<String>> {
    let (path, modifier) = key::parse(key).map_err(|error| vec![error])?;
    if scalars.is_empty() {
        return Err(vec![
            "an empty list matches nothing; give a value or leave the key out".to_owned(),
        ]);
    }
    if let Some(target) = tags.find(&path) {
        return LabelCondition::new(target, modifier, scalars, names).map(Condition::Label);
    }
    if let Some(target) = tags.almost(&path) {
        // The key would be answered by whoever sent the event.
        return Err(vec![format!(
            "\"{path}\" is spelled {target} by the tag that writes it"
        )]);
    }
    FieldCondition::new(path, modifier, scalars).map(Condition::Field)
}
