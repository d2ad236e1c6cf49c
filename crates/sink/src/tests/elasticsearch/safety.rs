//! TLS, credentials and compression on the wire.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio_rustls::TlsAcceptor;

use super::rig::{Rig, events};
use super::server::Fault;
use knownet_credential::{Identity, Secret, Trust};

use crate::{Credentials, Host};

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("src/tests/elasticsearch/tls")
        .join(name)
}

/// What the server shows, and asks of clients.
fn acceptor() -> TlsAcceptor {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_file(file("ca.pem")).unwrap())
        .unwrap();
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider.clone());
    let certificate = CertificateDer::from_pem_file(file("server.pem")).unwrap();
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_client_cert_verifier(verifier.build().unwrap())
        .with_single_cert(
            vec![certificate],
            PrivateKeyDer::from_pem_file(file("server.key")).unwrap(),
        )
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

fn safe(trust: Trust) -> Rig {
    let mut rig = Rig::new(0);
    let node = rig
        .tokio
        .block_on(rig.cluster.node("127.0.0.1:0", Some(acceptor())));
    let host = format!("https://localhost:{}", node.address.port());
    rig.options.hosts = vec![Host::parse(&host).unwrap()];
    rig.options.trust = trust;
    rig.nodes.push(node);
    rig
}

fn identity() -> Option<Identity> {
    Some(Identity {
        certificate: file("client.pem"),
        key: file("client.key"),
    })
}

#[test]
fn an_authority_and_a_certificate_of_ones_own() {
    let mut rig = safe(Trust {
        ca: Some(file("ca.pem")),
        identity: identity(),
    });
    rig.take(events(0..10));
    assert_eq!(rig.confirmed(), []);
    assert_eq!(rig.events(), events(0..10));
}

#[test]
fn a_server_of_another_authority_gets_nothing() {
    // The certificate of the server itself is no authority.
    let mut rig = safe(Trust {
        ca: Some(file("server.pem")),
        identity: identity(),
    });
    rig.take(events(0..10));
    let reason = rig.desk.wait(|book| book.failed.first().cloned());
    assert!(reason.contains("invalid peer certificate"), "{reason}");
    assert!(
        reason.ends_with("; name the file of its authority as ca in tls"),
        "{reason}"
    );
    assert_eq!(rig.cluster.lock().seen.len(), 0);
}

#[test]
fn a_server_that_asks_for_a_certificate_takes_nothing_without_one() {
    let mut rig = safe(Trust {
        ca: Some(file("ca.pem")),
        identity: None,
    });
    rig.take(events(0..10));
    rig.desk.wait(|book| book.failed.first().cloned());
    assert_eq!(rig.cluster.lock().seen.len(), 0);
}

#[test]
fn files_that_do_not_work_are_told() {
    let wrong = |certificate: &str, key: &str| Trust {
        ca: Some(file("ca.pem")),
        identity: Some(Identity {
            certificate: file(certificate),
            key: file(key),
        }),
    };
    for (trust, told) in [
        (
            wrong("client.pem", "server.key"),
            "client.pem cannot be used",
        ),
        (
            wrong("client.key", "client.key"),
            "client.key cannot be used: it holds no certificate",
        ),
        (
            wrong("client.pem", "client.pem"),
            "client.pem cannot be used",
        ),
        (
            Trust {
                ca: Some(file("none.pem")),
                identity: None,
            },
            "none.pem cannot be used",
        ),
    ] {
        let error = trust.check().unwrap_err().to_string();
        assert!(error.contains(told), "{error}");
    }
}

#[test]
fn who_it_is_goes_with_every_request_and_into_no_message() {
    let secret = |text: &str| Secret::Text(text.to_owned());
    for (credentials, header) in [
        (
            Credentials::Basic {
                user: "elastic".to_owned(),
                password: secret("s3cret:x"),
            },
            "Basic ZWxhc3RpYzpzM2NyZXQ6eA==",
        ),
        (
            Credentials::ApiKey(secret("id:s3cret")),
            "ApiKey aWQ6czNjcmV0",
        ),
        (
            Credentials::ApiKey(secret("aWQ6czNjcmV0")),
            "ApiKey aWQ6czNjcmV0",
        ),
    ] {
        let mut rig = Rig::with([Fault::Status(401, "no"), Fault::Cut]);
        rig.options.credentials = Some(credentials);
        rig.take(events(0..10));
        assert_eq!(rig.confirmed(), []);
        let seen = rig.cluster.lock().seen.clone();
        assert_eq!(seen.len(), 3);
        for seen in seen {
            assert_eq!(seen.authorization.as_deref(), Some(header));
        }
        let shown = format!("{:?} {:?}", rig.options, rig.failed());
        assert!(
            !shown.contains("s3cret") && !shown.contains("czNjcmV0"),
            "{shown}"
        );
    }
}

#[test]
fn requests_may_be_compressed() {
    let mut rig = Rig::new(1);
    rig.options.compression = 1;
    rig.take(events(0..1000));
    assert_eq!(rig.confirmed(), []);
    assert_eq!(rig.events(), events(0..1000));
    assert!(rig.cluster.lock().seen.iter().all(|seen| seen.gzip));
}
