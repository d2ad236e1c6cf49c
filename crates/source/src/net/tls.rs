//! Certificates and keys from PEM files into a TLS acceptor.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio_rustls::TlsAcceptor;

use super::Tls;
use crate::site::OpenError;

/// An acceptor by these files.
pub(crate) fn acceptor(tls: &Tls) -> Result<TlsAcceptor, OpenError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let certificates = certificates(&tls.certificate)?;
    let key = PrivateKeyDer::from_pem_file(&tls.key).map_err(|e| unreadable(&tls.key, &e))?;
    let builder = ServerConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(|e| OpenError(e.to_string()))?;
    let builder = match &tls.client_ca {
        None => builder.with_no_client_auth(),
        Some(path) => {
            let mut roots = RootCertStore::empty();
            for certificate in self::certificates(path)? {
                roots.add(certificate).map_err(|e| unreadable(path, &e))?;
            }
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            let verifier = match tls.client_required {
                true => verifier,
                false => verifier.allow_unauthenticated(),
            };
            let verifier = verifier.build().map_err(|e| unreadable(path, &e))?;
            builder.with_client_cert_verifier(verifier)
        }
    };
    let config = builder
        .with_single_cert(certificates, key)
        .map_err(|e| unreadable(&tls.certificate, &e))?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, OpenError> {
    let all = CertificateDer::pem_file_iter(path).map_err(|e| unreadable(path, &e))?;
    let all: Vec<_> = all
        .collect::<Result<_, _>>()
        .map_err(|e| unreadable(path, &e))?;
    match all.is_empty() {
        true => Err(unreadable(path, &"it holds no certificate in PEM")),
        false => Ok(all),
    }
}

fn unreadable(path: &Path, error: &dyn std::fmt::Display) -> OpenError {
    OpenError(format!("{} cannot be used: {error}", path.display()))
}
