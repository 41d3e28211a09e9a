//! *Who sees it*: a table of everybody that reads the bytes, whose rows run into a picture of the memory that answers them.
//!
//! It owns what stands above the picture: the question, the sentence that answers it, the byte to write. It must not know
//! how rows come to be: they are data of the model.

mod arrange;
mod boxes;
mod by_hand;
mod byte_lines;
mod cells;
mod columns;
mod experiment;
mod keys;
mod layout;
mod lines;
mod menu;
mod paint;
mod plan;
mod rows;
mod scene;
mod svg;
mod view;

use egui::{Align, Button, Frame as Box_, Label, Layout, Margin, RichText, ScrollArea, Stroke};
use egui::{TextEdit, TextStyle, Ui, Vec2, vec2};

use crate::bytes::class::text_char;
use crate::model::process::ProcessKind;
use crate::model::witness::parse_bytes;
use crate::model::{Action, Doc, DocAction, Focus, PeersAction, Picture};

use super::happened::happened_ui;
use super::keyed::menu_button;
use super::menus::choice_ui;
use super::right::at_right;
use super::tour::tour_ui;
use super::{Frame, focus_id, notices};

use by_hand::by_hand_ui;

pub use arrange::{Piece, arrange};
pub(super) use experiment::{ExperimentView, experiment_ui};
pub use view::WhoView;

/// From this width on the question stands beside the picture; from the second on where it is low.
const WIDE: f32 = 660.0;
const WIDE_IF_LOW: f32 = 590.0;
/// Below this height it is low.
const LOW: f32 = 300.0;
/// The width that it has there.
const BESIDE: f32 = 250.0;
/// From this height on the question stays where it is while the picture scrolls.
const TALL: f32 = 480.0;

/// What starts a process, and in words.
const KINDS: [(ProcessKind, &str, &str); 3] = [
    (
        ProcessKind::Shared,
        "+ shared",
        "Start a process that maps the file shared",
    ),
    (
        ProcessKind::Private,
        "+ private",
        "Start a process that maps the file privately",
    ),
    (
        ProcessKind::ReadOnly,
        "+ read-only",
        "Start a process that maps the file shared and read-only: its stores are refused",
    ),
];

/// What is drawn, and of which file.
#[derive(Clone, Copy)]
struct Shown<'a> {
    frame: &'a Frame<'a>,
    doc: &'a Doc,
    picture: &'a Picture,
    /// With the tour's card: where that takes one line, this stands beside the panel's tabs.
    has_card: bool,
}

/// In a panel of this size the question stands beside the picture.
#[must_use]
pub(super) fn stands_beside(panel: Vec2) -> bool {
    panel.x >= if panel.y < LOW { WIDE_IF_LOW } else { WIDE }
}

/// Draws the panel.
pub(super) fn who_ui(
    ui: &mut Ui,
    frame: &Frame<'_>,
    has_card: bool,
    view: &mut WhoView,
    actions: &mut Vec<Action>,
) {
    let Some(doc) = frame.doc else { return };
    let Some(picture) = &picture_of(doc) else {
        let text = "There is no byte here that anybody could see";
        ui.label(RichText::new(text).color(frame.theme.weak));
        return;
    };
    let moves = !frame.model.wants_less_motion();
    let now = ui.input(|input| input.time);
    view.note(doc, picture, now, moves);
    let shown = Shown {
        frame,
        doc,
        picture,
        has_card,
    };
    let n_before = actions.len();
    let size = ui.available_size();
    if stands_beside(size) {
        ui.horizontal_top(|ui| {
            let layout = Layout::top_down(Align::Min);
            ui.allocate_ui_with_layout(vec2(BESIDE, size.y), layout, |ui| {
                let scrolled = ScrollArea::vertical().id_salt("question");
                scrolled
                    .auto_shrink(false)
                    .show(ui, |ui| question_ui(ui, shown, view, actions));
            });
            ui.vertical(|ui| {
                let scrolled = ScrollArea::vertical().auto_shrink(false);
                scrolled.show(ui, |ui| below_ui(ui, shown, view, actions));
            });
        });
    } else if size.y >= TALL {
        question_ui(ui, shown, view, actions);
        let scrolled = ScrollArea::vertical().auto_shrink(false);
        scrolled.show(ui, |ui| below_ui(ui, shown, view, actions));
    } else {
        let scrolled = ScrollArea::vertical().auto_shrink(false);
        scrolled.show(ui, |ui| {
            question_ui(ui, shown, view, actions);
            below_ui(ui, shown, view, actions);
        });
    }
    rows::follow(frame, doc, picture, view, &actions[n_before..]);
}

