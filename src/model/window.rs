//! What the person looks at: a copy of the visible bytes with everything the grid needs to draw them.
//!
//! A view never touches a mapping: it draws this copy, so nothing can change or fault underneath it.

use std::sync::Arc;

use crate::bytes::Span;
use crate::map::{GapReason, PageOrigin, PageState, Readout};

use super::journal::Journal;

/// Steps in which a changed byte fades; one step is a tenth of a second.
pub const FLASH_STEPS: u8 = 10;

/// How the bytes on the screen are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReadBy {
    /// Through the view's mapping.
    #[default]
    Mapping,
    /// By pread(2) of the file; only private copies, which are in no file, through the mapping.
    Pread,
}

/// Whether the storage still has the pages in sight. Asked past the page cache, where it did not give some of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origins {
    /// Number of the first page.
    pub first_page: u64,
    /// One for each page from there on.
    pub pages: Vec<PageOrigin>,
    /// Bytes in a page.
    pub page_bytes: u64,
}

impl Origins {
    /// That of the page that holds `offset`.
    #[must_use]
    pub fn of(&self, offset: u64) -> Option<PageOrigin> {
        let index = (offset / self.page_bytes.max(1)).checked_sub(self.first_page)?;
        self.pages.get(usize::try_from(index).ok()?).copied()
    }
}

/// One look at the mapping: the bytes and what the kernel says of their pages.
#[derive(Clone, Debug)]
pub struct Look {
    /// The bytes, and where and why there are none.
    pub readout: Readout,
    /// The state of each page that the span touches, or why it is not known.
    pub pages: Result<Vec<PageState>, String>,
    /// Bytes in a page.
    pub page_bytes: u64,
    /// What the file holds now where the view has private copies: whole runs of them, as far as they are looked at.
    pub file: Vec<Readout>,
}

/// How one cell of the grid is to be drawn. One byte, so that a screenful stays in the processor's cache.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CellFlags(u8);

impl CellFlags {
    /// What is there: a byte (0), or one of the next three.
    const KIND: u8 = 3;
    const PAST_END: u8 = 1;
    const UNREADABLE: u8 = 2;
    /// A byte, and the file holds something else.
    const DIFFERS: u8 = 3;
    const EDITED: u8 = 4;
    const WAITING: u8 = 8;
    const FLASH_SHIFT: u32 = 4;

    /// The byte lies past the file's present end.
    #[must_use]
    pub fn is_past_end(self) -> bool {
        self.0 & Self::KIND == Self::PAST_END
    }

    /// The kernel would not read it.
    #[must_use]
    pub fn is_unreadable(self) -> bool {
        self.0 & Self::KIND == Self::UNREADABLE
    }

    /// There is a byte to show.
    #[must_use]
    pub fn is_byte(self) -> bool {
        matches!(self.0 & Self::KIND, 0 | Self::DIFFERS)
    }

    /// The file holds something else than the view shows: another byte, or none.
    #[must_use]
    pub fn differs_from_file(self) -> bool {
        self.0 & Self::KIND == Self::DIFFERS
    }

    /// A private edit that is not in the file.
    #[must_use]
    pub fn is_edited(self) -> bool {
        self.0 & Self::EDITED != 0
    }

    /// An edit that the mapping lost and that waits for reapplication.
    #[must_use]
    pub fn is_waiting(self) -> bool {
        self.0 & Self::WAITING != 0
    }

    /// From [`FLASH_STEPS`] (changed just now) down to 0 (did not change).
    #[must_use]
    pub fn flash(self) -> u8 {
        self.0 >> Self::FLASH_SHIFT
    }

    /// Nothing but a plain byte: the commonest cell.
    #[must_use]
    pub fn is_plain(self) -> bool {
        self.0 == 0
    }

    fn set_flash(&mut self, step: u8) {
        self.0 = (self.0 & 0x0f) | (step << Self::FLASH_SHIFT);
    }
}

/// The last look, with the cells that the grid draws.
#[derive(Clone, Debug)]
pub struct Window {
    look: Arc<Look>,
    cells: Vec<CellFlags>,
    flashing: bool,
}

impl Window {
    /// Takes a new look; bytes that differ from `before` flash.
    #[must_use]
    pub fn new(look: Arc<Look>, before: Option<&Self>, journal: &Journal) -> Self {
        let cells = vec![CellFlags::default(); look.readout.bytes.len()];
        let mut window = Self {
            look,
            cells,
            flashing: false,
        };
        window.mark(journal);
        if let Some(before) = before {
            window.flash_changes(before);
        }
        window
    }

    /// The offsets it covers.
    #[must_use]
    pub fn span(&self) -> Span {
        self.look.readout.span
    }

    /// The look it was made from.
    #[must_use]
    pub fn look(&self) -> &Look {
        &self.look
    }

