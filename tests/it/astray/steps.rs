//! What the person and others do, at random.

mod peers;

use mapscope::model::process::{ProcessKind, ProcessSignal};
use mapscope::model::{
    AppAction, Column, DocAction, EditAction as Edit, Effect, FileAction, FileRequest,
    MappingAction as Map, Mode, PeersAction, Severity, Topic, UnsavedChoice, View, ViewAction,
    WitnessId,
};

use super::others::Disk;
use super::*;

pub(super) struct Play {
    pub(super) shell: Shell,
    pub(super) draw: Draw,
    pub(super) disks: Vec<Disk>,
    /// Places given so far, the same in all files: no two orders share one.
    places: u64,
    /// The file whose views the person works in.
    doc: Option<DocId>,
    /// The length that growth by others is waited for.
    pub(super) has_grown: bool,
}

impl Play {
    pub(super) fn new(seed: u64) -> Self {
        let mut draw = Draw::new(seed);
        let disks: Vec<Disk> = [b'A', b'B', b'C'].map(Disk::new).into();
        let known: Vec<_> = disks
            .iter()
            .map(|it| (it.path.clone(), it.letter, LEN))
            .collect();
        let panel_shown = draw.one_in(3);
        let shell = Shell::new(Oracle::new(&known), panel_shown);
        let mut play = Self {
            shell,
            draw,
            disks,
            places: 0,
            doc: None,
            has_grown: false,
        };
        for file in 0..play.disks.len() {
            play.open(file);
        }
        let begin = Instant::now();
        while !play.shell.app.incoming.is_empty() {
            assert!(begin.elapsed() < LONG, "the files open");
            play.hear(u64::MAX);
        }
        play.shows_all();
        play.doc = play.shell.focus();
        play
    }

    fn open(&mut self, file: usize) {
        let path = self.disks[file].path.clone();
        self.shell.act(None, Action::File(FileAction::Open(path)));
    }

    fn shows_all(&mut self) {
        let docs = &self.shell.app.docs;
        let views: Vec<ViewId> = docs
            .iter()
            .flat_map(|doc| &doc.views)
            .map(|it| it.id)
            .collect();
        for view in &views {
            let layout = ViewAction::Layout {
                columns: 16,
                page_rows: 4,
            };
            self.shell.act(Some(*view), Action::View(layout));
        }
        self.shell.act(None, Action::App(AppAction::Shown(views)));
    }

    /// Takes what was reported; the model hears so much of it.
    pub(super) fn hear(&mut self, most: u64) {
        self.shell.receive(Duration::from_millis(1));
        for _ in 0..most {
            if !self.shell.hear_one(&mut self.draw) {
                break;
            }
        }
    }

    /// The file that is worked in, unless it was closed.
    fn here(&mut self) -> Option<(DocId, usize)> {
        let known = |id: DocId, shell: &Shell| {
            shell
                .app
                .doc_by(id)
                .and(shell.oracle.docs.get(&id).copied())
        };
        if self.doc.is_none_or(|id| known(id, &self.shell).is_none()) {
            let open: Vec<DocId> = self.shell.app.docs.iter().map(|doc| doc.id).collect();
            let ours: Vec<DocId> = open
                .into_iter()
                .filter(|id| known(*id, &self.shell).is_some())
                .collect();
            self.doc = self.draw.one_of(&ours);
        }
        self.doc.and_then(|id| Some((id, known(id, &self.shell)?)))
    }

    fn some_view(&mut self, doc: DocId) -> Option<ViewId> {
        let views: Vec<ViewId> = self
            .shell
            .app
            .doc_by(doc)?
            .views
            .iter()
            .map(|it| it.id)
            .collect();
        self.draw.one_of(&views)
    }

    fn view(&self, id: ViewId) -> Option<&View> {
        self.shell.app.doc_of(id)?.view_by(id)
    }

    /// The next place of up to 16 bytes, and a byte that other files do not get there.
    fn place(&mut self, file: usize) -> (u64, u8) {
        self.places += 1;
        let offset = (self.places * 1009) % (LEN / 16) * 16;
        let byte =
            0x80 + 0x20 * u8::try_from(file).unwrap() + u8::try_from(self.places % 31).unwrap();
        (offset, byte)
    }

