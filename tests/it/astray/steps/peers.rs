//! Stores by witnesses and processes, and what becomes of the processes.

use super::*;

impl Play {
    pub(super) fn stores_as_witness(&mut self, view: ViewId, file: usize) {
        let (offset, byte) = self.place(file);
        if !self.point(view, offset, false) {
            return;
        }
        self.shell.oracle.means(file, offset, &[byte], self.places);
        let id = self.draw.one_of(&WitnessId::ALL).unwrap();
        self.says(view, byte);
        let effects = self
            .shell
            .act(Some(view), Action::Peers(PeersAction::StoreAs(id)));
        if id == WitnessId::View {
            self.check_taken(view, &effects, offset, &[byte]);
        }
    }

    fn says(&mut self, view: ViewId, byte: u8) {
        let text = format!("{byte:02x}");
        self.shell
            .act(Some(view), Action::Peers(PeersAction::ByteEdited(text)));
    }

    /// What may not be stored: nobody means it, so that it is found wherever it arrives all the same.
    fn store_anyway(&mut self, view: ViewId, file: usize, mapping: MappingId) {
        let (offset, byte) = self.place(file);
        let focused = self.shell.app.doc_of(view).map(|doc| doc.view().id);
        let view = focused.unwrap_or(view);
        if self.point(view, offset, false) {
            self.says(view, byte);
            self.peers(view, PeersAction::StoreAnyway(mapping));
        }
    }

    fn store_by(&mut self, view: ViewId, file: usize, mapping: MappingId) {
        let (offset, byte) = self.place(file);
        let focused = self.shell.app.doc_of(view).map(|doc| doc.view().id);
        // what a process stores goes where the view with the focus stands
        let view = focused.unwrap_or(view);
        if !self.point(view, offset, false) {
            return;
        }
        self.shell.oracle.means(file, offset, &[byte], self.places);
        self.says(view, byte);
        self.shell
            .act(Some(view), Action::Peers(PeersAction::Store(mapping)));
    }

    pub(super) fn peers_step(&mut self, view: ViewId, doc: DocId, file: usize) {
        let list = self.shell.app.doc_by(doc).unwrap().processes.list();
        let all: Vec<_> = list
            .iter()
            .map(|it| (it.mapping, it.pid, it.is_built_in()))
            .collect();
        let Some((mapping, pid, built_in)) =
            self.draw.one_of(&all).filter(|_| !self.draw.one_in(5))
        else {
            if all.len() < 6 {
                let kinds = [
                    ProcessKind::Shared,
                    ProcessKind::Private,
                    ProcessKind::Private,
                    ProcessKind::ReadOnly,
                ];
                let kind = self.draw.one_of(&kinds).unwrap();
                self.shell
                    .act(Some(view), Action::Peers(PeersAction::Add(kind)));
            }
            return;
        };
        match self.draw.next(32) {
            0..=11 => (0..=self.draw.next(3)).for_each(|_| self.store_by(view, file, mapping)),
            12..=13 if all.len() < 6 => self.peers(view, PeersAction::Fork(mapping)),
            14..=15 => self.peers(view, PeersAction::Signal(mapping, ProcessSignal::Stop)),
            16..=18 => self.peers(view, PeersAction::Signal(mapping, ProcessSignal::Continue)),
            19 => self.peers(view, PeersAction::Signal(mapping, ProcessSignal::Kill)),
            24..=28 => {
                // of a process that could store it is refused
                let mapping = self.read_only(view, doc).filter(|_| !self.draw.one_in(4));
                self.store_anyway(view, file, mapping.unwrap_or(all[0].0));
            }
            29..=30 => self.peers(view, PeersAction::ShowMapping(Some(mapping))),
            20 if !built_in => self.peers(view, PeersAction::Remove(mapping)),
            21 => {
                let name = self.draw.one_of(&["STOP", "CONT", "KILL"]).unwrap();
                if let Some(pid) = pid {
                    signal_unless_gone(name, pid);
                }
            }
            _ => {
                // a process that stands still takes only so many
                self.peers(view, PeersAction::Signal(mapping, ProcessSignal::Stop));
                (0..40).for_each(|_| self.store_by(view, file, mapping));
                self.shell.release_peers(usize::MAX);
            }
        }
    }

    /// A process that may not store: one that runs, or one that is added.
    fn read_only(&mut self, view: ViewId, doc: DocId) -> Option<MappingId> {
        let find = |play: &Self| {
            let mut all = play.shell.app.doc_by(doc)?.processes.list().iter();
            all.find(|it| it.kind == ProcessKind::ReadOnly && it.ended.is_none())
                .map(|it| it.mapping)
        };
        if find(self).is_none() {
            self.peers(view, PeersAction::Add(ProcessKind::ReadOnly));
        }
        find(self)
    }

    fn peers(&mut self, view: ViewId, action: PeersAction) {
        self.shell.act(Some(view), Action::Peers(action));
    }
}
