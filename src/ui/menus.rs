//! The menus, drawn from the table of commands, and opened by click or key.

use egui::containers::menu::MenuButton;
use egui::{Button, FocusDirection, Id, Key, Modifiers, Popup, Response, RichText, Ui};

use crate::bytes::escape::escape_path;
use crate::model::{Action, AppAction, Doc, FileAction, Intent, MappingAction, ViewId};

use super::command::{COMMANDS, Command, Deed, FORMS, Forms, Menu, SPLIT, Submenu, Wishes};
use super::describe::text_width;
use super::keyed::{keyed, menu_button};
use super::{Frame, forms};

/// The bar of menus, and right of them, where nothing else ever stands, the form that is asked to be filled in. Where both
/// do not fit, the menus are there as soon as a key asks for one.
pub(super) fn top_ui(
    ui: &mut Ui,
    frame: &Frame<'_>,
    wishes: &mut Wishes,
    actions: &mut Vec<Action>,
) {
    let form = forms::standing(frame.model);
    let row = ui.available_rect_before_wrap();
    let row = row.with_max_y(row.min.y + ui.spacing().interact_size.y);
    let is_asked = wishes.menu.is_some() || wishes.menu_open.is_some();
    let beside = row.with_min_x(row.left() + width(ui));
    let fits = |form: &forms::Form<'_>| beside.width() >= form.least_width();
    if let Some(form) = form.filter(|form| !is_asked && !fits(form)) {
        forms::form_ui(ui, frame, form, row, actions);
        ui.advance_cursor_after_rect(row);
        return;
    }
    menus_ui(ui, frame, wishes, actions);
    if let Some(form) = form.filter(fits) {
        forms::form_ui(ui, frame, form, beside, actions);
    }
}

/// What the menus' names take, with a gap behind them, in points.
fn width(ui: &Ui) -> f32 {
    const PADDING: f32 = 2.0; // the toolkit's, in a bar of menus
    const BEHIND: f32 = 12.0;
    let around = 2.0 * PADDING + ui.spacing().item_spacing.x;
    let names = Menu::ALL.iter();
    let names = names.map(|(_, name)| text_width(ui, name, &egui::TextStyle::Button) + around);
    names.sum::<f32>() + BEHIND
}

/// What stands round the entries of a menu, above and below, in points.
const AROUND: f32 = 26.0;

fn menus_ui(ui: &mut Ui, frame: &Frame<'_>, wishes: &mut Wishes, actions: &mut Vec<Action>) {
    let wanted = wishes.menu.take();
    if wanted.is_some() {
        // what the arrows mean inside the menu that goes is not meant
        Popup::close_all(ui.ctx());
        ui.memory_mut(|memory| memory.move_focus(FocusDirection::None));
    }
    let (mut open, mut submenu) = (None, Submenu::default());
    let bottom = ui.cursor().top() + ui.spacing().interact_size.y;
    let height = ui.ctx().content_rect().bottom() - bottom - AROUND;
    egui::MenuBar::new().ui(ui, |ui| {
        for (menu, label) in Menu::ALL {
            let (response, shown) = MenuButton::new(label).ui(ui, |ui| {
                // all of it is in reach in the lowest window
                ui.set_max_height(height);
                let scrolled = egui::ScrollArea::vertical();
                scrolled.show(ui, |ui| {
                    menu_ui(ui, menu, frame, wishes, &mut submenu, actions);
                });
            });
            if shown.is_some() {
                open = Some(menu);
            }
            if wanted == Some(menu) {
                Popup::open_id(ui.ctx(), Popup::default_response_id(&response));
                response.request_focus();
                ui.ctx().request_repaint();
            }
        }
    });
    wishes.menu_open = open.or(wanted); // it shows itself in the next frame
    wishes.submenu = submenu;
}

fn menu_ui(
    ui: &mut Ui,
    menu: Menu,
    frame: &Frame<'_>,
    wishes: &mut Wishes,
    submenu: &mut Submenu,
    actions: &mut Vec<Action>,
) {
    ui.set_min_width(260.0);
    if menu == Menu::File {
        submenu.add(recent_ui(ui, frame, actions));
    }
    for command in COMMANDS.iter().filter(|command| command.menu == menu) {
        if command.separated {
            ui.separator();
        }
        item_ui(ui, command, frame, wishes, actions);
        if matches!(command.deed, Deed::Paste) {
            for forms in &FORMS {
                submenu.add(forms_ui(ui, forms, frame, wishes, actions));
            }
        }
    }
}

/// A menu of forms.
pub(super) fn forms_ui(
    ui: &mut Ui,
    forms: &Forms,
    frame: &Frame<'_>,
    wishes: &mut Wishes,
    actions: &mut Vec<Action>,
) -> Submenu {
    let list = menu_button(ui, forms.label, forms.label, |ui| {
        ui.set_min_width(180.0);
        for command in forms.commands {
            if command.separated {
                ui.separator();
            }
            item_ui(ui, command, frame, wishes, actions);
        }
    });
    Submenu::new(list.response.id, list.inner.is_some())
}

