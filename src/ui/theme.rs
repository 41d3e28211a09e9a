//! The only colors of the program, and the few sizes that everything shares.

#![expect(
    clippy::unreadable_literal,
    reason = "colors are read as six hex digits"
)]

mod pairs;

use egui::{Color32, CornerRadius, FontFamily, FontId, Stroke, TextStyle, Visuals};

use crate::bytes::class::{ByteClass, class_of};
use crate::model::window::FLASH_STEPS;

pub use pairs::Pair;

/// The usual size of text, in points.
pub const BODY: f32 = 13.5;
/// The other size: sources, remarks. There is no third but the grid's.
pub const SMALL: f32 = 12.0;
/// What an experiment of the lab is about and came to, which is read from further away: nothing else is as large.
pub const LARGE: f32 = 17.0;

/// Everything that has a color. One for dark, one for light.
#[derive(Clone, Debug)]
pub struct Theme {
    /// It is the dark one.
    pub is_dark: bool,
    /// Text of a byte, by its value.
    pub byte: [Color32; 256],
    /// Background of a byte that changed, from steady (0) to just now.
    pub flash: [Color32; FLASH_STEPS as usize + 1],
    /// The background of the grid.
    pub grid: Color32,
    /// Background of every second block of eight columns' header, of the header and the lane.
    pub grid_edge: Color32,
    /// Offsets, column heads, page numbers.
    pub offset: Color32,
    /// A cell without a byte: past the end.
    pub past_end: Color32,
    /// Text of an unreadable cell.
    pub unreadable: Color32,
    /// Background of an unreadable cell.
    pub unreadable_fill: Color32,
    /// A private edit.
    pub edited: Color32,
    /// Background of a private edit.
    pub edited_fill: Color32,
    /// The dot above a byte of which the file holds something else.
    pub file_differs: Color32,
    /// An edit that waits for reapplication.
    pub waiting: Color32,
    /// Background of the selection.
    pub selection: Color32,
    /// Background of the cursor's cell in the column that takes keys.
    pub cursor: Color32,
    /// Text there.
    pub cursor_text: Color32,
    /// Outline of the cursor where it takes no keys.
    pub cursor_outline: Color32,
    /// The line between two pages.
    pub page_line: Color32,
    /// A private copy of a page.
    pub copy: Color32,
    /// A file page.
    pub file_page: Color32,
    /// A page that is not present, or of which nothing is known.
    pub no_page: Color32,
    /// The thumb of the scroll bar.
    pub thumb: Color32,
    /// What a lookup points at.
    pub found: Color32,
    /// The frame round a match.
    pub matched: Color32,
    /// Shared and read-write: the one state in the warning color.
    pub warning: Color32,
    /// Text on the warning color.
    pub on_warning: Color32,
    /// Private mode.
    pub private: Color32,
    /// Text on the private color.
    pub on_private: Color32,
    /// Something went wrong.
    pub error: Color32,
    /// Agreement.
    pub same: Color32,
    /// Disagreement.
    pub different: Color32,
    /// Background of the newest step of a run.
    pub lit: Color32,
    /// Background of the part of the chart where `read` is faster.
    pub chart_read: Color32,
    /// Background of the part where loads are.
    pub chart_loads: Color32,
    /// The chart's line and dots.
    pub chart_line: Color32,
    /// Less important text.
    pub weak: Color32,
    /// Background of a notice that informs.
    pub notice: Color32,
    /// Background of a notice that warns.
    pub notice_warning: Color32,
    /// Background of a notice about an error.
    pub notice_error: Color32,
    /// Background of bars.
    pub bar: Color32,
    /// Lines between bars.
    pub line: Color32,
    /// Text.
    pub text: Color32,
    /// Background of buttons and fields.
    pub control: Color32,
    /// The same under the pointer.
    pub control_hovered: Color32,
    /// Focus, links, the chosen tab.
    pub accent: Color32,
    /// The edge of a box: a card, a button, a field.
    pub edge: Color32,
    /// A page of a view's own, a private copy: text.
    pub own: Color32,
    /// Background of its box.
    pub own_fill: Color32,
    /// The edge of its box, and lines to it.
    pub own_edge: Color32,
    /// The file's page in the page cache: text.
    pub file: Color32,
    /// Background of its box.
    pub file_fill: Color32,
    /// The edge of its box, and lines to it.
    pub file_edge: Color32,
    /// A page of which nothing is known, or that is not present: text.
    pub unknown: Color32,
    /// The edge of its box, and lines to it.
    pub unknown_edge: Color32,
    /// What reaches the file when it is done: text.
    pub reaches: Color32,
}

