//! The form *Find*: what to look for, how it is read, what was found, and what it is replaced with. One row, like every form.

use egui::{Button, Id, Key, Label, Response, RichText, TextEdit, TextStyle, Ui, accesskit};

use crate::bytes::Span;
use crate::bytes::find::{ByteOrder, LetterCase, NumberType, TextEncoding};
use crate::model::{Action, FindAction, FindBar, FindForm, Focus};

use super::bubble::bubble_ui;
use super::icons::{Icon, icon_button};
use super::keyed::menu_button;
use super::right::at_right;
use super::{Frame, describe, focus_id};

/// From this width on there is room for longer fields and words, in points.
const WIDE: f32 = 860.0;

/// The ways to read what is typed, but for numbers.
const FORMS: [(FindForm, &str, &str); 5] = [
    (
        FindForm::Bytes,
        "Bytes",
        "Two hex digits a byte, ? for any digit: DE ?? 4? EF",
    ),
    (
        FindForm::Text(TextEncoding::Utf8),
        "Text",
        "In UTF-8, and with it ASCII",
    ),
    (
        FindForm::Text(TextEncoding::Utf16Le),
        "UTF-16LE",
        "Text, two bytes a unit, the lower first",
    ),
    (
        FindForm::Text(TextEncoding::Utf16Be),
        "UTF-16BE",
        "Text, two bytes a unit, the higher first",
    ),
    (
        FindForm::Expression,
        "Regex",
        "A regular expression over bytes; a dot is any byte",
    ),
];

/// Draws the form.
pub(super) fn find_ui(ui: &mut Ui, frame: &Frame<'_>, bar: &FindBar, actions: &mut Vec<Action>) {
    let is_wide = ui.available_width() >= WIDE;
    let (mut asked, mut closed) = (Vec::new(), false);
    at_right(
        ui,
        "find",
        |ui| contents_ui(ui, frame, bar, is_wide, &mut asked),
        |ui| {
            let close = icon_button(ui, Icon::Close, frame.theme.text, "Close Find", true);
            closed = close.on_hover_text("Back to the bytes (Esc)").clicked();
        },
    );
    if closed {
        asked.push(FindAction::Close);
    }
    actions.extend(asked.into_iter().map(Action::Find));
}

fn contents_ui(
    ui: &mut Ui,
    frame: &Frame<'_>,
    bar: &FindBar,
    is_wide: bool,
    asked: &mut Vec<FindAction>,
) {
    let is_error = bar.error().is_some();
    let width = if bar.replaces && !is_wide {
        92.0
    } else {
        170.0
    };
    let response = field_ui(
        ui,
        frame,
        (Focus::Find, "Find", "Find"),
        &bar.text,
        (width, is_error),
    );
    if let Some(text) = response.1 {
        asked.push(FindAction::Edited(text));
    }
    let shift = ui.input(|input| input.modifiers.shift);
    let enter = if shift {
        FindAction::Previous
    } else {
        FindAction::Next
    };
    keys(ui, &response.0, enter, asked);
    kind_ui(ui, frame, bar, asked);
    buttons_ui(ui, frame, asked);
    let mut fault = bar.error().map(|error| Fault {
        words: format!("Not searched: {error}"),
        short: "Not searched",
        is_unfinished: error.at >= bar.text.chars().count(),
        field: response.0,
    });
    if bar.replaces {
        let field = replace_ui(ui, frame, bar, is_wide, asked);
        fault = fault.or_else(|| replacement_fault(frame, bar, field));
    } else {
        let words = "Put as many other bytes in the place of matches (Ctrl+H)";
        let replace = ui.button("Replace\u{2026}");
        if replace.on_hover_text(words).clicked() {
            asked.push(FindAction::ToggleReplace);
        }
    }
    answer_ui(ui, frame, fault);
}

/// What is wrong in the field for the replacement. Of another length than that of a match it may be left there for another
/// pattern, so that this is told while the field has the keys.
fn replacement_fault(frame: &Frame<'_>, bar: &FindBar, field: Response) -> Option<Fault> {
    let (why, is_unfinished) = if let Some(error) = bar.replacement_error() {
        let is_unfinished = error.at >= bar.replacement.chars().count();
        (format!("in the replacement, {error}"), is_unfinished)
    } else {
        let other = frame.view?.other_length(bar);
        let other = other.filter(|_| field.has_focus())?;
        (other.to_string(), other.is_unfinished())
    };
    Some(Fault {
        words: format!("Not replaced: {why}"),
        short: "Not replaced",
        is_unfinished,
        field,
    })
}

