//! What a person asked for, area by area. Each area is one exhaustive match.

use crate::bytes::clip::{Clip, Copying};

use super::action::{
    Action, AppAction, DocAction, EditAction, FileAction, Focus, Intent, MappingAction, Tab,
    ViewAction,
};
use super::closing::Settled;
use super::doc::{Doc, Out};
use super::effect::{Effect, OpenRequest};
use super::identity::{DocId, ViewId};
use super::saving::What;
use super::watching::Asked;
use super::{App, Topic};

impl App {
    /// Does what the person asked for. What is for a view that is gone is not done to another one.
    pub fn apply(&mut self, intent: Intent) -> Vec<Effect> {
        let mut effects = Vec::new();
        let view = intent.view;
        match intent.action {
            Action::In(view, action) => {
                return self.apply(Intent {
                    view: Some(view),
                    action: *action,
                });
            }
            Action::App(action) => self.apply_app(action, &mut effects),
            Action::File(action) => self.apply_file(view, action, &mut effects),
            Action::Peers(action) => self.apply_peers(view, action, &mut effects),
            Action::Lab(action) => self.act_on_lab(action, &mut effects),
            Action::Find(action) => self.apply_find(view, action, &mut effects),
            Action::Offer(offer, action) => self.act_on_offer(offer, action, &mut effects),
            Action::Doc(action) => self.in_view(view, &mut effects, |doc, view, out| {
                doc.apply_doc(view, action, out)
            }),
            Action::View(ViewAction::Sum) => self.sum(view, &mut effects),
            Action::View(ViewAction::Escape) if self.help_shown => self.help_shown = false,
            Action::View(ViewAction::Escape) if self.escape_closes_find(view, &mut effects) => {}
            Action::View(action) => {
                if action == ViewAction::Escape {
                    self.notices.clear(Topic::Error); // as those of the file
                }
                let takes_focus = action.takes_focus();
                self.at_view(view, takes_focus, &mut effects, |doc, view, out| {
                    doc.apply_view(view, action, out);
                    None
                });
            }
            Action::Edit(action) => {
                let lost = match &action {
                    EditAction::HexDigit(_)
                    | EditAction::Character(_)
                    | EditAction::Paste(_)
                    | EditAction::Fill(_) => view.filter(|view| self.doc_of(*view).is_none()),
                    _ => None,
                };
                if lost.is_some() {
                    self.failed("What was typed was for a file that is closed: it was not written");
                }
                self.in_view(view, &mut effects, |doc, view, out| {
                    doc.apply_edit(view, action, out)
                });
            }
            Action::Mapping(action) => self.in_view(view, &mut effects, |doc, view, out| {
                doc.apply_mapping(view, action, out);
                None
            }),
        }
        self.after(&mut effects);
        effects
    }

    /// Takes the sums of the view, in their tab.
    fn sum(&mut self, view: Option<ViewId>, effects: &mut Vec<Effect>) {
        self.show_tab(Tab::Sums);
        self.in_view(view, effects, |doc, view, out| {
            doc.sum(view, out);
            None
        });
    }

    fn apply_app(&mut self, action: AppAction, effects: &mut Vec<Effect>) {
        match action {
            AppAction::Quit => self.quit(effects),
            AppAction::Focus(focus) => self.focus(focus, effects),
            AppAction::FocusDoc(id) => self.focus_doc(id, effects),
            AppAction::FocusView(view) => self.focus_view(view, effects),
            AppAction::FocusIn(view, focus) => {
                self.focus_view(view, effects);
                effects.push(Effect::Focus(focus));
            }
            AppAction::ShowMappingOf(view) => {
                self.focus_view(view, effects);
                self.show_tab(Tab::Mapping);
            }
            AppAction::Shown(views) => self.show(views, effects),
            AppAction::ToggleInspector => self.toggle_inspector(effects),
            AppAction::TogglePanel => {
                self.settings.panel_shown = !self.settings.panel_shown;
            }
            AppAction::ShowTab(tab) => self.go_to_tab(tab),
            AppAction::SetColumns(columns) => self.settings.columns = columns,
            AppAction::Zoom(by) => effects.push(Effect::Zoom(by)),
            AppAction::SetTheme(theme) => {
                self.settings.theme = theme;
                effects.push(Effect::Theme(theme));
            }
            AppAction::ToggleMotion => {
                self.settings.less_motion = Some(!self.wants_less_motion());
            }
            AppAction::ToggleFullScreen => effects.push(Effect::ToggleFullScreen),
            AppAction::ToggleHelp => self.help_shown = !self.help_shown,
            AppAction::ToggleTour => self.settings.tour_left = !self.settings.tour_left,
            AppAction::CopyTourCommand => {
                if let Some(doc) = self.doc() {
                    let text = super::tour::shell_command(&doc.path);
                    effects.push(Effect::CopyText(Clip::of_text(text)));
                }
            }
            AppAction::CopyText(text) => effects.push(Effect::CopyText(Clip::of_text(text))),
            AppAction::Dismiss(topic) => self.notices.clear(topic),
            AppAction::Unsaved(choice) => self.choose_for_all(choice, effects),
            AppAction::Redirect(number) => self.redirect(number, effects),
            AppAction::Forget(number) => self.tray.remove(number),
            AppAction::Fade => {
                for doc in &mut self.docs {
                    for view in &mut doc.views {
                        if let Some(window) = &mut view.window {
                            window.fade();
                        }
                    }
                }
            }
        }
    }

