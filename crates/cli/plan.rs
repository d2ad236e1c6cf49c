//! A configuration made ready: one snapshot, from which each worker takes its own steps.

use std::sync::Arc;

use knownet_enrich::{Ecs, EcsField, Labels, Tag};
use knownet_flow::{
    Counts, FieldId, Format, Framing, Kind, Names, Path, PathError, Plan, ROLES, Reader, Stage,
    Steps, Verdict, Work,
};
use knownet_format::json::Json;
use knownet_format::text::alias::Aliases;
use knownet_format::text::reader::TextReader;
use knownet_label::{LabelId, Table};
use knownet_rule::{Routes, Rules};

use crate::config;
use crate::config::format::Reading;

/// The snapshot.
pub struct Ready {
    /// How each source's records are read.
    pub formats: Vec<Reading>,
    /// The wanted fields and the targets, which tags count along.
    pub fields: Fields,
    /// What is looked up.
    pub table: Arc<Table>,
    /// What is dropped and kept.
    pub rules: Option<Rules>,
    /// Whether only some events pass at all.
    pub only: Option<Only>,
    /// Who gets the rest.
    pub routes: Routes,
    /// What labels and rules are called.
    pub names: Names,
}

/// The paths of all tags, each once.
#[derive(Default)]
pub struct Fields {
    wanted: Vec<Path>,
    targets: Vec<Path>,
    tags: Vec<Tag>,
    ecs: Vec<EcsField>,
}

impl Fields {
    /// Of these tags.
    pub fn of(tags: &[config::Tag]) -> Fields {
        let mut fields = Fields::default();
        for tag in tags {
            let from = tag.from.iter().map(|path| fields.field(path)).collect();
            let into = fields.target(&tag.into);
            let all = tag.all.as_ref().map(|path| fields.target(path));
            fields.tags.push(Tag { from, into, all });
        }
        fields
    }

    /// With the roles, too, so that they can be written and shown.
    ///
    /// # Errors
    /// None: the roles are paths.
    pub fn with_roles(mut self) -> Result<Fields, PathError> {
        let aliases = Aliases::new(&[]);
        for (path, port) in ROLES {
            let path = Path::parse(path)?;
            let own = self.field(&path);
            // A tag may ask for the role by another of its names.
            let others = (0..)
                .zip(&self.wanted)
                .filter(|(id, other)| *id != own && role(&aliases, other) == Some(path.as_str()));
            let from = std::iter::once(own)
                .chain(others.map(|(id, _)| id))
                .collect();
            let into = self.target(&path);
            self.ecs.push(EcsField {
                from,
                into,
                path,
                port,
            });
        }
        Ok(self)
    }

    /// The role that a field's values have, and whether it is a port.
    pub fn role(&self, field: FieldId) -> Option<(&Path, bool)> {
        let found = self.ecs.iter().find(|role| role.from.contains(&field))?;
        Some((&found.path, found.port))
    }

    fn field(&mut self, path: &Path) -> FieldId {
        let known = self.wanted.iter().position(|wanted| wanted == path);
        let at = known.unwrap_or_else(|| {
            self.wanted.push(path.clone());
            self.wanted.len() - 1
        });
        at as FieldId
    }

    fn target(&mut self, path: &Path) -> u16 {
        self.targets.push(path.clone());
        (self.targets.len() - 1) as u16
    }
}

/// The path of the role that a field's name says, by as much of its end as is an alias.
fn role(aliases: &Aliases, path: &Path) -> Option<&'static str> {
    let text = path.as_str();
    let dots = text.match_indices('.').map(|(at, _)| at + 1);
    let ends = std::iter::once(0).chain(dots).map(|at| &text[at..]);
    let mut known = ends.filter_map(|end| aliases.of(end.as_bytes()));
    known.next().map(|meaning| meaning.field.path())
}

impl Plan for Ready {
    fn names(&self) -> Names {
        self.names.clone()
    }

    fn framing(&self, source: usize) -> Framing {
        self.formats[source].framing()
    }

    fn steps(&self, source: usize) -> Steps {
        let Fields {
            wanted,
            targets,
            tags,
            ecs,
        } = &self.fields;
        let reading = &self.formats[source];
        let mut stages: Vec<Box<dyn Stage>> =
            vec![Box::new(Labels::new(self.table.clone(), tags.clone()))];
        if reading.ecs {
            stages.push(Box::new(Ecs::new(ecs.clone())));
        }
        if let Some(rules) = &self.rules {
            stages.push(Box::new(rules.clone()));
        }
        if let Some(only) = &self.only {
            stages.push(Box::new(only.clone()));
        }
        stages.push(Box::new(self.routes.clone()));
        let format = Json::new(wanted, targets, reading.json.clone());
        let reader = reading.choice.clone().map(|choice| {
            let reader: Box<dyn Reader> = Box::new(TextReader::new(choice, &reading.text));
            reader
        });
        Steps::new(reader, Box::new(format), stages)
    }
}

/// Drops every event that has no address of one kind in its first tag.
#[derive(Clone)]
pub struct Only {
    /// What an address must carry; `None` for nothing at all.
    pub label: Option<LabelId>,
    /// Where labels are looked up.
    pub table: Arc<Table>,
    /// The index of this decision among the rules.
    pub rule: u16,
}

impl Stage for Only {
    fn apply(&mut self, _: &[u8], work: &mut Work, _: &mut dyn Format) {
        for index in 0..work.events.len() {
            let event = &work.events[index];
            // What was not looked at may be just what is wanted.
            if event.verdict != Verdict::Keep || event.kind == Kind::Long {
                continue;
            }
            let first = work.answers[event.answers]
                .iter()
                .find(|answer| answer.tag == 0);
            let wanted = |&entry: &u32| match self.label {
                None => entry == 0,
                Some(label) => self.table.chain(entry).any(|entry| entry.label == label),
            };
            if !first.is_some_and(|answer| work.addresses[answer.addresses].iter().any(wanted)) {
                work.events[index].verdict = Verdict::Drop(self.rule);
                work.counts.dropped += 1;
                Counts::bump(&mut work.counts.rules, usize::from(self.rule));
            }
        }
    }
}
