//! Whom we believe that we talk to, and how we show who we are: TLS 1.2 and 1.3.
//!
//! Certificates are always verified. With an authority's file only that authority counts, else those
//! of the system, which is where a company installs its own.

use std::error::Error;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use knownet_flow::OpenError;
use rustls::client::WantsClientCert;
use rustls::{CertificateError, ClientConfig, ConfigBuilder, RootCertStore};

use crate::pem;

/// The PEM files of a connection that we make.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trust {
    /// The authorities of the servers' certificates; the system's if `None`.
    pub ca: Option<PathBuf>,
    /// Our own certificate and its key, for servers that want one.
    pub identity: Option<Identity>,
}

/// A certificate with its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The file of the certificate and what stands between it and its authority.
    pub certificate: PathBuf,
    /// The file of the certificate's private key.
    pub key: PathBuf,
}

impl Trust {
    /// Looks whether its files work, and together.
    ///
    /// # Errors
    /// If one cannot be read or is something else, or the key is another certificate's.
    pub fn check(&self) -> Result<(), OpenError> {
        self.config().map(drop)
    }

    /// What connections are made with where none is by TLS.
    ///
    /// # Errors
    /// If TLS cannot be had.
    pub fn nobody() -> Result<ClientConfig, OpenError> {
        Ok(builder(RootCertStore::empty())?.with_no_client_auth())
    }

    /// What connections are made with.
    ///
    /// # Errors
    /// As of [`Trust::check`].
    pub fn config(&self) -> Result<ClientConfig, OpenError> {
        let builder = builder(self.roots()?)?;
        let Some(identity) = &self.identity else {
            return Ok(builder.with_no_client_auth());
        };
        let certificates = pem::certificates(&identity.certificate)?;
        let key = pem::key(&identity.key)?;
        builder
            .with_client_auth_cert(certificates, key)
            .map_err(|e| pem::unusable(&identity.certificate, &e))
    }

    fn roots(&self) -> Result<RootCertStore, OpenError> {
        if let Some(path) = &self.ca {
            return pem::authorities(path);
        }
        // One that cannot be read, or is of a kind that nobody uses any more, is no reason to do
        // without the others.
        let mut roots = RootCertStore::empty();
        let found = rustls_native_certs::load_native_certs();
        roots.add_parsable_certificates(found.certs);
        match roots.is_empty() {
            true => Err(OpenError(
                "this system has no certificates of authorities; name the file of one as ca in tls"
                    .to_owned(),
            )),
            false => Ok(roots),
        }
    }
}

fn builder(
    roots: RootCertStore,
) -> Result<ConfigBuilder<ClientConfig, WantsClientCert>, OpenError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| OpenError(e.to_string()))?;
    Ok(builder.with_root_certificates(roots))
}

/// What is to be done about a connection that failed: empty where nothing is known, else text behind a
/// semicolon.
pub fn advice(error: &(dyn Error + 'static)) -> &'static str {
    let all = std::iter::successors(Some(error), |error| below(*error));
    let refused = all.filter_map(|error| match error.downcast_ref::<rustls::Error>() {
        Some(rustls::Error::InvalidCertificate(reason)) => Some(reason),
        _ => None,
    });
    match refused.last() {
        Some(CertificateError::UnknownIssuer) => "; name the file of its authority as ca in tls",
        Some(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => "; name the server as its certificate does",
        _ => "",
    }
}

/// What an error holds: one of the system holds another without naming it as its source.
fn below<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>().map(io::Error::get_ref) {
        Some(Some(held)) => Some(held),
        _ => error.source(),
    }
}

#[cfg(test)]
#[path = "tests/trust.rs"]
mod tests;
