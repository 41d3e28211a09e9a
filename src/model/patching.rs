//! Applying a list of edits: it is read and compared first, what it would change and what stands in its way is said, and
//! nothing is stored before the person has answered.

use std::path::PathBuf;

use crate::bytes::Span;
use crate::bytes::escape::path_in_sentence;
use crate::bytes::size::{counted, counted_are};

use super::action::{Action, DocAction};
use super::beside::{Beneath, beside};
use super::doc::{Doc, Out};
use super::editing::EDIT_LIMIT_BYTES;
use super::effect::{Effect, FileRequest, Purpose, Store, StoreBatch};
use super::identity::{OrderId, ViewId};
use super::journal::{Drawn, Room};
use super::notice::{Notice, Severity};
use super::offer::conflict_words;
use super::patch::{ListPlace, Patch, PatchPart, Patching};
use super::pending::{FIRST_BYTES, Under};
use super::process::Refusal;
use super::take::not_asked_words;
use super::topic::{Subject, Topic};
use super::view::View;

impl Doc {
    /// Has a list of edits read, to be applied in `view`.
    pub(super) fn read_patch_at(
        &mut self,
        path: PathBuf,
        view: ViewId,
        out: &mut Out<'_>,
    ) -> Option<OrderId> {
        let place = ListPlace { path, view: None };
        self.read_list(place, view, out)
    }

    fn read_list(&mut self, place: ListPlace, view: ViewId, out: &mut Out<'_>) -> Option<OrderId> {
        let target = self.view_by(view).map(|known| self.target(known))?;
        if let Some(Patching::Reads(earlier, ..)) = &self.patching {
            let earlier = *earlier;
            out.push(Effect::CancelJob(self.id, earlier));
            self.form_done(earlier);
        }
        let path = place.path.clone();
        let request = match place.view.clone() {
            Some(part) => FileRequest::ReadPatchPart(path, part),
            None => FileRequest::ReadPatch(path),
        };
        let number = out.file(target, request);
        self.patching = Some(Patching::Reads(number, view, place));
        self.notices.clear(Topic::Apply);
        Some(number)
    }

    /// It will not be read.
    pub(super) fn patch_refused(&mut self, number: OrderId, why: &Refusal, out: &mut Out<'_>) {
        if self.take_reading(number).is_some() {
            let why = not_asked_words(why);
            self.not_read(
                number,
                format!("The list of edits was not read: {why}"),
                out,
            );
        }
    }

    fn not_read(&mut self, number: OrderId, why: String, out: &mut Out<'_>) {
        self.form_failed(number, &why, out);
        self.failed(Subject::Patch, why);
    }

    /// It was read.
    pub(super) fn patch_read(
        &mut self,
        number: OrderId,
        read: Result<Box<Patch>, String>,
        out: &mut Out<'_>,
    ) {
        let Some((view, place)) = self.take_reading(number) else {
            return;
        };
        match read {
            Err(why) => self.not_read(number, why, out),
            Ok(patch) => {
                self.form_done(number);
                self.notices.settle(Subject::Patch);
                self.ask_to_apply(view, patch, place);
            }
        }
    }

    /// The list of that number is read, and no more on its way: which view it is for, and where it is.
    fn take_reading(&mut self, number: OrderId) -> Option<(ViewId, ListPlace)> {
        let is_it =
            |it: &mut Patching| matches!(it, Patching::Reads(known, ..) if *known == number);
        match self.patching.take_if(is_it) {
            Some(Patching::Reads(_, view, place)) => Some((view, place)),
            _ => None,
        }
    }

    /// It was read, and is of several views: each may have edited the same bytes, and a mapping holds the edits of one.
    pub(super) fn patch_of_several(&mut self, number: OrderId, parts: &[(String, u64)]) {
        let Some((view, place)) = self.take_reading(number) else {
            return;
        };
        self.form_done(number);
        self.notices.settle(Subject::Patch);
        let list = path_in_sentence(&place.path);
        let listed = parts
            .iter()
            .map(|(name, n_bytes)| format!("{} of the {name}", counted(*n_bytes, "byte")));
        let listed = listed.collect::<Vec<_>>().join(", ");
        let text =
            format!("{list} has the edits of several views, and one of them is compared: {listed}");
        let mut notice = Notice::new(Topic::Apply, Severity::Warning, text).of(view);
        for (index, (name, _)) in parts.iter().enumerate() {
            let choose = Action::Doc(DocAction::ChoosePatchPart(index));
            notice = notice.with(format!("Those of the {name}"), choose);
        }
        notice = notice.with("Do not apply", Action::Doc(DocAction::DropPatchList));
        self.notices.put(notice.pinned());
        let names = parts.iter().map(|(name, _)| name.clone()).collect();
        self.patching = Some(Patching::Chooses(view, place.path, names));
    }

    /// The person has said which view's edits are meant.
    pub(super) fn choose_patch_part(&mut self, part: usize, out: &mut Out<'_>) {
        let chooses = |it: &mut Patching| matches!(it, Patching::Chooses(..));
        let Some(Patching::Chooses(view, path, names)) = self.patching.take_if(chooses) else {
            return;
        };
        self.notices.clear(Topic::Apply);
        if let Some(name) = names.into_iter().nth(part) {
            let view_of_list = Some(name);
            self.read_list(
                ListPlace {
                    path,
                    view: view_of_list,
                },
                view,
                out,
            );
        }
    }

