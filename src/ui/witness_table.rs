//! The table of witnesses: every place the bytes at the cursor are read from, what each holds, and a way to write there.

use egui::{Button, Frame as Box_, Margin, RichText, TextEdit, Ui, accesskit};

use crate::bytes::class::is_graphic;
use crate::model::witness::{WitnessRow, parse_bytes};
use crate::model::{Action, Doc, Focus, Mode, PeersAction, WitnessId, WitnessState};

use super::readings::{reading_words, state_ui};
use super::right::at_right;
use super::{Frame, focus_id};

/// Draws the table.
pub(super) fn witnesses_ui(ui: &mut Ui, frame: &Frame<'_>, actions: &mut Vec<Action>) {
    let Some(doc) = frame.doc else { return };
    let selection = doc.view().viewport.selection();
    let watched = doc.witnesses.span.unwrap_or(selection);
    let heading = if watched.len() == 1 {
        format!(
            "Who sees the byte at {:#x} ({})?",
            watched.start(),
            watched.start()
        )
    } else {
        format!("Who sees the {} bytes at {watched}?", watched.len())
    };
    ui.label(RichText::new(heading).strong());
    write_ui(ui, frame, actions);
    ui.add_space(2.0);
    for row in &doc.witnesses.rows {
        witness_ui(ui, frame, doc, row, actions);
        ui.add_space(4.0);
    }
    super::peer_table::processes_ui(ui, frame, doc, actions);
    ui.label(
        RichText::new("Each row is read again ten times a second. Private writes stay where they are made; shared ones and pwrite are in the file at once.")
            .color(frame.theme.weak)
            .small(),
    );
}

fn write_ui(ui: &mut Ui, frame: &Frame<'_>, actions: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        ui.label(RichText::new("Byte to write").color(frame.theme.weak));
        let text_now = frame.model.byte_text.clone();
        let mut text = text_now.clone();
        let edit = TextEdit::singleline(&mut text)
            .id(focus_id(Focus::WitnessByte))
            .desired_width(110.0);
        let response = ui.add(edit.font(egui::TextStyle::Monospace));
        let response = response.on_hover_text(
            "Hex digits such as 5a or de ad, or 'Z for characters; then press Write in a row",
        );
        super::notices::name(&response, "Byte to write");
        if response.changed() {
            actions.push(Action::Peers(PeersAction::ByteEdited(text)));
        }
        match parse_bytes(&text_now) {
            Ok(bytes) => {
                ui.label(
                    RichText::new(bytes_text(&bytes))
                        .monospace()
                        .color(frame.theme.weak),
                );
            }
            Err(why) => {
                ui.label(RichText::new(why).color(frame.theme.error).small());
            }
        }
    });
}

fn witness_ui(
    ui: &mut Ui,
    frame: &Frame<'_>,
    doc: &Doc,
    row: &WitnessRow,
    actions: &mut Vec<Action>,
) {
    let theme = frame.theme;
    let fill = Box_::new()
        .fill(theme.grid_edge)
        .inner_margin(Margin::symmetric(8, 5))
        .corner_radius(4.0);
    let response = fill.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = 2.0;
        ui.horizontal(|ui| {
            at_right(
                ui,
                "write",
                |ui| {
                    ui.label(RichText::new(title(row.id, doc)).strong());
                },
                |ui| store_ui(ui, frame, doc, row.id, actions),
            );
        });
        let same = (row.id != WitnessId::View)
            .then(|| doc.witnesses.agree_with_view(&row.state))
            .flatten();
        state_ui(ui, frame, &row.state, same);
        if let Some(note) = &row.note {
            super::peer_table::note_ui(ui, frame, note);
        }
    });
    let id = response.response.id.with("witness");
    let _ = ui.interact(response.response.rect, id, egui::Sense::empty());
    ui.ctx().accesskit_node_builder(id, |node| {
        node.set_role(accesskit::Role::Row);
        node.set_label(words(doc, row));
    });
}

fn store_ui(ui: &mut Ui, frame: &Frame<'_>, doc: &Doc, id: WitnessId, actions: &mut Vec<Action>) {
    let (words, color) = if reaches_file(id, doc) {
        ("Write to file", frame.theme.different)
    } else {
        ("Write", frame.theme.text)
    };
    let text = RichText::new(words).color(color);
    let button = ui.add(Button::new(text)).on_hover_text(how(id, doc));
    super::notices::name(&button, &format!("{words}: {}", title(id, doc)));
    if button.clicked() {
        actions.push(Action::Peers(PeersAction::StoreAs(id)));
    }
}

/// A row in one sentence, for screen readers and tests.
fn words(doc: &Doc, row: &WitnessRow) -> String {
    let title = title(row.id, doc);
    let mut words = match &row.state {
        WitnessState::Waiting => format!("{title}: asking"),
        WitnessState::Unavailable(why) => format!("{title}: {why}"),
        WitnessState::Reads { readout, pages } => {
            let same = (row.id != WitnessId::View)
                .then(|| doc.witnesses.agree_with_view(&row.state))
                .flatten();
            format!("{title}: {}", reading_words(readout, pages, same))
        }
    };
    if let Some(note) = &row.note {
        words.push_str("; ");
        words.push_str(&note.text);
    }
    words
}

fn title(id: WitnessId, doc: &Doc) -> &'static str {
    match (id, doc.view().mode) {
        (WitnessId::View, _) => "This view",
        (WitnessId::OtherMode, Mode::Private) => "Shared mapping here",
        (WitnessId::OtherMode, Mode::Shared) => "Private mapping here",
        (WitnessId::File, _) => "The file (pread)",
    }
}

fn reaches_file(id: WitnessId, doc: &Doc) -> bool {
    match id {
        WitnessId::View => doc.view().mode == Mode::Shared,
        WitnessId::OtherMode => doc.view().mode == Mode::Private,
        WitnessId::File => true,
    }
}

fn how(id: WitnessId, doc: &Doc) -> &'static str {
    match (id, doc.view().mode) {
        (WitnessId::View, Mode::Private) => {
            "Store through this view's private mapping: nobody else sees it"
        }
        (WitnessId::View, Mode::Shared) => {
            "Store through this view's shared mapping: it is in the file at once"
        }
        (WitnessId::OtherMode, Mode::Private) => {
            "Store through a shared mapping in this process: it is in the file at once"
        }
        (WitnessId::OtherMode, Mode::Shared) => {
            "Store through a private mapping in this process: nobody else sees it"
        }
        (WitnessId::File, _) => "Write with pwrite, as a program that knows nothing of mappings",
    }
}

fn bytes_text(bytes: &[u8]) -> String {
    let text: String = bytes
        .iter()
        .map(|byte| {
            if is_graphic(*byte) {
                char::from(*byte)
            } else {
                '.'
            }
        })
        .collect();
    format!("'{text}'")
}