    fn focus(&mut self, focus: Focus, effects: &mut Vec<Effect>) {
        self.lab.gives_way_to(focus);
        if focus == Focus::Rows {
            self.show_tab(Tab::Witnesses);
        }
        effects.push(Effect::Focus(focus));
    }

    /// Beside the lab stands who sees what in its experiment; the other tabs are a file's.
    fn go_to_tab(&mut self, tab: Tab) {
        self.lab.is_front &= tab == Tab::Witnesses;
        self.show_tab(tab);
    }

    fn apply_file(&mut self, view: Option<ViewId>, action: FileAction, effects: &mut Vec<Effect>) {
        let id = view.and_then(|view| self.doc_of(view)).map(|doc| doc.id);
        match action {
            FileAction::OpenDialog => {
                let folder = self.folder();
                self.pick(None, folder, effects);
            }
            FileAction::CancelDialog => self.cancel_dialog(effects),
            FileAction::Open(path) => self.open(path, effects),
            FileAction::OpenSample => self.open_request(OpenRequest::private(None), effects),
            FileAction::OpenReplacement => {
                if let Some(path) = id
                    .and_then(|id| self.doc_by(id))
                    .map(|doc| doc.path.clone())
                {
                    self.open(path, effects);
                }
            }
            FileAction::Close if self.lab.is_front => self.lab_close(effects),
            FileAction::Close => {
                if let Some(id) = id {
                    self.close(id, effects);
                }
            }
            FileAction::CloseView => {
                if let Some(view) = view {
                    self.close_view(view, effects);
                }
            }
            FileAction::CloseDoc(id) => self.close(id, effects),
            FileAction::PathEdited(text) => self.path_edited(text, effects),
            FileAction::PathSubmitted => self.path_submitted(effects),
            FileAction::PathCompleted(path) => self.path_completed(&path, effects),
            FileAction::PathCancelled => self.path_cancelled(effects),
            FileAction::DestinationDialog => {
                if let Some(id) = id {
                    let folder = self.folder();
                    self.pick(Some(id), folder, effects);
                }
            }
        }
    }

