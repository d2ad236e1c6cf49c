//! The address of a node: `http://127.0.0.1:9200`, `https://search.example.org/elastic`.
//!
//! It is shown in messages, so it has no place for a user and a password.

use std::fmt;

use hyper::Uri;

/// The port of a node whose address has none, with TLS or without, as Beats and Logstash take it; one
/// behind a proxy at 443 has to name that.
const PORT: u16 = 9200;

/// A node, as it is reached.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Host {
    /// Without a slash at its end.
    text: String,
    bulk: Uri,
}

impl Host {
    /// Reads an address.
    ///
    /// # Errors
    /// What is wrong with it; the text is not repeated, since it may hold a password.
    pub fn parse(text: &str) -> Result<Host, String> {
        let wanted = "write one such as \"http://127.0.0.1:9200\"";
        let uri: Uri = text
            .trim_end_matches('/')
            .parse()
            .map_err(|e| format!("is not an address of a node ({e}); {wanted}"))?;
        let scheme = uri.scheme_str().unwrap_or_default();
        let authority = uri.authority().map(|all| all.as_str()).unwrap_or_default();
        if !["http", "https"].contains(&scheme) || uri.host().is_none_or(str::is_empty) {
            return Err(format!("is not an address of a node; {wanted}"));
        }
        if authority.contains('@') {
            return Err(
                "holds a user or password, which would be shown; write them into the keys user \
                 and password"
                    .to_owned(),
            );
        }
        if uri.query().is_some() {
            return Err(format!(
                "has a query, which a node's address cannot; {wanted}"
            ));
        }
        let path = uri.path().trim_end_matches('/');
        let authority = match uri.port_u16() {
            Some(_) => authority.to_owned(),
            None => format!("{}:{PORT}", authority.trim_end_matches(':')),
        };
        let text = format!("{scheme}://{authority}{path}");
        // Of each event's answer only what is read.
        let bulk = format!("{text}/_bulk?filter_path=errors,{STATUS},{REASON},{CAUSE}");
        let bulk = bulk.parse().map_err(|e| format!("is no address: {e}"))?;
        Ok(Host { text, bulk })
    }

    /// Where `path`, which begins with a slash, is.
    pub(super) fn at(&self, path: &str) -> Result<Uri, String> {
        let uri = format!("{}{path}", self.text);
        uri.parse().map_err(|e| format!("{uri} is no address: {e}"))
    }

    /// Where bulk requests go.
    pub(super) fn bulk(&self) -> &Uri {
        &self.bulk
    }

    /// Whether it is reached by TLS.
    pub fn is_safe(&self) -> bool {
        self.bulk.scheme_str() == Some("https")
    }

    /// Whether it is this machine.
    pub fn is_loopback(&self) -> bool {
        let host = self.bulk.host().unwrap_or_default();
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let address = bare.parse::<std::net::IpAddr>();
        bare == "localhost" || address.is_ok_and(|address| address.is_loopback())
    }
}

const STATUS: &str = "items.*.status,items.*.failure_store";
const REASON: &str = "error,status,items.*.error.type,items.*.error.reason";
const CAUSE: &str = "items.*.error.caused_by.reason";

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
#[path = "../tests/elasticsearch/host.rs"]
mod tests;
