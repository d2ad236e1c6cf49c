//! Azure flow logs: one record holds many flows, each a tuple of text; here each becomes an event.
//!
//! - Network security groups (versions 1 and 2) and virtual networks (version 4), as a blob of
//!   `records`, a single one of them, or flattened: each tuple a member `flow.0`, `flow.1` …
//! - The time is the flow's own. `I` and `O` are seen from the network card whose address is given.
//! - Sources: <https://learn.microsoft.com/azure/network-watcher/nsg-flow-logs-overview> and
//!   `vnet-flow-logs-overview` beside it.

use std::slice;
use std::sync::LazyLock;

use memchr::memmem::Finder;
use serde_json::{Map, Value, json};

use crate::text::address::{is_ip, is_port};
use crate::text::time::Time;

/// Longer texts that all flows of a record share are cut: each flow repeats them.
const LONGEST_TEXT: usize = 512;

/// Longer records are left as they are.
const LONGEST: usize = 1 << 20;

/// How Beats' events begin: they never hold flows, and are not searched for any.
pub const BEATS: &[u8] = b"{\"@timestamp\"";

/// What the names of all members that hold flows begin with.
static FLOW: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"\"flow"));

/// Whether the record (without space around it) may hold flows.
pub fn is_nsg(record: &[u8]) -> bool {
    if record.len() > LONGEST || record.starts_with(BEATS) {
        return false;
    }
    let holds = |at: usize| {
        let rest = &record[at + 5..];
        rest.starts_with(b"Tuples\"") || rest.starts_with(b".0\"")
    };
    FLOW.find_iter(record).any(holds)
}

/// Appends one JSON line for each flow of the record, and says how many; none if it holds none.
///
/// Of several records those without flows, or with one that can not be read, become lines as they
/// are.
pub fn expand(record: &[u8], out: &mut Vec<u8>) -> usize {
    let Ok(root) = serde_json::from_slice::<Value>(record) else {
        return 0;
    };
    let Some(records) = root.get("records").and_then(Value::as_array) else {
        return flows(&root, out);
    };
    let (start, mut count, mut any) = (out.len(), 0, false);
    for record in records {
        match flows(record, out) {
            0 => {
                count += 1;
                if !line(record, out) {
                    any = false;
                    break;
                }
            }
            flows => {
                count += flows;
                any = true;
            }
        }
    }
    if !any {
        out.truncate(start);
        count = 0;
    }
    count
}

/// Appends the flows of one record: all of them, or none.
fn flows(record: &Value, out: &mut Vec<u8>) -> usize {
    let start = out.len();
    let mut found = Flows {
        record,
        count: Some(0),
        out,
    };
    found.walk(record, None, None);
    found.count.unwrap_or_else(|| {
        out.truncate(start);
        0
    })
}

/// The flows of one record.
struct Flows<'a> {
    record: &'a Value,
    /// How many there are; `None` if one of them can not be read.
    count: Option<usize>,
    out: &'a mut Vec<u8>,
}

/// What the flows of one group share.
struct Shared<'a> {
    record: &'a Value,
    mac: Option<String>,
    rule: Option<&'a str>,
}

impl<'a> Flows<'a> {
    /// Finds flows in `value`, whose rule and network card may be named around it.
    fn walk(&mut self, value: &'a Value, mut rule: Option<&'a Value>, mut mac: Option<&'a Value>) {
        let members = match value {
            Value::Object(members) => members,
            Value::Array(list) => {
                return list.iter().for_each(|value| self.walk(value, rule, mac));
            }
            _ => return,
        };
        rule = members.get("rule").or(rule);
        mac = members.get("mac").or(members.get("macAddress")).or(mac);
        let mut numbered: Vec<(u32, &Value)> = Vec::new();
        for (name, value) in members {
            match name.strip_prefix("flow") {
                Some("Tuples") => self.tuples(value, rule, mac),
                Some(rest) if rest.starts_with('.') => match rest[1..].parse() {
                    Ok(number) => numbered.push((number, value)),
                    Err(_) => self.walk(value, rule, mac),
                },
                _ => self.walk(value, rule, mac),
            }
        }
        numbered.sort_by_key(|(number, _)| *number);
        for (_, value) in numbered {
            self.tuples(value, rule, mac);
        }
    }

    /// Appends the flow of one tuple, or of each in a list.
    fn tuples(&mut self, value: &'a Value, rule: Option<&'a Value>, card: Option<&'a Value>) {
        let shared = Shared {
            record: self.record,
            mac: mac(card),
            rule: text(rule),
        };
        for tuple in value
            .as_array()
            .map_or(slice::from_ref(value), Vec::as_slice)
        {
            self.count = match event(&shared, tuple) {
                Some(event) if line(&event, self.out) => self.count.map(|count| count + 1),
                _ => None,
            };
        }
    }
}

