//! What this program put on the clipboard, and what comes back from it.
//!
//! The clipboard carries text alone, and on the way line ends are changed and what follows a NUL may be lost. It owns the
//! bytes that the program's own copy stands for, so that inside the program the very bytes arrive.

use crate::bytes::clip::{Clip, Pasted, is_worn};

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

/// The clipboard's text with its line ends, which the window toolkit makes line feeds.
fn text_of_system() -> Option<String> {
    arboard::Clipboard::new().ok()?.get_text().ok()
}
