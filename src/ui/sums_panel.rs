//! Sums of what the view shows: which bytes, checksums to be copied, how often each byte stands there, and how much they
//! tell from place to place.
//!
//! It must not know how sums are taken.

mod charts;

use egui::{Button, Label, RichText, TextStyle, Ui, accesskit};

use crate::bytes::Span;
use crate::bytes::digest::SumKind;
use crate::bytes::size::{counted, human_size};
use crate::model::sums::{SumsAge, SumsOf, SumsOrder, SumsReport};
use crate::model::{Action, AppAction, Doc, DocAction};

use super::command::{COMPUTE, Wishes};
use super::keyed::asked_for;
use super::menus::command_ui;
use super::progress::progress_ui;
use super::{Frame, describe};

/// Stretches that could not be read and are listed.
const LISTED_GAPS: usize = 4;
/// What stands before the digits of a sum, in points: a button and the name.
const BEFORE_DIGITS: f32 = 124.0;
/// The room for a name, in points.
const NAME: f32 = 62.0;

/// Draws them.
pub(super) fn sums_ui(
    ui: &mut Ui,
    frame: &Frame<'_>,
    wishes: &mut Wishes,
    actions: &mut Vec<Action>,
) {
    let Some(doc) = frame.doc else {
        return;
    };
    let sums = &doc.view().sums;
    order_ui(ui, frame, doc, wishes, actions);
    if let Some(failure) = sums.failure() {
        let words = RichText::new(failure).color(frame.theme.error);
        ui.add(Label::new(words).wrap());
    }
    ui.add_space(4.0);
    if let Some((order, report)) = sums.running() {
        let Some(report) = report else {
            ui.label(RichText::new("Reading\u{2026}").color(frame.theme.weak));
            return;
        };
        report_ui(ui, frame, (doc, order, report), false, actions);
    } else if let Some((order, report)) = sums.last() {
        report_ui(ui, frame, (doc, order, report), true, actions);
    } else if sums.failure().is_none() {
        let words = "CRC-32, MD5, SHA-1 and SHA-256, how often each byte stands there, and entropy along the bytes: of the selection, or of all that the view shows with its edits";
        let words = RichText::new(words).color(frame.theme.weak);
        ui.add(Label::new(words).wrap());
    }
}

/// What would be summed, and what begins or ends that.
fn order_ui(
    ui: &mut Ui,
    frame: &Frame<'_>,
    doc: &Doc,
    wishes: &mut Wishes,
    actions: &mut Vec<Action>,
) {
    let view = doc.view();
    ui.horizontal_wrapped(|ui| {
        if let Some((number, words, share)) = view.sums.progress() {
            let stop = ui.button("Stop").on_hover_text("Take no sums");
            if asked_for(&stop, number) {
                actions.push(Action::Doc(DocAction::CancelJob(number)));
            }
            progress_ui(ui, frame, share, 90.0);
            let words = doc.with_storage(number, &words);
            let label = ui.label(&words);
            ui.ctx().accesskit_node_builder(label.id, |node| {
                node.set_role(accesskit::Role::Status);
                node.set_label(words);
            });
        } else {
            let button = Button::new("Compute");
            let compute = command_ui(ui, button, &COMPUTE, frame, COMPUTE.tooltip);
            if asked_for(&compute, "compute") {
                COMPUTE.ask(ui.ctx(), frame.model, wishes, actions);
            }
            let (of, span) = view.to_be_summed();
            ui.label(RichText::new(words_of(doc, of, span)).color(frame.theme.weak));
        }
    });
}

/// Which bytes.
fn words_of(doc: &Doc, of: SumsOf, span: Span) -> String {
    let len = counted(span.len(), "byte");
    match of {
        SumsOf::Selection => {
            let last = span.end().saturating_sub(1);
            format!("the selection, {:#x} to {last:#x}, {len}", span.start())
        }
        SumsOf::View => format!("all of the {}, {len}", doc.view_name(doc.view().id)),
    }
}

