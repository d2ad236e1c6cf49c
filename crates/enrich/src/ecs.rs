//! Writes the addresses and ports that were found under their ECS names, where an event lacks them.

use knownet_flow::{Assignment, FieldId, Format, Kind, Path, Span, Stage, Work, text};
use knownet_label::endpoint::{endpoint, is_port};

/// One field to write.
#[derive(Clone, Debug)]
pub struct Field {
    /// The fields whose values it takes, in order of preference.
    pub from: Vec<FieldId>,
    /// The target.
    pub into: u16,
    /// The target's path.
    pub path: Path,
    /// Whether it is a port, which is a number, and not an address.
    pub port: bool,
}

/// The stage.
#[derive(Clone, Debug)]
pub struct Ecs {
    fields: Vec<Field>,
}

impl Ecs {
    /// Writes these fields.
    pub fn new(fields: Vec<Field>) -> Ecs {
        Ecs { fields }
    }

    /// Appends the value of `field` as JSON to the text of `work`.
    fn value(&self, bytes: &[u8], work: &mut Work, hits: Span, field: &Field) -> Option<Span> {
        let hits = &work.hits[hits];
        let of = |&id: &FieldId| hits.iter().filter(move |hit| hit.field == id);
        let mut quoted = Vec::new();
        for hit in field.from.iter().flat_map(of) {
            let value = work.hit_text(bytes, hit);
            if field.port {
                let value = value.trim_ascii();
                if is_port(value) {
                    let zeros = value.iter().take_while(|&&byte| byte == b'0').count();
                    quoted.extend_from_slice(&value[zeros.min(value.len() - 1)..]);
                    break;
                }
            } else if let Some(found) = endpoint(value) {
                text::quote(found.ip, &mut quoted);
                break;
            }
        }
        let start = work.text.len();
        work.text.extend_from_slice(&quoted);
        (!quoted.is_empty()).then(|| Span::new(start, work.text.len()))
    }
}

impl Stage for Ecs {
    fn apply(&mut self, bytes: &[u8], work: &mut Work, format: &mut dyn Format) {
        for index in 0..work.events.len() {
            let event = work.events[index];
            if event.hits.is_empty() || event.kind != Kind::Json {
                continue;
            }
            let mut fresh = true;
            for field in &self.fields {
                let Some(value) = self.value(bytes, work, event.hits, field) else {
                    continue;
                };
                if format.values(&bytes[event.raw], &field.path, &mut |_| {}) {
                    continue;
                }
                if std::mem::take(&mut fresh) {
                    // An event's assignments are neighbours: they move to the end.
                    let start = work.assignments.len();
                    work.assignments
                        .extend_from_within(event.assignments.range());
                    work.events[index].assignments = Span::new(start, work.assignments.len());
                }
                work.assignments.push(Assignment {
                    target: field.into,
                    value,
                });
                let start = work.events[index].assignments.start();
                work.events[index].assignments = Span::new(start, work.assignments.len());
            }
        }
    }
}
