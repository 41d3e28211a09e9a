//! The picture in the window: rows that take pointer, keys and a screen reader, boxes that are lit, a write that runs.

use egui::accesskit::{self, Role};
use egui::{
    Align2, Id, Popup, Pos2, Rect, Response, Sense, Shape, Stroke, StrokeKind, Ui, UiBuilder, Vec2,
    WidgetInfo, pos2, vec2,
};

use crate::model::picture::{Row, RowMemory, Sees, Who, WriteAs};
use crate::model::witness::parse_bytes;
use crate::model::{Action, Doc, Focus, Picture};
use crate::ui::geometry::bounds;
use crate::ui::key_place::mark_row;
use crate::ui::{Frame, focus_id};

use super::keys::next_row;
use super::layout::scene;
use super::menu::{self, Chosen};
use super::paint::{self, Light};
use super::plan::Wish;
use super::scene::{Face, Part, RowPlace, Scene};
use super::view::{Lit, Running, WhoView};

/// From this height in sight on, columns have heads and groups have names, in points: less is for five rows.
const LEAST_WITH_HEADS: f32 = 180.0;

/// What the parts of a frame share.
struct Table<'a> {
    frame: &'a Frame<'a>,
    doc: &'a Doc,
    picture: &'a Picture,
    scene: Scene,
    /// Where the picture begins.
    by: Vec2,
    running: Option<Running>,
}

/// What a row was found to be in this frame.
struct Found {
    response: Response,
    /// Its button is pointed at or focused.
    aims: bool,
}

/// Draws the table and the boxes.
pub(super) fn picture_ui(
    ui: &mut Ui,
    frame: &Frame<'_>,
    doc: &Doc,
    picture: &Picture,
    view: &mut WhoView,
    actions: &mut Vec<Action>,
) {
    let origin = ui.cursor().min;
    let prediction = view
        .foretells()
        .map(|writer| (writer, picture.predict(writer)));
    let scene = {
        let measure = paint::measure(ui);
        let seen = ui.clip_rect().y_range();
        scene(Wish {
            picture,
            width: ui.available_width(),
            measure: &measure,
            has_buttons: true,
            has_heads: seen.span() >= LEAST_WITH_HEADS,
            visible: egui::Rangef::new(seen.min - origin.y, seen.max - origin.y),
            prediction: prediction.as_ref().map(|(writer, it)| (*writer, it)),
        })
    };
    ui.allocate_exact_size(scene.size, Sense::hover());
    let now = ui.input(|input| input.time);
    let running = view.running(now);
    if running.is_some() {
        // 30 pictures a second are enough for the way, and cost half.
        let next = std::time::Duration::from_millis(33);
        ui.ctx().request_repaint_after(next);
    }
    let table = Table {
        frame,
        doc,
        picture,
        scene,
        by: origin.to_vec2(),
        running,
    };
    table.show(ui, view, actions);
}