/// Appends a value as a line.
fn line(value: &Value, out: &mut Vec<u8>) -> bool {
    let written = serde_json::to_writer(&mut *out, value).is_ok();
    out.push(b'\n');
    written
}

/// A text that flows may repeat.
fn text(value: Option<&Value>) -> Option<&str> {
    let text = value?.as_str()?;
    let mut end = text.len().min(LONGEST_TEXT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    Some(&text[..end])
}

/// `000D3AF87856` as ECS has it: `00-0D-3A-F8-78-56`.
fn mac(value: Option<&Value>) -> Option<String> {
    let text = value?.as_str()?;
    if text.len() != 12 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let pairs: Vec<&str> = (0..6).map(|at| &text[2 * at..2 * at + 2]).collect();
    Some(pairs.join("-").to_ascii_uppercase())
}

/// The flow of one tuple; `None` if it is none.
fn event(shared: &Shared<'_>, tuple: &Value) -> Option<Value> {
    let parts: Vec<&str> = tuple.as_str()?.split(',').take(16).collect();
    let part = |at: usize| parts.get(at).copied().unwrap_or_default();
    if parts.len() < 8 || part(0).len() > 13 {
        return None;
    }
    // Seconds in the groups' logs, milliseconds in the networks'.
    let millis = match part(0).parse::<u32>() {
        Ok(seconds) => i64::from(seconds) * 1000,
        Err(_) => i64::try_from(part(0).parse::<u64>().ok()?).ok()?,
    };
    let mut time = Vec::new();
    Time {
        seconds: millis.div_euclid(1000),
        nanos: millis.rem_euclid(1000) as u32 * 1_000_000,
    }
    .write(&mut time);
    let outbound = part(6) == "O";
    let end = |ip: usize, port: usize, mac: bool, packets: usize| {
        let mut end = Map::new();
        if is_ip(part(ip).as_bytes()) {
            end.insert("ip".into(), part(ip).into());
        }
        if is_port(part(port).as_bytes()) {
            end.insert("port".into(), number(part(port)));
        }
        if let (true, Some(mac)) = (mac, &shared.mac) {
            end.insert("mac".into(), mac.as_str().into());
        }
        for (name, at) in [("packets", packets), ("bytes", packets + 1)] {
            if !number(part(at)).is_null() {
                end.insert(name.into(), number(part(at)));
            }
        }
        Value::Object(end)
    };
    let (source, destination) = (end(1, 3, outbound, 9), end(2, 4, !outbound, 11));
    if source.get("ip").is_none() || destination.get("ip").is_none() {
        return None;
    }
    // The networks' logs have no decision of its own: a denied flow is a state. Behind it stands
    // whether the flow is encrypted.
    let denied = part(7) == "D";
    let state = match part(8).as_bytes() {
        [b'X' | b'N', ..] => part(7),
        _ => part(8),
    };
    let record = shared.record;
    let mut event = json!({
        "@timestamp": String::from_utf8_lossy(&time),
        "source": source,
        "destination": destination,
        "network": {},
        "event": {
            "action": if denied { "denied" } else { "allowed" },
            "outcome": if denied { "failure" } else { "success" },
            "category": ["network"],
            "type": ["connection", if denied { "denied" } else { "allowed" }],
        },
        "observer": {"vendor": "Microsoft", "product": "Azure Network Watcher"},
        "azure": {},
    });
    match part(5) {
        "T" | "6" => event["network"]["transport"] = "tcp".into(),
        "U" | "17" => event["network"]["transport"] = "udp".into(),
        "1" => event["network"]["transport"] = "icmp".into(),
        _ => {}
    }
    match part(6) {
        "I" => event["network"]["direction"] = "inbound".into(),
        "O" => event["network"]["direction"] = "outbound".into(),
        _ => {}
    }
    if let Some(rule) = shared.rule {
        event["rule"] = json!({ "name": rule });
    }
    let resource = ["resourceId", "targetResourceID", "flowLogResourceID"];
    if let Some(id) = resource.iter().find_map(|name| text(record.get(*name))) {
        event["azure"]["resource"] = json!({ "id": id });
    }
    if let Some(category) = text(record.get("category")) {
        event["azure"]["category"] = category.into();
    }
    match state {
        "B" => event["azure"]["flow_state"] = "begin".into(),
        "C" => event["azure"]["flow_state"] = "continuing".into(),
        "E" => event["azure"]["flow_state"] = "end".into(),
        _ => {}
    }
    Some(event)
}

fn number(text: &str) -> Value {
    text.parse::<u64>().map_or(Value::Null, Value::from)
}

#[cfg(test)]
mod tests;