/// The keys that open the menu of what has the keyboard were pressed where `response` has it: Menu, or Shift+F10.
pub(super) fn is_asked_by_key(ui: &Ui, response: &Response) -> bool {
    response.has_focus()
        && ui.input_mut(|input| {
            input.consume_key(Modifiers::SHIFT, Key::F10)
                || input.consume_key(Modifiers::NONE, Key::Menu)
        })
}

/// The menu of a tab: at the pointer, by the right button; by key below the tab, which has the keys again when it closes.
pub(super) fn tab_menu_ui(ui: &Ui, tab: &Response, doc: &Doc, intents: &mut Vec<Intent>) {
    let id = Popup::default_response_id(tab);
    let opens = is_asked_by_key(ui, tab);
    if opens {
        Popup::open_id(ui.ctx(), id);
    }
    let is_open = || Popup::is_id_open(ui.ctx(), id);
    // only by the pointer it is opened at a place
    let is_by_key =
        is_open() && !tab.secondary_clicked() && Popup::position_of_id(ui.ctx(), id).is_none();
    let popup = Popup::context_menu(tab);
    let popup = if is_by_key { popup.anchor(tab) } else { popup };
    let shown = popup.show(|ui| tab_items_ui(ui, doc, opens, intents));
    if let Some(shown) = shown.filter(|_| is_by_key) {
        give_back(ui, id, &shown.response, tab);
    }
}

/// The keys are those of `owner` again, whose `menu` was just drawn, where that has closed by other than a click elsewhere.
pub(super) fn give_back(ui: &Ui, id: Id, menu: &Response, owner: &Response) {
    let is_left = !menu.contains_pointer() && ui.input(|input| input.pointer.any_click());
    if !Popup::is_id_open(ui.ctx(), id) && !is_left {
        owner.request_focus();
    }
}

/// What can be done with a tab; the first of it has the keys where it `opens` by key.
fn tab_items_ui(ui: &mut Ui, doc: &Doc, opens: bool, intents: &mut Vec<Intent>) {
    ui.set_min_width(220.0);
    let view = doc.view().id;
    let mut done = |view: Option<ViewId>, action: Action| intents.push(Intent { view, action });
    if doc.views.len() == 1 {
        let split = choice_ui(ui, SPLIT);
        if opens {
            split.request_focus();
        }
        if split.clicked() {
            done(None, Action::App(AppAction::FocusDoc(doc.id)));
            done(Some(view), Action::Mapping(MappingAction::AddView));
        }
    } else {
        for (index, known) in doc.views.iter().enumerate() {
            let close = choice_ui(ui, &format!("Close the {}", doc.view_words(known.id)));
            if opens && index == 0 {
                close.request_focus();
            }
            if close.clicked() {
                done(Some(known.id), Action::File(FileAction::CloseView));
            }
        }
    }
    if choice_ui(ui, "Close file").clicked() {
        done(None, Action::File(FileAction::CloseDoc(doc.id)));
    }
}

/// A button in a menu, which it closes.
///
/// A click closes a menu by itself, a key does not.
pub(super) fn choice_ui(ui: &mut Ui, label: &str) -> Response {
    let choice = keyed(ui, label, |ui| ui.button(label)).inner;
    if choice.clicked() {
        ui.close();
    }
    choice
}

/// One command in a menu.
pub(super) fn item_ui(
    ui: &mut Ui,
    command: &Command,
    frame: &Frame<'_>,
    wishes: &mut Wishes,
    actions: &mut Vec<Action>,
) -> Response {
    let keys = command.key_words(ui.ctx());
    let button = Button::new(command.label).selected((command.chosen)(frame.model));
    let button = if keys.is_empty() {
        button
    } else {
        button.shortcut_text(keys)
    };
    let response = command_ui(ui, button, command, frame, command.tooltip);
    if response.gained_focus() {
        response.scroll_to_me(None);
    }
    if response.clicked() {
        command.ask(ui.ctx(), frame.model, wishes, actions);
        ui.close();
    }
    response
}

/// The button of a command, wherever it stands: it can be pressed while the command can be chosen, and says why it cannot.
pub(super) fn command_ui(
    ui: &mut Ui,
    button: Button<'_>,
    command: &Command,
    frame: &Frame<'_>,
    hint: &str,
) -> Response {
    let refusal = command.refusal(frame.model);
    let response = ui.add_enabled(refusal.is_none(), button);
    if let Some(why) = refusal {
        response.ctx.accesskit_node_builder(response.id, |node| {
            node.set_description(why);
        });
        return response.on_disabled_hover_text(why);
    }
    if hint.is_empty() {
        return response;
    }
    response.on_hover_text(hint)
}

fn recent_ui(ui: &mut Ui, frame: &Frame<'_>, actions: &mut Vec<Action>) -> Submenu {
    let list = menu_button(ui, "recent", "Open recent", |ui| {
        let mut any = false;
        for path in frame.model.settings.recent() {
            any = true;
            if choice_ui(ui, &escape_path(&path)).clicked() {
                actions.push(Action::File(FileAction::Open(path)));
            }
        }
        if !any {
            ui.label(RichText::new("No file was opened yet").color(frame.theme.weak));
        }
    });
    Submenu::new(list.response.id, list.inner.is_some())
}