impl Table<'_> {
    fn show(&self, ui: &mut Ui, view: &mut WhoView, actions: &mut Vec<Action>) {
        let under = ui.painter().add(Shape::Noop);
        for (place, words) in &self.scene.headings {
            let id = ui.scope_id().with(("heading", words));
            let heading = ui.interact(place.translate(self.by), id, Sense::hover());
            heading.widget_info(|| WidgetInfo::labeled(Role::Label, true, words));
        }
        let (mut lit, mut writer) = (None, None);
        self.rows_ui(ui, view, (&mut lit, &mut writer), actions);
        self.boxes_ui(ui, view, &mut lit);
        let light = |part: Part| self.light(view, part);
        let theme = self.frame.theme;
        let mut shapes = self.behind(view);
        shapes.extend(paint::shapes(ui, theme, &self.scene.marks, self.by, light));
        ui.painter().set(under, Shape::Vec(shapes));
        self.run_ui(ui);
        if view.points_at(lit, writer) {
            ui.ctx().request_repaint();
        }
    }

    fn rows_ui(
        &self,
        ui: &mut Ui,
        view: &WhoView,
        (lit, writer): (&mut Option<Lit>, &mut Option<Who>),
        actions: &mut Vec<Action>,
    ) {
        let mut all = Rect::NOTHING;
        for place in &self.scene.rows {
            all = all.union(place.rect.translate(self.by));
        }
        let builder = UiBuilder::new()
            .id_salt("who sees it")
            .max_rect(all)
            .accessibility_role(Role::Table)
            .accessibility_label("Who sees it");
        let mut table = ui.new_child(builder);
        let id = table.unique_id();
        ui.ctx()
            .accesskit_node_builder(id, |node| node.set_bounds(bounds(all)));
        let rows = &self.picture.rows;
        let ids: Vec<Id> = rows
            .iter()
            .map(|row| match row.who {
                Who::View => focus_id(Focus::Rows),
                who => table.scope_id().with(who),
            })
            .collect();
        for id in &ids {
            mark_row(ui.ctx(), *id);
        }
        let has_keys = ids
            .iter()
            .any(|id| ui.memory(|memory| memory.has_focus(*id)));
        for (index, row) in rows.iter().enumerate() {
            let found = self.row_ui(&mut table, index, ids[index], actions);
            let is_open = Popup::is_id_open(ui.ctx(), found.response.id.with("menu"));
            let is_hovered = found.response.contains_pointer() && found.response.enabled();
            if is_hovered || found.response.has_focus() || is_open {
                *lit = Some(Lit::Row(row.who));
            }
            if found.aims {
                *writer = Some(row.who);
            }
            if found.response.has_focus() && !is_open {
                let to = next_row(ui, id, &ids, index);
                if to != index {
                    ui.memory_mut(|memory| memory.request_focus(ids[to]));
                }
            }
            if has_keys {
                self.number_ui(ui, index);
            }
            if view.fresh.contains(&row.who) || found.response.gained_focus() {
                table.scroll_to_rect(found.response.rect, None);
            }
        }
    }

    /// The number that leads to the row, while keys go to the table.
    fn number_ui(&self, ui: &Ui, index: usize) {
        let theme = self.frame.theme;
        let galley = paint::galley(ui, &(index + 1).to_string(), Face::Small);
        let row = self.scene.rows[index].rect.translate(self.by);
        let size = galley.size() + vec2(4.0, 0.0);
        let rect = Align2::RIGHT_CENTER.align_size_within_rect(size, row);
        ui.painter().rect_filled(rect, 4.0, theme.control_hovered);
        let at = Align2::CENTER_CENTER.anchor_size(rect.center(), galley.size());
        ui.painter().galley(at.min, galley, theme.text);
    }

    fn row_ui(&self, table: &mut Ui, index: usize, id: Id, actions: &mut Vec<Action>) -> Found {
        let row = &self.picture.rows[index];
        let place = &self.scene.rows[index];
        let rect = place.rect.translate(self.by);
        let words = self.picture.row_words(row);
        let builder = UiBuilder::new()
            .scope_id(id)
            .max_rect(rect)
            .sense(Sense::click())
            .accessibility_role(Role::Row)
            .accessibility_label(words.as_str());
        let mut ui = table.new_child(builder);
        ui.set_min_size(rect.size());
        let mut response = ui.response();
        ui.ctx().accesskit_node_builder(response.id, |node| {
            node.set_row_index(index);
            node.set_bounds(bounds(rect));
            node.add_action(accesskit::Action::Focus);
            node.add_action(accesskit::Action::Click);
            node.set_has_popup(accesskit::HasPopup::Menu);
        });
        if response.has_focus() {
            let stroke = Stroke::new(2.0, self.frame.theme.accent);
            ui.painter()
                .rect_stroke(rect, 5.0, stroke, StrokeKind::Inside);
        }
        let aims = self.button_ui(&mut ui, row, place, actions);
        if has_more(row) {
            response = response.on_hover_text(words);
        }
        let chosen = menu::show(&ui, self.frame.theme, self.doc, (index, row), &response);
        match chosen {
            Some(Chosen::Write) => actions.extend(menu::store(row.who)),
            Some(Chosen::Do(action)) => actions.push(action),
            None => {}
        }
        Found { response, aims }
    }

    /// The button that writes as the row. Whether it is aimed at.
    fn button_ui(
        &self,
        ui: &mut Ui,
        row: &Row,
        place: &RowPlace,
        actions: &mut Vec<Action>,
    ) -> bool {
        let Some(rect) = place.button.map(|rect| rect.translate(self.by)) else {
            return false;
        };
        let theme = self.frame.theme;
        let id = ui.unique_id().with("write");
        let response = ui.interact(rect, id, Sense::click());
        let name = format!("Write as {}", row.name);
        let words = self
            .picture
            .prediction_words(&self.picture.predict(row.who));
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
        ui.ctx().accesskit_node_builder(response.id, |node| {
            let how = Picture::write_words(row);
            node.set_description(format!("{how}. Prediction: {words}"));
        });
        let color = match row.write {
            WriteAs::ReachesFile => theme.reaches,
            _ => theme.text,
        };
        let aims = response.hovered() || response.has_focus();
        let fill = if aims {
            theme.control_hovered
        } else {
            theme.control
        };
        ui.painter().rect_filled(rect, 4.0, fill);
        if response.has_focus() {
            let stroke = Stroke::new(2.0, theme.accent);
            ui.painter()
                .rect_stroke(rect, 4.0, stroke, StrokeKind::Inside);
        }
        if self.scene.words {
            let galley = paint::galley(ui, "Write", Face::Body);
            let at = Align2::CENTER_CENTER.anchor_size(rect.center(), galley.size());
            ui.painter().galley(at.min, galley, color);
        } else {
            pen(ui, rect.center(), color);
        }
        if response.clicked() {
            actions.extend(menu::store(row.who));
        }
        aims
    }

    fn boxes_ui(&self, ui: &Ui, view: &mut WhoView, lit: &mut Option<Lit>) {
        for (rect, first) in &self.scene.pieces {
            let row = &self.picture.rows[*first];
            let which = Lit::Piece(row.who);
            let users = self.picture.n_users(&row.memory);
            let mut words = row.memory.words(users);
            if let Some(frame) = row.frame {
                words = format!("{words}, frame {frame:#x}");
            }
            if let Sees::Ended(how) = &row.sees {
                words = format!("ended: {how}");
            }
            self.box_ui(ui, (*rect, which), words, view, lit);
        }
        let picture = self.picture;
        let words = format!(
            "Page {} of {} in the page cache: {}. Read by {}",
            picture.page,
            picture.file,
            picture.page_cache.words(),
            picture.names(&self.readers())
        );
        self.box_ui(ui, (self.scene.wall, Lit::Wall), words, view, lit);
        let rect = self.scene.storage.translate(self.by);
        let id = ui.scope_id().with("storage");
        let response = ui.interact(rect, id, Sense::hover());
        let words = format!("Storage: {}", picture.storage.words());
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &words));
        response.on_hover_text(words);
    }

    /// Those that the file's page answers.
    fn readers(&self) -> Vec<Who> {
        let rows = self.picture.rows.iter();
        let reads = |row: &&Row| row.memory == RowMemory::FilePage;
        rows.filter(reads).map(|row| row.who).collect()
    }

    fn box_ui(
        &self,
        ui: &Ui,
        (rect, which): (Rect, Lit),
        words: String,
        view: &mut WhoView,
        lit: &mut Option<Lit>,
    ) {
        let id = match which {
            Lit::Row(who) | Lit::Piece(who) => ui.scope_id().with(("page of", who)),
            Lit::Wall => ui.scope_id().with("file's page"),
        };
        let response = ui.interact(rect.translate(self.by), id, Sense::click());
        let is_chosen = view.is_chosen(which);
        response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_chosen, &words));
        if response.has_focus() {
            let rect = rect.translate(self.by).expand(1.5);
            let stroke = Stroke::new(2.0, self.frame.theme.accent);
            ui.painter()
                .rect_stroke(rect, 6.0, stroke, StrokeKind::Inside);
        }
        if response.hovered() || response.has_focus() {
            *lit = Some(which);
        }
        if response.clicked() {
            view.chooses(which);
        }
        response.on_hover_text(words);
    }

    /// How a part is shown.
    fn light(&self, view: &WhoView, part: Part) -> Light {
        let shines = self.running.as_ref().is_some_and(Running::is_at_memory);
        if shines && self.is_written(part) {
            return Light::Lit;
        }
        let Some(lit) = view.lights() else {
            return Light::Plain;
        };
        let is_lit = match part {
            Part::Head | Part::Row(_) | Part::Storage => return Light::Plain,
            Part::Line(index) => self.is_row_lit(lit, index),
            Part::Piece(index) => self
                .scene
                .rows
                .iter()
                .enumerate()
                .any(|(row, place)| place.piece == Some(index) && self.is_row_lit(lit, row)),
            Part::Wall => {
                let of_file = |index: usize| self.scene.rows[index].piece.is_none();
                lit == Lit::Wall
                    || (0..self.scene.rows.len())
                        .any(|index| of_file(index) && self.is_row_lit(lit, index))
            }
        };
        if is_lit { Light::Lit } else { Light::Dim }
    }

    fn is_row_lit(&self, lit: Lit, index: usize) -> bool {
        let (row, place) = (&self.picture.rows[index], &self.scene.rows[index]);
        match lit {
            Lit::Row(who) => row.who == who,
            Lit::Wall => place.piece.is_none() && row.memory != RowMemory::Gone,
            Lit::Piece(who) => {
                let mate = self.picture.row(who);
                let is_page = matches!(row.memory, RowMemory::Copy(_));
                row.who == who || is_page && mate.is_some_and(|it| it.memory == row.memory)
            }
        }
    }

    /// The memory that a running write goes into.
    fn is_written(&self, part: Part) -> bool {
        let writer = self.running.as_ref().and_then(|it| it.writer);
        let index = self
            .picture
            .rows
            .iter()
            .position(|row| Some(row.who) == writer);
        let piece = index.and_then(|index| self.scene.rows[index].piece);
        match part {
            Part::Wall => piece.is_none(),
            Part::Piece(it) => piece == Some(it),
            _ => false,
        }
    }

    /// Backgrounds of the rows that are lit.
    fn behind(&self, view: &WhoView) -> Vec<Shape> {
        let theme = self.frame.theme;
        let Some(lit) = view.lights() else {
            return Vec::new();
        };
        let rows = self.scene.rows.iter().enumerate();
        rows.filter(|(index, _)| self.is_row_lit(lit, *index))
            .map(|(_, place)| {
                let rect = place.rect.translate(self.by);
                Shape::rect_filled(rect, 5.0, theme.control.lerp_to_gamma(theme.bar, 0.4))
            })
            .collect()
    }

    fn run_ui(&self, ui: &Ui) {
        let Some(running) = &self.running else {
            return;
        };
        let theme = self.frame.theme;
        for (row, place) in self.picture.rows.iter().zip(&self.scene.rows) {
            let Some(at) = running.dot(row.who) else {
                continue;
            };
            let (left, right) = place.line;
            let y = ui.painter().round_to_pixel_center(place.y + self.by.y);
            let at: Pos2 = pos2(egui::lerp(left..=right, at) + self.by.x, y);
            let is_own = matches!(row.memory, RowMemory::Copy(_) | RowMemory::CopyOfSeveral);
            let color = if is_own { theme.own } else { theme.file };
            ui.painter().circle_filled(at, 4.0, color);
        }
    }
}

