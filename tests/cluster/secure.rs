use serde_json::{Value, json};

use crate::fleet::config;
use crate::http;
use crate::ledger::event;
use crate::ordeal::passed;
use crate::patience::until;
use crate::place::Place;
use crate::pump::Pump;
use crate::rig::{Daemon, Folder, Ran, lines};
use crate::search::Search;
use crate::secret::Secrets;

const EVENTS: u64 = 200;

/// Attempts that follow each other closely.
const SOON: &str = "\n[sources.events.librdkafka]\n\"reconnect.backoff.max.ms\" = 300\n";

/// As the search server's security has it.
const SECURITY: &str = "/_plugins/_security/api";

/// Lets these users do what the README says, and nothing else.
fn allow(search: &Search, role: &str, users: &[&str]) {
    let rights = json!({
        "cluster_permissions": ["indices:data/write/bulk"],
        "index_permissions": [{
            "index_patterns": ["logs-knownet.*-*"],
            "allowed_actions": ["create_index", "indices:data/write/bulk*", "indices:data/write/index"],
        }],
    });
    search.ask("PUT", &format!("{SECURITY}/roles/{role}"), rights);
    let path = format!("{SECURITY}/rolesmapping/{role}");
    search.ask("PUT", &path, json!({ "users": users }));
}

/// Makes a user, or changes its password.
fn user(search: &Search, name: &str, password: &str) {
    let path = format!("{SECURITY}/internalusers/{name}");
    search.ask("PUT", &path, json!({ "password": password }));
}

/// Takes what was made here away.
fn forget(search: &Search, paths: &[String]) {
    for path in paths {
        // What is left over says nothing about knownet.
        let _ = search.try_ask("DELETE", &format!("{SECURITY}/{path}"), &Value::Null);
    }
}

/// No word of a secret, whatever else was said.
#[track_caller]
fn silent(ran: &Ran, secrets: &[&str]) {
    for (at, secret) in secrets.iter().enumerate() {
        let told = ran.out.contains(secret) || ran.err.contains(secret);
        assert!(!told, "secret {at} was told");
    }
}

/// The cluster's configuration with these keys of the source and of the sink.
fn cluster(source: &str, sink: &str) -> String {
    let text = config("kafka-cluster.toml");
    let text = text.replace(
        "[sources.events]\n",
        &format!("[sources.events]\n{source}\n"),
    );
    text.replace("[sinks.search]\n", &format!("[sinks.search]\n{sink}\n"))
}

/// Runs `knownet.toml` between a topic and a data stream; the second word is in a variable for it.
fn start(folder: &Folder, kafka: &str, url: &str, run: &str, password: &str) -> Daemon {
    let call = folder.knownet(&["run"]);
    call.variable("KNOWNET_KAFKA", kafka)
        .variable("KNOWNET_ELASTICSEARCH", url)
        .variable("KNOWNET_TOPIC", &format!("secure-{run}"))
        .variable("KNOWNET_GROUP", &format!("secure-{run}"))
        .variable(
            "KNOWNET_DATA_STREAM",
            &format!("logs-knownet.{run}-default"),
        )
        .variable("KNOWNET_STATE", "state")
        .variable("KNOWNET_ADMIN", "127.0.0.1:0")
        .variable("PASSWORD", password)
        .daemon()
}

