//! The keys that say who somebody is: secrets, and the files of certificates.

use knownet_credential::{Identity, Secret, Trust};

use super::disk::Access;
use super::section::Section;
use super::tree::dotted;

/// The user's name; `user` is its key.
pub(super) fn user(section: &Section<'_>) -> Option<String> {
    section.text("user", |text| match text.value().contains(':') {
        true => Err(format!(
            "\"{text}\" has a colon, which a user's name cannot have"
        )),
        false => Ok(text.value().to_owned()),
    })
}

/// The secret that one of these keys gives.
pub(super) fn secret(
    section: &Section<'_>,
    text: &'static str,
    file: &'static str,
) -> Option<Secret> {
    let given = section.text(text, |secret| match secret.value().is_empty() {
        true => Err("is empty, so everyone would know it".to_owned()),
        false => Ok(Secret::Text(secret.value().to_owned())),
    });
    let path = section.file(file, Access::Read).map(Secret::File);
    if let Some(secret) = path.clone() {
        section.trial(file, move || secret.check());
    }
    if section.node(text).is_some() && section.node(file).is_some() {
        let message = format!("is given beside {text}; one of them is enough");
        section.error(file, message);
    }
    given.or(path)
}

/// Notes that there is no password.
pub(super) fn require_password(section: &Section<'_>) {
    if section.node("password").is_none() && section.node("password_file").is_none() {
        section.error(
            "password",
            "is missing; name password_file, or a variable as in password = \"${PASSWORD}\"",
        );
    }
}

/// Whom to trust, by the table `tls`.
pub(super) fn trust(section: &Section<'_>) -> Option<Trust> {
    let node = section.node("tls")?;
    let table = section.inner(node, dotted(&section.key, "tls"), "tls")?;
    let ca = table.file("ca", Access::Read);
    let certificate = table.file("certificate", Access::Read);
    let key = table.file("key", Access::Read);
    for (one, other) in [("certificate", "key"), ("key", "certificate")] {
        if table.node(one).is_some() {
            table.require(other, "name a PEM file");
        }
    }
    table.finish();
    let identity = certificate.zip(key);
    let identity = identity.map(|(certificate, key)| Identity { certificate, key });
    Some(Trust { ca, identity })
}