const fn rgb(hex: u32) -> Color32 {
    Color32::from_rgb((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

impl Theme {
    /// The dark theme.
    #[must_use]
    pub fn dark() -> Self {
        Self {
            is_dark: true,
            byte: bytes([0xa0aab7, 0xd7dce4, 0x9ac28c, 0xd9a85b, 0x7fb2f0, 0xcf9ade]),
            flash: flash(rgb(0xe06c3c), 76),
            grid: rgb(0x14171c),
            grid_edge: rgb(0x191d23),
            offset: rgb(0x8f9aaa),
            past_end: rgb(0x8a94a2),
            unreadable: rgb(0xff9a93),
            unreadable_fill: rgb(0x462022),
            edited: rgb(0xffcf5c),
            edited_fill: rgb(0x3a3116),
            file_differs: rgb(0x5fd7d0),
            waiting: rgb(0xff9a79),
            selection: rgb(0x1d3759),
            cursor: rgb(0x9cc8ff),
            cursor_text: rgb(0x0c141e),
            cursor_outline: rgb(0x6f9fd8),
            page_line: rgb(0x4a5566),
            copy: rgb(0xf0b14a),
            file_page: rgb(0x4d9c78),
            no_page: rgb(0x4b5564),
            thumb: rgb(0x4c5666),
            found: rgb(0x20402c),
            matched: rgb(0xc58cf0),
            warning: rgb(0xb8481a),
            on_warning: rgb(0xffffff),
            private: rgb(0x2f6f9f),
            on_private: rgb(0xffffff),
            error: rgb(0xff8d85),
            same: rgb(0x7cc793),
            different: rgb(0xffb454),
            lit: rgb(0x1d344e),
            chart_read: rgb(0x1b2230),
            chart_loads: rgb(0x18261f),
            chart_line: rgb(0x6cadf5),
            weak: rgb(0x9ea8b7),
            notice: rgb(0x1c2a3a),
            notice_warning: rgb(0x3a2c14),
            notice_error: rgb(0x421e1f),
            bar: rgb(0x1d2128),
            line: rgb(0x2e343d),
            text: rgb(0xdfe4ec),
            control: rgb(0x2a3039),
            control_hovered: rgb(0x323944),
            accent: rgb(0x6cadf5),
            edge: rgb(0x4b5564),
            own: rgb(0xf0b14a),
            own_fill: rgb(0x2d2719),
            own_edge: rgb(0xb98328),
            file: rgb(0x67c79a),
            file_fill: rgb(0x1c2a26),
            file_edge: rgb(0x4d9c78),
            unknown: rgb(0x9ea8b7),
            unknown_edge: rgb(0x5b6675),
            reaches: rgb(0xf3986a),
        }
    }

    /// The light theme.
    #[must_use]
    pub fn light() -> Self {
        Self {
            is_dark: false,
            byte: bytes([0x575f69, 0x1b2027, 0x2f6a22, 0x7a4c00, 0x0b4fa8, 0x7d2796]),
            flash: flash(rgb(0xf26a2e), 66),
            grid: rgb(0xffffff),
            grid_edge: rgb(0xf4f6f8),
            offset: rgb(0x5b6572),
            past_end: rgb(0x656e7a),
            unreadable: rgb(0xb31d17),
            unreadable_fill: rgb(0xfbddda),
            edited: rgb(0x7d4700),
            edited_fill: rgb(0xffefc4),
            file_differs: rgb(0x00707a),
            waiting: rgb(0x9c3410),
            selection: rgb(0xcbe0fb),
            cursor: rgb(0x1f63b5),
            cursor_text: rgb(0xffffff),
            cursor_outline: rgb(0x5b90cf),
            page_line: rgb(0xa0a9b5),
            copy: rgb(0x855000),
            file_page: rgb(0x52a37d),
            no_page: rgb(0xa9b2bd),
            thumb: rgb(0xa8b1bc),
            found: rgb(0xc6e8ce),
            matched: rgb(0x7a2fb5),
            warning: rgb(0xb8420e),
            on_warning: rgb(0xffffff),
            private: rgb(0x2b6aa6),
            on_private: rgb(0xffffff),
            error: rgb(0xb31d17),
            same: rgb(0x186a35),
            different: rgb(0x96480a),
            lit: rgb(0xd6e8fc),
            chart_read: rgb(0xedf2fb),
            chart_loads: rgb(0xebf6ef),
            chart_line: rgb(0x125bb5),
            weak: rgb(0x535d69),
            notice: rgb(0xe3eefa),
            notice_warning: rgb(0xfdf0d2),
            notice_error: rgb(0xfce1df),
            bar: rgb(0xf2f4f7),
            line: rgb(0xd4d9e0),
            text: rgb(0x1b2027),
            control: rgb(0xe2e6eb),
            control_hovered: rgb(0xd8dde5),
            accent: rgb(0x125bb5),
            edge: rgb(0xa0a9b5),
            own: rgb(0x855000),
            own_fill: rgb(0xfff4da),
            own_edge: rgb(0xc98a1b),
            file: rgb(0x1a6b46),
            file_fill: rgb(0xe6f5ed),
            file_edge: rgb(0x52a37d),
            unknown: rgb(0x535d69),
            unknown_edge: rgb(0x97a1ad),
            reaches: rgb(0xa63c0c),
        }
    }

    /// Ground and text of the sign that says what a write does: it goes through to the file, or it does not.
    #[must_use]
    pub fn of_mode(&self, writes_through: bool) -> (Color32, Color32) {
        if writes_through {
            (self.warning, self.on_warning)
        } else {
            (self.private, self.on_private)
        }
    }

    /// egui's own widgets in these colors.
    #[must_use]
    pub fn visuals(&self) -> Visuals {
        let mut visuals = if self.is_dark {
            Visuals::dark()
        } else {
            Visuals::light()
        };
        visuals.panel_fill = self.bar;
        visuals.window_fill = self.bar;
        visuals.extreme_bg_color = self.grid;
        visuals.faint_bg_color = self.grid_edge;
        visuals.override_text_color = None;
        visuals.selection.bg_fill = self.selection;
        visuals.selection.stroke = Stroke::new(1.0, self.text);
        visuals.hyperlink_color = self.accent;
        visuals.error_fg_color = self.error;
        visuals.warn_fg_color = self.different;
        visuals.window_stroke = Stroke::new(1.0, self.edge);
        visuals.weak_text_color = Some(self.weak);
        let radius = CornerRadius::same(4);
        let widgets = &mut visuals.widgets;
        for widget in [
            &mut widgets.noninteractive,
            &mut widgets.inactive,
            &mut widgets.hovered,
            &mut widgets.active,
            &mut widgets.open,
        ] {
            widget.corner_radius = radius;
            widget.fg_stroke = Stroke::new(1.0, self.text);
            widget.expansion = 0.0;
        }
        widgets.noninteractive.bg_stroke = Stroke::new(1.0, self.edge);
        widgets.inactive.bg_fill = self.control;
        widgets.inactive.weak_bg_fill = self.control;
        widgets.inactive.bg_stroke = Stroke::new(1.0, self.edge);
        widgets.hovered.bg_fill = self.control_hovered;
        widgets.hovered.weak_bg_fill = self.control_hovered;
        widgets.hovered.bg_stroke = Stroke::new(1.0, self.accent);
        widgets.active.bg_fill = self.control_hovered;
        widgets.active.weak_bg_fill = self.control_hovered;
        widgets.active.bg_stroke = Stroke::new(1.5, self.accent);
        widgets.open.bg_fill = self.control_hovered;
        widgets.open.weak_bg_fill = self.control_hovered;
        visuals
    }

    /// Sets egui's style for both themes.
    pub fn install(ctx: &egui::Context) {
        for theme in [egui::Theme::Dark, egui::Theme::Light] {
            let own = if theme == egui::Theme::Dark {
                Self::dark()
            } else {
                Self::light()
            };
            ctx.style_mut_of(theme, |style| {
                style.visuals = own.visuals();
                style.spacing.item_spacing = egui::vec2(6.0, 5.0);
                style.spacing.button_padding = egui::vec2(8.0, 3.0);
                style.spacing.interact_size.y = 24.0;
                style.spacing.tooltip_width = 460.0;
                style.spacing.scroll.floating_allocated_width = 6.0; // else it stands on what is scrolled
                style
                    .text_styles
                    .insert(TextStyle::Body, FontId::new(BODY, FontFamily::Proportional));
                style.text_styles.insert(
                    TextStyle::Button,
                    FontId::new(BODY, FontFamily::Proportional),
                );
                style.text_styles.insert(
                    TextStyle::Small,
                    FontId::new(SMALL, FontFamily::Proportional),
                );
                style.text_styles.insert(
                    TextStyle::Monospace,
                    FontId::new(BODY, FontFamily::Monospace),
                );
                style.interaction.tooltip_delay = 0.35;
                style.interaction.selectable_labels = false; // but where there is something to copy
            });
        }
    }
}

/// The font of the grid.
#[must_use]
pub fn grid_font() -> FontId {
    FontId::new(14.0, FontFamily::Monospace)
}

/// One color a class: zero, printable, white space, control, high, all ones.
fn bytes(classes: [u32; 6]) -> [Color32; 256] {
    let mut colors = [Color32::WHITE; 256];
    for (color, byte) in colors.iter_mut().zip(0..=u8::MAX) {
        let class = match class_of(byte) {
            ByteClass::Zero => 0,
            ByteClass::Printable => 1,
            ByteClass::Whitespace => 2,
            ByteClass::Control => 3,
            ByteClass::High => 4,
            ByteClass::Ones => 5,
        };
        *color = rgb(classes[class]);
    }
    colors
}

fn flash(color: Color32, strongest: u8) -> [Color32; FLASH_STEPS as usize + 1] {
    let mut steps = [Color32::TRANSPARENT; FLASH_STEPS as usize + 1];
    for (step, slot) in (0..=FLASH_STEPS).zip(&mut steps) {
        let alpha = u16::from(strongest) * u16::from(step) / u16::from(FLASH_STEPS);
        *slot = color.gamma_multiply_u8(u8::try_from(alpha).unwrap_or(u8::MAX));
    }
    steps
}
