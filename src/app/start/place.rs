//! Where the window is put: as it was, as far as a person could use it there.
//!
//! It owns the rule, which is pure. It must not know how places are remembered or monitors found.

use egui::{Pos2, Rect, Vec2, vec2};

/// The size of a window that nothing is remembered of, in points.
pub const USUAL_SIZE: Vec2 = vec2(1200.0, 740.0);
/// The least size, in points.
pub const LEAST_SIZE: Vec2 = vec2(640.0, 400.0);

/// How high the part is by which a window can be moved, in pixels.
const HANDLE_HEIGHT: f32 = 32.0;
/// How much of its width must be on a monitor, in pixels.
const HANDLE_WIDTH: f32 = 160.0;
/// Sizes and places beyond this, in pixels, are no monitor's.
const FAR: f32 = 1e6;
/// A pixel, which rounding may take.
const PIXEL: f32 = 1.0;

/// What is remembered of a window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Saved {
    /// The left upper corner, in pixels.
    pub position_pixels: Option<Pos2>,
    /// The size inside, in points.
    pub size_points: Vec2,
    /// Pixels a point had, but for the zoom.
    pub scale: f32,
    /// Whether it was larger than that when it was left.
    pub extent: Extent,
}

/// How far a window goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Extent {
    /// It has a place and a size of its own.
    #[default]
    Normal,
    /// As far as the desktop leaves room.
    Maximized,
    /// Over the whole screen.
    FullScreen,
}

impl Extent {
    /// What makes a window that is on the screen that large.
    #[must_use]
    pub fn command(self) -> Option<egui::ViewportCommand> {
        match self {
            Self::Normal => None,
            Self::Maximized => Some(egui::ViewportCommand::Maximized(true)),
            Self::FullScreen => Some(egui::ViewportCommand::Fullscreen(true)),
        }
    }
}

/// Where a window is now, that is `size` points large inside. One that is maximized or over the whole screen keeps the
/// place `before`, to which it goes back.
#[must_use]
pub fn seen(
    viewport: &egui::ViewportInfo,
    size: Vec2,
    zoom: f32,
    before: Option<Saved>,
) -> Option<Saved> {
    let extent = match (viewport.fullscreen, viewport.maximized) {
        (Some(true), _) => Extent::FullScreen,
        (_, Some(true)) => Extent::Maximized,
        _ => Extent::Normal,
    };
    if viewport.minimized == Some(true) {
        return before;
    }
    if extent != Extent::Normal {
        return before.map(|before| Saved { extent, ..before });
    }
    let scale = viewport.native_pixels_per_point?;
    Some(Saved {
        position_pixels: viewport
            .outer_rect
            .map(|window| (window.min.to_vec2() * zoom * scale).to_pos2()),
        size_points: size,
        scale,
        extent,
    })
}

/// Where a window is put and how large it is, in points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// `None`: the system chooses.
    pub position: Option<Pos2>,
    /// The size inside.
    pub size: Vec2,
}

impl Place {
    /// Puts it in place of what was restored.
    #[must_use]
    pub fn apply(self, mut builder: egui::ViewportBuilder) -> egui::ViewportBuilder {
        builder.position = self.position;
        builder.inner_size = Some(self.size);
        builder
    }
}

/// The place for a window that was where `saved` says. `monitors` are the present ones, in pixels; none where they are not
/// known, and then a sane place is believed.
#[must_use]
pub fn place(saved: Saved, zoom: f32, monitors: &[Rect]) -> Place {
    let pixels = zoom * saved.scale;
    if !(0.05..=100.0).contains(&pixels) {
        return Place {
            position: None,
            size: USUAL_SIZE,
        };
    }
    let size = if is_sane(saved.size_points * pixels) && saved.size_points.min_elem() >= 1.0 {
        saved.size_points.max(LEAST_SIZE)
    } else {
        USUAL_SIZE
    };
    let largest = monitors
        .iter()
        .fold(Vec2::ZERO, |largest, monitor| largest.max(monitor.size()));
    let position = saved
        .position_pixels
        .filter(|position| is_sane(position.to_vec2()));
    let Some(position) = position else {
        let size = if monitors.is_empty() {
            size
        } else {
            size.min(largest / pixels)
        };
        return Place {
            position: None,
            size,
        };
    };
    let window = usable(Rect::from_min_size(position, size * pixels), monitors);
    Place {
        position: Some((window.min.to_vec2() / pixels).to_pos2()),
        size: window.size() / pixels,
    }
}

/// `window` where at least half of it is to be seen and it can be taken hold of at its upper edge; else moved onto the
/// nearest monitor as a whole, and made smaller if it is larger than that. All in pixels.
#[must_use]
pub fn usable(window: Rect, monitors: &[Rect]) -> Rect {
    let overlap = |monitor: &Rect| {
        let part = monitor.intersect(window);
        part.width().max(0.0) * part.height().max(0.0)
    };
    let handle = Rect::from_min_size(window.min, vec2(window.width(), HANDLE_HEIGHT));
    let has_handle = monitors.iter().any(|monitor| {
        let part = monitor.intersect(handle);
        part.height() >= HANDLE_HEIGHT / 2.0 && part.width() >= HANDLE_WIDTH.min(window.width())
    });
    let seen: f32 = monitors.iter().map(overlap).sum();
    let room = monitors
        .iter()
        .fold(Rect::NOTHING, |room, monitor| room.union(*monitor));
    let fits = window.width() <= room.width() + PIXEL && window.height() <= room.height() + PIXEL;
    if monitors.is_empty() || (has_handle && fits && seen >= window.area() / 2.0) {
        return window;
    }
    let far = |monitor: &Rect| monitor.center().distance_sq(window.center());
    let nearest = monitors.iter().max_by(|left, right| {
        overlap(left)
            .total_cmp(&overlap(right))
            .then(far(right).total_cmp(&far(left)))
    });
    let Some(monitor) = nearest else {
        return window;
    };
    let size = window.size().min(monitor.size());
    let min = window.min.max(monitor.min).min(monitor.max - size);
    Rect::from_min_size(min, size)
}

fn is_sane(pixels: Vec2) -> bool {
    pixels.is_finite() && pixels.abs().max_elem() <= FAR
}
