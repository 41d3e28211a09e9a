//! What an earlier run left, over the list of edits: file by file, what it is, and what can be done with it.
//!
//! Nothing here is done unasked. It must not know where it is kept.

use egui::{Button, RichText, Ui};

use crate::bytes::hex::format_hex;
use crate::bytes::size::counted;
use crate::bytes::time_of_day::date_and_time;
use crate::model::journal::PendingRun;
use crate::model::offer::{EditsOffer, n_bytes};
use crate::model::{Action, OfferAction};

use super::keyed::keyed;
use super::{Frame, describe};

/// Edits of an offer that are listed.
const SHOWN_RUNS: usize = 4;
/// Bytes of an edit that are shown.
const SHOWN_BYTES: usize = 4;

/// Draws what is offered; nothing where nothing is.
pub(super) fn offers_ui(ui: &mut Ui, frame: &Frame<'_>, actions: &mut Vec<Action>) {
    let offers = &frame.model.offers;
    if offers.is_empty() {
        return;
    }
    ui.label(RichText::new("Left by an earlier run").strong());
    for offer in offers {
        offer_ui(ui, frame, offer, actions);
    }
    ui.separator();
}

fn offer_ui(ui: &mut Ui, frame: &Frame<'_>, offer: &EditsOffer, actions: &mut Vec<Action>) {
    let name = crate::model::shown_name(&offer.path);
    let when = date_and_time(offer.at);
    ui.add_space(4.0);
    ui.label(RichText::new(format!("{name}, last edited {when}")))
        .on_hover_text(offer.place());
    ui.add(egui::Label::new(RichText::new(offer.words()).color(frame.theme.weak)).wrap());
    runs_ui(ui, frame, &offer.unsaved, "not in the file");
    runs_ui(ui, frame, &offer.in_file, "in the file");
    let doc = frame.model.doc_of_offer(offer.id);
    let mut buttons = Vec::new();
    if doc.is_none() {
        buttons.push(("Open the file".to_owned(), OfferAction::Open));
    } else {
        if !offer.unsaved.is_empty() {
            buttons.push(("Reapply".to_owned(), OfferAction::Reapply));
        }
        if !offer.in_file.is_empty() {
            let n = counted(n_bytes(&offer.in_file), "byte");
            buttons.push((format!("Take {n} back in the file"), OfferAction::PutBack));
        }
    }
    buttons.push(("Export".to_owned(), OfferAction::List));
    buttons.push(("Discard".to_owned(), OfferAction::Discard));
    // By all that can be done: other buttons come when the file is opened.
    let about = ("offer", offer.id, format!("{buttons:?}"));
    keyed(ui, about, |ui| {
        ui.horizontal_wrapped(|ui| {
            for (label, action) in buttons {
                let response = ui.add(Button::new(label.as_str()).small());
                describe::name(&response, &format!("{label}: edits left of {name}"));
                if response.clicked() {
                    actions.push(Action::Offer(offer.id, action));
                }
            }
        });
    });
}

fn runs_ui(ui: &mut Ui, frame: &Frame<'_>, runs: &[PendingRun], place: &str) {
    let short = |bytes: &[u8]| {
        let more = if bytes.len() > SHOWN_BYTES {
            "\u{2026}"
        } else {
            ""
        };
        format_hex(bytes.get(..SHOWN_BYTES).unwrap_or(bytes)) + more
    };
    for run in runs.iter().take(SHOWN_RUNS) {
        let (base, value) = (short(&run.base), short(&run.value));
        let words = format!("{:#x}  {base} \u{2192} {value}  {place}", run.offset);
        let text = RichText::new(words).monospace().small();
        ui.add(egui::Label::new(text.color(frame.theme.edited)).truncate());
    }
    if let Some(more) = runs.len().checked_sub(SHOWN_RUNS).filter(|more| *more > 0) {
        ui.label(
            RichText::new(format!("and {more} more places"))
                .color(frame.theme.weak)
                .small(),
        );
    }
}
