//! The witnesses in this process: the view's mapping, one of the other mode, and the file by pread.

use std::sync::Arc;

use crate::bytes::Span;
use crate::bytes::said::bytes_said;
use crate::map::{Access, MapRequest, Mapping, Mode, Readout, StoreError};
use crate::model::effect::FileRequest;
use crate::model::event::FileNews;
use crate::model::identity::{MappingId, OrderId};
use crate::model::witness::FilePages;
use crate::model::{WitnessId, WitnessState};

use super::asked::Asked;
use super::serve::Worker;
use super::views::writes_through;
use crate::work::logbook::record::EditPlace;
use crate::work::reading::{reading, reading_of_file};

/// What is watched through them, and what they last said.
#[derive(Default)]
pub(super) struct Witnesses {
    /// The view that is looked at, and the bytes.
    watched: Option<(MappingId, Span)>,
    /// A mapping of the other mode, made when it is first asked for; none while a second view stands in its place.
    other: Option<Mapping>,
    said: [Option<WitnessState>; 3],
    /// The pages of the file as they were last told.
    file_pages: Option<FilePages>,
}

impl Witnesses {
    /// The view that is looked at, and the bytes; `None` while nobody looks.
    pub(super) fn watched(&self) -> Option<(MappingId, Span)> {
        self.watched
    }

    /// The mapping or the file is another one than it was.
    pub(super) fn forget(&mut self) {
        self.other = None;
        self.said = [None, None, None];
        self.file_pages = None;
    }

    /// There is a view more or less: whoever stands beside the one that is looked at is another one.
    pub(super) fn forget_other(&mut self) {
        self.other = None;
        self.said[WitnessId::OtherMode as usize] = None;
    }

    /// A view is closed: what was watched from it is watched no more.
    pub(super) fn drop_view(&mut self, view: MappingId) {
        if self.watched.take_if(|(known, _)| *known == view).is_some() {
            self.forget();
        }
    }

    /// No mapping here is to need a descriptor that may write.
    pub(super) fn release_writer(&mut self) {
        self.other.take_if(|other| writes_through(other));
    }
}

impl Worker {
    /// Watches these bytes as the view at `index` shows them.
    pub(super) fn watch(&mut self, index: usize, span: Option<Span>) {
        let view = self.views.get(index).map(|view| view.id);
        let watched = view.zip(span);
        if watched.map(|(view, _)| view) != self.witnesses.watched.map(|(view, _)| view) {
            self.witnesses.other = None; // nobody looks: no second mapping is kept
        }
        self.witnesses.watched = watched;
        self.read_witnesses(true);
    }

    pub(super) fn read_witnesses(&mut self, report_unchanged: bool) {
        let Some((view, span)) = self.witnesses.watched else {
            return;
        };
        let Some(index) = self.views.iter().position(|known| known.id == view) else {
            return;
        };
        if report_unchanged {
            self.read_others_anew();
        }
        let file = Arc::clone(&self.file);
        // Asked first: reading brings the pages into the cache.
        self.read_file_pages(index, span, report_unchanged);
        let here = self.with(index, |mapping| reading(mapping, &file, span));
        let other = match self.beside(index) {
            Some(_) => self.read_other(index, span),
            None => match self.other_mapping(index, false) {
                Ok(()) => self.read_other(index, span),
                Err(why) => Some(WitnessState::Unavailable(why)),
            },
        };
        let by_pread = reading_of_file(&file, span);
        let states = [
            (WitnessId::View, here),
            (WitnessId::OtherMode, other),
            (WitnessId::File, Some(by_pread)),
        ];
        let mut is_file_news = false;
        for (slot, (id, state)) in states.into_iter().enumerate() {
            let Some(state) = state else { continue };
            let Some(said) = self.witnesses.said.get_mut(slot) else {
                continue;
            };
            let is_news = said.as_ref() != Some(&state);
            is_file_news |= is_news && id == WitnessId::File;
            if is_news || report_unchanged {
                *said = Some(state.clone());
                self.say(index, None, FileNews::Witness(id, state));
            }
        }
        if is_file_news {
            self.read_mappings_again(index, span);
        }
    }

    /// Somebody changed the file since the mappings were read, or before: what they show after that is said, also where it
    /// is as before, as that is how it is known who does not see the change.
    fn read_mappings_again(&mut self, index: usize, span: Span) {
        let file = Arc::clone(&self.file);
        let here = self.with(index, |mapping| reading(mapping, &file, span));
        let other = self.read_other(index, span);
        for (id, state) in [(WitnessId::View, here), (WitnessId::OtherMode, other)] {
            let Some(state) = state else { continue };
            if let Some(said) = self.witnesses.said.get_mut(id as usize) {
                *said = Some(state.clone());
            }
            self.say(index, None, FileNews::Witness(id, state));
        }
    }

    /// The other one of two views.
    fn beside(&self, index: usize) -> Option<usize> {
        (0..self.views.len()).find(|it| *it != index)
    }

    /// What the second view reads, or the mapping of the other mode where there is none.
    fn read_other(&self, index: usize, span: Span) -> Option<WitnessState> {
        let read = |mapping: &Mapping| reading(mapping, &self.file, span);
        match self.beside(index) {
            Some(beside) => self.with(beside, read),
            None => self.witnesses.other.as_ref().map(read),
        }
    }

