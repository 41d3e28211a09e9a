//! A view of an open file: one mapping of it, and all that belongs to that mapping.

use crate::bytes::Span;
use crate::bytes::clip::Copying;
use crate::bytes::inspect::MOST_BYTES;
use crate::map::{Access, Mode};

use super::change::Shape;
use super::differences::ChangedInFile;
use super::event::{NotAsAsked, Remapped};
use super::found::Searches;
use super::identity::{Generation, MappingId, OrderId, ViewId};
use super::journal::Journal;
use super::pending::Pending;
use super::sums::ViewSums;
use super::viewport::Viewport;
use super::window::{Origins, ReadBy, Window};

/// One mapping of an open file, as it is looked at.
#[derive(Clone, Debug)]
pub struct View {
    /// Its name in this run.
    pub id: ViewId,
    /// Its mapping.
    pub mapping: MappingId,
    /// Which mmap that is now.
    pub generation: Generation,
    /// The mode of the mapping.
    pub mode: Mode,
    /// Its access.
    pub access: Access,
    /// It covers the file to its end, and grows with it.
    pub whole: bool,
    /// Why shared writing was refused, when it was.
    pub refusal: Option<NotAsAsked>,
    /// Where the person looks.
    pub viewport: Viewport,
    /// The bytes on the screen.
    pub window: Option<Window>,
    /// Whether the storage still has them, where it did not give some of them.
    pub origins: Option<Origins>,
    /// How those are read.
    pub read_by: ReadBy,
    /// Every edit.
    pub journal: Journal,
    /// What is under way.
    pub pending: Pending,
    /// How many bytes the file holds otherwise that the person did not edit, all private copies together.
    pub changed_in_file: ChangedInFile,
    /// Sums of what it shows.
    pub sums: ViewSums,
    /// What was looked for in it.
    pub searches: Searches,
    /// The fill bar's text while it is shown.
    pub fill_text: Option<String>,
    /// Bytes that somebody changed meanwhile and that were therefore not written: offset and what is there.
    pub(super) conflicts: Vec<(u64, u8)>,
    /// Of those, what the person decided to write over; the base in the journal stays what it was.
    pub(super) overwrites: Vec<(u64, u8)>,
    /// Why the mapping does not hold edits that wait for reapplication.
    pub(super) patch_why: Option<PatchWhy>,
    /// Where the cursor was when undo was last pressed, or where that put it: it follows as long as nobody moves it.
    pub(super) follows: Option<u64>,
    /// Where the cursor was before jumps.
    pub(super) back: Vec<u64>,
    /// Where it was before going back.
    pub(super) forward: Vec<u64>,
    /// Bytes are in sight that only pread shows, and that was offered.
    pub(super) pread_offered: bool,
    /// Bytes were asked for that go to the clipboard, as the column that was chosen then shows them.
    pub(super) copying: Option<(OrderId, Copying)>,
    /// The visible bytes are to be read.
    pub(super) look_wanted: bool,
}

/// Why edits wait for reapplication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PatchWhy {
    /// The mode was switched, or the file mapped anew.
    Kept,
    /// The person gave their private pages back.
    Discarded,
    /// The file was truncated, or saved in place by another program.
    Lost,
    /// An earlier run ended before they were written.
    LeftBehind,
}

impl PatchWhy {
    /// In words, after a colon.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Kept => "they were kept when the file was mapped anew",
            Self::LeftBehind => "an earlier run ended before they were written",
            Self::Discarded => "you discarded their private pages",
            Self::Lost => "the file was truncated or saved in place, which discards private pages",
        }
    }
}

impl View {
    /// A view on a mapping that was just made.
    pub(super) fn new(id: ViewId, mapping: MappingId, mapped: Remapped) -> Self {
        Self {
            id,
            mapping,
            generation: Generation::FIRST,
            mode: mapped.mode,
            access: mapped.access,
            whole: mapped.whole,
            refusal: mapped.refusal,
            viewport: Viewport::new(mapped.extent),
            window: None,
            sums: ViewSums::default(),
            origins: None,
            read_by: ReadBy::Mapping,
            pread_offered: false,
            journal: Journal::new(),
            pending: Pending::default(),
            changed_in_file: ChangedInFile::default(),
            searches: Searches::default(),
            fill_text: None,
            conflicts: Vec::new(),
            overwrites: Vec::new(),
            patch_why: None,
            follows: None,
            back: Vec::new(),
            forward: Vec::new(),
            copying: None,
            look_wanted: true,
        }
    }

    /// It is mapped in this way now.
    pub(super) fn is_mapped(
        &mut self,
        mode: Mode,
        access: Access,
        whole: bool,
        refusal: Option<NotAsAsked>,
    ) {
        self.mode = mode;
        self.access = access;
        self.whole = whole;
        self.refusal = refusal;
        self.origins = None;
        self.changed_in_file = ChangedInFile::default();
        self.read_by = ReadBy::Mapping;
        self.pread_offered = false;
    }

    /// Whether a store now would reach the file.
    #[must_use]
    pub fn writes_through(&self) -> bool {
        self.mode == Mode::Shared && self.access == Access::ReadWrite
    }

    /// Bytes that are edited and neither in the file nor in an export, those on their way among them.
    #[must_use]
    pub fn unsaved_bytes(&self) -> u64 {
        let unsaved = self.journal.unsaved();
        let kept = if unsaved.exported { 0 } else { unsaved.total() };
        kept as u64 + self.pending.edit_bytes()
    }

    /// Bytes that go with the mapping or wait for another one, those on their way among them, in an export or not.
    pub(super) fn held_bytes(&self) -> u64 {
        let held = self.journal.pending_bytes() + self.journal.patch_bytes();
        held as u64 + self.pending.edit_bytes()
    }

    /// Some edit would be lost with the mapping or the journal, or is on its way.
    #[must_use]
    pub fn has_unsaved(&self) -> bool {
        self.unsaved_bytes() > 0
    }

    /// The bytes that the screen needs; `None` for an empty file.
    #[must_use]
    pub fn visible(&self) -> Option<Span> {
        Some(self.viewport.visible()).filter(|span| !span.is_empty())
    }

    /// The bytes to be read for the screen: those that are visible; with those from the cursor on that the inspector reads,
    /// where the cursor is visible.
    pub(super) fn looked_at(&self, inspects: bool) -> Option<Span> {
        let visible = self.visible()?;
        let cursor = self.viewport.cursor;
        if !inspects || !visible.contains(cursor) {
            return Some(visible);
        }
        let end = cursor.saturating_add(MOST_BYTES as u64);
        let end = end.min(self.viewport.extent.end()).max(visible.end());
        Span::new(visible.start(), end)
    }

    /// Some byte on the screen is fading.
    #[must_use]
    pub fn is_flashing(&self) -> bool {
        self.window.as_ref().is_some_and(Window::is_flashing)
    }

    /// The part of the file that it maps, as it is asked for; `None` for all of it.
    pub(super) fn part(&self) -> Option<Span> {
        (!self.whole).then_some(self.viewport.extent)
    }

    /// How it is mapped.
    pub(super) fn shape(&self) -> Shape {
        Shape {
            mode: self.mode,
            access: self.access,
            part: self.part(),
            is_refused: self.refusal.is_some(),
        }
    }

    /// How it will be mapped once all is done that the person asked for.
    pub(super) fn wished(&self) -> Shape {
        self.pending.wished(self.shape())
    }

    /// Marks the cells anew after the journal changed.
    pub(super) fn mark(&mut self) {
        if let Some(window) = &mut self.window {
            window.mark(&self.journal);
        }
        self.look_wanted = true;
    }
}