    fn ask_to_apply(&mut self, view: ViewId, patch: Box<Patch>, place: ListPlace) {
        let n_stored: usize = bytes_of(&patch.parts(false, usize::MAX));
        let conflicts: Vec<(u64, u8)> = patch.conflicts().collect();
        let list = path_in_sentence(&patch.path);
        if n_stored == 0 && conflicts.is_empty() {
            self.done(
                Subject::Patch,
                format!("All that {list} lists stands there already"),
            );
            return;
        }
        let goes = match self.view_by(view) {
            Some(known) if known.writes_through() => "to the file at once",
            _ => "to the private view, not the file",
        };
        let mut text = format!(
            "{list} changes {}, {goes}",
            counted(n_stored as u64, "byte")
        );
        if let Some(size) = patch.listed.size.filter(|size| *size != patch.file_len) {
            let size = counted(size, "byte");
            text = format!("{text}; its file had {size}");
        }
        let mut notice = Notice::new(Topic::Apply, Severity::Warning, "").of(view);
        let apply = |over| Action::Doc(DocAction::ApplyPatch { over });
        if conflicts.is_empty() {
            notice = notice.with("Apply", apply(false));
        } else {
            text = format!(
                "{text}; {} neither as before nor as after: {}",
                counted_are(conflicts.len() as u64, "byte"),
                conflict_words(&conflicts)
            );
            if n_stored > 0 {
                notice = notice.with("Apply where it agrees", apply(false));
            }
            notice = notice.with("Apply all, over what stands there", apply(true));
        }
        notice = notice.with("Do not apply", Action::Doc(DocAction::DropPatchList));
        notice.text = text;
        self.notices.put(notice.pinned());
        self.patching = Some(Patching::Asks(view, patch, place));
    }

    /// The view is mapped otherwise by now, so that what was said of the list may not be true any more, nor where it goes:
    /// it is compared and asked about anew.
    pub(super) fn ask_anew_to_apply(&mut self, view: ViewId, out: &mut Out<'_>) {
        let place = match &self.patching {
            Some(Patching::Asks(asked, _, place)) if *asked == view => place.clone(),
            _ => return,
        };
        self.read_list(place, view, out);
    }

    /// The list is not to be applied.
    pub(super) fn drop_patch_list(&mut self) {
        self.patching = None;
        self.notices.clear(Topic::Apply);
    }

    /// The person has seen what the list changes, and wants it.
    pub(super) fn apply_patch(&mut self, over: bool, out: &mut Out<'_>) {
        let asks = |it: &mut Patching| matches!(it, Patching::Asks(..));
        let Some(Patching::Asks(view, patch, _)) = self.patching.take_if(asks) else {
            return;
        };
        self.notices.clear(Topic::Apply);
        if self.refuses_typing(view, "the list of edits") {
            return;
        }
        let most = usize::try_from(EDIT_LIMIT_BYTES).unwrap_or(usize::MAX);
        let parts = patch.parts(over, most);
        let Some(known) = self.view_by(view) else {
            return;
        };
        if !known.pending.is_settled() {
            self.failed(
                Subject::Patch,
                "The list was not applied, as earlier edits are not stored yet: do it again once they are",
            );
            return;
        }
        let places: Vec<(u64, usize)> = parts.iter().map(|(at, _, new)| (*at, new.len())).collect();
        if let Some(why) = no_room(known, &places) {
            self.failed(Subject::Patch, format!("The list was not applied: {why}"));
            return;
        }
        self.store_parts(view, parts, out);
        self.touched = true;
    }

    /// One step: stored as a whole where what was found still stands there, else not at all.
    pub(super) fn store_parts(
        &mut self,
        view: ViewId,
        parts: Vec<PatchPart>,
        out: &mut Out<'_>,
    ) -> Option<OrderId> {
        let mut seen = Drawn::nothing();
        let mut stores = Vec::new();
        for (offset, found, bytes) in parts {
            seen.add(offset, found.clone());
            stores.push(Store {
                offset,
                bytes,
                expect: Some(found),
            });
        }
        self.send_step(view, (stores, seen, Beneath::LeftOut), out)
    }

    /// One step, of which `seen` was drawn. `None` where there is nothing to store.
    pub(super) fn send_step(
        &mut self,
        view: ViewId,
        (stores, seen, beneath): (Vec<Store>, Drawn, Beneath),
        out: &mut Out<'_>,
    ) -> Option<OrderId> {
        let known = self.view_by(view)?;
        let places: Vec<(u64, usize)> = stores
            .iter()
            .map(|store| (store.offset, store.bytes.len()))
            .collect();
        let spans = places
            .iter()
            .filter_map(|(at, len)| Span::at(*at, *len as u64));
        let span = spans.reduce(Span::hull)?;
        let target = self.target(known);
        let beside = beside(known, &places, self.page_bytes, beneath);
        let bytes = stores.iter().flat_map(|store| &store.bytes);
        let first = bytes.take(FIRST_BYTES).copied().collect();
        let request = FileRequest::Store(StoreBatch {
            purpose: Purpose::Edit,
            stores,
            beside,
        });
        let number = out.file(target, request);
        self.began(view, number, Under::Store { span, first, seen });
        Some(number)
    }
}

/// Why undo cannot hold one more step in these places, ascending; `None` where it can.
pub(super) fn no_room(view: &View, places: &[(u64, usize)]) -> Option<String> {
    let Room::Full { .. } = view.journal.room_for_parts(places) else {
        return None;
    };
    let n_bytes = places.iter().map(|(_, len)| *len as u64).sum();
    let places = match places.len() {
        1 => String::new(),
        n => format!(" in {}", counted(n as u64, "place")),
    };
    Some(format!(
        "{} more of edits{places} is more than undo can hold, write the edits to the file first",
        counted(n_bytes, "byte")
    ))
}

fn bytes_of(parts: &[PatchPart]) -> usize {
    parts.iter().map(|(_, _, new)| new.len()).sum()
}
