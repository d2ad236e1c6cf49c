//! Azure flow logs: one record holds many flows, each a tuple of text; here each becomes an event.
//!
//! - Network security groups (versions 1 and 2) and virtual networks (version 4), as a blob of
//!   `records` or a single one of them.
//! - The time is the flow's own. `I` and `O` are seen from the network card whose address is given.
//! - Sources: <https://learn.microsoft.com/azure/network-watcher/nsg-flow-logs-overview> and
//!   `vnet-flow-logs-overview` beside it.

use serde_json::{Map, Value, json};

use crate::text::address::{is_ip, is_port};
use crate::text::time::Time;

/// Longer texts that all flows of a record share are cut: each flow repeats them.
const LONGEST: usize = 512;

/// Whether the record may hold flows.
pub fn is_nsg(record: &[u8]) -> bool {
    memchr::memmem::find(record, b"\"flowTuples\"").is_some()
}

/// Appends one JSON line for each flow of the record, and says how many; none if it holds none.
pub fn expand(record: &[u8], out: &mut Vec<u8>) -> usize {
    let Ok(root) = serde_json::from_slice::<Value>(record) else {
        return 0;
    };
    let mut count = 0;
    match root.get("records").and_then(Value::as_array) {
        Some(records) => records.iter().for_each(|one| count += flows(one, out)),
        None => count = flows(&root, out),
    }
    count
}

/// What the flows of one record share.
struct Shared<'a> {
    record: &'a Value,
    mac: Option<String>,
    rule: Option<&'a str>,
}

fn flows(record: &Value, out: &mut Vec<u8>) -> usize {
    let mut count = 0;
    let list = |value: &Value, name: &str| value.get(name).and_then(Value::as_array).cloned();
    let properties = record.get("properties").unwrap_or(&Value::Null);
    for rule in list(properties, "flows").unwrap_or_default() {
        for flow in list(&rule, "flows").unwrap_or_default() {
            let shared = Shared {
                record,
                mac: mac(flow.get("mac").or(record.get("macAddress"))),
                rule: text(rule.get("rule")),
            };
            for tuple in list(&flow, "flowTuples").unwrap_or_default() {
                count += usize::from(event(&shared, &tuple, false, out));
            }
        }
    }
    let records = record.get("flowRecords").unwrap_or(&Value::Null);
    for flow in list(records, "flows").unwrap_or_default() {
        for group in list(&flow, "flowGroups").unwrap_or_default() {
            let shared = Shared {
                record,
                mac: mac(record.get("macAddress")),
                rule: text(group.get("rule")),
            };
            for tuple in list(&group, "flowTuples").unwrap_or_default() {
                count += usize::from(event(&shared, &tuple, true, out));
            }
        }
    }
    count
}

/// A text that flows may repeat.
fn text(value: Option<&Value>) -> Option<&str> {
    let text = value?.as_str()?;
    let mut end = text.len().min(LONGEST);
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

/// Appends the flow of one tuple; `false` if it is none.
fn event(shared: &Shared<'_>, tuple: &Value, network: bool, out: &mut Vec<u8>) -> bool {
    let Some(tuple) = tuple.as_str() else {
        return false;
    };
    let parts: Vec<&str> = tuple.split(',').take(16).collect();
    let part = |at: usize| parts.get(at).copied().unwrap_or_default();
    let (Ok(at), true) = (part(0).parse::<i64>(), parts.len() >= 8) else {
        return false;
    };
    // Seconds in the groups' logs, milliseconds in the networks'.
    let millis = match at.abs() < 100_000_000_000 {
        true => at * 1000,
        false => at,
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
        return false;
    }
    // The networks' logs have no decision of its own: a denied flow is a state.
    let (denied, state) = match network {
        true => (part(7) == "D", part(7)),
        false => (part(7) == "D", part(8)),
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
    if serde_json::to_writer(&mut *out, &event).is_err() {
        return false;
    }
    out.push(b'\n');
    true
}

fn number(text: &str) -> Value {
    text.parse::<u64>().map_or(Value::Null, Value::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(record: &str) -> Vec<Value> {
        let mut out = Vec::new();
        let count = expand(record.as_bytes(), &mut out);
        let lines: Vec<Value> = out
            .split(|&byte| byte == b'\n')
            .filter(|line| !line.is_empty())
            .map(|line| serde_json::from_slice(line).expect("JSON"))
            .collect();
        assert_eq!(lines.len(), count);
        lines
    }

    #[test]
    fn each_tuple_of_a_group_is_an_event() {
        let record = r#"{"records":[{"time":"2018-11-13T12:00:35.3899262Z","macAddress":"000D3AF87856",
            "category":"NetworkSecurityGroupFlowEvent","resourceId":"/SUBSCRIPTIONS/1/NSG",
            "properties":{"Version":2,"flows":[{"rule":"Deny_In","flows":[{"mac":"000D3AF87856","flowTuples":[
            "1542110402,203.0.113.7,192.0.2.4,28746,443,U,I,D,B,,,,",
            "1542110424,192.0.2.4,198.51.100.9,59831,443,T,O,A,E,25,4591,30,7600","x,y"]}]}]}}]}"#;
        let events = lines(record);
        assert_eq!(events.len(), 2);
        let [a, b] = &events[..] else { unreachable!() };
        assert_eq!(a["@timestamp"], "2018-11-13T12:00:02.000Z");
        assert_eq!(a["source"], json!({"ip": "203.0.113.7", "port": 28746}));
        assert_eq!(a["destination"]["mac"], "00-0D-3A-F8-78-56");
        assert_eq!(a["event"]["action"], "denied");
        assert_eq!(
            a["network"],
            json!({"transport": "udp", "direction": "inbound"})
        );
        assert_eq!(a["rule"]["name"], "Deny_In");
        assert_eq!(b["source"]["bytes"], 4591);
        assert_eq!(b["destination"]["packets"], 30);
        assert_eq!(b["azure"]["flow_state"], "end");
        assert!(is_nsg(record.as_bytes()));
    }

    #[test]
    fn each_tuple_of_a_network_is_an_event() {
        let record = r#"{"time":"2022-09-14T09:00:52Z","macAddress":"00224871C205","category":"FlowLogFlowEvent",
            "targetResourceID":"/subscriptions/1/vnet","flowRecords":{"flows":[{"aclID":"1","flowGroups":[
            {"rule":"BlockHighRisk","flowTuples":["1663146003606,192.0.2.4,2001:db8::7,23956,443,6,O,D,NX,0,0,0,0"]}]}]}}"#;
        let events = lines(record);
        assert_eq!(events.len(), 1);
        assert_eq!(events[0]["@timestamp"], "2022-09-14T09:00:03.606Z");
        assert_eq!(events[0]["destination"]["ip"], "2001:db8::7");
        assert_eq!(events[0]["event"]["outcome"], "failure");
        assert_eq!(events[0]["source"]["mac"], "00-22-48-71-C2-05");
        assert_eq!(events[0]["network"]["transport"], "tcp");
    }

    #[test]
    fn what_holds_no_flow_is_no_event() {
        for record in [
            "",
            "{}",
            "[1]",
            r#"{"flowTuples":["1,2"]}"#,
            "{\"records\":[1]}",
        ] {
            assert_eq!(lines(record).len(), 0, "{record}");
        }
    }
}
