//! Files in PEM (RFC 7468).

use std::fmt::Display;
use std::path::Path;

use knownet_flow::OpenError;
use rustls::RootCertStore;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// The certificates in a file; at least one.
///
/// # Errors
/// If it cannot be read, or holds none.
pub fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, OpenError> {
    let all = CertificateDer::pem_file_iter(path).map_err(|e| unusable(path, &e))?;
    let all: Vec<_> = all
        .collect::<Result<_, _>>()
        .map_err(|e| unusable(path, &e))?;
    match all.is_empty() {
        true => Err(unusable(path, &"it holds no certificate in PEM")),
        false => Ok(all),
    }
}

/// The private key in a file.
///
/// # Errors
/// If it cannot be read, or holds none.
pub fn key(path: &Path) -> Result<PrivateKeyDer<'static>, OpenError> {
    PrivateKeyDer::from_pem_file(path).map_err(|e| unusable(path, &e))
}

/// The authorities in a file, and no others.
///
/// # Errors
/// If it cannot be read, or holds none.
pub fn authorities(path: &Path) -> Result<RootCertStore, OpenError> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(path)? {
        roots.add(certificate).map_err(|e| unusable(path, &e))?;
    }
    Ok(roots)
}

/// That a file does not work.
pub fn unusable(path: &Path, error: &dyn Display) -> OpenError {
    OpenError(format!("{} cannot be used: {error}", path.display()))
}