fn buttons_ui(ui: &mut Ui, frame: &Frame<'_>, asked: &mut Vec<FindAction>) {
    for (icon, name, words, action) in [
        (
            Icon::Previous,
            "Previous match",
            "The match before (Shift+F3)",
            FindAction::Previous,
        ),
        (
            Icon::Next,
            "Next match",
            "The next match (F3)",
            FindAction::Next,
        ),
    ] {
        let button = icon_button(ui, icon, frame.theme.text, name, true);
        if button.on_hover_text(words).clicked() {
            asked.push(action);
        }
    }
    let all = ui
        .button("List")
        .on_hover_text("Count, list and mark all matches");
    describe::name(&all, "All matches");
    if all.clicked() {
        asked.push(FindAction::All);
    }
}

/// A field, and what was typed into it.
fn field_ui(
    ui: &mut Ui,
    frame: &Frame<'_>,
    (focus, name, hint): (Focus, &str, &str),
    text: &str,
    (width, is_error): (f32, bool),
) -> (Response, Option<String>) {
    let mut text = text.to_owned();
    let id = match focus {
        Focus::Find => focus_id(Focus::Find),
        _ => Id::unique("replacement field"),
    };
    let mut edit = TextEdit::singleline(&mut text)
        .id(id)
        .hint_text(hint)
        .font(TextStyle::Monospace)
        .desired_width(width);
    if is_error {
        edit = edit.text_color(frame.theme.error);
    }
    let response = ui.add(edit);
    describe::name(&response, name);
    let changed = response.changed().then_some(text);
    (response, changed)
}

/// Enter asks and leaves the keys in the field, Esc gives them back to the bytes.
fn keys(ui: &Ui, response: &Response, enter: FindAction, asked: &mut Vec<FindAction>) {
    if !response.lost_focus() {
        return;
    }
    let pressed = |key: Key| ui.input(|input| input.key_pressed(key));
    if pressed(Key::Enter) {
        asked.push(enter);
        response.request_focus();
    } else if pressed(Key::Escape) {
        asked.push(FindAction::Close);
    }
}

fn replace_ui(
    ui: &mut Ui,
    frame: &Frame<'_>,
    bar: &FindBar,
    is_wide: bool,
    asked: &mut Vec<FindAction>,
) -> Response {
    // what does not fit would be cut
    let (width, hint) = if is_wide {
        (130.0, "Replace with")
    } else {
        (76.0, "With")
    };
    let other_length = frame.view.and_then(|view| view.other_length(bar));
    let is_error = bar.replacement_error().is_some() || other_length.is_some();
    let (response, text) = field_ui(
        ui,
        frame,
        (Focus::Grid, "Replace with", hint),
        &bar.replacement,
        (width, is_error),
    );
    asked.extend(text.map(FindAction::ReplacementEdited));
    keys(ui, &response, FindAction::Replace, asked);
    let one = ui.button("Replace");
    let words = "This match, then go to the next: as many bytes, one step for undo";
    if one.on_hover_text(words).clicked() {
        asked.push(FindAction::Replace);
    }
    let all = ui.button("Replace all");
    let words = "As one step for undo, where they still stand";
    if all.on_hover_text(words).clicked() {
        asked.push(FindAction::ReplaceAll);
    }
    response
}

/// How what is typed is read, and where it is looked for: a menu.
fn kind_ui(ui: &mut Ui, frame: &Frame<'_>, bar: &FindBar, asked: &mut Vec<FindAction>) {
    let part = frame.view.and_then(|view| bar.span_in(view.id));
    let words = kind_words(bar);
    let label = if part.is_some() {
        format!("{words}, part")
    } else {
        words.clone()
    };
    let menu = menu_button(ui, "how to read", label, |ui| {
        forms_ui(ui, bar, asked);
        where_ui(ui, frame, part, asked);
    });
    let words = format!("Looked for as: {words}");
    describe::name(&menu.response, &words);
    let more = part.map(|part| format!("; in {part}")).unwrap_or_default();
    menu.response.on_hover_text(format!("{words}{more}"));
}

