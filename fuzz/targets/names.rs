//! Any bytes as a JSON record: its members with roles, and the flows that it holds.
#![no_main]

use std::sync::LazyLock;

use knownet_format::json::{name, nsg};
use knownet_format::text::address::{is_ip, is_port};
use knownet_format::text::alias::Aliases;
use knownet_format::text::field::Kind;
use knownet_fuzz::text::Tree;
use libfuzzer_sys::fuzz_target;

static ALIASES: LazyLock<Aliases> = LazyLock::new(|| Aliases::new(&[]));

fuzz_target!(|record: &[u8]| {
    let (mut scratch, mut seen) = (Vec::new(), Vec::new());
    name::find(record, &ALIASES, &mut scratch, |field, span, inside| {
        let value = &inside.unwrap_or(record)[span];
        let good = match field.kind() {
            Kind::Ip => is_ip(value),
            _ => is_port(value),
        };
        let shown = String::from_utf8_lossy(value);
        assert!(good, "{} is {shown:?}", field.path());
        assert!(!seen.contains(&field), "{} twice", field.path());
        seen.push(field);
    });
    let mut out = Vec::new();
    let count = nsg::expand(record, &mut out);
    assert_eq!(out.iter().filter(|&&byte| byte == b'\n').count(), count);
    for line in out
        .split(|&byte| byte == b'\n')
        .filter(|line| !line.is_empty())
    {
        let tree: Tree = serde_json::from_slice(line).expect("JSON");
        for end in ["source.ip", "destination.ip"] {
            assert!(matches!(tree.at(end), Some(Tree::Text(ip)) if is_ip(ip.as_bytes())));
        }
    }
});
