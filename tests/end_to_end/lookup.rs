use serde_json::json;

use crate::rig::{Folder, MICROSOFT, Ran, UNKNOWN};

fn lookup(args: &[&str]) -> Ran {
    Folder::new().knownet(&[&["lookup"], args].concat()).ran()
}

#[test]
fn an_answer_has_this_shape() {
    let ran = lookup(&[MICROSOFT]).succeeded();
    let expected = concat!(
        r#"{"ip":"13.107.4.50","labels":["Microsoft"],"matches":[{"label":"Microsoft","#,
        r#""prefix":"13.104.0.0/14","feed":"builtin:microsoft","attributes":{}}]}"#,
        "\n"
    );
    assert_eq!((&*ran.out, &*ran.err), (expected, ""));
    assert_eq!(lookup(&["--json", MICROSOFT]).succeeded().out, expected);
}

#[test]
fn an_unknown_address_has_no_labels() {
    let ran = lookup(&[UNKNOWN]).succeeded();
    assert_eq!(
        ran.objects(),
        [json!({"ip": UNKNOWN, "labels": [], "matches": []})]
    );
}

#[test]
fn what_is_no_address_says_so_and_stops_nothing() {
    let ran = lookup(&[
        "10.0.0.1",
        "10.0.0.256",
        "fe80::g",
        "example.com",
        "010.0.0.1",
        "10.0.0.1",
    ]);
    let ran = ran.ended(1);
    let out = ran.objects();
    assert_eq!(out.len(), 6);
    for (n, ip) in [
        (1, "10.0.0.256"),
        (2, "fe80::g"),
        (3, "example.com"),
        (4, "010.0.0.1"),
    ] {
        assert_eq!(out[n]["ip"], ip);
        let error = out[n]["error"].as_str().expect("an error");
        assert!(error.contains("not an address"), "{error}");
        assert_eq!(out[n].get("labels"), None);
    }
    assert_eq!(out[0], out[5]);
    assert_eq!(out[0]["labels"], json!(["Private"]));
}

#[test]
fn addresses_come_from_standard_input_too() {
    let folder = Folder::new();
    let call = folder.knownet(&["lookup"]);
    let ran = call
        .input("10.0.0.1\r\n192.0.2.1\nnonsense\n13.107.4.50")
        .ran()
        .ended(1);
    let out = ran.objects();
    assert_eq!(out.len(), 4);
    assert_eq!(out[0]["ip"], "10.0.0.1");
    assert_eq!(out[0]["labels"], json!(["Private"]));
    assert_eq!(out[1]["labels"], json!([]));
    assert_eq!(out[2]["ip"], "nonsense");
    assert_eq!(out[3]["labels"], json!(["Microsoft"]));
    let ran = folder.knownet(&["lookup"]).input("").ran().succeeded();
    assert_eq!(ran.out, "");
}

#[test]
fn addresses_are_read_as_logs_write_them() {
    let ran = lookup(&[
        "::ffff:10.0.0.1",
        "::ffff:0a00:0001",
        "10.0.0.1:443",
        "[10.0.0.1]",
        " 10.0.0.1 ",
        "[fe80::1]:443",
        "fe80::1%eth0",
        "[fe80::1%eth0]:53",
        "FE80:0:0:0:0:0:0:1",
        "fe80::10.0.0.1",
    ]);
    for answer in ran.succeeded().objects() {
        let ip = answer["ip"].as_str().expect("the address as it was given");
        let v4 = !ip.to_lowercase().contains("fe80");
        let prefix = if v4 { "10.0.0.0/8" } else { "fe80::/10" };
        assert_eq!(answer["labels"], json!(["Private"]), "{ip}");
        assert_eq!(answer["matches"][0]["prefix"], prefix, "{ip}");
    }
}

#[test]
fn every_covering_label_answers_the_most_specific_first() {
    let ran = lookup(&[
        "--label",
        "World=10.0.0.0/8,8.0.0.0/8",
        "--label",
        "Site=10.1.0.0/16",
        "--label",
        "Host=10.1.2.3",
        "--label",
        "Same=10.1.0.0/16",
        "--label",
        "World=10.1.0.0/16",
        "10.1.2.3",
        "10.1.9.9",
        "8.8.8.8",
    ]);
    let out = ran.succeeded().objects();
    // Of equal prefixes the label that was defined first comes first.
    assert_eq!(out[0]["labels"], json!(["Host", "World", "Site", "Same"]));
    let matches: Vec<_> = out[0]["matches"]
        .as_array()
        .expect("matches")
        .iter()
        .collect();
    let pairs: Vec<_> = matches
        .iter()
        .map(|m| (&m["label"], &m["prefix"]))
        .collect();
    let expected = [
        ("Host", "10.1.2.3/32"),
        ("World", "10.1.0.0/16"),
        ("Site", "10.1.0.0/16"),
        ("Same", "10.1.0.0/16"),
        ("World", "10.0.0.0/8"),
    ];
    for (pair, expected) in pairs.iter().zip(expected) {
        assert_eq!(
            (pair.0.as_str(), pair.1.as_str()),
            (Some(expected.0), Some(expected.1))
        );
    }
    assert_eq!(pairs.len(), expected.len());
    assert_eq!(out[1]["labels"], json!(["World", "Site", "Same"]));
    assert_eq!(out[2]["labels"], json!(["World"]));
}

#[test]
fn labels_come_from_a_configuration() {
    let folder = Folder::new();
    std::fs::create_dir(folder.path("etc")).expect("a folder");
    folder.file("etc/list.txt", "192.0.2.0/24\n");
    folder.file(
        "etc/a.toml",
        "[sources.in]\ntype = \"stdin\"\n[sinks.out]\ntype = \"stdout\"\n\
         [labels.Zone]\nfeeds = [\"list.txt\"]\ncidrs = [\"192.0.2.1\"]\n",
    );
    let ran = folder
        .knownet(&["lookup", "--config", "etc/a.toml", UNKNOWN])
        .ran()
        .succeeded();
    let answer = &ran.objects()[0];
    assert_eq!(answer["labels"], json!(["Zone"]));
    assert_eq!(answer["matches"][0]["prefix"], "192.0.2.1/32");
    assert_eq!(answer["matches"][1]["prefix"], "192.0.2.0/24");
    let feed = answer["matches"][1]["feed"].as_str().expect("a feed");
    assert!(feed.ends_with("list.txt"), "{feed}");
    folder.file("etc/a.toml", "[labels.Zone]\nfeed = 1\n");
    let ran = folder
        .knownet(&["lookup", "--config", "etc/a.toml", UNKNOWN])
        .ran()
        .ended(1);
    ran.said("etc/a.toml:2: labels.Zone.feed: unknown key; did you mean feeds?");
    assert_eq!(ran.out, "");
}
