use super::*;

fn reason(body: &str) -> String {
    let body = body.as_bytes().to_vec();
    let host = Host::parse("http://127.0.0.1").expect("a host");
    let status = 400;
    Answer { host, status, body }.reason()
}

#[test]
fn a_refusal_is_told_in_the_servers_words_to_their_end() {
    let error = r#"{"error":{"type":"illegal_argument_exception","reason":"invalid template",
        "caused_by":{"type":"x","reason":"unknown setting"}},"status":400}"#;
    assert_eq!(
        reason(error),
        "illegal_argument_exception: invalid template: unknown setting"
    );
    assert_eq!(
        reason(r#"{"error":"no handler found for uri [/x] and method [PUT]"}"#),
        "no handler found for uri [/x] and method [PUT]"
    );
    assert_eq!(reason(" Unauthorized\n"), "Unauthorized");
    assert_eq!(reason(""), "no reason");
}
