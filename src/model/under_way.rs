//! What a file's worker is asked for in its turn, and what it was asked for beside edits: stores through witnesses, and what
//! a full queue did not take.
//!
//! It owns that nothing of it is forgotten: it waits for what is under way, it is named when the file is about to go, and
//! asked for again once the queue has room. It must not know how it is carried out.

use crate::bytes::Span;

use super::closing::Settled;
use super::doc::{Doc, Out};
use super::editing::short_hex;
use super::effect::FileRequest;
use super::event::FileNews;
use super::happened::About;
use super::identity::{OrderId, Target, ViewId};
use super::pending::{Later, Under, Waiting, WitnessStore};
use super::witness::{Note, WitnessId};
use super::{Mode, View};

impl Doc {
    /// Goes on with what a view's answers were waited for.
    pub(super) fn go_on(&mut self, view: ViewId, out: &mut Out<'_>) {
        if let Some(target) = self.view_by(view).map(|known| self.target(known)) {
            self.ask_again(target, out);
        }
        while let Some(next) = self
            .views
            .iter_mut()
            .find(|known| known.id == view)
            .and_then(|view| view.pending.next())
        {
            self.begin(view, next, out);
        }
    }

    /// Sends `wish`, or has it wait for what is under way. `false` where too much waits already: the person is told.
    pub(super) fn submit(&mut self, view: ViewId, wish: Waiting, out: &mut Out<'_>) -> bool {
        let Some(known) = self.views.iter_mut().find(|known| known.id == view) else {
            return false;
        };
        if known.pending.may_begin(&wish) {
            self.begin(view, wish, out);
        } else if let Err(wish) = known.pending.wait(wish) {
            let what = match &wish {
                Waiting::Store { bytes, .. } | Waiting::Witness(_, WitnessStore { bytes, .. }) => {
                    format!("{} was not written", short_hex(bytes))
                }
                _ => "this was not done".to_owned(),
            };
            self.failed(
                wish.subject(),
                format!(
                    "So much waits for the storage already that {what}: try again once it answers"
                ),
            );
            return false;
        }
        true
    }

    fn begin(&mut self, view: ViewId, wish: Waiting, out: &mut Out<'_>) {
        match wish {
            Waiting::Store {
                offset,
                bytes,
                seen,
            } => self.begin_store(view, offset, bytes, seen, out),
            Waiting::Undo => self.begin_undo(view, out),
            Waiting::Redo => self.begin_redo(view, out),
            Waiting::UndoOne(id) => self.begin_undo_one(view, id, out),
            Waiting::Reapply(mode, only) => self.begin_reapply(view, mode, only.as_deref(), out),
            Waiting::WriteBack => self.begin_write_back(view, out),
            Waiting::Discard(span) => self.begin_discard(view, span, out),
            Waiting::Remap { change, choice } => self.begin_remap(view, change, choice, out),
            Waiting::Witness(target, store) => self.begin_witness_store(view, target, store, out),
        }
    }

    /// What is on its way into the file through somebody else than its views, in words; `None` where nothing is.
    pub(super) fn on_its_way(&self) -> Option<String> {
        let through_witness = |view: &View, store: &WitnessStore| {
            let through = match (store.id, view.mode) {
                (WitnessId::File, _) => "pwrite",
                (_, Mode::Private) => "the shared mapping",
                (_, Mode::Shared) => "the private mapping",
            };
            words(&store.bytes, store.offset, through)
        };
        let witnesses = self.views.iter().flat_map(|view| {
            let stores = view.pending.witness_stores();
            stores.map(move |store| through_witness(view, store))
        });
        let processes = self
            .processes
            .stores_to_file()
            .map(|(process, store)| words(&store.bytes, store.offset, &process.words()));
        let mut all = witnesses.chain(processes);
        let first = all.next()?;
        Some(match all.count() {
            0 => first,
            more => format!("{first} (and {more} more)"),
        })
    }

    /// Sends bytes to be stored through a witness.
    pub(super) fn begin_witness_store(
        &mut self,
        view: ViewId,
        target: Target,
        store: WitnessStore,
        out: &mut Out<'_>,
    ) {
        let WitnessStore {
            id,
            offset,
            bytes,
            expect,
            puts_back,
        } = store.clone();
        let request = FileRequest::WitnessStore {
            id,
            offset,
            bytes,
            expect,
        };
        let number = out.file(target, request);
        self.began_about(
            view,
            number,
            Under::Witness(store),
            match puts_back {
                Some(of) => About::PutBack { of, coming: None },
                None => About::Nothing,
            },
        );
    }

    /// What became of bytes written as a witness of this process.
    pub(super) fn witness_stored(
        &mut self,
        number: OrderId,
        news: FileNews,
        out: &mut Out<'_>,
    ) -> Option<Settled> {
        let FileNews::WitnessStored { id, outcome, .. } = news else {
            return None;
        };
        let (view, _) = self.ended(number)?;
        let failed = outcome.is_err();
        let note = match (outcome, id) {
            (Ok(_), WitnessId::File) => Note::done("written with pwrite"),
            (Ok(_), _) => {
                let mode = match self.view_by(view).map(|known| known.mode) {
                    Some(Mode::Shared) => Mode::Private,
                    Some(Mode::Private) | None => Mode::Shared,
                };
                Note::done(format!("written through the {mode} mapping"))
            }
            (Err(why), _) => Note::failed(format!("Not written: {why}")),
        };
        self.witnesses.row_mut(id).note = Some(note);
        self.go_on(view, out);
        if failed { self.stay() } else { None }
    }

    /// Pages of a view hold nothing of the person's any more: they would only hide what others write.
    pub(super) fn give_back(&mut self, target: Target, spans: &[Span], out: &mut Out<'_>) {
        let page_bytes = self.page_bytes;
        let Some(known) = self.views.iter().find(|view| self.target(view) == target) else {
            return; // another mapping has no copies
        };
        let pages: Vec<Span> = known
            .journal
            .pages_free_of_edits(spans, page_bytes)
            .into_iter()
            .filter(|page| !known.pending.stores_in(*page))
            .collect();
        if !pages.is_empty() {
            let view = known.id;
            let hull = pages.iter().copied().reduce(Span::hull);
            let number = out.file(target, FileRequest::GiveBack(pages));
            self.began_about(view, number, Under::GiveBack, About::GiveBack(hull));
        }
    }

    /// The worker has said something of the mapping `heard`, so its queue may have room: what it did not take of that
    /// mapping, or of one that nobody looks at any more, is asked for again.
    pub(super) fn ask_again(&mut self, heard: Target, out: &mut Out<'_>) {
        for later in std::mem::take(&mut self.later) {
            match &later {
                Later::GiveBack(target, pages) if *target == heard => {
                    self.give_back(*target, pages, out);
                }
                Later::GiveBack(target, _) => {
                    if self.is_now(*target) {
                        self.later.push(later);
                    }
                }
                Later::DropView(target) => {
                    let number = out.file(*target, FileRequest::DropView);
                    self.leaving.push((number, *target));
                }
            }
        }
    }

    /// The mapping of a view that is closed is gone.
    pub(super) fn dropped(&mut self, number: OrderId) -> Option<Target> {
        let at = self
            .leaving
            .iter()
            .position(|(known, _)| *known == number)?;
        Some(self.leaving.remove(at).1)
    }
}

fn words(bytes: &[u8], offset: u64, through: &str) -> String {
    format!(
        "{} at {offset:#x} through {through} is not answered",
        short_hex(bytes)
    )
}
