use hyper::Method;

use super::{Info, Route, Thing};

fn route<'a>(request: &'a str) -> Route<'a> {
    let (method, path) = request.split_once(' ').expect("a method and a path");
    Route::of(&method.parse::<Method>().expect("a method"), path)
}

#[test]
fn what_is_posted_is_events_unless_it_is_for_the_api() {
    assert_eq!(route("POST /"), Route::Events);
    assert_eq!(route("POST /any/where"), Route::Events);
    assert_eq!(route("POST /_bulk"), Route::Bulk("".into()));
    assert_eq!(route("PUT /_bulk/"), Route::Bulk("".into()));
    assert_eq!(route("POST /logs%2Da/_bulk"), Route::Bulk("logs-a".into()));
    assert_eq!(route("POST /logs/_doc/_bulk"), Route::Bulk("logs".into()));
    assert_eq!(route("POST /logs/doc/_bulk"), Route::Bulk("logs".into()));
    assert_eq!(
        route("POST /logs/_doc"),
        Route::Document("logs".into(), None)
    );
    assert_eq!(
        route("PUT /logs/_create/a%20b"),
        Route::Document("logs".into(), Some("a b".into()))
    );
    assert_eq!(route("POST /_search"), Route::Unknown);
    assert_eq!(route("GET /_bulk"), Route::WrongMethod("POST, PUT"));
    assert_eq!(route("DELETE /x"), Route::WrongMethod("POST"));
}

#[test]
fn what_beats_ask_for_is_there() {
    assert_eq!(route("GET /"), Route::Info(Info::Root));
    assert_eq!(route("HEAD /"), Route::Info(Info::Root));
    assert_eq!(route("GET /_license"), Route::Info(Info::License));
    assert_eq!(route("GET /_xpack"), Route::Info(Info::XPack));
    let there = |thing, name: &'static str| Route::Exists(thing, name.into());
    assert_eq!(
        route("HEAD /_template/filebeat-7.17.0"),
        there(Thing::Template, "filebeat-7.17.0")
    );
    assert_eq!(
        route("HEAD /_index_template/a"),
        there(Thing::IndexTemplate, "a")
    );
    assert_eq!(route("GET /_ilm/policy/a"), there(Thing::Policy, "a"));
    assert_eq!(route("GET /_alias/a"), there(Thing::Alias, "a"));
    assert_eq!(route("GET /_data_stream/a"), there(Thing::DataStream, "a"));
    assert_eq!(
        route("GET /_ingest/pipeline/a"),
        there(Thing::Pipeline, "a")
    );
    assert_eq!(route("HEAD /a"), there(Thing::Index, "a"));
    assert_eq!(
        route("PUT /%3Cfilebeat-7.17.0-%7Bnow%2Fd%7D-000001%3E"),
        Route::Setup("<filebeat-7.17.0-{now/d}-000001>".into())
    );
    assert_eq!(route("PUT /_ilm/policy/a"), Route::Setup("a".into()));
    assert_eq!(route("PUT /_data_stream/a"), Route::Setup("a".into()));
    assert_eq!(route("POST /_monitoring/bulk"), Route::Monitoring);
}

#[test]
fn any_path_has_a_route() {
    for path in ["", "//", "%", "/%", "/%zz/_doc/%f", "/_", "/_/_/_", "*"] {
        for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "BREW"] {
            let request = format!("{method} {path}");
            route(&request);
        }
    }
}
