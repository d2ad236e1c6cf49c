//! Rules: what happens to the events that match.

use knownet_rule::Action;

use super::condition::{Condition, conditions};
use super::section::Section;
use super::tree::Value;

/// One rule.
#[derive(Debug)]
pub struct Rule {
    /// What it is called, for summaries.
    pub name: Option<String>,
    /// Where it stands in the configuration.
    pub line: usize,
    /// Which events: those that fulfil all of these.
    pub conditions: Vec<Condition>,
    /// What happens to them.
    pub action: Action,
    /// Whether it drops events that touch a threat, too.
    pub even_threats: bool,
}

const ACTIONS: [(&str, Action); 3] = [
    ("drop", Action::Drop),
    ("keep", Action::Keep),
    ("count", Action::Count),
];

pub(super) fn read(section: &Section<'_>) -> Option<Rule> {
    let node = section.require("match", "match = { } means every event");
    let conditions = node.map(|node| conditions(section, node));
    let action = section.require_one_of("action", "an action", &ACTIONS);
    let even_threats = section.bool("even_threats").unwrap_or(false);
    let name = section.text("name", |text| Ok(text.value().to_owned()));
    section.finish();
    match (action, node.map(|node| &node.value)) {
        (Some(Action::Drop), Some(Value::Table(conditions))) if conditions.is_empty() => {
            section.warning(
                "match",
                "has no condition, so that the rule drops every event",
            );
        }
        (Some(Action::Keep | Action::Count), _) if even_threats => {
            section.warning("even_threats", "says nothing here: threats veto only drops");
        }
        _ => {}
    }
    Some(Rule {
        name,
        line: section.line,
        conditions: conditions?,
        // A mistake is noted where it is missing; the conditions are to be checked all the same.
        action: action.unwrap_or(Action::Keep),
        even_threats,
    })
}