    /// Puts the cursor there; whether that worked.
    fn point(&mut self, view: ViewId, offset: u64, extend: bool) -> bool {
        let column = Column::Hex;
        let point = ViewAction::Point {
            offset,
            extend,
            column,
        };
        self.shell.act(Some(view), Action::View(point));
        self.view(view)
            .is_some_and(|it| it.viewport.cursor == offset)
    }

    fn types(&mut self, view: ViewId, file: usize) {
        let (offset, byte) = self.place(file);
        if !self.point(view, offset, false) {
            return;
        }
        self.shell.oracle.means(file, offset, &[byte], self.places);
        let mut effects = self
            .shell
            .act(Some(view), Action::Edit(Edit::HexDigit(byte >> 4)));
        effects.extend(
            self.shell
                .act(Some(view), Action::Edit(Edit::HexDigit(byte & 15))),
        );
        self.check_taken(view, &effects, offset, &[byte]);
    }

    fn fills(&mut self, view: ViewId, file: usize) {
        let (offset, byte) = self.place(file);
        let n = 2 + self.draw.next(6);
        if !self.point(view, offset, false) || !self.point(view, offset + n - 1, true) {
            return;
        }
        let bytes = vec![byte; usize::try_from(n).unwrap()];
        self.shell.oracle.means(file, offset, &bytes, self.places);
        let effects = self.shell.act(Some(view), Action::Edit(Edit::Fill(byte)));
        self.check_taken(view, &effects, offset, &bytes);
    }

    /// What was typed is on its way, or waits, or the person is told.
    fn check_taken(&self, view: ViewId, effects: &[Effect], offset: u64, bytes: &[u8]) {
        let known = self.view(view).unwrap();
        let is_sent = effects.iter().any(|effect| match effect {
            Effect::File(order) => match &order.request {
                FileRequest::Store(batch) => {
                    let is_it = batch
                        .stores
                        .iter()
                        .any(|it| it.offset == offset && it.bytes == bytes);
                    is_it && order.target.mapping == known.mapping
                }
                _ => false,
            },
            _ => false,
        });
        let waits = format!("{:?}", known.pending.waiting().collect::<Vec<_>>());
        let waits = waits.contains(&format!("offset: {offset}, bytes: {bytes:?}"));
        let doc = self.shell.app.doc_of(view).unwrap();
        let error = doc.notices.get(Topic::Error).map(|it| it.severity);
        let is_told = error == Some(Severity::Error);
        assert!(
            is_sent || waits || is_told,
            "{bytes:?} at {offset} is on its way, or refused"
        );
    }

    fn edit(&mut self, view: ViewId, edit: Edit, file: usize) {
        let truth = &mut self.shell.oracle.files[file];
        match edit {
            Edit::WriteBack | Edit::WriteBackConflicts | Edit::Reapply => {
                truth.may_write = self.places;
            }
            Edit::DropPatch => truth.may_drop = self.places,
            _ => {}
        }
        self.shell.act(Some(view), Action::Edit(edit));
    }

    fn map(&mut self, view: ViewId, action: Map) {
        self.shell.act(Some(view), Action::Mapping(action));
    }

    /// A step that changes which file is in front does so with orders under way.
    fn switch(&mut self) {
        let Some((doc, file)) = self.here() else {
            return;
        };
        for _ in 0..20 {
            if self.shell.oracle.n_outstanding() >= 3 {
                break;
            }
            let Some(view) = self.some_view(doc) else {
                return;
            };
            self.types(view, file);
            if self.draw.one_in(3) {
                self.shell.act(Some(view), Action::Mapping(Map::Flush));
            }
        }
        if self.shell.oracle.n_outstanding() < 3 {
            return;
        }
        let open: Vec<DocId> = self
            .shell
            .app
            .docs
            .iter()
            .map(|it| it.id)
            .filter(|id| *id != doc)
            .collect();
        if let Some(other) = self.draw.one_of(&open) {
            self.shell.oracle.counts.switches += 1;
            self.shell
                .act(None, Action::App(AppAction::FocusDoc(other)));
            self.doc = Some(other);
        }
    }

