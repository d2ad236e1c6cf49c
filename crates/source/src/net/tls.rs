//! Certificates and keys from PEM files into TLS, and again when the files change.
//!
//! - The files are looked at when a connection comes in, every [`EVERY`] at most. Connections that are
//!   there go on with what they began with.
//! - Files that do not work, such as a certificate whose key is not there yet, leave what worked in
//!   place; that is said once, and once when they work again.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use knownet_credential::pem;
use knownet_flow::OpenError;
use rustls::ServerConfig;
use rustls::server::WebPkiClientVerifier;
use tokio_rustls::TlsAcceptor;

use super::Tls;

/// How often files are looked at.
const EVERY: Duration = Duration::from_secs(2);

/// What connections are accepted with.
pub(crate) struct Certificates {
    files: Tls,
    state: Mutex<State>,
}

struct State {
    config: Arc<ServerConfig>,
    /// Of what the files held when they were last read.
    hash: u64,
    looked: Instant,
    failing: bool,
}

impl Certificates {
    /// Reads the files.
    pub fn read(files: &Tls) -> Result<Certificates, OpenError> {
        let hash = hash(files);
        let config = config(files)?;
        Ok(Certificates {
            files: files.clone(),
            state: Mutex::new(State {
                config,
                hash,
                looked: Instant::now(),
                failing: false,
            }),
        })
    }

    /// What the next connection is accepted with; `name` is the source's. Does not block.
    pub async fn acceptor(self: &Arc<Self>, name: &str) -> TlsAcceptor {
        let due = {
            let mut state = self.lock();
            let due = state.looked.elapsed() >= EVERY;
            if due {
                state.looked = Instant::now();
            }
            due
        };
        if due {
            let (all, name) = (self.clone(), name.to_owned());
            // A look that panics leaves what is there.
            let _ = tokio::task::spawn_blocking(move || all.look(&name)).await;
        }
        TlsAcceptor::from(self.lock().config.clone())
    }

    /// Takes the files as they are now, if they changed and work.
    fn look(&self, name: &str) {
        let now = hash(&self.files);
        if now == self.lock().hash {
            return;
        }
        let read = config(&self.files);
        let mut state = self.lock();
        state.hash = now;
        match read {
            Ok(config) => {
                state.config = config;
                state.failing = false;
                tracing::info!(source = name, "certificates were renewed");
            }
            Err(error) => {
                if !state.failing {
                    tracing::warn!(
                        source = name,
                        "certificates changed and do not work, those before stay: {error}"
                    );
                }
                state.failing = true;
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|e| e.into_inner())
    }
}

impl Tls {
    /// Looks whether its files work, and together.
    ///
    /// # Errors
    /// If one cannot be read or is something else, or the key is another certificate's.
    pub fn check(&self) -> Result<(), OpenError> {
        config(self).map(drop)
    }
}

/// Of what the files hold; a file that cannot be read counts as one, too.
fn hash(files: &Tls) -> u64 {
    let mut hasher = DefaultHasher::new();
    let all = [
        Some(&files.certificate),
        Some(&files.key),
        files.client_ca.as_ref(),
    ];
    for path in all.into_iter().flatten() {
        fs::read(path).ok().hash(&mut hasher);
    }
    hasher.finish()
}

/// TLS as these files have it.
fn config(tls: &Tls) -> Result<Arc<ServerConfig>, OpenError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let certificates = pem::certificates(&tls.certificate)?;
    let key = pem::key(&tls.key)?;
    let builder = ServerConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(|e| OpenError(e.to_string()))?;
    let builder = match &tls.client_ca {
        None => builder.with_no_client_auth(),
        Some(path) => {
            let roots = Arc::new(pem::authorities(path)?);
            let verifier = WebPkiClientVerifier::builder_with_provider(roots, provider);
            let verifier = match tls.client_required {
                true => verifier,
                false => verifier.allow_unauthenticated(),
            };
            let verifier = verifier.build().map_err(|e| pem::unusable(path, &e))?;
            builder.with_client_cert_verifier(verifier)
        }
    };
    let config = builder
        .with_single_cert(certificates, key)
        .map_err(|e| pem::unusable(&tls.certificate, &e))?;
    Ok(Arc::new(config))
}