/// What they came to.
fn report_ui(
    ui: &mut Ui,
    frame: &Frame<'_>,
    (doc, order, report): (&Doc, &SumsOrder, &SumsReport),
    is_over: bool,
    actions: &mut Vec<Action>,
) {
    let words = format!("Of {}", words_of(doc, order.of, order.span));
    ui.add(Label::new(RichText::new(words).strong()).wrap());
    age_ui(ui, frame, doc, order);
    ui.add_space(4.0);
    digits_ui(ui, frame, report, is_over, actions);
    gaps_ui(ui, frame, report);
    ui.add_space(6.0);
    let so_far = if is_over { "" } else { " so far" };
    let n_counted = report.histogram.total();
    let words = format!(
        "Entropy{so_far}: {:.3} of 8 bits a byte",
        report.histogram.entropy()
    );
    ui.add(Label::new(words).selectable(true)).on_hover_text(
        "Shannon's: 0 where all bytes are equal, 8 where each is as frequent as any other",
    );
    if n_counted == 0 {
        return;
    }
    charts::entropy_ui(ui, frame, report, actions);
    ui.add_space(4.0);
    ui.label(format!("How often each byte stands there{so_far}"))
        .on_hover_text("The heights of the bars grow with the square root");
    charts::histogram_ui(ui, frame, &report.histogram);
}

/// Since when, and whether that still holds.
fn age_ui(ui: &mut Ui, frame: &Frame<'_>, doc: &Doc, order: &SumsOrder) {
    let at = short(&order.at.time());
    let theme = frame.theme;
    let (words, color) = match doc.age_of_sums(doc.view(), order) {
        SumsAge::NoChangeSeen => (format!("as of {at} UTC"), theme.weak),
        SumsAge::Changed(when) => (
            format!(
                "The bytes changed at {} UTC: this is of {at} UTC, compute again",
                short(&when.time())
            ),
            theme.different,
        ),
        SumsAge::NotKnown => (
            format!("as of {at} UTC: much happened since, compute again"),
            theme.different,
        ),
        SumsAge::MappedAnew => (
            format!("as of {at} UTC, before the file was mapped anew: compute again"),
            theme.different,
        ),
    };
    let label = ui.add(Label::new(RichText::new(&words).color(color)).wrap());
    label.on_hover_text(
        "A change is seen where this program made it, or where it was looked at; others may change what nobody looks at",
    );
}

/// Hours, minutes and seconds of a time with its tenth.
fn short(time: &str) -> String {
    let whole = time.split_once('.').map_or(time, |(whole, _)| whole);
    whole.to_owned()
}

fn digits_ui(
    ui: &mut Ui,
    frame: &Frame<'_>,
    report: &SumsReport,
    is_over: bool,
    actions: &mut Vec<Action>,
) {
    if report.digits.is_empty() && report.unread > 0 {
        return; // why not is said with what could not be read
    }
    // all of them beside their names, or all below: else they would stand at four places
    let digits = describe::text_width(ui, &"0".repeat(64), &TextStyle::Monospace);
    let is_beside = ui.available_width() >= BEFORE_DIGITS + digits;
    for kind in SumKind::ALL {
        let name = kind.name();
        let digits = report.digits.iter().find(|(known, _)| *known == kind);
        let words = match digits {
            Some((_, digits)) => RichText::new(digits).monospace(),
            None if is_over => RichText::new("not taken").color(frame.theme.weak),
            None => RichText::new("\u{2026}").color(frame.theme.weak),
        };
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.y = 1.0;
            if let Some((_, digits)) = digits {
                let copy = ui.small_button("Copy");
                describe::name(&copy, &format!("Copy {name}"));
                if copy.on_hover_text(format!("Copy the {name}")).clicked() {
                    actions.push(Action::App(AppAction::CopyText(digits.clone())));
                }
            }
            let before = ui.cursor().left();
            let label = ui.label(RichText::new(name).color(frame.theme.weak));
            if is_beside || digits.is_none() {
                let rest = NAME - (label.rect.right() - before);
                ui.add_space(rest.max(0.0));
            } else {
                ui.end_row();
            }
            let label = ui.add(Label::new(words.clone()).wrap().selectable(true));
            describe::name(&label, &format!("{name}: {}", words.text()));
        });
    }
}

/// What could not be read.
fn gaps_ui(ui: &mut Ui, frame: &Frame<'_>, report: &SumsReport) {
    if report.unread == 0 {
        return;
    }
    let none = if report.digits.is_empty() {
        "No checksums, as "
    } else {
        ""
    };
    let words = format!(
        "{none}{} ({}) could not be read:",
        counted(report.unread, "byte"),
        human_size(report.unread)
    );
    ui.add(Label::new(RichText::new(words).color(frame.theme.different)).wrap());
    for gap in report.gaps.iter().take(LISTED_GAPS) {
        let (start, last) = (gap.span.start(), gap.span.end().saturating_sub(1));
        let words = format!("{start:#x} to {last:#x}: {}", gap.reason);
        ui.add(Label::new(words).wrap().selectable(true));
    }
    if let more @ 1.. = report.gaps.len().saturating_sub(LISTED_GAPS) {
        ui.label(format!("and {more} more"));
    }
}