    /// Tells what is known of the pages of the file itself.
    fn read_file_pages(&mut self, index: usize, span: Span, report_unchanged: bool) {
        let pages = self.file.page_facts(span);
        let told = FilePages { span, pages };
        if report_unchanged || self.witnesses.file_pages.as_ref() != Some(&told) {
            self.witnesses.file_pages = Some(told.clone());
            self.say(index, None, FileNews::FilePages(told));
        }
    }

    /// Makes sure that the mapping of the other mode exists; writable only when asked, as a writable shared mapping
    /// needs a descriptor that may write.
    fn other_mapping(&mut self, index: usize, writable: bool) -> Result<(), String> {
        let Some((mode, span)) = self.with(index, |mapping| (mapping.mode(), mapping.span()))
        else {
            return Err("the view's mapping is gone".to_owned());
        };
        let mode = match mode {
            Mode::Private => Mode::Shared,
            Mode::Shared => Mode::Private,
        };
        let access = if writable || mode == Mode::Private {
            Access::ReadWrite
        } else {
            Access::ReadOnly
        };
        self.lengthen_other(index);
        if let Some(other) = &self.witnesses.other
            && other.mode() == mode
            && (other.access() == Access::ReadWrite || !writable)
        {
            return Ok(());
        }
        let whole = self.views.get(index).is_some_and(|view| view.whole);
        let request = MapRequest {
            mode,
            access,
            span: (!whole).then_some(span),
        };
        self.witnesses.other = Some(
            Mapping::create(&self.file, request, &self.log).map_err(|error| error.to_string())?,
        );
        Ok(())
    }

    /// One that was made while the file was shorter reaches as far as the view again, with its private copies. Where that
    /// is refused it stays as it is, and says where it ends.
    fn lengthen_other(&mut self, index: usize) {
        let Some(view) = self.with(index, Mapping::span) else {
            return;
        };
        let Ok(file_len) = self.file.file_len() else {
            return;
        };
        let end = view.end().min(file_len);
        if let Some(other) = &mut self.witnesses.other
            && other.span().end() < end
        {
            let _ = other.grow(end);
        }
    }

    /// Stores through the other mode's mapping, or into the file.
    pub(super) fn witness_store(&mut self, index: usize, number: OrderId, request: FileRequest) {
        let FileRequest::WitnessStore {
            id,
            offset,
            bytes,
            expect,
        } = request
        else {
            return;
        };
        let expect = expect.as_deref();
        let outcome = match id {
            WitnessId::File => self.write_to_file(offset, &bytes, expect),
            WitnessId::View | WitnessId::OtherMode => {
                self.store_in_other(index, offset, &bytes, expect)
            }
        };
        self.release_writer();
        let news = FileNews::WitnessStored {
            id,
            offset,
            bytes,
            outcome,
        };
        self.say(index, Some(number), news);
        self.look_again(index);
        self.read_witnesses(true);
    }

    fn write_to_file(
        &mut self,
        offset: u64,
        bytes: &[u8],
        expect: Option<&[u8]>,
    ) -> Result<Option<Vec<u8>>, String> {
        let now = Span::at(offset, bytes.len() as u64).map(|span| self.file.pread(span));
        as_expected(now.as_ref(), expect)?;
        let (Some(now), Some(span)) = (now, Span::at(offset, bytes.len() as u64)) else {
            return Err("there is no such place in a file".to_owned());
        };
        self.pwrite_recorded(span, &now, bytes)?;
        Ok(now.is_whole().then_some(now.bytes))
    }

    fn store_in_other(
        &mut self,
        index: usize,
        offset: u64,
        bytes: &[u8],
        expect: Option<&[u8]>,
    ) -> Result<Option<Vec<u8>>, String> {
        if self.with(index, Mapping::mode) == Some(Mode::Private)
            && let Err(refused) = self.file.writer()
        {
            return Err(StoreError::NotWritable(refused).to_string());
        }
        if self.beside(index).is_some() {
            return Err("a second view of the file stands in its place by now".to_owned());
        }
        self.other_mapping(index, true)?;
        let Some(other) = &self.witnesses.other else {
            return Err("the other mapping is gone".to_owned());
        };
        if expect.is_some() {
            let span = Span::at(offset, bytes.len() as u64);
            as_expected(
                span.map(|span| other.read(span, &self.file)).as_ref(),
                expect,
            )?;
        }
        // what stands in a private mapping of a witness goes with it, and is no edit
        if other.mode() == Mode::Private {
            let stored = other.store(offset, bytes, &self.file);
            return stored.map(Some).map_err(|error| error.to_string());
        }
        let mut asked = Asked::nothing(EditPlace::File);
        let stored = other.store_after(offset, bytes, &self.file, |old| {
            asked.before(&mut self.journal, &self.file, (offset, old, bytes))
        });
        if let Some(span) = Span::at(offset, bytes.len() as u64) {
            asked.ended(&stored, span);
        }
        asked.end(&mut self.journal);
        stored.map(Some).map_err(|error| error.to_string())
    }
}

/// Nothing is stored where something else stands than is expected.
fn as_expected(now: Option<&Readout>, expect: Option<&[u8]>) -> Result<(), String> {
    match (now, expect) {
        (_, None) => Ok(()),
        (Some(now), Some(expect)) if now.is_whole() && now.bytes == expect => Ok(()),
        (Some(now), Some(_)) if now.is_whole() => Err(format!(
            "something else stands there by now ({})",
            bytes_said(&now.bytes, now.bytes.len() as u64)
        )),
        (_, Some(_)) => {
            Err("what stands there now cannot be read, so it was not compared".to_owned())
        }
    }
}