#[test]
fn events_come_through_secured_servers_by_every_proof_of_who_we_are() {
    let Some((place, search, secrets)) = Place::secure() else {
        return;
    };
    let Place { kafka, run, .. } = &place;
    let role = format!("writer-{run}");
    let ca = secrets.path("ca.pem");
    let password = secrets.path("password");
    let (certificate, key) = (secrets.path("client.pem"), secrets.path("client.key"));
    let sasl = |mechanism: &str, password: &str| {
        format!(
            "tls = {{ ca = \"{ca}\" }}\n\
             sasl = {{ mechanism = \"{mechanism}\", username = \"knownet\", {password} }}"
        )
    };
    let by_word = format!(
        "user = \"knownet\"\npassword = \"${{file:{password}}}\"\ntls = {{ ca = \"{ca}\" }}"
    );
    let by_certificate =
        format!("tls = {{ ca = \"{ca}\", certificate = \"{certificate}\", key = \"{key}\" }}");
    let by_file = format!("password_file = \"{password}\"");
    allow(&search, &role, &["knownet", "client"]);
    set_up(&search, &secrets);
    for (n, source, sink) in [
        (1, sasl("SCRAM-SHA-512", &by_file), &by_word),
        (
            2,
            sasl("PLAIN", "password = \"${PASSWORD}\""),
            &by_certificate,
        ),
    ] {
        let run = format!("{run}{n}");
        let topic = format!("secure-{run}");
        kafka.make(&topic);
        let folder = Folder::new();
        folder.file("knownet.toml", cluster(&source, sink));
        let word = secrets.text("password");
        let mut daemon = start(&folder, &kafka.brokers, &search.url, &run, &word);
        daemon.address("admin");
        let pump = Pump::start(kafka, &topic);
        pump.allow(EVENTS);
        pump.end(EVENTS);
        passed(&kafka.watch(&topic, &topic), EVENTS - 1, EVENTS);
        let stream = format!("logs-knownet.{run}-default");
        let found = search.documents(&stream);
        assert_eq!((found.total(), found.doubles()), (EVENTS, 0), "{source}");
        assert_eq!(found.strange, [] as [String; 0]);
        let ran = daemon.stop().succeeded();
        silent(&ran, &[&word]);
        search.remove(&stream);
        kafka.remove(&[&topic]);
    }
    forget(
        &search,
        &[format!("rolesmapping/{role}"), format!("roles/{role}")],
    );
}

/// Sets up the search server by the configuration of a sink, as its administrator.
fn set_up(search: &Search, secrets: &Secrets) {
    let folder = Folder::new();
    let (url, ca) = (&search.url, secrets.path("ca.pem"));
    let password = secrets.path("admin-password");
    let sink = |password: &str| {
        format!(
            "[sources.in]\ntype = \"stdin\"\n[sinks.out]\ntype = \"opensearch\"\nhosts = [\"{url}\"]\n\
             tls = {{ ca = \"{ca}\" }}\nuser = \"admin\"\npassword = \"{password}\"\n"
        )
    };
    let args = ["setup", "elasticsearch"];
    folder.file("knownet.toml", sink("not-this-one"));
    let ran = folder.knownet(&args).ran().ended(1);
    ran.said(&format!("sink out: {url} answered 401: Unauthorized"));
    ran.said("check user and password");
    silent(&ran, &["not-this-one"]);

    folder.file("knownet.toml", sink(&format!("${{file:{password}}}")));
    let ran = folder.knownet(&args).ran();
    for path in [
        "_component_template/knownet-mappings",
        "_index_template/knownet",
    ] {
        assert!(ran.out.contains(&format!("PUT /{path}: done\n")), "{ran:?}");
        search.get(&format!("/{path}"));
    }
    // A server as bare as those of the tests has no plugin for lifecycles.
    let done = ran
        .out
        .contains("PUT /_plugins/_ism/policies/knownet: done\n");
    assert_eq!(ran.code, Some(i32::from(!done)), "{ran:?}");
    silent(&ran, &[&secrets.text("admin-password")]);
}

/// How often the source says a trouble, with this in it, while librdkafka tells it of many.
fn told(mut daemon: Daemon, word: &str) -> Ran {
    daemon.said(word);
    let admin = daemon.address("admin").to_string();
    until("errors of librdkafka", || {
        let answer = http::ask(&admin, "GET", "/metrics", "").expect("an answer");
        let line = answer
            .body
            .lines()
            .find_map(|line| line.strip_prefix("knownet_kafka_errors_total{"));
        let count = line.and_then(|line| line.rsplit_once(' ')?.1.parse::<f64>().ok());
        match count.unwrap_or(0.0) {
            count if count >= 8.0 => Ok(()),
            count => Err(count),
        }
    });
    // It goes on, as it does where nobody is there: the word may be mended at the brokers.
    let ran = daemon.stop().succeeded();
    let said = ran.err.lines().filter(|line| line.contains(word)).count();
    assert_eq!(said, 1, "{}", ran.err);
    ran
}

