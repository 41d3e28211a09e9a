//! What must be true once everything has settled.

use mapscope::model::{Topic, UnsavedChoice};

use super::oracle::all_of;
use super::others::{memory, regions};
use super::*;

impl Play {
    /// Has everybody go on, hears everything, until nothing is under way.
    pub(super) fn settle(&mut self) {
        for disk in &self.disks {
            disk.extend(LEN);
        }
        let begin = Instant::now();
        loop {
            self.shell.release_all();
            self.all_go_on();
            self.hear(u64::MAX);
            let app = &self.shell.app;
            let asked = app
                .docs
                .iter()
                .any(|doc| doc.notices.get(Topic::Unsaved).is_some());
            if asked || app.notices.get(Topic::Unsaved).is_some() {
                let choices = [UnsavedChoice::Stay, UnsavedChoice::Keep];
                let choice = self.draw.one_of(&choices).unwrap();
                self.answers(choice);
                continue;
            }
            let Some(what) = self.under_way() else { return };
            assert!(begin.elapsed() < LONG, "it never ends: {what}");
        }
    }

    /// Something that is not over.
    fn under_way(&self) -> Option<String> {
        let app = &self.shell.app;
        if let Some(what) = self.shell.oracle.unanswered() {
            return Some(what);
        }
        if self.shell.has_unheard() {
            return Some("events".to_owned());
        }
        for doc in &app.docs {
            let pending: Vec<_> = doc
                .views
                .iter()
                .map(|it| &it.pending)
                .filter(|it| !it.is_empty())
                .collect();
            if !pending.is_empty() || !doc.jobs.is_empty() {
                return Some(format!("{:?}: {pending:?} {:?}", doc.id, doc.jobs));
            }
        }
        let is_over = app.incoming.is_empty() && !app.is_settling();
        (!is_over).then(|| format!("{:?}, settling {}", app.incoming, app.is_settling()))
    }

    /// Whoever stands still goes on.
    fn all_go_on(&self) {
        for peer in self.shell.oracle.peers.values().filter(|it| !it.is_over) {
            if let Some(pid) = peer.pid.filter(|pid| state_of(*pid) == Some('T')) {
                signal_unless_gone("CONT", pid);
            }
        }
    }

    /// Looks at every file, view and process.
    pub(super) fn check_all(&mut self) {
        self.check_files();
        self.check_views();
        self.check_processes();
        let gone = &self.shell.oracle.unaccounted;
        assert!(gone.is_empty(), "edits went with their file: {gone:?}");
        self.check_files(); // looking has changed nothing
    }

    fn check_files(&mut self) {
        for (file, disk) in self.disks.iter().enumerate() {
            let bytes = disk.read();
            let truth = &self.shell.oracle.files[file];
            for (at, found) in (0..).zip(bytes) {
                assert!(
                    truth.may_hold(at, found),
                    "file {file} holds {found} at {at}: {truth:?}"
                );
            }
            self.shell.oracle.counts.checked += 1;
        }
    }

    /// Every view reads what its journal says, and has all that was stored in it; a truncation is noticed in time.
    fn check_views(&mut self) {
        let begin = Instant::now();
        let docs: Vec<DocId> = self.shell.oracle.docs.keys().copied().collect();
        for doc in docs {
            while let Some(wrong) = self.wrong_in_views(doc) {
                assert!(begin.elapsed() < Duration::from_secs(5), "{doc:?}: {wrong}");
                self.settle();
            }
        }
    }

