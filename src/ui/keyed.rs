//! What can be pressed is known by what it is about, not by its place.
//!
//! The toolkit numbers what is drawn in the order of drawing. So where something comes or goes before a button while the
//! pointer is held down on it, the number is that of another button when the pointer is let go, and that one is clicked. An
//! order names what it is for: whatever stands in a list that grows, or in the place of another thing, has its name from
//! here. It must not know what is drawn.

use std::fmt::Debug;
use std::hash::Hash;

use egui::{
    Direction, Id, InnerResponse, IntoAtoms, Layout, Rect, Response, Ui, UiBuilder, Widget,
};

/// Draws what is about `what`, which is like nothing else drawn from here in `ui`. It keeps the keyboard and a press that
/// began on it wherever it moves to, and nothing that comes into its place has them.
pub(super) fn keyed<R>(
    ui: &mut Ui,
    what: impl Hash + Debug,
    contents: impl FnOnce(&mut Ui) -> R,
) -> InnerResponse<R> {
    let id = id(ui, what);
    ui.scope_builder(UiBuilder::new().scope_id(id), contents)
}

/// The same of one widget that fills `rect`.
pub(super) fn keyed_at(
    ui: &mut Ui,
    what: impl Hash + Debug,
    rect: Rect,
    widget: impl Widget,
) -> Response {
    let builder = UiBuilder::new()
        .scope_id(id(ui, what))
        .max_rect(rect)
        .layout(Layout::centered_and_justified(Direction::TopDown));
    ui.scope_builder(builder, |ui| ui.add(widget)).inner
}

/// A button with a menu that stays open whatever comes and goes before it, and whatever its label becomes: the toolkit closes
/// a menu whose button has another id.
pub(super) fn menu_button<'a, R>(
    ui: &mut Ui,
    name: &str,
    label: impl IntoAtoms<'a>,
    add: impl FnOnce(&mut Ui) -> R,
) -> InnerResponse<Option<R>> {
    keyed(ui, name, |ui| ui.menu_button(label, add)).inner
}

fn id(ui: &Ui, what: impl Hash + Debug) -> Id {
    ui.scope_id().with(("about", what))
}

/// What a button that keeps its place was for.
#[derive(Clone, Copy)]
struct Purpose {
    /// In the last frame: what the person saw and pressed.
    drawn: Id,
    /// When it was pressed.
    pressed: Option<Id>,
}

/// A button that keeps its place and the keyboard while it comes to be for something else was clicked, and was for `what`
/// already when the person pressed it. To be asked in each frame that draws it.
pub(super) fn asked_for(response: &Response, what: impl Hash + Debug) -> bool {
    let (id, now) = (response.id.with("for what"), Id::unique(("for what", what)));
    let known = response.ctx.data(|data| data.get_temp::<Purpose>(id));
    let drawn = known.map_or(now, |known| known.drawn);
    let is_press = response.ctx.input(|input| input.pointer.any_pressed());
    let pressed = if is_press {
        Some(drawn)
    } else {
        known.and_then(|known| known.pressed)
    };
    let purpose = Purpose {
        drawn: now,
        pressed,
    };
    response.ctx.data_mut(|data| data.insert_temp(id, purpose));
    let is_by_pointer = response.clicked_by(egui::PointerButton::Primary);
    let was = if is_by_pointer { pressed } else { Some(drawn) };
    response.clicked() && was == Some(now)
}
