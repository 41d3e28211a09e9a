//! Characters that the built-in fonts lack, such as Korean, Japanese and Chinese file names, from the system's fonts.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};

use egui::epaint::text::{FallbackRequest, FontInsert, FontProvider};
use egui_system_font_provider::SystemFontProvider;

/// The system's fonts, behind a guard: on a machine with fontconfig and no font at all the provider of egui 0.37 panics at
/// the first foreign character (fixed upstream after it). It is then asked no more, and boxes are drawn.
struct GuardedSystemFonts {
    /// Made at the first foreign character: listing the fonts would compete with the first frame.
    inner: LazyLock<SystemFontProvider>,
    dead: AtomicBool,
}

impl FontProvider for GuardedSystemFonts {
    fn font_for(&self, request: &FallbackRequest<'_>) -> Option<FontInsert> {
        if self.dead.load(Ordering::Relaxed) {
            return None;
        }
        catch_unwind(AssertUnwindSafe(|| self.inner.font_for(request))).unwrap_or_else(|_| {
            self.dead.store(true, Ordering::Relaxed);
            None
        })
    }
}

/// Lets `ctx` ask the system for fonts.
pub fn install(ctx: &egui::Context) {
    ctx.add_font_provider(Arc::new(GuardedSystemFonts {
        inner: LazyLock::new(SystemFontProvider::new),
        dead: AtomicBool::new(false),
    }));
}