/// The picture, with the other programs that were found when they were last looked for.
fn picture_of(doc: &Doc) -> Option<Picture> {
    Picture::of(doc, doc.others_seen())
}

/// The picture, and what comes below it.
fn below_ui(ui: &mut Ui, shown: Shown<'_>, view: &mut WhoView, actions: &mut Vec<Action>) {
    rows::picture_ui(ui, shown.frame, shown.doc, shown.picture, view, actions);
    for remark in shown.doc.others.remarks() {
        let text = RichText::new(remark).color(shown.frame.theme.weak).small();
        ui.add(egui::Label::new(text).wrap());
    }
    happened_ui(ui, shown.frame, shown.doc, actions);
}

/// The question, its answer, and what can be done.
fn question_ui(ui: &mut Ui, shown: Shown<'_>, view: &mut WhoView, actions: &mut Vec<Action>) {
    if shown.has_card {
        tour_ui(ui, shown.frame, actions);
    }
    by_hand_ui(ui, shown.frame, shown.doc, actions);
    heading_ui(ui, shown, actions);
    sentence_ui(ui, shown, view);
    write_ui(ui, shown.frame, actions);
    add_ui(ui, shown, actions);
    ui.add_space(2.0);
}

fn heading_ui(ui: &mut Ui, shown: Shown<'_>, actions: &mut Vec<Action>) {
    let (theme, picture) = (shown.frame.theme, shown.picture);
    let question = picture.question();
    let is_narrow = ui.available_width() < 300.0;
    ui.horizontal(|ui| {
        at_right(
            ui,
            "pin",
            |ui| {
                let texts = [question[0].as_str(), &question[1]];
                let room = ui.available_width();
                let text = scene::fit(&paint::measure(ui), &texts, scene::Face::Body, room);
                let text = RichText::new(text).color(theme.text).strong();
                ui.add(Label::new(text).truncate());
            },
            |ui| {
                if !is_narrow {
                    let page = format!("page {}", picture.page);
                    ui.label(RichText::new(page).color(theme.weak).small());
                }
                let is_pinned = shown.doc.pin.is_by_person;
                let pin = ui.selectable_label(is_pinned, "Pin");
                let words = "Stay on these bytes, wherever the cursor goes";
                if pin.on_hover_text(words).clicked() {
                    actions.push(Action::Peers(PeersAction::Pin));
                }
                let more = menu_button(ui, "picture", "\u{2026}", |ui| {
                    export_ui(ui, shown, actions);
                });
                notices::name(&more.response, "The picture");
            },
        );
    });
}

/// The picture for lecture notes.
fn export_ui(ui: &mut Ui, shown: Shown<'_>, actions: &mut Vec<Action>) {
    let copies = choice_ui(ui, "Copy as SVG").clicked();
    let saves = choice_ui(ui, "Save as SVG\u{2026}").clicked();
    if !copies && !saves {
        return;
    }
    let (picture, theme) = (shown.picture, shown.frame.theme);
    let measure = paint::measure(ui);
    let [question, _] = picture.question();
    let sentence = picture.sentence(shown.doc).whole();
    let words = (question.as_str(), sentence.as_str());
    let svg = svg::svg(picture, theme, &measure, words);
    if saves {
        actions.push(Action::Doc(DocAction::SavePicture(svg)));
    } else {
        ui.ctx().copy_text(svg);
    }
}