    /// Does something in a view, and what it settles.
    pub(super) fn in_view(
        &mut self,
        view: Option<ViewId>,
        effects: &mut Vec<Effect>,
        change: impl FnOnce(&mut Doc, ViewId, &mut Out<'_>) -> Option<Settled>,
    ) {
        self.at_view(view, true, effects, change);
    }

    /// The same; the view gets the focus only where `takes_focus`.
    fn at_view(
        &mut self,
        view: Option<ViewId>,
        takes_focus: bool,
        effects: &mut Vec<Effect>,
        change: impl FnOnce(&mut Doc, ViewId, &mut Out<'_>) -> Option<Settled>,
    ) {
        let Some((view, id)) = view.and_then(|view| Some((view, self.doc_of(view)?.id))) else {
            return;
        };
        // What is done to a file is seen.
        self.lab.is_front &= !takes_focus;
        let settled = self.in_doc(id, effects, |doc, out| {
            if takes_focus {
                doc.focus_on(view, out);
            }
            change(doc, view, out)
        });
        if let Some(Some(settled)) = settled {
            self.settled(id, settled, effects);
        }
    }

    fn show(&mut self, views: Vec<ViewId>, effects: &mut Vec<Effect>) {
        let hidden: Vec<ViewId> = self
            .shown
            .iter()
            .copied()
            .filter(|view| !views.contains(view))
            .collect();
        let fresh: Vec<ViewId> = views
            .iter()
            .copied()
            .filter(|view| !self.shown.contains(view))
            .collect();
        self.shown = views;
        let mut out = Out {
            numbers: &mut self.numbers,
            effects,
        };
        for doc in &mut self.docs {
            for view in &mut doc.views {
                view.look_wanted |= fresh.contains(&view.id);
            }
            for view in doc.views.iter().filter(|view| hidden.contains(&view.id)) {
                out.file(doc.target(view), super::FileRequest::Look(None));
            }
        }
    }

    /// The side panel shows this of the file with the focus.
    #[must_use]
    pub fn shows(&self, tab: Tab) -> bool {
        self.settings.panel_shown && self.settings.tab == tab && !self.lab.is_front
    }

    pub(super) fn show_tab(&mut self, tab: Tab) {
        self.settings.tab = tab;
        self.settings.panel_shown = true;
    }

    /// What follows from every change: the witnesses watch the cursor, the screen gets its bytes, the facts their file.
    pub(super) fn after(&mut self, effects: &mut Vec<Effect>) {
        self.check_quitting();
        for doc in self.docs.iter().filter(|doc| doc.is_sample()) {
            self.tour.observe(doc);
        }
        self.watch(effects);
        self.facts_wanted(effects);
        self.observe_by_hand(effects);
        let inspects = self.settings.inspector_shown;
        let mut out = Out {
            numbers: &mut self.numbers,
            effects,
        };
        for doc in &mut self.docs {
            if doc.happened.take_found() {
                doc.read_now(Asked::ByProcesses, &mut out);
            }
            doc.align();
            doc.tend_sums(&mut out);
            let id = doc.id;
            for view in &mut doc.views {
                let is_shown = self.shown.contains(&view.id);
                if std::mem::take(&mut view.look_wanted)
                    && let Some(span) = view.looked_at(inspects).filter(|_| is_shown)
                {
                    let target = super::Target {
                        doc: id,
                        mapping: view.mapping,
                        generation: view.generation,
                    };
                    out.file(target, super::FileRequest::Look(Some(span)));
                }
            }
        }
    }

    /// The open file of this name, and where it sends what it asks for.
    pub(super) fn doc_and_out<'a>(
        &'a mut self,
        id: DocId,
        effects: &'a mut Vec<Effect>,
    ) -> Option<(&'a mut Doc, Out<'a>)> {
        let doc = self.docs.iter_mut().find(|doc| doc.id == id)?;
        let out = Out {
            numbers: &mut self.numbers,
            effects,
        };
        Some((doc, out))
    }
}

impl Doc {
    fn apply_doc(&mut self, view: ViewId, action: DocAction, out: &mut Out<'_>) -> Option<Settled> {
        match action {
            DocAction::KeepOld => self.keep_old(),
            DocAction::Unsaved(choice) => return self.choose(choice, out),
            DocAction::ExportEdits => self.ask_destination(What::Edits, view, out),
            DocAction::AskForPatch => self.ask_destination(What::Patch, view, out),
            DocAction::ApplyPatch { over } => self.apply_patch(over, out),
            DocAction::DropPatchList => self.drop_patch_list(),
            DocAction::ChoosePatchPart(part) => self.choose_patch_part(part, out),
            DocAction::SaveCopy => self.ask_destination(What::View, view, out),
            DocAction::SaveSelection => self.save_selection(view, out),
            DocAction::PasteFile => self.ask_destination(What::PasteFile, view, out),
            DocAction::CopyHappened => self.copy_happened(out),
            DocAction::SaveHappened => self.ask_destination(What::Happened, view, out),
            DocAction::SaveSteps => self.ask_destination(What::Steps, view, out),
            DocAction::SaveProgram(language) => self.save_program(language, view, out),
            DocAction::SavePicture(svg) => self.save_picture(svg, view, out),
            DocAction::DestinationEdited(text) => self.destination_edited(text),
            DocAction::DestinationSubmitted => self.destination_submitted(out),
            DocAction::DestinationCancelled => self.destination_cancelled(out),
            DocAction::CancelJob(number) => self.cancel(number, out),
            DocAction::Dismiss(topic) => self.notices.dismiss(view, topic),
            DocAction::DismissError(subject) => self.notices.settle(subject),
            DocAction::ToggleLockedScrolling => {
                self.lockstep.is_locked = !self.lockstep.is_locked;
            }
        }
        None
    }

    pub(super) fn apply_view(&mut self, view: ViewId, action: ViewAction, out: &mut Out<'_>) {
        let before = self.selected(view);
        let is_pointing = matches!(action, ViewAction::Point { .. });
        self.move_in_view(view, action, out);
        if is_pointing || self.selected(view) != before {
            self.moved();
        }
    }