/// Whether a press of this frame's actions writes as somebody: what is to be held against the prediction.
pub(super) fn follow(
    frame: &Frame<'_>,
    doc: &Doc,
    picture: &Picture,
    view: &mut WhoView,
    actions: &[Action],
) {
    let is_pressed = |row: &&Row| menu::store(row.who).is_some_and(|it| actions.contains(&it));
    let writer = picture.rows.iter().find(is_pressed).map(|row| row.who);
    if let (Some(writer), Ok(bytes)) = (writer, parse_bytes(&frame.model.byte_text)) {
        view.wrote(doc, picture, writer, &bytes);
    }
}

/// There is more to say of a row than it shows.
fn has_more(row: &Row) -> bool {
    let is_plain = matches!(row.sees, Sees::Bytes(_) | Sees::Waiting);
    row.waits || row.note.is_some() || !is_plain || matches!(row.memory, RowMemory::NotKnown(_))
}

/// A pen of eleven points: its body and its tip.
fn pen(ui: &Ui, at: Pos2, color: egui::Color32) {
    let at = at + vec2(-0.5, 0.5);
    let stroke = Stroke::new(1.3, color);
    let to = |x: f32, y: f32| at + vec2(x, y);
    let body = vec![
        to(-4.5, 4.5),
        to(-3.8, 1.6),
        to(2.6, -4.8),
        to(4.8, -2.6),
        to(-1.6, 3.8),
    ];
    ui.painter().add(Shape::closed_line(body, stroke));
    ui.painter()
        .line_segment([to(1.0, -3.2), to(3.2, -1.0)], stroke);
}
