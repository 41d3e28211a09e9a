//! What this program put on the clipboard, and what comes back from it.
//!
//! The clipboard carries text alone, and on the way line ends are changed and what follows a NUL may be lost. It owns the
//! bytes that the program's own copy stands for, so that inside the program the very bytes arrive; and it sees what becomes
//! of a copy when the window goes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::bytes::clip::{Clip, Pasted, is_worn};

/// How long somebody has to take over a copy whose owner is gone.
const TAKEN_WITHIN: Duration = Duration::from_millis(300);
/// How often it is looked.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// The last copy.
#[derive(Debug, Default)]
pub(super) struct Clipboard(Option<Clip>);

impl Clipboard {
    /// Puts a copy on the system's clipboard.
    pub(super) fn copy(&mut self, ctx: &egui::Context, clip: Clip) {
        ctx.copy_text(clip.text.clone());
        self.0 = Some(clip);
    }

    /// What a paste stands for: the very bytes of our own copy, else the text with its own line ends.
    pub(super) fn pasted(&self, mut pasted: Pasted) -> Pasted {
        let full = pasted.text.contains('\n').then(text_of_system).flatten();
        let full = full.filter(|full| is_worn(full, &pasted.text));
        let copied = self.0.as_ref();
        let is_ours = copied.is_some_and(|clip| match &full {
            Some(full) => *full == clip.text,
            None => clip.is(&pasted.text),
        });
        pasted.bytes = copied.filter(|_| is_ours).map(|clip| clip.bytes.clone());
        if let Some(full) = full {
            pasted.text = full;
        }
        pasted
    }
}

/// Whether this program's copy is on the clipboard when its window goes. Shared by the window and by whoever looks after it.
///
/// On X11 a copy lives with the program that made it. The toolkit hands it to a clipboard manager (`SAVE_TARGETS`) when the
/// window goes; whether somebody took it is seen only then. Elsewhere the system keeps copies, or tells nobody.
#[derive(Clone, Debug, Default)]
pub(super) struct Bequest(Arc<AtomicBool>);

impl Bequest {
    /// The window is about to go. `copied`: something was copied here.
    pub(super) fn note(&self, copied: bool) {
        let is_there = copied && has_owner() == Some(true);
        self.0.store(is_there, Ordering::Release);
    }

    /// The window is gone: a sentence where the copy went with it.
    pub(super) fn lost(&self) -> Option<String> {
        if !self.0.load(Ordering::Acquire) {
            return None;
        }
        // managers that only watch take it over a moment after its owner is gone
        let deadline = Instant::now() + TAKEN_WITHIN;
        while !has_owner()? {
            if Instant::now() >= deadline {
                return Some(
                    "what was copied is gone with the window, as no clipboard manager runs on this display: paste before you quit, or start one".to_owned(),
                );
            }
            std::thread::sleep(LOOK_EVERY);
        }
        None
    }
}

/// Whether somebody has the X server's clipboard; `None` where there is no such server.
#[cfg(all(unix, not(target_vendor = "apple")))]
fn has_owner() -> Option<bool> {
    use x11rb::protocol::xproto::ConnectionExt as _;

    std::env::var_os("DISPLAY").filter(|display| !display.is_empty())?;
    let (server, _) = x11rb::connect(None).ok()?;
    let name = server.intern_atom(true, b"CLIPBOARD").ok()?.reply().ok()?;
    let owner = server.get_selection_owner(name.atom).ok()?.reply().ok()?;
    Some(owner.owner != x11rb::NONE)
}

/// There is no X server here.
#[cfg(not(all(unix, not(target_vendor = "apple"))))]
fn has_owner() -> Option<bool> {
    None
}

/// The clipboard's text with its line ends, which the window toolkit makes line feeds.
fn text_of_system() -> Option<String> {
    arboard::Clipboard::new().ok()?.get_text().ok()
}
