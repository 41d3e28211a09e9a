//! Locked scrolling: two views of a file show the same rows, whichever of them was moved and by whatever.
//!
//! It owns which one follows. It must not know what moves a view.

use super::viewport::Viewport;

/// Where a view stands.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Place {
    /// The first offset on the screen.
    first: u64,
    /// Points of its row above the edge.
    fraction_points: f32,
}

impl Place {
    fn of(view: &Viewport) -> Self {
        Self {
            first: view.first(),
            fraction_points: view.fraction_points,
        }
    }
}

/// What keeps two views together.
#[derive(Clone, Debug)]
pub struct Lockstep {
    /// They show the same rows.
    pub is_locked: bool,
    /// Where they stood when that was last made so.
    before: Option<[Place; 2]>,
}

impl Default for Lockstep {
    fn default() -> Self {
        Self {
            is_locked: true,
            before: None,
        }
    }
}

impl Lockstep {
    /// There is one view: a second one that comes is another one.
    pub(super) fn rest(&mut self) {
        self.before = None;
    }

    /// Has the view that was not moved follow the one that was; where both were, the one without the focus follows. Of
    /// another part of the file it shows the nearest rows it has. Returns which one, where that shows other bytes now.
    pub(super) fn align(&mut self, views: [&mut Viewport; 2], focused: usize) -> Option<usize> {
        let before = self.before.take();
        if !self.is_locked {
            return None;
        }
        let [first, second] = views;
        let now = [Place::of(first), Place::of(second)];
        let moved = |index: usize| before.is_none_or(|before| before[index] != now[index]);
        if !moved(0) && !moved(1) {
            self.before = before;
            return None;
        }
        let leads = if moved(focused) { focused } else { 1 - focused };
        if leads == 0 {
            second.follow(first);
        } else {
            first.follow(second);
        }
        let then = [Place::of(first), Place::of(second)];
        self.before = Some(then);
        (then != now).then_some(1 - leads)
    }
}
