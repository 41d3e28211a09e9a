//! The two doors into the model: what a person asks for, and what happened outside. Exhaustive, without a wildcard arm:
//! a new action or event does not compile until it is handled here.

use super::action::Action;
use super::clipboard::COPY_TICKET;
use super::effect::{Effect, FileRequest};
use super::event::Event;
use super::notice::{Notice, Severity, Topic};
use super::{Focus, Model, Tab, Window};

impl Model {
    /// Does what a person asked for.
    pub fn act(&mut self, action: Action) -> Vec<Effect> {
        let mut effects = match action {
            Action::OpenDialog => self.open_dialog(),
            Action::CancelDialog => self.cancel_dialog(),
            Action::Open(path) => self.open(Some(path)),
            Action::OpenSample => self.open(None),
            Action::OpenReplacement => self.open_replacement(),
            Action::CloseFile => self.close(),
            Action::Quit => self.quit(),
            Action::PathEdited(text) => self.path_edited(text),
            Action::PathSubmitted => self.path_submitted(),
            Action::PathCompleted(text) => self.path_completed(text),
            Action::PathCancelled => self.path_cancelled(),

            Action::Step { step, extend } => self.look(|view| view.step(step, extend)),
            Action::Point {
                offset,
                extend,
                column,
            } => self.look(|view| {
                view.set_cursor(offset, extend);
                view.column = column;
                view.reveal();
            }),
            Action::SelectAll => self.look(super::View::select_all),
            Action::ScrollRows(n_rows) => self.look(|view| view.scroll_rows(n_rows)),
            Action::ScrollPoints { points, row_points } => {
                self.look(|view| view.scroll_points(points, row_points))
            }
            Action::ScrollTo(row) => self.look(|view| {
                view.top = row;
                view.fraction_points = 0.0;
                view.clamp();
            }),
            Action::Layout { columns, page_rows } => self.look(|view| {
                view.page_rows = page_rows.max(1);
                view.set_columns(columns);
                view.clamp();
            }),
            Action::SwapColumn => self.look(super::View::swap_column),
            Action::HistoryBack => self.history_back(),
            Action::HistoryForward => self.history_forward(),

            Action::LookupEdited(text) => self.lookup_edited(text),
            Action::LookupCommit => self.lookup_commit(),
            Action::LookupCancel => self.lookup_cancel(),
            Action::LookupRepeat => self.lookup_repeat(),
            Action::LookupPick(index) => self.lookup_pick(index),

            Action::HexDigit(digit) => self.hex_digit(digit),
            Action::Character(c) => self.character(c),
            Action::Paste(pasted) => self.paste(pasted),
            Action::CannotResize(resize) => self.cannot_resize(resize),
            Action::Fill(byte) => self.fill(byte),
            Action::ToggleFill => self.toggle_fill(),
            Action::FillEdited(text) => {
                self.fill_text = Some(text);
                Vec::new()
            }
            Action::Copy => self.copy(),
            Action::Undo => self.undo(),
            Action::Redo => self.redo(),
            Action::Escape => self.escape(),

            Action::ToggleMode => self.toggle_mode(),
            Action::SetMode(mode) => self.set_mode(mode),
            Action::ToggleAccess => self.toggle_access(),
            Action::SetAccess(access) => self.set_access(access),
            Action::Remap => self.remap(),
            Action::Flush => self.file(FileRequest::Flush),
            Action::DiscardSelection => self.discard_selection(),
            Action::DiscardAll => self.discard_all(),
            Action::WriteBack => self.write_back(),
            Action::WriteBackConflicts => self.write_back_conflicts(),
            Action::Reapply => self.reapply(),
            Action::DropPatch => self.drop_patch(),
            Action::Unsaved(choice) => self.choose_unsaved(choice),
            Action::ExportEdits => self.export_edits(),
            Action::ExportView => self.file(FileRequest::ExportView),
            Action::KeepOld => self.keep_old(),
            Action::Dismiss(topic) => {
                self.notices.clear(topic);
                Vec::new()
            }
            other => self.act_on_window(other),
        };
        self.after(&mut effects);
        effects
    }

