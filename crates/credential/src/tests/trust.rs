use std::io;

use rustls::CertificateError;

use super::*;

#[test]
fn what_is_to_be_done_is_found_beneath_the_errors_around_it() {
    let refused =
        |reason| io::Error::other(io::Error::other(rustls::Error::InvalidCertificate(reason)));
    for (reason, said) in [
        (CertificateError::UnknownIssuer, "as ca in tls"),
        (CertificateError::NotValidForName, "as its certificate does"),
        (CertificateError::Revoked, ""),
    ] {
        let advice = advice(&refused(reason));
        assert!(advice.ends_with(said), "{advice}");
        assert_eq!(advice.is_empty(), said.is_empty());
    }
    assert_eq!(advice(&io::Error::other("something else")), "");
}