#[test]
fn brokers_that_refuse_us_or_that_we_do_not_trust_are_tried_on_and_told_once() {
    let Some((place, search, secrets)) = Place::secure() else {
        return;
    };
    let Place { kafka, run, .. } = &place;
    let (ca, server) = (secrets.path("ca.pem"), kafka.brokers.as_str());
    let word = secrets.text("password");
    let sink = "user = \"knownet\"\npassword = \"${PASSWORD}\"";
    let begin = |tls: &str, mechanism: &str, password: &str| {
        let folder = Folder::new();
        let source = format!(
            "{tls}\nsasl = {{ mechanism = \"{mechanism}\", username = \"knownet\", password = \"{password}\" }}"
        );
        folder.file("knownet.toml", cluster(&source, sink) + SOON);
        (start(&folder, server, &search.url, run, &word), folder)
    };
    for mechanism in ["SCRAM-SHA-512", "PLAIN"] {
        let (daemon, _folder) = begin(
            &format!("tls = {{ ca = \"{ca}\" }}"),
            mechanism,
            "not-this-one",
        );
        let ran = told(daemon, "check mechanism, username and password in sasl");
        ran.said("events");
        ran.said(server);
        silent(&ran, &["not-this-one", &word]);
    }
    let (daemon, _folder) = begin("tls = { }", "PLAIN", "${PASSWORD}");
    let ran = told(daemon, "name the file of their authority as ca in tls");
    ran.said(server);
    silent(&ran, &[&word]);
}

#[test]
fn a_search_server_that_refuses_us_gets_every_event_once_it_does_not() {
    let Some((place, search, secrets)) = Place::secure() else {
        return;
    };
    let Place { run, .. } = &place;
    let (name, role) = (format!("late-{run}"), format!("late-{run}"));
    let (url, ca) = (&search.url, secrets.path("ca.pem"));
    let (first, second) = (secrets.text("password"), secrets.text("admin-password"));
    let (first, second) = (format!("{run}{first}"), format!("{run}{second}"));
    let stream = format!("logs-knownet.{run}-default");
    set_up(&search, &secrets);
    user(&search, &name, &first);
    let begin = |tls: &str| {
        let folder = Folder::new();
        folder.file("in.ndjson", lines((0..EVENTS).map(event)));
        let text = config("kafka-cluster.toml");
        let tags = text.find("[labels.Microsoft]").expect("labels");
        let rules = text.find("[[rules]]").expect("rules");
        let text = format!(
            "[sources.in]\ntype = \"file\"\npaths = [\"in.ndjson\"]\n{}[sinks.search]\ntype = \
             \"elasticsearch\"\nhosts = [\"{url}\"]\ndata_stream = \"{stream}\"\n{tls}user = \"{name}\"\n\
             password = \"${{PASSWORD}}\"\n",
            &text[tags..rules]
        );
        folder.file("knownet.toml", text);
        let call = folder.knownet(&["run"]).variable("PASSWORD", &second);
        (call.daemon(), folder)
    };

    let (mut daemon, _folder) = begin("");
    let said = daemon.said("UnknownIssuer");
    assert!(
        said.contains("name the file of its authority as ca in tls"),
        "{said}"
    );
    assert!(said.contains(&format!("sink search: {url}")), "{said}");
    // It would not end for a signal, since events wait.
    silent(&daemon.kill(), &[&second]);

    let (mut daemon, _folder) = begin(&format!("tls = {{ ca = \"{ca}\" }}\n"));
    let said = daemon.said("answered 401");
    assert!(said.contains("check user and password"), "{said}");
    assert!(said.contains(&format!("sink search: {url}")), "{said}");
    user(&search, &name, &second);
    // The right word of one who may do nothing.
    let said = daemon.said("answered 403");
    assert!(
        said.contains("no permissions for [indices:data/write/bulk]"),
        "{said}"
    );
    assert!(said.contains("knownet help setup elasticsearch"), "{said}");
    allow(&search, &role, &[&name]);
    let ran = daemon.ended().succeeded();
    silent(&ran, &[&first, &second]);
    let found = search.documents(&stream);
    assert_eq!((found.total(), found.doubles()), (EVENTS, 0));
    search.remove(&stream);
    let made = ["rolesmapping", "roles", "internalusers"];
    forget(&search, &made.map(|kind| format!("{kind}/{role}")));
}
