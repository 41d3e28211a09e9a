//! An `App` with its orders held in hand: whatever it asks of a file stays here until a test answers it, in any order,
//! late, refused or under another identity.

use std::time::SystemTime;

use mapscope::map::Identity;
use mapscope::model::event::{
    FileEvent, FileNews, Opened, Remapped, StoreOutcome, StoreResult, WroteBack,
};
use mapscope::model::process::Refusal;
use mapscope::model::witness::Note;
use mapscope::model::{
    AppAction, Doc, DocAction, DocId, EditAction, FileAction, FileOrder, Generation, Intent,
    Journal, LabAction, MappingAction, MappingId, OrderId, PeersAction, Target, View, ViewAction,
    ViewId, WitnessId,
};

use super::*;

/// What can be done in the window, by its short name.
pub(super) trait Done {
    fn action(self) -> Action;
}

macro_rules! done {
    ($($area:ident: $kind:ty),* $(,)?) => {
        $(impl Done for $kind {
            fn action(self) -> Action {
                Action::$area(self)
            }
        })*
    };
}

done! {
    App: AppAction, File: FileAction, Doc: DocAction, View: ViewAction, Edit: EditAction,
    Mapping: MappingAction, Peers: PeersAction, Lab: LabAction,
}

impl Done for Action {
    fn action(self) -> Action {
        self
    }
}

/// The model, and the orders to files' workers that are not answered.
pub(super) struct Rig {
    pub(super) app: App,
    /// In the order they were sent; looks and what is watched are left out.
    pub(super) orders: Vec<FileOrder>,
    /// The files that are being opened.
    pub(super) opening: Vec<(DocId, MappingId, OpenRequest)>,
}

/// How a file is mapped that was just opened.
pub(super) fn mapped(mode: Mode, access: Access, len: u64) -> Remapped {
    Remapped {
        mode,
        access,
        extent: span(0, len),
        whole: true,
        refusal: None,
    }
}

/// A private, read-write file of `len` bytes.
pub(super) fn file(path: &str, inode: u64, len: u64) -> Opened {
    Opened {
        path: PathBuf::from(path),
        scratch: None,
        identity: Identity { dev: 1, ino: inode },
        mapped: mapped(Mode::Private, Access::ReadWrite, len),
        file_len: len,
        page_bytes: 4096,
    }
}

impl Rig {
    /// A model with no file.
    pub(super) fn new() -> Self {
        Self {
            app: App::new(Settings::default()),
            orders: Vec::new(),
            opening: Vec::new(),
        }
    }

    fn note(&mut self, effects: &[Effect]) {
        for effect in effects {
            match effect {
                Effect::File(order) if !is_quiet(&order.request) => self.orders.push(order.clone()),
                Effect::Open(doc, mapping, request) => {
                    self.opening.push((*doc, *mapping, request.clone()));
                }
                _ => {}
            }
        }
    }

    /// The person does something in this view.
    pub(super) fn act_in(&mut self, view: Option<ViewId>, done: impl Done) -> Vec<Effect> {
        let effects = self.app.apply(Intent {
            view,
            action: done.action(),
        });
        self.note(&effects);
        effects
    }

    /// The person does something in the view that has the focus.
    pub(super) fn act(&mut self, done: impl Done) -> Vec<Effect> {
        let view = self.app.view().map(|view| view.id);
        self.act_in(view, done)
    }

    pub(super) fn hear(&mut self, event: Event) -> Vec<Effect> {
        let effects = self.app.take(event);
        self.note(&effects);
        effects
    }

    /// The file that was asked for last is open.
    pub(super) fn opened(&mut self, opened: Opened) -> Vec<Effect> {
        let (doc, ..) = self.opening.pop().unwrap();
        self.hear(Event::Opened(doc, Box::new(opened)))
    }

    /// Opens a file, and shows its view.
    pub(super) fn open(&mut self, opened: Opened) -> ViewId {
        self.act(FileAction::Open(opened.path.clone()));
        self.opened(opened);
        let view = self.view().id;
        let mut shown = self.app.shown().to_vec();
        shown.push(view);
        self.act(AppAction::Shown(shown));
        view
    }