/// The ways to read what is typed.
fn forms_ui(ui: &mut Ui, bar: &FindBar, asked: &mut Vec<FindAction>) {
    ui.set_min_width(210.0);
    let is_number = matches!(bar.form, FindForm::Number(_));
    let is_new = is_new(ui);
    for (form, label, words) in FORMS {
        let choice = ui.add(Button::selectable(bar.form == form, label));
        if is_new && bar.form == form {
            choice.request_focus();
        }
        if choice.on_hover_text(words).clicked() {
            asked.push(FindAction::SetForm(form));
            ui.close(); // a key does not by itself
        }
    }
    let numbers = menu_button(ui, "number", "Number", |ui| numbers_ui(ui, bar, asked));
    if is_new && is_number {
        numbers.response.request_focus();
    }
    ui.separator();
    let mut ignores = bar.case == LetterCase::Ignored;
    if ui.checkbox(&mut ignores, "Ignore case").changed() {
        let case = if ignores {
            LetterCase::Ignored
        } else {
            LetterCase::Matters
        };
        asked.push(FindAction::SetCase(case));
    }
    let mut is_big = bar.order == ByteOrder::Big;
    if ui.checkbox(&mut is_big, "Numbers are big-endian").changed() {
        let order = if is_big {
            ByteOrder::Big
        } else {
            ByteOrder::Little
        };
        asked.push(FindAction::SetOrder(order));
    }
}

/// The types of numbers.
fn numbers_ui(ui: &mut Ui, bar: &FindBar, asked: &mut Vec<FindAction>) {
    for number in NumberType::ALL {
        let form = FindForm::Number(number);
        let choice = Button::selectable(bar.form == form, number.name());
        if ui.add(choice).clicked() {
            asked.push(FindAction::SetForm(form));
            ui.close();
        }
    }
}

/// Whether a menu is drawn for the first time since it was opened: what is chosen in it has the keys then, and the arrows go
/// on from there.
fn is_new(ui: &Ui) -> bool {
    if ui.is_sizing_pass() {
        return false;
    }
    let (id, now) = (ui.scope_id().with("drawn"), ui.ctx().cumulative_frame_nr());
    let last: Option<u64> = ui.data_mut(|data| {
        let last = data.get_temp(id);
        data.insert_temp(id, now);
        last
    });
    last.is_none_or(|last| last + 1 < now)
}

/// Where it is looked for.
fn where_ui(ui: &mut Ui, frame: &Frame<'_>, part: Option<Span>, asked: &mut Vec<FindAction>) {
    ui.separator();
    let whole = frame.view.is_none_or(|view| view.whole);
    let all = if whole {
        "In the whole file"
    } else {
        "In what is mapped"
    };
    if ui.add(Button::selectable(part.is_none(), all)).clicked() {
        asked.push(FindAction::InSelection(false));
        ui.close();
    }
    let label = match part {
        Some(part) => format!("In {part}"),
        None => "In what is selected now".to_owned(),
    };
    if ui.add(Button::selectable(part.is_some(), label)).clicked() {
        asked.push(FindAction::InSelection(true));
        ui.close();
    }
}

fn kind_words(bar: &FindBar) -> String {
    let case = match bar.case {
        LetterCase::Ignored => ", any case",
        LetterCase::Matters => "",
    };
    match bar.form {
        FindForm::Number(number) => match bar.order {
            ByteOrder::Big => format!("{} BE", number.name()),
            ByteOrder::Little => number.name().to_owned(),
        },
        FindForm::Bytes => "Bytes".to_owned(),
        form => {
            let known = FORMS.iter().find(|known| known.0 == form);
            format!("{}{case}", known.map_or("Text", |known| known.1))
        }
    }
}

/// What is wrong in one of the fields.
struct Fault {
    words: String,
    /// What stands in the row where there is no room for all of it.
    short: &'static str,
    /// Of a byte, or of an expression, that is being typed the end is still missing.
    is_unfinished: bool,
    field: Response,
}

/// What is wrong in a field, else what was found. What does not fit stands below the field.
fn answer_ui(ui: &mut Ui, frame: &Frame<'_>, fault: Option<Fault>) {
    let (text, color) = if let Some(fault) = fault {
        let text = fault.words;
        let fits = describe::text_width(ui, &text, &TextStyle::Body) <= ui.available_width();
        if !fits && !fault.is_unfinished && fault.field.has_focus() {
            bubble_ui(ui, frame, &fault.field, &text);
            let short = RichText::new(fault.short).color(frame.theme.error);
            ui.add(Label::new(short).truncate());
            return;
        }
        (text, frame.theme.error)
    } else {
        let answer = frame.view.map(|view| view.searches.answer.clone());
        let answer = answer.filter(|answer| !answer.is_empty());
        let searching = || Some(describe::search(frame.doc?)?.1);
        let words = answer.or_else(searching).unwrap_or_default();
        (words, frame.theme.text)
    };
    let label = Label::new(RichText::new(&text).color(color)).truncate();
    let label = ui.add(label);
    ui.ctx().accesskit_node_builder(label.id, |node| {
        node.set_role(accesskit::Role::Status);
        node.set_label(text.clone());
        node.set_live(accesskit::Live::Polite);
    });
}