    /// The bytes and cells of `span`, as far as this window has them: the offset of the first, the bytes, the cells.
    #[must_use]
    pub fn slice(&self, span: Span) -> Option<(u64, &[u8], &[CellFlags])> {
        let both = self.span().intersect(span)?;
        let from = usize::try_from(both.start() - self.span().start()).ok()?;
        let to = usize::try_from(both.end() - self.span().start()).ok()?;
        Some((
            both.start(),
            self.look.readout.bytes.get(from..to)?,
            self.cells.get(from..to)?,
        ))
    }

    /// The byte at `offset`, where there is one.
    #[must_use]
    pub fn byte(&self, offset: u64) -> Option<u8> {
        self.look.readout.byte(offset)
    }

    /// The cell at `offset`.
    #[must_use]
    pub fn cell(&self, offset: u64) -> Option<CellFlags> {
        let index = usize::try_from(offset.checked_sub(self.span().start())?).ok()?;
        self.cells.get(index).copied()
    }

    /// Why there is no byte at `offset`.
    #[must_use]
    pub fn gap(&self, offset: u64) -> Option<&GapReason> {
        self.look
            .readout
            .gaps
            .iter()
            .find(|gap| gap.span.contains(offset))
            .map(|gap| &gap.reason)
    }

    /// What the file holds at `offset`, where the view has a private copy of it: a byte, or why there is none.
    #[must_use]
    pub fn file_at(&self, offset: u64) -> Option<Result<u8, GapReason>> {
        let mut parts = self.look.file.iter();
        let part = parts.find(|part| part.span.contains(offset))?;
        match part.gap_at(offset) {
            Some(gap) => Some(Err(gap.reason)),
            None => part.byte(offset).map(Ok),
        }
    }

    /// The state of the page that holds `offset`.
    ///
    /// # Errors
    /// Why the page's state is not known, in words.
    pub fn page(&self, offset: u64) -> Result<PageState, &str> {
        let pages = self.look.pages.as_ref().map_err(String::as_str)?;
        let first = self.span().start() / self.look.page_bytes.max(1);
        let index = (offset / self.look.page_bytes.max(1)).checked_sub(first);
        index
            .and_then(|index| pages.get(usize::try_from(index).ok()?).copied())
            .ok_or("not looked at yet")
    }

    /// Some byte is still fading.
    #[must_use]
    pub fn is_flashing(&self) -> bool {
        self.flashing
    }

    /// A tenth of a second has passed.
    pub fn fade(&mut self) {
        self.flashing = false;
        for cell in &mut self.cells {
            let step = cell.flash().saturating_sub(1);
            cell.set_flash(step);
            self.flashing |= step > 0;
        }
    }

    /// Marks gaps and edits anew; flashes stay.
    pub fn mark(&mut self, journal: &Journal) {
        let span = self.span();
        for cell in &mut self.cells {
            cell.0 &= 0xf0;
        }
        for gap in &self.look.readout.gaps {
            let bit = match gap.reason {
                GapReason::PastFileEnd { .. } => CellFlags::PAST_END,
                _ => CellFlags::UNREADABLE,
            };
            set(&mut self.cells, span, gap.span, bit);
        }
        // bytes that are shown, so the two kinds never meet
        for file in &self.look.file {
            for run in self.look.readout.differing_from(file) {
                set(&mut self.cells, span, run, CellFlags::DIFFERS);
            }
        }
        for (offset, _) in journal.pending_in(span) {
            set(
                &mut self.cells,
                span,
                Span::at(offset, 1).unwrap_or(Span::empty(offset)),
                CellFlags::EDITED,
            );
        }
        for (offset, _) in journal.patch_in(span) {
            set(
                &mut self.cells,
                span,
                Span::at(offset, 1).unwrap_or(Span::empty(offset)),
                CellFlags::WAITING,
            );
        }
    }

    fn flash_changes(&mut self, before: &Self) {
        let Some((start, old_bytes, old_cells)) = before.slice(self.span()) else {
            return;
        };
        let from = usize::try_from(start - self.span().start()).unwrap_or(usize::MAX);
        let new_bytes = self.look.readout.bytes.iter().skip(from);
        let new_cells = self.cells.iter_mut().skip(from);
        for (((new_byte, new), old_byte), old) in
            new_bytes.zip(new_cells).zip(old_bytes).zip(old_cells)
        {
            let changed = new_byte != old_byte || new.is_byte() != old.is_byte();
            let step = if changed { FLASH_STEPS } else { old.flash() };
            new.set_flash(step);
            self.flashing |= step > 0;
        }
    }
}

fn set(cells: &mut [CellFlags], span: Span, which: Span, bit: u8) {
    let Some(both) = span.intersect(which) else {
        return;
    };
    let from = usize::try_from(both.start() - span.start()).unwrap_or(usize::MAX);
    let len = usize::try_from(both.len()).unwrap_or(usize::MAX);
    for cell in cells.iter_mut().skip(from).take(len) {
        cell.0 |= bit;
    }
}
