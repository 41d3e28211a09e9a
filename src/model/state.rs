//! The file's length and path, and a storage that does not answer: what is found out without having been asked for.

use crate::bytes::Span;
use crate::bytes::size::{counted, counted_are};

use super::doc::{Doc, Out};
use super::effect::Effect;
use super::event::{FileState, PathNow};
use super::identity::MappingId;
use super::notice::{Notice, Severity};
use super::process::PeerOrder;
use super::topic::Topic;
use super::{Action, DocAction, FileAction, MappingAction, View, ViewAction};

impl Doc {
    /// The worker extended a view's mapping along with the file: passing news. The processes' mappings grow too.
    pub(super) fn grown(&mut self, mapping: MappingId, extent: Span, out: &mut Out<'_>) {
        let name = self.name();
        let Some(view) = self.view_of_mut(mapping) else {
            return;
        };
        let before = view.viewport.extent.end();
        let column = view.viewport.column;
        view.viewport.set_extent(extent);
        view.look_wanted |= view.window.as_ref().is_none_or(|window| {
            Some(window.span()) != view.visible() // else nothing that is looked at is new
        });
        self.file_len = self.file_len.max(extent.end());
        let text = format!(
            "{name} grew from {before} to {}; the view shows all of it",
            counted(extent.end(), "byte")
        );
        let go = Action::View(ViewAction::Point {
            offset: before,
            extend: false,
            column,
        });
        let notice = Notice::new(Topic::Size, Severity::Info, text);
        self.size_notice(notice.with("Go to the new bytes", go));
        out.push(Effect::Peers(PeerOrder::Grow {
            doc: self.id,
            extent,
        }));
    }

    /// The file's length or what its path names changed.
    pub(super) fn state_changed(&mut self, state: FileState, out: &mut Out<'_>) {
        let name = self.name();
        let was = std::mem::replace(&mut self.file_len, state.file_len);
        let view = self.outgrown(state.file_len);
        let (extent, whole) = (view.viewport.extent, view.whole);
        let (has, mapped) = (
            counted(state.file_len, "byte"),
            counted_are(extent.end(), "byte"),
        );
        let (view, remap) = (view.id, Action::Mapping(MappingAction::Remap));
        if state.file_len < extent.end() {
            let text = format!(
                "{name} shrank to {has}; {mapped} mapped, and what lies past the end cannot be read"
            );
            let notice = Notice::new(Topic::Size, Severity::Warning, text).of(view);
            self.size_notice(notice.with("Remap", remap));
        } else if state.file_len > extent.end() && whole {
            let text = format!("{name} grew to {has}; {mapped} mapped");
            let notice = Notice::new(Topic::Size, Severity::Info, text).of(view);
            self.size_notice(notice.with("Remap", remap));
        } else if self
            .notices
            .get(Topic::Size)
            .is_some_and(|notice| notice.severity == Severity::Warning)
        {
            self.notices.clear(Topic::Size); // it has its old length again
        }
        if let Some(extent) =
            Span::new(extent.start(), state.file_len).filter(|_| whole && state.file_len != was)
        {
            // shorter, too: after that and growth the private copies past the end are gone
            out.push(Effect::Peers(PeerOrder::Grow {
                doc: self.id,
                extent,
            }));
        }
        if self.path_now != state.path {
            self.path_now = state.path;
            self.keep_old = false;
            self.path_notice();
        }
        let shrank = state.file_len < was;
        for view in &mut self.views {
            view.look_wanted |= shrank;
        }
    }

    /// Says something of the file's size, in place of what was said of it before: of whichever view.
    fn size_notice(&mut self, notice: Notice) {
        self.notices.clear(Topic::Size);
        self.notices.put(notice);
    }

    /// The view that does not cover the file as it is now, the one with the focus first: else that one.
    fn outgrown(&self, file_len: u64) -> &View {
        let is_outgrown = |view: &View| {
            let end = view.viewport.extent.end();
            file_len < end || (file_len > end && view.whole)
        };
        let focused = self.view();
        let other = self.beside(focused.id).filter(|view| is_outgrown(view));
        other.filter(|_| !is_outgrown(focused)).unwrap_or(focused)
    }

    fn path_notice(&mut self) {
        let name = self.name();
        let (notice, keep) = match &self.path_now {
            // what a system cannot tell is no alarm: it stands among the facts
            PathNow::Same | PathNow::Unknown(_) => {
                self.notices.clear(Topic::Path);
                return;
            }
            PathNow::Replaced(len) => {
                let text = format!(
                    "{name} was replaced by another file of {}; you are looking at the old one",
                    counted(*len, "byte")
                );
                let notice = Notice::new(Topic::Path, Severity::Warning, text).with(
                    "Open the new file",
                    Action::File(FileAction::OpenReplacement),
                );
                (notice, "Keep the old one")
            }
            PathNow::Deleted => {
                let text =
                    format!("{name} was deleted or moved away; this view still holds its bytes");
                let notice = Notice::new(Topic::Path, Severity::Warning, text)
                    .with("Save a copy", Action::Doc(DocAction::SaveCopy));
                (notice, "Go on with it")
            }
        };
        self.notices
            .put(notice.with(keep, Action::Doc(DocAction::KeepOld)));
    }

    pub(super) fn keep_old(&mut self) {
        self.keep_old = true;
        self.notices.clear(Topic::Path);
    }

    /// The storage has not answered for so long, or answers again.
    pub(super) fn waits(&mut self, seconds: Option<u64>) {
        self.waiting_seconds = seconds;
        match seconds {
            Some(seconds) => {
                let text = format!(
                    "Waiting for storage: {} has not answered for {seconds} s; the rest stays usable",
                    self.name()
                );
                self.notices.put(
                    Notice::new(Topic::Storage, Severity::Warning, text)
                        .with("Close file", Action::File(FileAction::CloseDoc(self.id)))
                        .pinned(),
                );
            }
            None => self.notices.clear(Topic::Storage),
        }
    }
}
