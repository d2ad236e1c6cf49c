use super::{flatten, objects};

fn lines(message: &str) -> Option<String> {
    let mut lines = b"before\n".to_vec();
    let whole = objects(message.as_bytes(), &mut lines);
    let text = String::from_utf8(lines).expect("text");
    let text = text.strip_prefix("before\n").expect("it stays").to_owned();
    match whole {
        true => Some(text),
        false => {
            assert_eq!(text, "");
            None
        }
    }
}

#[test]
fn an_object_is_one_line_and_objects_are_lines() {
    for (message, expected) in [
        ("{\"a\":1,\n\"b\":2}", "{\"a\":1, \"b\":2}"),
        ("{\r\n  \"a\": {\n}\r\n}", "{    \"a\": { }  }"),
        ("{\"a\":\"x\ny\"}", "{\"a\":\"x\\ny\"}"),
        (
            "{\"a\":\"}\\\"\n\"}\n{\"b\":\n1}",
            "{\"a\":\"}\\\"\\n\"}\n{\"b\": 1}",
        ),
        ("{\"a\":1}\r\n{\"b\":2}", "{\"a\":1}\r\n{\"b\":2}"),
        ("{}}\n{\"a\":[\n]}", "{}}\n{\"a\":[ ]}"),
        ("{main} says \"\nmore", "{main} says \"\nmore"),
    ] {
        assert_eq!(lines(message).as_deref(), Some(expected));
    }
}

#[test]
fn what_ends_within_an_object_is_left_alone() {
    let message = "{\"a\":\"x\\\"\ny\",\n\"b\":{}}";
    for end in 1..message.len() {
        assert_eq!(lines(&message[..end]), None, "{end}");
    }
    assert!(lines(message).is_some());
}

#[test]
fn an_event_is_one_line_whatever_it_is() {
    let mut bytes = b"x\n{}\n\"\n\\\n".to_vec();
    flatten(&mut bytes, 2);
    assert_eq!(bytes, b"x\n{} \"\\n\\n");
}
