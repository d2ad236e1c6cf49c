//! How the brokers are reached: options of ours become options of librdkafka's.
//!
//! - Secrets are read when a client is made, and never shown.
//! - Any option of librdkafka's can be set on top, but none that would take back what is promised.

mod refused;

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use knownet_credential::{Secret, Trust};
use knownet_flow::OpenError;
use rdkafka::ClientConfig;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::error::KafkaError;

pub(crate) use refused::{SINK, SOURCE};

/// How the brokers are reached.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Connection {
    /// `HOST:PORT` of some of them; the others are learned from these.
    pub brokers: Vec<String>,
    /// By whom, if what goes over the network is encrypted.
    pub trust: Option<Trust>,
    /// Who we are.
    pub sasl: Option<Sasl>,
    /// Options of librdkafka's own.
    pub extra: Extra,
}

/// A name with a password.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sasl {
    /// How the password is shown to the broker.
    pub mechanism: Mechanism,
    /// Who we are.
    pub username: String,
    /// What proves it.
    pub password: Secret,
}

/// How a password is shown to a broker.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mechanism {
    /// As it is (RFC 4616).
    Plain,
    /// By a proof (RFC 7677).
    ScramSha256,
    /// By a proof, with SHA-512.
    ScramSha512,
}

/// Options of librdkafka's own, by name. Any of them may be a secret.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Extra(pub BTreeMap<String, String>);

impl fmt::Debug for Extra {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Mechanism {
    /// The known ones, by name.
    pub const ALL: [(&str, Mechanism); 3] = [
        ("PLAIN", Mechanism::Plain),
        ("SCRAM-SHA-256", Mechanism::ScramSha256),
        ("SCRAM-SHA-512", Mechanism::ScramSha512),
    ];

    fn name(self) -> &'static str {
        let found = Self::ALL.iter().find(|(_, mechanism)| *mechanism == self);
        found.map_or("PLAIN", |(name, _)| name)
    }
}

impl Extra {
    /// Checks one option of a source: whether it is one, and may be set. Nothing is connected to.
    ///
    /// # Errors
    /// What is wrong with it; the value is not shown.
    pub fn check_source(name: &str, value: &str) -> Result<(), String> {
        check(name, value, SOURCE)
    }

    /// The same of a sink.
    ///
    /// # Errors
    /// What is wrong with it; the value is not shown.
    pub fn check_sink(name: &str, value: &str) -> Result<(), String> {
        check(name, value, SINK)
    }
}

fn check(name: &str, value: &str, refused: &refused::Refused) -> Result<(), String> {
    if let Some(reason) = refused::reason(name, refused) {
        return Err(reason.to_owned());
    }
    let config = one(name, value);
    match config.create_native_config() {
        Ok(_) => Ok(()),
        // Its words show the value, which may be a secret.
        Err(KafkaError::ClientConfig(_, said, ..)) if said.starts_with("No such") => {
            Err("is no option of librdkafka".to_owned())
        }
        Err(_) => Err("does not take this value; see librdkafka's CONFIGURATION.md".to_owned()),
    }
}

fn one(name: &str, value: &str) -> ClientConfig {
    let mut config = ClientConfig::new();
    config.set(name, value);
    config
}

impl Connection {
    /// What a client is made of; `name` is what the brokers' own logs and quotas call it.
    pub(crate) fn config(
        &self,
        name: &str,
        refused: &refused::Refused,
    ) -> Result<ClientConfig, OpenError> {
        let mut config = ClientConfig::new();
        // What it says beside errors is of use to who looks for a fault, and to nobody else.
        config.set_log_level(RDKafkaLogLevel::Warning);
        config.set("bootstrap.servers", self.brokers.join(","));
        config.set("client.id", format!("knownet-{name}"));
        // Connections that nobody used are closed by brokers all the time.
        config.set("log.connection.close", "false");
        let protocol = match (&self.trust, &self.sasl) {
            (None, None) => "plaintext",
            (Some(_), None) => "ssl",
            (None, Some(_)) => "sasl_plaintext",
            (Some(_), Some(_)) => "sasl_ssl",
        };
        config.set("security.protocol", protocol);
        if let Some(trust) = &self.trust {
            let ca = trust.ca.as_deref().map(text).transpose()?;
            config.set("ssl.ca.location", ca.unwrap_or("probe"));
            if let Some(identity) = &trust.identity {
                config.set("ssl.certificate.location", text(&identity.certificate)?);
                config.set("ssl.key.location", text(&identity.key)?);
            }
        }
        if let Some(sasl) = &self.sasl {
            config.set("sasl.mechanism", sasl.mechanism.name());
            config.set("sasl.username", &sasl.username);
            config.set("sasl.password", sasl.password.read()?);
        }
        for (name, value) in &self.extra.0 {
            check(name, value, refused)
                .map_err(|reason| OpenError(format!("librdkafka.\"{name}\": {reason}")))?;
            config.set(name, value);
        }
        Ok(config)
    }

    /// Sets `name` unless it is set among librdkafka's own options.
    pub(crate) fn usual(&self, config: &mut ClientConfig, name: &str, value: &str) {
        if !self.extra.0.contains_key(name) {
            config.set(name, value);
        }
    }
}

fn text(path: &Path) -> Result<&str, OpenError> {
    let display = path.display();
    path.to_str()
        .ok_or_else(|| OpenError(format!("{display} is not UTF-8, which librdkafka needs")))
}

/// What librdkafka says of an error, without the name of its type.
pub(crate) fn words(error: &KafkaError) -> String {
    match error.rdkafka_error_code() {
        Some(code) => {
            let text = code.to_string();
            let (name, rest) = text.split_once(" (").unwrap_or((&text, ""));
            match rest.strip_suffix(')') {
                Some(rest) => rest.to_owned(),
                None => name.to_owned(),
            }
        }
        None => error.to_string(),
    }
}

#[cfg(test)]
#[path = "tests/client.rs"]
mod tests;
