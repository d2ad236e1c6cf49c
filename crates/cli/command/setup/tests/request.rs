use clap::CommandFactory;
use knownet_format::text::field::{Field, Kind};
use serde_json::{Value, json};

use super::{MAPPINGS, Plan, Product, Request, There, read};
use crate::option::Args;

const BOTH: [Product; 2] = [Product::Elasticsearch, Product::OpenSearch];

fn all(product: Product) -> Vec<Request> {
    let patterns = ["logs-a.*-*".to_owned(), "logs-b-c".to_owned()];
    let plan = Plan {
        product,
        patterns: patterns.into(),
        days: 7,
        failure_store: false,
    };
    plan.requests().expect("requests")
}

/// What the field at the path is, with the template over the mappings, as the server merges them.
fn mapped(product: Product, path: &str) -> Option<Value> {
    let requests = all(product);
    let of = |body: &Value| {
        let place = path.replace('.', "/properties/");
        let place = format!("/template/mappings/properties/{place}");
        body.pointer(&place).cloned()
    };
    of(&requests[2].body).or_else(|| of(&requests[1].body))
}

#[test]
fn every_field_of_a_text_event_has_a_type_that_takes_its_values() {
    for product in BOTH {
        for &field in Field::ALL {
            let path = field.path();
            if path == "winlog.event_data" {
                // Named by Windows' manifests; its texts become keywords as they come.
                continue;
            }
            let found = mapped(product, path).unwrap_or_else(|| panic!("{path} has no type"));
            let fits: &[&str] = match field.kind() {
                Kind::Text => &["keyword", "wildcard"],
                Kind::Ip => &["ip"],
                Kind::Port | Kind::Number => &["long"],
                Kind::Json => &["flattened", "object"],
            };
            let kind = found["type"].as_str().expect("a type");
            assert!(fits.contains(&kind), "{product:?}: {path} is {kind}");
            // A longer keyword would take its whole event with it: Lucene's terms end at 32,766 bytes.
            let longest = found["ignore_above"].as_u64();
            assert!(
                kind != "keyword" || longest.is_some_and(|n| n <= 8191) || found["index"] == false,
                "{product:?}: {path} has no end"
            );
            let bounded = kind == "flattened" && longest.is_some_and(|n| n <= 8191);
            assert!(
                field.kind() != Kind::Json || bounded || found["enabled"] == false,
                "{product:?}: {path} has no end"
            );
        }
    }
}

#[test]
fn what_is_found_out_has_a_type_too() {
    for product in BOTH {
        for path in ["IPDestination", "IPSource", "network.labels", "tags"] {
            let found = mapped(product, path).expect("a type");
            assert_eq!(found, json!({ "type": "keyword", "ignore_above": 1024 }));
        }
        let time = mapped(product, "@timestamp").expect("a type");
        assert_eq!(time, json!({ "type": "date", "ignore_malformed": false }));
    }
}

#[test]
fn each_product_is_asked_in_its_own_words() {
    let paths = |product| all(product).into_iter().map(|request| request.path);
    assert!(paths(Product::Elasticsearch).eq([
        "/_ilm/policy/knownet",
        "/_component_template/knownet-mappings",
        "/_index_template/knownet",
    ]));
    assert!(paths(Product::OpenSearch).eq([
        "/_plugins/_ism/policies/knownet",
        "/_component_template/knownet-mappings",
        "/_index_template/knownet",
    ]));
    for product in BOTH {
        let text = all(product)[2].body.to_string();
        let elastic = product == Product::Elasticsearch;
        // Neither knows the other's names, and refuses the whole template for one of them.
        for word in [
            "flattened",
            "wildcard",
            "lifecycle",
            "ignore_dynamic_beyond",
        ] {
            assert_eq!(text.contains(word), elastic, "{product:?}: {word}");
        }
        // It has no end, so that one long value would take its whole event with it.
        assert!(!text.contains("flat_object"), "{product:?}");
    }
}