/// The answer in a sentence, and below it what is foretold, or became of that.
fn sentence_ui(ui: &mut Ui, shown: Shown<'_>, view: &mut WhoView) {
    let theme = shown.frame.theme;
    let (fill, edge) = if shown.picture.differing.is_some() {
        (theme.own_fill, theme.own_edge)
    } else {
        (theme.file_fill, theme.file_edge)
    };
    let sentence = shown.picture.sentence(shown.doc);
    let remark = remark(ui, shown, view);
    let box_ = Box_::new()
        .fill(fill)
        .stroke(Stroke::new(1.0, edge))
        .corner_radius(6)
        .inner_margin(Margin::symmetric(10, 6));
    box_.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = 2.0;
        let text = RichText::new(sentence.main()).color(theme.text);
        ui.add(Label::new(text).wrap());
        // Two lines that are always there: nothing moves when they say something.
        for words in [sentence.because(), remark] {
            let words = if words.is_empty() { " " } else { &words };
            let text = RichText::new(words).color(theme.weak);
            let text = text.text_style(TextStyle::Small);
            ui.add(Label::new(text).truncate());
        }
    });
}

fn remark(ui: &Ui, shown: Shown<'_>, view: &mut WhoView) -> String {
    let picture = shown.picture;
    let now = ui.input(|input| input.time);
    let said = view.verdict(shown.doc, picture, now);
    if let Some(again) = said.again {
        let again = std::time::Duration::from_secs_f64(again.max(0.01));
        ui.ctx().request_repaint_after(again);
    }
    if let Some(writer) = view.foretells() {
        let words = picture.prediction_words(&picture.predict(writer));
        return format!("Prediction: {words}");
    }
    let mut parts = picture.compared_words();
    parts.extend(said.words);
    if parts.is_empty() {
        let state = picture.page_cache.words();
        parts.push(format!(
            "Page {} of {}: {state}",
            picture.page, picture.file
        ));
    }
    parts.join("; ")
}

fn write_ui(ui: &mut Ui, frame: &Frame<'_>, actions: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        ui.label(RichText::new("Byte to write").color(frame.theme.weak));
        let text_now = frame.model.byte_text.clone();
        let mut text = text_now.clone();
        let edit = TextEdit::singleline(&mut text)
            .id(focus_id(Focus::WitnessByte))
            .desired_width(90.0);
        let response = ui.add(edit.font(TextStyle::Monospace));
        let response = response.on_hover_text(
            "Hex digits such as 5a or de ad, or 'Z for characters; then press Write in a row",
        );
        notices::name(&response, "Byte to write");
        if response.changed() {
            actions.push(Action::Peers(PeersAction::ByteEdited(text)));
        }
        let (text, color) = match parse_bytes(&text_now) {
            Ok(bytes) => {
                let text: String = bytes.iter().copied().map(text_char).collect();
                (
                    RichText::new(format!("'{text}'")).monospace(),
                    frame.theme.weak,
                )
            }
            Err(why) => (RichText::new(why).small(), frame.theme.error),
        };
        ui.add(Label::new(text.color(color)).truncate());
    });
}

fn add_ui(ui: &mut Ui, shown: Shown<'_>, actions: &mut Vec<Action>) {
    ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new("More processes").color(shown.frame.theme.weak));
        let full = shown.frame.model.why_no_room(shown.doc.view().id);
        for (kind, label, words) in KINDS {
            let button = ui
                .add_enabled(full.is_none(), Button::new(label))
                .on_hover_text(words)
                .on_disabled_hover_text(full.clone().unwrap_or_default());
            notices::name(&button, words);
            if button.clicked() {
                actions.push(Action::Peers(PeersAction::Add(kind)));
            }
        }
    });
}
