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
        "1542110424,192.0.2.4,198.51.100.9,59831,443,T,O,A,E,25,4591,30,7600"]}]}]}}]}"#;
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
fn the_first_version_ends_with_the_decision() {
    let record = r#"{"time":"2017-02-16T22:00:32.8950000Z","category":"NetworkSecurityGroupFlowEvent",
        "properties":{"Version":1,"flows":[{"rule":"Allow_Web","flows":[{"mac":"000D3AF8801A",
        "flowTuples":["1487282421,198.51.100.9,192.0.2.4,5529,443,T,I,A"]}]},
        {"rule":"Deny_All","flows":[{"mac":"000D3AF8801B",
        "flowTuples":["1487282370,203.0.113.7,192.0.2.4,28918,5358,T,I,D"]}]}]}}"#;
    let events = lines(record);
    assert_eq!(events.len(), 2);
    assert_eq!(
        events[0]["source"],
        json!({"ip": "198.51.100.9", "port": 5529})
    );
    assert_eq!(
        events[0]["destination"],
        json!({"ip": "192.0.2.4", "port": 443, "mac": "00-0D-3A-F8-80-1A"})
    );
    assert_eq!(events[0]["event"]["action"], "allowed");
    assert_eq!(events[0]["azure"].get("flow_state"), None);
    assert_eq!(events[1]["@timestamp"], "2017-02-16T21:59:30.000Z");
    assert_eq!(events[1]["event"]["action"], "denied");
    assert_eq!(events[1]["rule"]["name"], "Deny_All");
    assert_eq!(events[1]["destination"]["mac"], "00-0D-3A-F8-80-1B");
}

#[test]
fn a_flattened_record_numbers_its_tuples() {
    let record = r#"{"flow_state":"end","resourceId":"/SUBSCRIPTIONS/1/NSG","macAddress":"000D3AF87856",
        "flow.10":"1542110403,192.0.2.4,198.51.100.9,3,443,T,O,A",
        "flow.0":"1542110401,192.0.2.4,198.51.100.9,1,443,T,O,A,E,1,74,2,148",
        "flow.2":"1542110402,192.0.2.4,198.51.100.9,2,443,T,O,A,B,,,,",
        "rule":"Allow_Out","time":"2018-11-13T12:00:35Z","version":"2"}"#;
    assert!(is_nsg(record.as_bytes()));
    let events = lines(record);
    let ports: Vec<_> = events
        .iter()
        .map(|event| &event["source"]["port"])
        .collect();
    assert_eq!(ports, [1, 2, 3]);
    assert_eq!(events[0]["destination"]["bytes"], 148);
    for event in events {
        assert_eq!(event["source"]["mac"], "00-0D-3A-F8-78-56");
        assert_eq!(event["rule"]["name"], "Allow_Out");
        assert_eq!(event["azure"]["resource"]["id"], "/SUBSCRIPTIONS/1/NSG");
    }
}

#[test]
fn a_record_that_can_not_be_read_stays() {
    let good = r#"{"flow.0":"1542110401,192.0.2.4,198.51.100.9,1,443,T,O,A"}"#;
    let bad = r#"{"flow.0":"1542110401,192.0.2.4,198.51.100.9,1,443,T,O,A","flow.1":"x,y"}"#;
    let other = r#"{"category":"Other"}"#;
    assert_eq!(lines(bad).len(), 0);
    let events = lines(&format!("{{\"records\":[{other},{good},{bad}]}}"));
    assert_eq!(events.len(), 3);
    assert_eq!(events[0], json!({"category": "Other"}));
    assert_eq!(events[1]["source"]["ip"], "192.0.2.4");
    assert_eq!(events[2]["flow.1"], "x,y");
    assert_eq!(lines(&format!("{{\"records\":[{other},{bad}]}}")).len(), 0);
}

#[test]
fn only_the_members_that_hold_flows_are_a_sign() {
    for record in [
        r#"{"flow":{"id":1},"flow_id":2,"flow.1":"x","message":"the flowTuples"}"#,
        r#"{"@timestamp":"2018-11-13T12:00:35Z","flowTuples":[]}"#,
    ] {
        assert!(!is_nsg(record.as_bytes()), "{record}");
    }
    assert!(is_nsg(br#"{"flow":{"id":1},"flowTuples":[]}"#));
    let long = format!("{{\"a\":\"{}\",\"flowTuples\":[]}}", "x".repeat(LONGEST));
    assert!(!is_nsg(long.as_bytes()));
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
        r#"{"flow.0":"-9223372036854775808,192.0.2.4,198.51.100.9,1,443,T,O,A"}"#,
        r#"{"flow.0":"1542110401,host,198.51.100.9,1,443,T,O,A"}"#,
        r#"{"flow.0":7}"#,
    ] {
        assert_eq!(lines(record).len(), 0, "{record}");
    }
}