#[test]
fn patterns_and_days_are_where_they_belong() {
    let patterns = json!(["logs-a.*-*", "logs-b-c"]);
    for product in BOTH {
        let [policy, _, template] = &all(product)[..] else {
            panic!("three requests");
        };
        assert_eq!(template.body["index_patterns"], patterns);
        assert_eq!(template.body["data_stream"], json!({}));
        assert_eq!(template.body["composed_of"], json!(["knownet-mappings"]));
        // Elasticsearch's guide: above 500 to win over templates that come with it and its agents.
        assert_eq!(template.body["priority"], 501);
        let policy = &policy.body["policy"];
        match product {
            Product::Elasticsearch => {
                let hot = json!({ "max_primary_shard_size": "50gb", "max_age": "30d" });
                assert_eq!(policy["phases"]["hot"]["actions"]["rollover"], hot);
                let delete = json!({ "min_age": "7d", "actions": { "delete": {} } });
                assert_eq!(policy["phases"]["delete"], delete);
                let name = &template.body["template"]["settings"]["index.lifecycle.name"];
                assert_eq!(name, "knownet");
            }
            Product::OpenSearch => {
                let hot = json!({ "min_primary_shard_size": "50gb", "min_index_age": "30d" });
                assert_eq!(policy["states"][0]["actions"][0]["rollover"], hot);
                let then = json!({
                    "state_name": "delete",
                    "conditions": { "min_rollover_age": "7d" },
                });
                assert_eq!(policy["states"][0]["transitions"], json!([then]));
                assert_eq!(policy["states"][1]["actions"], json!([{ "delete": {} }]));
                assert_eq!(policy["default_state"], policy["states"][0]["name"]);
                assert_eq!(policy["ism_template"][0]["index_patterns"], patterns);
            }
        }
    }
}

#[test]
fn fields_that_nobody_named_are_kept_in_bounds() {
    let mappings = &read(MAPPINGS).expect("JSON")["template"]["mappings"];
    // A text that looks like a date would make the next one that does not a refused event.
    assert_eq!(mappings["date_detection"], false);
    let texts = &mappings["dynamic_templates"][1]["texts"];
    assert_eq!(texts["match_mapping_type"], "string");
    assert_eq!(texts["mapping"]["ignore_above"], 1024);
    for product in BOTH {
        let settings = &all(product)[2].body["template"]["settings"];
        assert_eq!(settings["index.mapping.total_fields.limit"], 2000);
        assert_eq!(settings["index.mapping.ignore_malformed"], true);
    }
}

/// What the template makes objects of, at the top.
fn objects() -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for product in BOTH {
        for request in &all(product)[1..] {
            let fields = request.body.pointer("/template/mappings/properties");
            let fields = fields.and_then(Value::as_object).expect("fields");
            let objects = fields
                .iter()
                .filter(|(_, field)| field.get("properties").is_some());
            names.extend(objects.map(|(name, _)| name.clone()));
        }
    }
    names.sort();
    names.dedup();
    names
}

#[test]
fn what_becomes_an_object_is_listed_where_people_look() {
    let list = |quote: &str| {
        let names: Vec<_> = objects()
            .iter()
            .map(|name| format!("{quote}{name}{quote}"))
            .collect();
        let (last, others) = names.split_last().expect("some");
        format!("makes objects of {} and {last}", others.join(", "))
    };
    let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let readme = flat(include_str!("../../../../../README.md"));
    assert!(readme.contains(&list("`")), "{}", list("`"));
    let mut cli = Args::command();
    let setup = cli.find_subcommand_mut("setup").expect("setup");
    let setup = setup
        .find_subcommand_mut("elasticsearch")
        .expect("elasticsearch");
    let help = flat(&setup.render_long_help().to_string());
    assert!(help.contains(&list("")), "{}", list(""));
}

#[test]
fn failure_stores_are_turned_off_where_the_server_knows_them() {
    let plan = |failure_store| Plan {
        product: Product::Elasticsearch,
        patterns: vec!["logs-a-b".to_owned()],
        days: 7,
        failure_store,
    };
    let option = |failure_store| {
        let requests = plan(failure_store).requests().expect("requests");
        requests[2].body["template"]["data_stream_options"].clone()
    };
    assert_eq!(
        option(true),
        json!({ "failure_store": { "enabled": false } })
    );
    assert_eq!(option(false), Value::Null);
}

#[test]
fn what_an_earlier_run_set_up_is_read_from_the_server() {
    for product in BOTH {
        let [policy, _, template] = &all(product)[..] else {
            panic!("three requests");
        };
        let policy = match product {
            Product::Elasticsearch => {
                json!({ "knownet": { "version": 3, "policy": policy.body["policy"] } })
            }
            Product::OpenSearch => json!({ "_id": "knownet", "policy": policy.body["policy"] }),
        };
        let answer = |body: &Value| json!({ "index_templates": [{ "name": "knownet", "index_template": body }] });
        let patterns = ["logs-a.*-*", "logs-b-c"].map(str::to_owned).to_vec();
        let there = There {
            patterns: patterns.clone(),
            days: Some(7),
        };
        assert_eq!(
            There::read(product, &policy, &answer(&template.body)),
            there
        );
        let mut other = template.body.clone();
        other["_meta"] = Value::Null;
        assert_eq!(
            There::read(product, &policy, &answer(&other)),
            There::default()
        );
        assert_eq!(
            There::read(product, &Value::Null, &Value::Null),
            There::default()
        );
    }
}
