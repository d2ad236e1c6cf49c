//! What a service manager is told: systemd's notifications (sd_notify(3)), where it asks for them.
//!
//! Without a manager, and on other systems, nothing happens.

#[cfg(target_os = "linux")]
mod systemd {
    use std::sync::{Arc, Once};
    use std::thread;

    use anyhow::Context;
    use knownet_admin::Watch;
    use sd_notify::NotifyState;

    /// All is open.
    pub fn ready() {
        tell(&[NotifyState::Ready, NotifyState::Status("running")]);
    }

    /// The configuration is read again; [`ready`] follows.
    pub fn reloading() {
        // systemd takes a reload only with the time at which it began.
        match NotifyState::monotonic_usec_now() {
            Ok(now) => tell(&[NotifyState::Reloading, now]),
            Err(error) => tracing::debug!("the clock cannot be read: {error}"),
        }
    }

    /// The end was asked for. Told once; it has been told when this returns.
    pub fn stopping() {
        static ONCE: Once = Once::new();
        ONCE.call_once(|| tell(&[NotifyState::Stopping, NotifyState::Status("stopping")]));
    }

    /// Tells that the process works, twice as often as is asked for, as long as it does.
    pub fn watch(health: Arc<impl Watch>) -> anyhow::Result<()> {
        let Some(interval) = sd_notify::watchdog_enabled().filter(|time| !time.is_zero()) else {
            return Ok(());
        };
        let work = move || {
            loop {
                thread::sleep(interval / 2);
                match sign(&*health) {
                    Ok(alive) => tell(&[alive]),
                    Err(reason) => tracing::error!("{reason}"),
                }
            }
        };
        let thread = thread::Builder::new().name("watchdog".into());
        thread.spawn(work).context("no thread for the watchdog")?;
        Ok(())
    }

    /// The sign of life, or why there is none: silence is what makes the manager act.
    pub(super) fn sign(health: &impl Watch) -> Result<NotifyState<'static>, String> {
        match health.sick().into_iter().next() {
            None => Ok(NotifyState::Watchdog),
            Some(reason) => Err(reason),
        }
    }

    fn tell(state: &[NotifyState<'_>]) {
        if let Err(error) = sd_notify::notify(state) {
            tracing::warn!("the service manager cannot be told: {error}");
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod silent {
    use std::sync::Arc;

    use knownet_admin::Watch;

    pub fn ready() {}

    pub fn reloading() {}

    pub fn stopping() {}

    pub fn watch(_: Arc<impl Watch>) -> anyhow::Result<()> {
        Ok(())
    }
}

#[cfg(not(target_os = "linux"))]
pub use silent::{ready, reloading, stopping, watch};
#[cfg(target_os = "linux")]
pub use systemd::{ready, reloading, stopping, watch};

#[cfg(all(test, target_os = "linux"))]
#[path = "tests/manager.rs"]
mod tests;
