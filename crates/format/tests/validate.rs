//! `validate` lets through what RFC 8259 calls JSON, and nothing else.

use knownet_flow::{Format, Kind, Work};
use knownet_format::json::{Json, Options};

fn kind(record: &[u8]) -> Kind {
    let options = Options {
        validate: true,
        ..Options::default()
    };
    let mut work = Work::default();
    let line = [record, b"\n"].concat();
    Json::new(&[], &[], options).scan(&line, &mut work);
    work.events[0].kind
}

#[test]
fn what_the_grammar_allows_passes_whatever_it_means() {
    let deep = format!(r#"{{"a":{}1{}}}"#, "[".repeat(120), "]".repeat(120));
    for record in [
        r#"{}"#,
        r#" {"a" : [ 1 , -0.5e-7 , true , false , null , "é\u00e9\n" ] } "#,
        r#"{"a":18446744073709551616,"b":-99999999999999999999999999}"#,
        r#"{"a":1e999}"#,
        r#"{"a":"\ud800"}"#,
        r#"{"a":1,"a":2}"#,
        &deep,
    ] {
        assert_eq!(kind(record.as_bytes()), Kind::Json, "{record}");
    }
}

#[test]
fn everything_else_is_unparsed() {
    for record in [
        &br#"{"a":01}"#[..],
        br#"{"a":1,}"#,
        br#"{"a" 1}"#,
        br#"{"a":1}}"#,
        br#"{"a":1}{"a":1}"#,
        br#"{'a':1}"#,
        br#"{"a":"\x"}"#,
        br#"{"a":"	"}"#,
        br#"{"a":NaN}"#,
        b"{\"a\":\"\xff\"}",
        b"{\"a\":\"\xed\xa0\x80\"}",
        br#"[{}]"#,
    ] {
        let text = String::from_utf8_lossy(record);
        assert_eq!(kind(record), Kind::Unparsed, "{text}");
    }
}