    #[track_caller]
    pub(super) fn doc(&self) -> &Doc {
        self.app.doc().unwrap()
    }

    #[track_caller]
    pub(super) fn view(&self) -> &View {
        self.app.view().unwrap()
    }

    #[track_caller]
    pub(super) fn journal(&self) -> &Journal {
        &self.view().journal
    }

    /// What the row of the file itself, among the witnesses, says of the last store by it.
    #[track_caller]
    pub(super) fn file_note(&self) -> &Note {
        let row = self.doc().witnesses.row(WitnessId::File);
        row.note.as_ref().expect("it says something of a store")
    }

    /// The identity of the focused view's mapping now.
    pub(super) fn target(&self) -> Target {
        self.doc().focused_target()
    }

    /// The worker of the focused file says something that nobody asked for.
    pub(super) fn say(&mut self, news: FileNews) -> Vec<Effect> {
        let target = self.target();
        self.say_of(target, None, news)
    }

    pub(super) fn say_of(
        &mut self,
        target: Target,
        number: Option<OrderId>,
        news: FileNews,
    ) -> Vec<Effect> {
        self.hear(Event::File(FileEvent {
            target,
            number,
            news,
        }))
    }

    /// Takes the first order of its kind that is not answered.
    #[track_caller]
    pub(super) fn order(&mut self, is_it: impl Fn(&FileRequest) -> bool) -> FileOrder {
        let at = self.orders.iter().position(|order| is_it(&order.request));
        let at = at.unwrap_or_else(|| panic!("not asked for; asked is {:?}", self.orders));
        self.orders.remove(at)
    }

    /// Answers `order` as it was meant.
    pub(super) fn answer(&mut self, order: &FileOrder, news: FileNews) -> Vec<Effect> {
        self.say_of(order.target, Some(order.number), news)
    }

    pub(super) fn refuse(&mut self, order: &FileOrder, why: Refusal) -> Vec<Effect> {
        self.answer(
            order,
            FileNews::Refused(Box::new(order.request.clone()), why),
        )
    }

    /// Answers the first batch of stores, each store of it with the outcome that `of` gives.
    #[track_caller]
    pub(super) fn stored(&mut self, of: impl Fn(&Store) -> StoreOutcome) -> Vec<Effect> {
        let order = self.order(|request| matches!(request, FileRequest::Store(_)));
        let news = self.store_news(&order, of);
        self.answer(&order, news)
    }

    pub(super) fn store_news(
        &self,
        order: &FileOrder,
        of: impl Fn(&Store) -> StoreOutcome,
    ) -> FileNews {
        let FileRequest::Store(batch) = &order.request else {
            panic!("{order:?}");
        };
        let view = self
            .app
            .docs
            .iter()
            .flat_map(|doc| &doc.views)
            .find(|view| view.mapping == order.target.mapping);
        FileNews::Stored {
            purpose: batch.purpose,
            mode: view.map_or(Mode::Private, |view| view.mode),
            at: SystemTime::UNIX_EPOCH,
            results: batch
                .stores
                .iter()
                .map(|store| StoreResult {
                    offset: store.offset,
                    bytes: store.bytes.clone(),
                    outcome: of(store),
                })
                .collect(),
            lost: Vec::new(),
        }
    }

    /// The person's `new` is stored at `offset`, where `old` stood.
    #[track_caller]
    pub(super) fn typed(&mut self, offset: u64, old: u8, new: u8) {
        self.point(offset);
        self.type_byte(new);
        self.stored(|_| StoreOutcome::Stored(vec![old]));
    }

    pub(super) fn type_byte(&mut self, byte: u8) -> Vec<Effect> {
        let mut effects = self.act(EditAction::HexDigit(byte >> 4));
        effects.extend(self.act(EditAction::HexDigit(byte & 15)));
        effects
    }

    pub(super) fn point(&mut self, offset: u64) {
        self.select(offset, false, Column::Hex);
    }

    pub(super) fn select(&mut self, offset: u64, extend: bool, column: Column) {
        self.act(ViewAction::Point {
            offset,
            extend,
            column,
        });
    }

