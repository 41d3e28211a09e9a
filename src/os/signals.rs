//! Signals that the program must not be ended by, or not without a word.
//!
//! It owns which ones they are. It must not know what the word is: whoever asks hands over a function.
//!
//! What a handler is set for, exec(2) sets back to the default, so programs of others that are started here are not touched.

use std::io;

/// From now on a write beyond the limit on a file's size (`ulimit -f`, setrlimit(2) `RLIMIT_FSIZE`) fails with `EFBIG`, as
/// any write may fail, instead of ending the process by SIGXFSZ. The signal is caught and not ignored: what is ignored,
/// programs that are started would inherit.
pub fn turn_file_size_limit_into_an_error() {
    #[cfg(unix)]
    {
        let noted = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
        // Where the signal cannot be caught the program is as it would be without this.
        let _ = signal_hook::flag::register(libc::SIGXFSZ, noted);
    }
}

/// Calls `word` on a thread of its own when a signal comes that asks the program to end (SIGTERM, SIGHUP, SIGINT, SIGQUIT),
/// then ends the program as that signal does. Signals that the program was started to ignore, as by nohup(1), stay ignored.
///
/// # Errors
/// No thread could be started; nothing has changed then.
pub fn before_ending(word: impl Fn() + Send + 'static) -> io::Result<()> {
    #[cfg(unix)]
    {
        use signal_hook::iterator::Signals;
        use signal_hook::low_level::emulate_default_handler;

        let ignored = ignored_signals();
        let wanted: Vec<i32> = [libc::SIGTERM, libc::SIGHUP, libc::SIGINT, libc::SIGQUIT]
            .into_iter()
            .filter(|signal| !ignores(ignored, *signal))
            .collect();
        // The thread comes first: a signal that is caught and that nobody hears would be lost.
        std::thread::Builder::new()
            .name("signals".to_owned())
            .spawn(move || {
                let Ok(mut signals) = Signals::new(&wanted) else {
                    return;
                };
                for signal in signals.forever() {
                    word();
                    let _ = emulate_default_handler(signal);
                }
            })?;
    }
    #[cfg(not(unix))]
    drop(word);
    Ok(())
}

/// The set of signals that this process ignores, as `/proc/self/status` tells it; none where it does not.
#[cfg(unix)]
fn ignored_signals() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    ignored_in(&status)
}

#[cfg(unix)]
fn ignored_in(status: &str) -> u64 {
    status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))
        .and_then(|set| u64::from_str_radix(set.trim(), 16).ok())
        .unwrap_or(0)
}

#[cfg(unix)]
fn ignores(set: u64, signal: i32) -> bool {
    u32::try_from(signal - 1)
        .ok()
        .and_then(|bit| set.checked_shr(bit))
        .is_some_and(|rest| rest & 1 == 1)
}
