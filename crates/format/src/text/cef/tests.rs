use super::*;
use crate::text::Context;
use crate::text::time::{Clock, Time};

/// The record of a line, if it is taken.
fn with<T>(line: &str, look: impl FnOnce(Option<&Record<'_>>) -> T) -> T {
    let context = Context::new(Clock::at(Time::default()));
    let mut record = Record::new(&context);
    record.begin(line.as_bytes());
    let taken = read(line.as_bytes(), &mut record);
    look(taken.then_some(&record))
}

fn get(line: &str, field: Field) -> Option<String> {
    with(line, |record| {
        let value = record.expect(line).get(field)?;
        Some(String::from_utf8_lossy(value).into_owned())
    })
}

fn vendor(line: &str, name: &str) -> Option<String> {
    with(line, |record| {
        let value = record.expect(line).vendor_value(name.as_bytes())?;
        Some(String::from_utf8_lossy(value).into_owned())
    })
}

fn extension(text: &str) -> String {
    format!("CEF:0|V|P|1|C|N|5|{text}")
}

#[test]
fn the_header_is_found_behind_what_devices_put_before_it() {
    for front in [
        "CEF:0",
        "CEF: 0",
        "CEF:1",
        " CEF:0",
        "CEF:CEF:0",
        "ASM:CEF:0",
        "x: y|z CEF:0",
        "0",
    ] {
        let line = format!("{front}|Ve\\|n|P\\\\x|1|C|N|5|src=192.0.2.1");
        assert_eq!(
            get(&line, Field::ObserverVendor).as_deref(),
            Some("Ve|n"),
            "{line}"
        );
        assert_eq!(get(&line, Field::ObserverProduct).as_deref(), Some("P\\x"));
        assert_eq!(get(&line, Field::EventCode).as_deref(), Some("C"));
        assert_eq!(get(&line, Field::EventSeverity).as_deref(), Some("5"));
        assert_eq!(get(&line, Field::SourceIp).as_deref(), Some("192.0.2.1"));
    }
}

#[test]
fn a_field_too_many_or_too_few_does_not_move_the_pairs() {
    let empty = "CEF:0||Check Point|VPN-1|Check Point|Log|dns|Unknown|act=Accept src=192.0.2.1";
    assert_eq!(
        get(empty, Field::ObserverVendor).as_deref(),
        Some("Check Point")
    );
    assert_eq!(get(empty, Field::EventAction).as_deref(), Some("Accept"));
    let missing = "CEF:0|Ubiquiti|UniFi OS|4.3.6|admins|1|msg=ann signed in. Source IP: 192.0.2.1";
    assert_eq!(get(missing, Field::EventCode).as_deref(), Some("admins"));
    assert_eq!(get(missing, Field::EventSeverity).as_deref(), Some("1"));
    assert_eq!(get(missing, Field::SourceIp).as_deref(), Some("192.0.2.1"));
    let pipe = "CEF:0|V|P|1|C|a|b|5|src=192.0.2.1 dst=198.51.100.7";
    assert_eq!(get(pipe, Field::SourceIp).as_deref(), Some("192.0.2.1"));
    let none = "CEF:0|V|P|1|C|N|Low";
    assert_eq!(get(none, Field::EventAction).as_deref(), Some("N"));
}

#[test]
fn what_is_something_else_is_left() {
    for line in [
        "",
        "CEF:",
        "CEF:0",
        "CEF:0|",
        "CEF:0|V|P|1",
        "CEF:x|V|P|1|C|N|5|",
        "{\"message\":\"CEF:0|V|P|1|C|N|5|src=192.0.2.1\"}",
        "0|1|2|3|4|5|6|7",
        "0|V|P|1|C|N|5|no pairs here",
        "0|V|P|1|C|N|a severity that is a sentence|a=b",
        "2026|CEF|text",
    ] {
        with(line, |record| assert!(record.is_none(), "{line}"));
    }
    let far = format!("{}CEF:0|V|P|1|C|N|5|src=192.0.2.1", "x|".repeat(100));
    with(&far, |record| assert!(record.is_none()));
}

#[test]
fn a_value_ends_where_the_next_key_begins() {
    let line = extension(
        "msg=a b\\=c d=e\\nf \\\\ C:\\x request=http://h/?src=203.0.113.1&x=1 ad.key[0]=1  2 \
         filePath=C:\\\\a b.txt\tsrc=192.0.2.1\n dst= 198.51.100.7 ",
    );
    assert_eq!(vendor(&line, "msg").as_deref(), Some("a b=c"));
    assert_eq!(vendor(&line, "d").as_deref(), Some("e\nf \\ C:\\x"));
    assert_eq!(vendor(&line, "ad.key[0]").as_deref(), Some("1  2"));
    let url = "http://h/?src=203.0.113.1&x=1";
    assert_eq!(get(&line, Field::UrlOriginal).as_deref(), Some(url));
    assert_eq!(get(&line, Field::FilePath).as_deref(), Some("C:\\a b.txt"));
    assert_eq!(get(&line, Field::SourceIp).as_deref(), Some("192.0.2.1"));
    assert_eq!(
        get(&line, Field::DestinationIp).as_deref(),
        Some("198.51.100.7")
    );
}

#[test]
fn labels_name_values_before_and_behind_them() {
    let line = extension(
        "cs1=one cs1Label=First cs2Label=Second cs2=two cs2Label=Third cs2=three cs12=x cn1=4 \
         cs3Label=Empty cs4Label=Rule Name cs4=Block all c6a2=2001:db8::1 \
         c6a2Label=Source IPv6 Address c6a3Label=Destination IPv6 Address c6a3=2001:db8::2",
    );
    for (name, value) in [
        ("First", "one"),
        ("Second", "two"),
        ("Third", "three"),
        ("cs12", "x"),
        ("cn1", "4"),
    ] {
        assert_eq!(vendor(&line, name).as_deref(), Some(value), "{name}");
    }
    assert_eq!(vendor(&line, "Empty"), None);
    assert_eq!(get(&line, Field::RuleName).as_deref(), Some("Block all"));
    assert_eq!(get(&line, Field::SourceIp).as_deref(), Some("2001:db8::1"));
    assert_eq!(
        get(&line, Field::DestinationIp).as_deref(),
        Some("2001:db8::2")
    );
    let other = extension("c6a2=2001:db8::1 c6a2Label=Something else");
    assert_eq!(get(&other, Field::SourceIp), None);
}

#[test]
fn a_device_is_never_the_source() {
    let line = extension(
        "dvc=192.0.2.1 dvchost=fw deviceTranslatedAddress=192.0.2.2 in=10 out=20 proto=6",
    );
    assert_eq!(get(&line, Field::SourceIp), None);
    assert_eq!(get(&line, Field::ObserverIp).as_deref(), Some("192.0.2.1"));
    assert_eq!(get(&line, Field::SourceBytes).as_deref(), Some("10"));
    assert_eq!(get(&line, Field::DestinationBytes).as_deref(), Some("20"));
    assert_eq!(get(&line, Field::NetworkTransport).as_deref(), Some("tcp"));
    let fortinet = line.replace("|V|", "|Fortinet|");
    assert_eq!(get(&fortinet, Field::SourceBytes).as_deref(), Some("20"));
    // Incapsula's `spt` is the server's port.
    let line = "CEF:0|Incapsula|SIEMintegration|1|1|Normal|0| sip=198.51.100.7 spt=443 cpt=50000 src=192.0.2.1";
    assert_eq!(get(line, Field::SourcePort).as_deref(), Some("50000"));
    assert_eq!(get(line, Field::DestinationPort).as_deref(), Some("443"));
}

#[test]
fn the_receipt_time_counts_most() {
    let at = |text: &str| {
        with(&extension(text), |record| {
            record.expect("taken").time().map(|time| time.seconds)
        })
    };
    assert_eq!(
        at("start=1000000000000 end=1100000000000 rt=1200000000123"),
        Some(1_200_000_000)
    );
    assert_eq!(
        at("start=1000000000000 end=1100000000000"),
        Some(1_100_000_000)
    );
    assert_eq!(at("rt=never start=1000000000000"), Some(1_000_000_000));
    assert_eq!(at("dtz=UTC rt=Mar 01 2021 20:35:54"), Some(1_614_630_954));
    assert_eq!(at("rt=Mar 01 2021 20:35:54 dtz=+0200"), Some(1_614_623_754));
    assert_eq!(at("src=192.0.2.1"), None);
}

#[test]
fn hostile_extensions_cost_linear_time() {
    let start = std::time::Instant::now();
    for text in [
        "a=b ".repeat(300_000),
        "=".repeat(1_000_000),
        "x".repeat(1_000_000),
        "\\".repeat(1_000_001),
        "cs1=x cs1Label=y ".repeat(100_000),
        "cs1=x ".repeat(200_000),
        (0..100_000).map(|n| format!("k{n}=v ")).collect::<String>(),
    ] {
        with(&extension(&text), |record| assert!(record.is_some()));
        with(&format!("CEF:0{text}"), |_| ());
        with(&format!("CEF:0|{text}"), |_| ());
    }
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}
