use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Mutex;

use super::*;

#[derive(Default)]
struct Said {
    sick: Mutex<Vec<String>>,
    unready: Mutex<Vec<String>>,
}

impl Watch for Said {
    fn sick(&self) -> Vec<String> {
        self.sick.lock().unwrap().clone()
    }
    fn unready(&self) -> Vec<String> {
        self.unready.lock().unwrap().clone()
    }
}

fn ask(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn get(address: SocketAddr, path: &str) -> String {
    let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    ask(address, &request)
}

#[test]
fn it_answers_what_is_asked() {
    let tokio = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let listener = Listener::bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = listener.address();
    let watch = Arc::<Said>::default();
    let metrics = Metrics::gather("1.2.3").unwrap();
    metrics::counter!("knownet_unrouted_total").increment(3);
    listener.serve(tokio.handle(), metrics, watch.clone());

    let answer = get(address, "/metrics");
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.contains("content-type: text/plain; version=0.0.4; charset=utf-8\r\n"));
    assert!(answer.contains("\nknownet_build_info{version=\"1.2.3\"} 1\n"));
    assert!(answer.contains("\n# HELP knownet_unrouted_total Events that no sink took\n"));
    assert!(answer.contains("\nknownet_unrouted_total 3\n"));

    assert!(get(address, "/healthz").ends_with("\r\n\r\nworks\n"));
    assert!(get(address, "/readyz?verbose").ends_with("\r\n\r\nready\n"));
    *watch.unready.lock().unwrap() = vec!["sink a: gone".into(), "sink b: full".into()];
    let answer = get(address, "/readyz");
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    assert!(answer.ends_with("\r\n\r\nsink a: gone\nsink b: full\n"));
    assert!(get(address, "/healthz").starts_with("HTTP/1.1 200 "));
    *watch.sick.lock().unwrap() = vec!["a worker hangs".into()];
    assert!(get(address, "/healthz").starts_with("HTTP/1.1 503 "));

    assert!(get(address, "/metric").starts_with("HTTP/1.1 404 "));
    let post =
        "POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    assert!(ask(address, post).starts_with("HTTP/1.1 405 "));
    // Hostile ones are answered or cut off, and the next one is served.
    let long = format!("GET /{} HTTP/1.1\r\n\r\n", "x".repeat(2 * BUFFER));
    let mut stream = TcpStream::connect(address).unwrap();
    let _ = stream.write_all(long.as_bytes());
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    assert!(!answer.starts_with(b"HTTP/1.1 200"));
    let open: Vec<_> = (0..CONNECTIONS - 1)
        .map(|_| TcpStream::connect(address).unwrap())
        .collect();
    assert!(get(address, "/healthz").starts_with("HTTP/1.1 503 "));
    drop(open);
}

#[test]
fn an_address_that_is_taken_is_named() {
    let first = Listener::bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let again = Listener::bind(first.address()).err().unwrap().to_string();
    let start = format!("{} cannot be listened on: ", first.address());
    assert!(again.starts_with(&start), "{again}");
}