    fn wrong_in_views(&mut self, id: DocId) -> Option<String> {
        let file = self.shell.oracle.docs[&id];
        let open = self.shell.app.doc_by(id)?;
        let views: Vec<_> = open
            .views
            .iter()
            .map(|view| (view.clone(), open.target(view)))
            .collect();
        for (view, target) in views {
            let extent = view.viewport.extent;
            let Some(shown) = self.shell.peek(target, extent) else {
                return Some(format!("{target} is refused a look"));
            };
            let bytes = self.disks[file].read();
            let in_file = |at: u64| {
                usize::try_from(at)
                    .ok()
                    .and_then(|at| bytes.get(at).copied())
            };
            for (at, byte) in view.journal.pending_in(extent) {
                if shown.byte(at) != Some(byte.value) {
                    return Some(format!(
                        "{byte:?} is pending at {at}, {:?} is there",
                        shown.byte(at)
                    ));
                }
            }
            let held: Vec<_> = self
                .shell
                .oracle
                .private
                .range(all_of(id))
                .map(|it| (*it.0, *it.1))
                .collect();
            for ((_, mapping, at), (byte, place)) in held {
                if mapping != view.mapping {
                    continue;
                }
                let pending = view.journal.pending_at(at).map(|it| it.value);
                let waiting = view
                    .journal
                    .patch_in(span(at, at + 1))
                    .next()
                    .map(|it| it.1.value);
                let truth = &self.shell.oracle.files[file];
                let is_kept =
                    pending == Some(byte) || waiting == Some(byte) || in_file(at) == Some(byte);
                if !is_kept && place > truth.may_drop && !truth.has_held(at, byte) {
                    return Some(format!(
                        "{byte} at {at} was stored in {target} and is nowhere"
                    ));
                }
                if Self::is_private_view(&view)
                    && shown.byte(at) == Some(byte)
                    && !is_kept
                    && !truth.has_held(at, byte)
                {
                    return Some(format!(
                        "{target} reads {byte} at {at}, and its journal does not say so"
                    ));
                }
                self.shell.oracle.counts.private_checked += 1;
            }
        }
        None
    }

    /// Every process maps its own file and no other, and has its private copies unless it said otherwise.
    fn check_processes(&mut self) {
        let targets: Vec<Target> = self.shell.oracle.peers.keys().copied().collect();
        let inodes: Vec<u64> = self.disks.iter().map(super::others::Disk::inode).collect();
        for target in targets {
            let peer = self.shell.oracle.peers[&target].clone();
            let Some(pid) = peer.pid.filter(|pid| !peer.is_over && exists(*pid)) else {
                continue;
            };
            let Some(file) = self.shell.oracle.docs.get(&target.doc).copied() else {
                continue;
            };
            let mapped = regions(pid);
            for region in mapped.iter().filter(|it| inodes.contains(&it.inode)) {
                assert_eq!(region.inode, inodes[file], "{target} maps another file");
                assert_eq!(
                    region.is_private,
                    Self::is_private(peer.kind),
                    "{target} maps otherwise"
                );
            }
            for (at, (byte, _)) in &peer.own {
                let found = memory(pid, &mapped, inodes[file], *at);
                self.shell.oracle.counts.private_checked += 1;
                if found != Some(*byte) && !self.shell.oracle.peers[&target].is_over {
                    self.must_be_said(target, *at, found);
                }
            }
        }
    }

    /// A private copy is gone: the process says so as soon as it is looked at.
    fn must_be_said(&mut self, target: Target, at: u64, found: Option<u8>) {
        let begin = Instant::now();
        let mut looks = 0_u64;
        loop {
            let peer = &self.shell.oracle.peers[&target];
            if peer.is_over || peer.lost.iter().any(|span| span.contains(at)) {
                return;
            }
            assert!(
                begin.elapsed() < LONG / 6,
                "{target} has lost its copy at {at}, reads {found:?}, and nobody says so"
            );
            // each time a little else, so that it is read afresh
            looks += 1;
            self.shell.watch(target.doc, span(at, at + 1 + looks % 2));
            self.hear(u64::MAX);
            self.shell.release_all();
            self.all_go_on();
        }
    }

    /// Everything ends, and with it every process.
    pub(super) fn end(self) -> Counts {
        let mut oracle = self.shell.end();
        let begin = Instant::now();
        for peer in oracle.peers.values() {
            let is_there = |pid: u32| !matches!(state_of(pid), None | Some('Z' | 'X'));
            while peer.pid.is_some_and(is_there) {
                assert!(begin.elapsed() < LONG, "{peer:?} outlives the pool");
                std::thread::yield_now();
            }
        }
        std::mem::take(&mut oracle.counts)
    }
}
