//! Interrupt and termination: the first asks the pipeline to stop, the second ends the process.
//!
//! The second one ends it with status 128 + its number, at once, whatever the pipeline waits for.

use std::io;
use std::sync::Arc;
use std::thread;

use knownet_flow::Stop;
use signal_hook::consts::{SIGINT, SIGTERM};

/// Sets `stop` at the first SIGINT or SIGTERM of the process; a second one ends it.
///
/// # Errors
/// If the handlers cannot be registered or their thread cannot be started.
pub fn stop_on_signals(stop: Arc<Stop>) -> io::Result<()> {
    watch(stop, None)
}

/// As [`stop_on_signals`]; each SIGHUP, where there is one, calls `hangup`.
///
/// # Errors
/// If the handlers cannot be registered or their thread cannot be started.
pub fn on_signals(stop: Arc<Stop>, hangup: impl Fn() + Send + 'static) -> io::Result<()> {
    watch(stop, Some(Box::new(hangup)))
}

#[cfg(unix)]
fn watch(stop: Arc<Stop>, hangup: Option<Box<dyn Fn() + Send>>) -> io::Result<()> {
    use signal_hook::consts::SIGHUP;

    let mut watched = vec![SIGINT, SIGTERM];
    watched.extend(hangup.is_some().then_some(SIGHUP));
    let mut signals = signal_hook::iterator::Signals::new(watched)?;
    let watch = move || {
        let mut asked = false;
        for signal in signals.forever() {
            match &hangup {
                Some(hangup) if signal == SIGHUP => hangup(),
                _ if asked => signal_hook::low_level::exit(128 + signal),
                _ => {
                    asked = true;
                    stop.set();
                }
            }
        }
    };
    thread::Builder::new().name("signals".into()).spawn(watch)?;
    Ok(())
}

/// There is Ctrl-C, and no hangup.
#[cfg(not(unix))]
fn watch(stop: Arc<Stop>, _: Option<Box<dyn Fn() + Send>>) -> io::Result<()> {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::Duration;

    let asked = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        // The order matters: the flag is still unset when the first signal checks it.
        let flag = asked.clone();
        signal_hook::flag::register_conditional_shutdown(signal, 128 + signal, flag)?;
        signal_hook::flag::register(signal, asked.clone())?;
    }
    // Setting the stop is more than a handler may do, and here nothing can wait for a signal.
    let watch = move || {
        while !asked.load(Ordering::SeqCst) {
            thread::sleep(Duration::from_millis(50));
        }
        stop.set();
    };
    thread::Builder::new().name("signals".into()).spawn(watch)?;
    Ok(())
}