    fn move_in_view(&mut self, view: ViewId, action: ViewAction, out: &mut Out<'_>) {
        match action {
            ViewAction::Step { step, extend } => {
                self.look(view, |viewport| viewport.step(step, extend));
            }
            ViewAction::Point {
                offset,
                extend,
                column,
            } => self.look(view, |viewport| {
                viewport.column = column;
                viewport.set_cursor(offset, extend);
                viewport.reveal();
            }),
            ViewAction::SelectAll => self.look(view, super::Viewport::select_all),
            ViewAction::ScrollRows(n_rows) => {
                self.look(view, |viewport| viewport.scroll_rows(n_rows));
            }
            ViewAction::ScrollPoints { points, row_points } => {
                self.look(view, |viewport| viewport.scroll_points(points, row_points));
            }
            ViewAction::ScrollTo(row) => self.look(view, |viewport| {
                viewport.top = row;
                viewport.fraction_points = 0.0;
                viewport.clamp();
            }),
            ViewAction::Layout { columns, page_rows } => self.look(view, |viewport| {
                let is_seen = viewport.visible().contains(viewport.cursor);
                viewport.page_rows = page_rows.max(1);
                viewport.set_columns(columns);
                viewport.clamp();
                if is_seen {
                    viewport.reveal(); // less room takes the cursor out of nobody's sight
                }
            }),
            ViewAction::SwapColumn => self.look(view, super::Viewport::swap_column),
            ViewAction::HistoryBack => self.history_back(view),
            ViewAction::HistoryForward => self.history_forward(view),
            ViewAction::GoTo(offset) => self.go_to(view, offset),
            ViewAction::FindDifference(heading) => self.find_difference(view, heading, out),
            ViewAction::Sum => {} // it shows a tab too
            ViewAction::LookupEdited(text) => self.lookup_edited(text, out),
            ViewAction::LookupCommit => self.lookup_commit(out),
            ViewAction::LookupCancel => self.lookup_cancel(out),
            ViewAction::LookupRepeat => self.lookup_repeat(out),
            ViewAction::LookupPick(index) => self.lookup_pick(index, out),
            ViewAction::Escape => self.escape(view, out),
        }
    }

    fn apply_edit(
        &mut self,
        view: ViewId,
        action: EditAction,
        out: &mut Out<'_>,
    ) -> Option<Settled> {
        self.touched = true;
        match action {
            EditAction::HexDigit(digit) => self.hex_digit(view, digit, out),
            EditAction::Character(c) => self.character(view, c, out),
            EditAction::Paste(pasted) => self.paste(view, pasted, out),
            EditAction::CannotResize(resize) => self.cannot_resize(resize),
            EditAction::Fill(byte) => self.fill(view, byte, out),
            EditAction::ToggleFill => self.toggle_fill(view, out),
            EditAction::FillEdited(text) => self.fill_edited(view, text),
            EditAction::PasteAs(form, pasted) => self.paste_as(view, form, &pasted.text, out),
            EditAction::Copy => self.copy_plain(view, out),
            EditAction::CopyAs(form) => self.copy(view, Copying::As(form), out),
            EditAction::CopyPlace(what) => self.copy_place(view, what, out),
            EditAction::Put { offset, bytes } => {
                self.store(view, offset, bytes, out);
            }
            EditAction::Undo => self.undo(view, out),
            EditAction::Redo => self.redo(view, out),
            EditAction::UndoOne(id) => self.undo_one(view, id, out),
            EditAction::WriteBack => self.write_back(view, out),
            EditAction::WriteBackConflicts => self.write_back_conflicts(view, out),
            EditAction::Reapply => self.reapply(view, out),
            EditAction::DropPatch => self.drop_patch(view, out),
        }
        None
    }

    fn apply_mapping(&mut self, view: ViewId, action: MappingAction, out: &mut Out<'_>) {
        match action {
            MappingAction::ToggleMode => self.toggle_mode(view, out),
            MappingAction::SetMode(mode) => self.set_mode(view, mode, out),
            MappingAction::ToggleAccess => self.toggle_access(view, out),
            MappingAction::SetAccess(access) => self.set_access(view, access, out),
            MappingAction::SetWindow(span) => self.set_window(view, span, out),
            MappingAction::Remap => self.remap(view, out),
            MappingAction::AllowWriting => self.allow_writing(view, out),
            MappingAction::Flush => self.flush(view, out),
            MappingAction::DiscardSelection => self.discard_selection(view, out),
            MappingAction::DiscardAll => self.discard_all(view, out),
            MappingAction::ReadBy(by) => self.read_by(view, by, out),
            MappingAction::AddView => self.add_view(view, out),
        }
    }
}
