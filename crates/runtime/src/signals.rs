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
#[cfg(unix)]
pub fn stop_on_signals(stop: Arc<Stop>) -> io::Result<()> {
    let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM])?;
    let watch = move || {
        let mut asked = false;
        for signal in signals.forever() {
            if asked {
                signal_hook::low_level::exit(128 + signal);
            }
            asked = true;
            stop.set();
        }
    };
    thread::Builder::new().name("signals".into()).spawn(watch)?;
    Ok(())
}

/// Sets `stop` at the first Ctrl-C of the process; a second one ends it.
///
/// # Errors
/// If the handlers cannot be registered or their thread cannot be started.
#[cfg(not(unix))]
pub fn stop_on_signals(stop: Arc<Stop>) -> io::Result<()> {
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
