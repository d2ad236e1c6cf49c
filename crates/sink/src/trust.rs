//! Whom a sink believes that it talks to, and how it shows who it is itself: TLS 1.2 and 1.3.
//!
//! Certificates are always verified. With an authority's file only that authority counts, else those
//! of the system, which is where a company installs its own.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::WantsClientCert;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, ConfigBuilder, RootCertStore};

use crate::Unusable;

/// The PEM files of a connection that a sink makes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trust {
    /// The authorities of the servers' certificates; the system's if `None`.
    pub ca: Option<PathBuf>,
    /// The sink's own certificate and its key.
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
    pub fn check(&self) -> Result<(), Unusable> {
        self.config().map(drop)
    }

    /// What connections are made with where none is by TLS.
    pub(crate) fn nobody() -> Result<ClientConfig, Unusable> {
        Ok(builder(RootCertStore::empty())?.with_no_client_auth())
    }

    pub(crate) fn config(&self) -> Result<ClientConfig, Unusable> {
        let builder = builder(self.roots()?)?;
        let Some(identity) = &self.identity else {
            return Ok(builder.with_no_client_auth());
        };
        let certificates = certificates(&identity.certificate)?;
        let key = PrivateKeyDer::from_pem_file(&identity.key)
            .map_err(|e| unreadable(&identity.key, &e))?;
        builder
            .with_client_auth_cert(certificates, key)
            .map_err(|e| unreadable(&identity.certificate, &e))
    }

    fn roots(&self) -> Result<RootCertStore, Unusable> {
        let mut roots = RootCertStore::empty();
        if let Some(path) = &self.ca {
            for certificate in certificates(path)? {
                roots.add(certificate).map_err(|e| unreadable(path, &e))?;
            }
            return Ok(roots);
        }
        // One that cannot be read, or is of a kind that nobody uses any more, is no reason to do
        // without the others.
        let found = rustls_native_certs::load_native_certs();
        roots.add_parsable_certificates(found.certs);
        match roots.is_empty() {
            true => Err(Unusable(
                "this system has no certificates of authorities; name the file of one as ca in tls"
                    .to_owned(),
            )),
            false => Ok(roots),
        }
    }
}

fn builder(roots: RootCertStore) -> Result<ConfigBuilder<ClientConfig, WantsClientCert>, Unusable> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| Unusable(e.to_string()))?;
    Ok(builder.with_root_certificates(roots))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, Unusable> {
    let all = CertificateDer::pem_file_iter(path).map_err(|e| unreadable(path, &e))?;
    let all: Vec<_> = all
        .collect::<Result<_, _>>()
        .map_err(|e| unreadable(path, &e))?;
    match all.is_empty() {
        true => Err(unreadable(path, &"it holds no certificate in PEM")),
        false => Ok(all),
    }
}

fn unreadable(path: &Path, error: &dyn std::fmt::Display) -> Unusable {
    Unusable(format!("{} cannot be used: {error}", path.display()))
}
