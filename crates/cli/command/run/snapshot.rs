//! A configuration and its table into the snapshot that batches are taken through.

use std::sync::Arc;

use knownet_flow::{Names, RuleName};
use knownet_label::{LabelId, Table};
use knownet_rule::{Action, Match, Routes, Rule, Rules, Tags};

use crate::config::{Condition, Config};
use crate::plan::{Fields, Ready};

/// The snapshot.
///
/// # Errors
/// What the parts say that the check of the configuration did not.
pub fn ready(config: &Config, table: Arc<Table>) -> anyhow::Result<Ready> {
    let tags = config.targets();
    let rules = config.rules.iter().map(|rule| {
        Ok(Rule {
            matches: matches(&rule.conditions, &tags, &table)?,
            action: rule.action,
            even_threats: rule.even_threats,
        })
    });
    let rules = rules.collect::<anyhow::Result<Vec<_>>>()?;
    let routes = config
        .sinks
        .iter()
        .map(|sink| matches(&sink.conditions, &tags, &table).map(Some));
    let routes = routes.collect::<anyhow::Result<Vec<_>>>()?;
    let formats = config.sources.iter();
    Ok(Ready {
        formats: formats.map(|source| source.reading.clone()).collect(),
        fields: match config.sources.iter().any(|source| source.reading.ecs) {
            true => Fields::of(&config.tags).with_roles()?,
            false => Fields::of(&config.tags),
        },
        rules: (!rules.is_empty()).then(|| Rules::new(rules, table.clone())),
        only: None,
        routes: match config.dead_letter_sink() {
            Some(letters) => Routes::new(routes, table.clone()).without(letters),
            None => Routes::new(routes, table.clone()),
        },
        names: Names {
            labels: labels(&table).into_iter().map(str::to_owned).collect(),
            rules: config.rules.iter().enumerate().map(rule_name).collect(),
        },
        table,
    })
}

fn rule_name((index, rule): (usize, &crate::config::Rule)) -> RuleName {
    let name = rule.name.clone();
    RuleName {
        name: name.unwrap_or_else(|| format!("rule {} (line {})", index + 1, rule.line)),
        drops: rule.action == Action::Drop,
    }
}

fn labels(table: &Table) -> Vec<&str> {
    let labels = 0..table.label_count();
    labels
        .map(|label| table.label_name(label as LabelId))
        .collect()
}

fn matches(conditions: &[Condition], tags: &Tags, table: &Table) -> anyhow::Result<Match> {
    Match::new(&Condition::pairs(conditions), tags, &labels(table)).map_err(|errors| {
        let all: Vec<String> = errors
            .iter()
            .map(|e| format!("{}: {}", e.key, e.message))
            .collect();
        anyhow::anyhow!("{}", all.join("; "))
    })
}