    /// The actions that concern the window alone.
    fn act_on_window(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::TogglePanel => {
                self.settings.panel_shown = !self.settings.panel_shown;
                self.facts_wanted()
            }
            Action::ShowTab(tab) => self.show_tab(tab),
            Action::Lab(action) => self.act_on_lab(action),
            Action::WitnessByteEdited(text) => {
                self.witnesses.byte_text = text;
                Vec::new()
            }
            Action::WitnessStore(id) => self.witness_store(id),
            Action::Added(action) => self.act_on_added(&action),
            Action::SetColumns(columns) => {
                self.settings.columns = columns;
                Vec::new()
            }
            Action::Zoom(by) => vec![Effect::Zoom(by)],
            Action::SetTheme(theme) => {
                self.settings.theme = theme;
                vec![Effect::Theme(theme)]
            }
            Action::ToggleFullScreen => vec![Effect::ToggleFullScreen],
            Action::ToggleHelp => {
                self.help_shown = !self.help_shown;
                Vec::new()
            }
            Action::SetWindow(span) => self.set_window(span),
            Action::Focus(focus) => self.focus(focus),
            Action::Fade => self.fade(),
            // handled by the caller; listed so that a new action does not compile until it is handled
            Action::OpenDialog
            | Action::CancelDialog
            | Action::Open(_)
            | Action::OpenSample
            | Action::OpenReplacement
            | Action::CloseFile
            | Action::Quit
            | Action::PathEdited(_)
            | Action::PathSubmitted
            | Action::PathCompleted(_)
            | Action::PathCancelled
            | Action::Step { .. }
            | Action::Point { .. }
            | Action::SelectAll
            | Action::ScrollRows(_)
            | Action::ScrollPoints { .. }
            | Action::ScrollTo(_)
            | Action::Layout { .. }
            | Action::SwapColumn
            | Action::HistoryBack
            | Action::HistoryForward
            | Action::LookupEdited(_)
            | Action::LookupCommit
            | Action::LookupCancel
            | Action::LookupRepeat
            | Action::LookupPick(_)
            | Action::HexDigit(_)
            | Action::Character(_)
            | Action::Paste(_)
            | Action::CannotResize(_)
            | Action::Fill(_)
            | Action::ToggleFill
            | Action::FillEdited(_)
            | Action::Copy
            | Action::Undo
            | Action::Redo
            | Action::Escape
            | Action::ToggleMode
            | Action::SetMode(_)
            | Action::ToggleAccess
            | Action::SetAccess(_)
            | Action::Remap
            | Action::Flush
            | Action::DiscardSelection
            | Action::DiscardAll
            | Action::WriteBack
            | Action::WriteBackConflicts
            | Action::Reapply
            | Action::DropPatch
            | Action::Unsaved(_)
            | Action::ExportEdits
            | Action::ExportView
            | Action::KeepOld
            | Action::Dismiss(_) => Vec::new(),
        }
    }

    pub(super) fn show_tab(&mut self, tab: Tab) -> Vec<Effect> {
        self.settings.tab = tab;
        self.settings.panel_shown = true;
        self.facts_wanted()
    }

    fn focus(&mut self, focus: Focus) -> Vec<Effect> {
        if focus == Focus::Path && self.path_text.is_none() {
            self.path_text = Some(
                self.doc
                    .as_ref()
                    .map(|doc| doc.path.display().to_string())
                    .unwrap_or_default(),
            );
        }
        vec![Effect::Focus(focus)]
    }

    /// A tenth of a second has passed for the bytes that changed.
    fn fade(&mut self) -> Vec<Effect> {
        if let Some(window) = &mut self.window {
            window.fade();
        }
        Vec::new()
    }

    /// Takes note of what happened outside.
    pub fn hear(&mut self, event: Event) -> Vec<Effect> {
        let mut effects = match event {
            Event::Opened(opened) => self.opened(*opened),
            Event::OpenFailed(message) => self.open_failed(message),
            Event::Looked(look) => self.looked(*look),
            Event::Peeked {
                ticket: COPY_TICKET,
                readout,
            } => self.copied(&readout),
            Event::Peeked { ticket, readout } => self.lookup_peeked(ticket, &readout),
            Event::Stored {
                purpose,
                mode,
                results,
            } => self.stored(purpose, mode, results),
            Event::Remapped {
                mode,
                access,
                extent,
                whole,
                refusal,
            } => self.remapped(mode, access, extent, whole, refusal),
            Event::RemapFailed(message) => {
                self.unsaved_choice = None; // the old mapping stands, and the edits in it
                self.failed(message)
            }
            Event::Grown(extent) => self.grown(extent),
            Event::Flushed(Ok(message)) => self.done(message),
            Event::Flushed(Err(message)) => self.failed(message),
            Event::Exported(result) => self.exported(result),
            Event::Discarded(result) => self.discarded(result),
            Event::WroteBack {
                written,
                conflicts,
                error,
            } => self.wrote_back(&written, conflicts, error),
            Event::FileState(state) => self.file_state(state),
            Event::CopiesLost(spans) => self.copies_lost(&spans),
            Event::Witness { id, state } => {
                self.witness_said(id, state);
                Vec::new()
            }
            Event::WitnessNote { id, note } => {
                self.witnesses.row_mut(id).note = Some(note);
                Vec::new()
            }
            Event::Added(id, news) => self.added_said(id, news),
            Event::Facts(facts) => {
                if let Some(doc) = &mut self.doc {
                    doc.facts = Some(*facts);
                }
                Vec::new()
            }
            Event::Picked(result) => self.picked(result),
            Event::Completions(text, list) => {
                if self.path_text.as_deref() == Some(text.as_str()) {
                    self.completions = list;
                }
                Vec::new()
            }
            Event::Waiting(seconds) => {
                self.waiting(seconds);
                Vec::new()
            }
            Event::LabCatalogue(list) => self.lab_listed(list),
            Event::Lab(progress) => self.lab_told(*progress),
        };
        self.after(&mut effects);
        effects
    }

    /// What follows from every change: the witnesses watch the cursor, the screen gets its bytes.
    fn after(&mut self, effects: &mut Vec<Effect>) {
        let is_store = |effect: &&Effect| matches!(effect, Effect::File(FileRequest::Store(_)));
        self.under_way.batches += effects.iter().filter(is_store).count();
        let is_write = |effect: &&Effect| matches!(effect, Effect::File(FileRequest::WriteBack(_)));
        self.under_way.write_backs += effects.iter().filter(is_write).count();
        let watched = self.watched();
        if watched != self.witnesses.span {
            self.witnesses.span = watched;
            if watched.is_some() {
                for row in &mut self.witnesses.rows {
                    row.note = None;
                }
                self.added.forget_notes();
            }
            effects.push(Effect::Watch(watched));
        }
        if std::mem::take(&mut self.look_wanted)
            && let Some(span) = self.visible()
        {
            effects.push(Effect::File(FileRequest::Look(span)));
        }
    }

    fn waiting(&mut self, seconds: Option<u64>) {
        self.waiting_seconds = seconds;
        match seconds {
            Some(seconds) => {
                let text = format!(
                    "Waiting for storage: the file has not answered for {seconds} s; the rest stays usable"
                );
                self.notices.put(
                    Notice::new(Topic::Storage, Severity::Warning, text)
                        .with("Close file", Action::CloseFile)
                        .pinned(),
                );
            }
            None => self.notices.clear(Topic::Storage),
        }
    }

    /// Sends one request to the open file's worker.
    pub(super) fn file(&mut self, request: FileRequest) -> Vec<Effect> {
        if self.doc.is_some() {
            vec![Effect::File(request)]
        } else {
            self.failed("No file is open".to_owned())
        }
    }

    /// Something was done: a short notice.
    pub(super) fn done(&mut self, message: String) -> Vec<Effect> {
        self.notices.clear(Topic::Error);
        self.notices
            .put(Notice::new(Topic::Done, Severity::Info, message));
        Vec::new()
    }

    /// Something asked for was not done: one sentence.
    pub(super) fn failed(&mut self, message: String) -> Vec<Effect> {
        self.notices.clear(Topic::Done);
        self.notices
            .put(Notice::new(Topic::Error, Severity::Error, message));
        Vec::new()
    }

    /// Marks the cells anew after the journal changed.
    pub(super) fn mark_window(&mut self) {
        if let (Some(window), Some(doc)) = (&mut self.window, &self.doc) {
            Window::mark(window, &doc.journal);
        }
    }
}