    /// Sometimes the next step comes at once, sometimes after much of what was ordered has happened.
    fn pace(&mut self) {
        let docs: Vec<DocId> = self.shell.app.docs.iter().map(|it| it.id).collect();
        for doc in docs {
            let most = self.draw.next(6);
            self.shell.release(doc, usize::try_from(most).unwrap());
        }
        let most = self.draw.next(6);
        self.shell.release_peers(usize::try_from(most).unwrap());
        let most = self.draw.next(4) * self.draw.next(6);
        self.hear(most);
    }

    pub(super) fn step(&mut self) {
        self.pace();
        let Some((doc, file)) = self.here() else {
            let file = usize::try_from(self.draw.next(3)).unwrap();
            return self.open(file);
        };
        let Some(view) = self.some_view(doc) else {
            return;
        };
        match self.draw.next(100) {
            0..=17 => (0..=self.draw.next(3)).for_each(|_| self.types(view, file)),
            18..=23 => self.fills(view, file),
            24..=43 => self.edit_step(view, file),
            44..=57 => self.map_step(view, doc),
            58..=63 => self.others_step(file),
            64..=67 => self.stores_as_witness(view, file),
            68..=83 => self.peers_step(view, doc, file),
            84..=85 => self.burst(view, doc, file),
            86..=89 => self.app_step(view, doc),
            90..=91 => self.tray_step(),
            _ => self.switch(),
        }
    }

    fn edit_step(&mut self, view: ViewId, file: usize) {
        let edit = match self.draw.next(20) {
            0..=6 => Edit::Undo,
            7..=9 => Edit::Redo,
            10..=13 => Edit::WriteBack,
            14..=15 => Edit::WriteBackConflicts,
            16..=18 => Edit::Reapply,
            _ => Edit::DropPatch,
        };
        self.edit(view, edit, file);
    }

    fn map_step(&mut self, view: ViewId, doc: DocId) {
        match self.draw.next(20) {
            0..=5 => self.map(view, Map::ToggleMode),
            6..=7 => self.map(view, Map::ToggleAccess),
            8..=11 => self.map(view, Map::Remap),
            12 => {
                let start = self.draw.next(PAGES / 2) * PAGE;
                self.map(
                    view,
                    Map::SetWindow(Some(span(start, start + PAGES / 2 * PAGE))),
                );
            }
            13..=14 => self.map(view, Map::SetWindow(None)),
            15 => self.map(view, Map::Flush),
            16 => self.map(view, Map::DiscardSelection),
            17 => self.map(view, Map::DiscardAll),
            _ => {
                self.map(view, Map::AddView);
                self.shell.release(doc, usize::MAX);
                self.shows_all();
            }
        }
    }

    /// Others change the file's length, or write where somebody has typed.
    fn others_step(&mut self, file: usize) {
        self.shell
            .oracle
            .tell(|| format!("others touch file {file}"));
        match self.draw.next(6) {
            0 => {
                let cut = PAGE * (4 + self.draw.next(PAGES - 4)) + self.draw.next(2) * 100;
                self.shell.oracle.files[file].is_cut(cut);
                self.disks[file].truncate(cut);
            }
            1..=2 => self.disks[file].extend(LEN),
            3 if self.disks[file].len() >= LEN => self.grows(file),
            _ => {
                let private: Vec<u64> = self.shell.oracle.private.keys().map(|it| it.2).collect();
                if let Some(offset) = self.draw.one_of(&private)
                    && offset < self.disks[file].len()
                {
                    let byte = b'0' + u8::try_from(self.draw.next(10)).unwrap();
                    self.shell.oracle.files[file].perhaps(offset, byte);
                    self.disks[file].file.write_all_at(&[byte], offset).unwrap();
                }
            }
        }
    }

