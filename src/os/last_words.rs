//! What is said on the terminal when the program ends without having been asked to by the person: by a signal, by a panic,
//! or because a library of the display calls exit(3) when the display is gone.
//!
//! It owns the text and that it is said once. It must not know what the text is about. Whoever ends the program in good
//! order calls [`forget`] first.

use std::io::Write as _;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The exit code where exit(3) was called behind our back: there is no display any more.
#[cfg(unix)]
const NO_DISPLAY: i32 = 2;

struct Words {
    /// Identifies what `text` was made from.
    key: u64,
    text: String,
    /// What follows it.
    more: &'static str,
    /// An end now would not be in good order.
    is_awaited: bool,
}

static WORDS: Mutex<Words> = Mutex::new(Words {
    key: 0,
    text: String::new(),
    more: "",
    is_awaited: false,
});

fn words() -> MutexGuard<'static, Words> {
    WORDS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes down what is to be said; an empty text is not said. `text` is called only where `key` is another one than last
/// time, so this may be called each frame.
pub fn note(key: u64, text: impl FnOnce() -> String) {
    if words().key == key {
        return;
    }
    // Made without the lock, so that a panic in it can still be followed by words.
    let text = text();
    let mut words = words();
    words.key = key;
    words.text = text;
}

/// From now on this follows, in a line of its own, whatever is said.
pub fn follow_with(more: &'static str) {
    words().more = more;
}

/// Says it on standard error, unless there is nothing to say or it was said before.
pub fn say() {
    let (mut text, more) = {
        let mut words = words();
        (std::mem::take(&mut words.text), words.more)
    };
    if !text.is_empty() {
        if !more.is_empty() {
            text = text + "\n" + more;
        }
        // There is nobody else to tell where this fails.
        let _ = writeln!(std::io::stderr().lock(), "mapscope: {text}");
    }
}

/// The end that comes is in good order: nothing is to be said.
pub fn forget() {
    let mut words = words();
    words.text.clear();
    words.is_awaited = false;
}

/// From now on the words are said also where a library ends the program by exit(3) on this thread, as libX11 does when the
/// X server goes; the exit code is 2 then. Call it on the thread of the window, once there is one.
///
/// It rests on the C library dropping a thread's local values in exit(3), as glibc does; elsewhere nothing is said.
pub fn say_at_exit_of_this_thread() {
    words().is_awaited = true;
    GUARD.with(|_| ());
}

struct Guard;

thread_local!(static GUARD: Guard = const { Guard });

impl Drop for Guard {
    fn drop(&mut self) {
        if !words().is_awaited {
            return;
        }
        say();
        // The rest of exit(3) would speak with the display again, which is gone, and end in whatever way.
        #[cfg(unix)]
        signal_hook::low_level::exit(NO_DISPLAY);
    }
}
