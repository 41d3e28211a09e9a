//! The sign of where an experiment stands. Never color alone: each sign has a shape and words of its own.

use egui::Color32;

use crate::model::experiment::Verdict;
use crate::model::lab::Standing;
use crate::ui::Theme;

/// A step or an experiment that holds.
pub(super) const HOLDS: &str = "\u{2713}";
/// One that does not.
pub(super) const DIFFERS: &str = "\u{2717}";

/// The sign and its color; the words are the standing's own.
pub(super) fn sign(standing: &Standing<'_>, theme: &Theme) -> (&'static str, Color32) {
    match standing {
        Standing::NotRun => ("\u{25cb}", theme.weak),
        Standing::NotAvailable(_) => ("\u{2013}", theme.weak),
        Standing::Waiting => ("\u{2026}", theme.accent),
        Standing::Running => ("\u{25b6}", theme.accent),
        Standing::Over(Verdict::AsPredicted) => (HOLDS, theme.same),
        Standing::Over(Verdict::Differs) => (DIFFERS, theme.error),
        Standing::Over(Verdict::Measured) => ("\u{25cf}", theme.accent),
        Standing::Over(Verdict::NotDone(_)) => ("!", theme.different),
        Standing::Over(Verdict::NotAvailable(_)) => ("\u{2013}", theme.weak),
        Standing::Over(Verdict::Cancelled) => ("\u{25a0}", theme.different),
    }
}