    /// Others append; sometimes that is waited for until it is told.
    fn grows(&mut self, file: usize) {
        let to = self.disks[file].len() + 1 + self.draw.next(9000);
        self.disks[file].extend(to);
        self.has_grown = true;
        let doc = self
            .shell
            .oracle
            .docs
            .iter()
            .find(|it| *it.1 == file)
            .map(|it| *it.0);
        let open = doc.and_then(|doc| self.shell.app.doc_by(doc));
        let is_whole = open.is_some_and(|doc| doc.views.iter().all(|view| view.whole));
        let Some(doc) = doc.filter(|_| is_whole && self.draw.one_in(2)) else {
            return;
        };
        let begin = Instant::now();
        self.shell.release_all();
        // a mapping that is made anew meanwhile is as long, and says no growth; nor does one that had to wait
        while self.shell.grown.get(&doc).is_none_or(|it| *it < to)
            && begin.elapsed() < Duration::from_millis(400)
        {
            self.hear(u64::MAX);
        }
    }

    /// More at once than may wait for the worker.
    fn burst(&mut self, view: ViewId, doc: DocId, file: usize) {
        (0..90).for_each(|_| self.types(view, file));
        self.shell.release(doc, usize::MAX);
    }

    fn app_step(&mut self, view: ViewId, doc: DocId) {
        match self.draw.next(10) {
            0..=1 => {
                self.shell
                    .act(Some(view), Action::File(FileAction::CloseDoc(doc)));
            }
            2 => {
                self.shell.act(None, Action::App(AppAction::Quit));
            }
            3..=5 => {
                let file = usize::try_from(self.draw.next(3)).unwrap();
                self.open(file);
            }
            _ => {
                let choices = [
                    UnsavedChoice::Write,
                    UnsavedChoice::Keep,
                    UnsavedChoice::Drop,
                    UnsavedChoice::Stay,
                ];
                let choice = self.draw.one_of(&choices).unwrap();
                self.answers(choice);
            }
        }
    }

    /// Answers whatever question stands. An answer is for the edits of the file, or of all.
    pub(super) fn answers(&mut self, choice: UnsavedChoice) {
        let asked = |doc: &&Doc| doc.notices.get(Topic::Unsaved).is_some();
        let docs: Vec<(DocId, ViewId)> = self
            .shell
            .app
            .docs
            .iter()
            .filter(asked)
            .map(|doc| (doc.id, doc.view().id))
            .collect();
        let of_all = self.shell.app.notices.get(Topic::Unsaved).is_some();
        for (doc, file) in self.shell.oracle.docs.clone() {
            if of_all || docs.iter().any(|it| it.0 == doc) {
                let truth = &mut self.shell.oracle.files[file];
                match choice {
                    UnsavedChoice::Write => truth.may_write = self.places,
                    UnsavedChoice::Drop => truth.may_drop = self.places,
                    _ => {}
                }
            }
        }
        for (_, view) in docs {
            self.shell
                .act(Some(view), Action::Doc(DocAction::Unsaved(choice)));
        }
        if of_all {
            self.shell
                .act(None, Action::App(AppAction::Unsaved(choice)));
        }
    }

    /// What was refused is done elsewhere, or forgotten.
    fn tray_step(&mut self) {
        let orders: Vec<RefusedOrder> = self.shell.app.tray.orders().to_vec();
        let numbers: Vec<OrderId> = orders.iter().map(|it| it.number).collect();
        let Some(number) = self.draw.one_of(&numbers) else {
            return;
        };
        let focus = self
            .shell
            .focus()
            .and_then(|id| self.shell.oracle.docs.get(&id).copied());
        let Some(file) = focus.filter(|_| self.draw.one_in(2)) else {
            self.shell.act(None, Action::App(AppAction::Forget(number)));
            return;
        };
        self.places += 1;
        for order in orders.iter().filter(|it| it.number == number) {
            for part in &order.parts {
                self.shell
                    .oracle
                    .means(file, part.offset, &part.bytes, self.places);
            }
        }
        self.shell
            .act(None, Action::App(AppAction::Redirect(number)));
    }

    /// Whether it stores in copies of its own.
    pub(super) fn is_private(kind: ProcessKind) -> bool {
        kind == ProcessKind::Private
    }

    pub(super) fn is_private_view(view: &View) -> bool {
        view.mode == Mode::Private
    }
}