    /// The focused view's mapping was made anew: the next generation, in answer to what asked for it, if anything did.
    pub(super) fn remapped(&mut self, mode: Mode, access: Access) -> Vec<Effect> {
        let len = self.doc().file_len;
        self.remapped_as(mapped(mode, access, len))
    }

    pub(super) fn remapped_as(&mut self, remapped: Remapped) -> Vec<Effect> {
        let mut target = self.target();
        let asked = self.orders.iter().position(|order| {
            order.target == target && matches!(order.request, FileRequest::Remap { .. })
        });
        let number = asked.map(|at| self.orders.remove(at).number);
        target.generation = target.generation.next();
        self.say_of(target, number, FileNews::Remapped(remapped))
    }

    /// All that was to be written back is in the file.
    #[track_caller]
    pub(super) fn wrote(&mut self) -> Vec<Effect> {
        let order = self.order(|request| matches!(request, FileRequest::WriteBack(_)));
        let FileRequest::WriteBack(runs) = &order.request else {
            unreachable!()
        };
        let spans = runs
            .iter()
            .map(|run| Span::at(run.offset, run.value.len() as u64).unwrap());
        let wrote = WroteBack {
            written: spans.collect(),
            synced: true,
            ..WroteBack::default()
        };
        self.answer(&order, FileNews::WroteBack(wrote))
    }

    /// A question about edits stands.
    pub(super) fn is_asked(&self) -> bool {
        let of_doc = |doc: &Doc| doc.notices.get(Topic::Unsaved).is_some();
        self.app.notices.get(Topic::Unsaved).is_some() || self.app.docs.iter().any(of_doc)
    }

    /// What the focused file's notice about `topic` says; empty where there is none.
    pub(super) fn says(&self, topic: Topic) -> &str {
        self.app
            .doc()
            .and_then(|doc| doc.notices.get(topic))
            .map_or("", |notice| notice.text.as_str())
    }

    #[track_caller]
    pub(super) fn assert_says(&self, topic: Topic, parts: &[&str]) {
        let text = self.says(topic);
        for part in parts {
            assert!(text.contains(part), "{topic:?} says {text:?}, not {part:?}");
        }
    }

    pub(super) fn cursor(&self) -> u64 {
        self.view().viewport.cursor
    }

    pub(super) fn top(&self) -> u64 {
        self.view().viewport.top
    }
}

/// It asks for nothing that an answer is waited for.
pub(super) fn is_quiet(request: &FileRequest) -> bool {
    matches!(
        request,
        FileRequest::Look(_)
            | FileRequest::Watch(_)
            | FileRequest::Facts(_)
            | FileRequest::Forget(_)
            | FileRequest::TakeOver { .. }
            | FileRequest::WriteDown { .. }
    )
}

impl Rig {
    /// The first export is done.
    #[track_caller]
    pub(super) fn exported(&mut self) -> Vec<Effect> {
        let order = self.order(|request| matches!(request, FileRequest::Export { .. }));
        let FileRequest::Export { destination, .. } = &order.request else {
            unreachable!()
        };
        let outcome = ExportOutcome::Done {
            destination: destination.clone(),
            bytes: 1,
            is_view: false,
        };
        self.answer(&order, FileNews::Exported(outcome))
    }

    /// The second view that was asked for is there, and its name.
    #[track_caller]
    pub(super) fn view_added(&mut self) -> ViewId {
        let order = self.order(|request| matches!(request, FileRequest::AddView { .. }));
        let FileRequest::AddView {
            mapping,
            mode,
            access,
        } = order.request
        else {
            unreachable!()
        };
        let target = Target {
            mapping,
            generation: Generation::FIRST,
            ..order.target
        };
        let len = self.app.doc_by(target.doc).unwrap().file_len;
        let remapped = FileNews::Remapped(mapped(mode, access, len));
        self.say_of(target, Some(order.number), remapped);
        let doc = self.app.doc_by(target.doc).unwrap();
        let added = doc.views.iter().find(|view| view.mapping == mapping);
        added.unwrap().id
    }
}
